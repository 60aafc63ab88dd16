import type {RouteRecordRaw} from 'vue-router';

export default [{path: '/stats', component: () => import('./StatsPage.vue'), meta: {title: 'stats.title'}}] satisfies RouteRecordRaw[];
