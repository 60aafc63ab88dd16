import type {RouteRecordRaw} from 'vue-router';
export default [
  {path: '/signin', name: 'signin', component: () => import('./SignIn.vue'), meta: {bare: true, title: 'signin.title', words: ['settings']}},
] satisfies RouteRecordRaw[];
