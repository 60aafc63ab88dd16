import type {RouteRecordRaw} from 'vue-router';
export default [
  {path: '/experts', name: 'experts', component: () => import('./ExpertsPage.vue'), meta: {title: 'nav.experts'}},
] satisfies RouteRecordRaw[];
