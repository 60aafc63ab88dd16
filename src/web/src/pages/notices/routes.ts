import type {RouteRecordRaw} from 'vue-router';

const routes: RouteRecordRaw[] = [
  {path: '/notices', name: 'notices', component: () => import('./NoticeList.vue'), meta: {title: 'notices.title', roles: ['operator', 'expert', 'approver', 'auditor']}},
  {path: '/notices/:id/edit', name: 'notice-edit', component: () => import('./NoticeEdit.vue'), props: true, meta: {title: 'notices.edit.title'}},
  {path: '/notices/:id/review', name: 'notice-review', component: () => import('./NoticeReview.vue'), props: true, meta: {title: 'notices.review.title'}},
  {path: '/notices/:id/delivery', name: 'notice-delivery', component: () => import('./NoticeDelivery.vue'), props: true, meta: {title: 'notices.delivery.title'}},
];
export default routes;
