import type {RouteRecordRaw} from 'vue-router';

export default [{path: '/cases/:id', name: 'case', component: () => import('./CasePage.vue'), meta: {title: 'case.title'}}] satisfies RouteRecordRaw[];
