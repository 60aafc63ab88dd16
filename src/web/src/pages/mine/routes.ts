import type {RouteRecordRaw} from 'vue-router';

export default [{path: '/mine', name: 'mine', component: () => import('./MinePage.vue'), meta: {title: 'mine.title'}}] satisfies RouteRecordRaw[];
