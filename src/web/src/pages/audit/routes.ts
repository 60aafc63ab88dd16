import type {RouteRecordRaw} from 'vue-router';
export default [
  {path: '/audit', name: 'audit', component: () => import('./Audit.vue'), meta: {title: 'nav.audit', roles: ['approver', 'admin', 'auditor']}},
] satisfies RouteRecordRaw[];
