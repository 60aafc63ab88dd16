import type {RouteRecordRaw} from 'vue-router';
export default [
  {path: '/admin', name: 'admin', component: () => import('./Admin.vue'), meta: {title: 'nav.admin', words: ['settings', 'notices'], roles: ['admin']}},
  {path: '/admin/rules', name: 'rules', component: () => import('./RulesPage.vue'), meta: {title: 'admin.rules.title', roles: ['operator', 'approver', 'admin', 'auditor']}},
] satisfies RouteRecordRaw[];
