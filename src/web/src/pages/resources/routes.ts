import type {RouteRecordRaw} from 'vue-router';

export default [
  {path: '/resources/new', component: () => import('./ResourceEdit.vue'), meta: {title: 'resources.new'}},
  {path: '/resources/:id/edit', component: () => import('./ResourceEdit.vue'), meta: {title: 'resources.edit_title'}},
  {path: '/resources/:id?', component: () => import('./ResourcesPage.vue'), meta: {title: 'resources.title'}},
] satisfies RouteRecordRaw[];
