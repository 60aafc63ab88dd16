import type {RouteRecordRaw} from 'vue-router';

export default [
  {path: '/stats', component: () => import('./StatsPage.vue'), meta: {title: 'stats.title'}},
  {path: '/stats/daily/:date', component: () => import('./DailyPage.vue'), meta: {title: 'stats.daily.title'}},
] satisfies RouteRecordRaw[];
