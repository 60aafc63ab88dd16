import type {RouteRecordRaw} from 'vue-router';
export default [
  {path: '/admin', name: 'admin', component: () => import('./Admin.vue'), meta: {title: 'nav.admin', words: ['settings', 'notices'], roles: ['admin']}},
] satisfies RouteRecordRaw[];
