import type {RouteRecordRaw} from 'vue-router';
export default [
  {path: '/roster', name: 'roster', component: () => import('./RosterPage.vue'), meta: {title: 'nav.roster'}},
] satisfies RouteRecordRaw[];
