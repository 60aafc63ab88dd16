import type {RouteRecordRaw} from 'vue-router';

export default [{path: '/health', component: () => import('./HealthPage.vue'), meta: {title: 'health.title'}}] satisfies RouteRecordRaw[];
