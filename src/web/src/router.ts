import {createRouter, createWebHistory, type RouteRecordRaw} from 'vue-router';
import {BASE} from './api/base';
import {hooks} from './api/client';
import {useSession, type Role} from './api/session';
import {needWords} from './i18n';

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the page's title in the messages. */
    title?: string;
    /** Folder of the page, set by itself; its words are loaded before the page. */
    area?: string;
    /** Other areas whose words the page uses. */
    words?: string[];
    /** Shown without signing in, and without the shell around it. */
    bare?: boolean;
    /** Who may see it at all; absent: everyone who is signed in. */
    roles?: Role[];
  }
}

const found = import.meta.glob<{default: RouteRecordRaw[]}>('./pages/*/routes.ts', {eager: true});
const routes = Object.entries(found).flatMap(([file, {default: list}]) => {
  const area = file.split('/')[2];
  const mark = (route: RouteRecordRaw): RouteRecordRaw =>
    ({...route, meta: {...route.meta, area}, children: route.children?.map(mark)}) as RouteRecordRaw;
  return list.map(mark);
});

export const router = createRouter({
  history: createWebHistory(BASE + '/'),
  routes: [...routes, {path: '/:rest(.*)*', name: 'nowhere', component: () => import('./shell/NoPage.vue'), meta: {title: 'nowhere.title'}}],
  scrollBehavior: (to, from, kept) => kept ?? (to.path === from.path ? false : {top: 0}),
});

router.beforeEach(async to => {
  const session = useSession();
  if (session.session === null) {
    // Without an answer the page comes up signed out and says why; the shell's overlay tries again.
    try { await session.load(); } catch { /* session.reachable tells */ }
  }
  const stranger = session.session !== null && session.user === null && !session.over;
  if ((stranger || session.session?.enrol) && !to.meta.bare && to.path !== '/signin')
    return {path: '/signin', query: {next: to.fullPath.replace(/#.*/, '')}, hash: to.hash};
  return true;
});
router.beforeResolve(async to => {
  const names = to.matched.flatMap(each => [each.meta.area, ...(each.meta.words ?? [])]).filter((each): each is string => Boolean(each));
  await needWords(...new Set(names));
});
// After a new version of the program the old chunks are gone: the page is fetched anew, once.
router.onError(async (error, to) => {
  if (!/dynamically imported module|Importing a module|preload CSS/i.test(String(error?.message))) return;
  // Without a server there is nothing newer to fetch: what is on the screen stays, and the shell says so.
  const there = await fetch(BASE + '/desk', {method: 'HEAD', cache: 'no-store'}).then(answer => answer.ok, () => false);
  if (!there) { hooks.answered(false); return; }
  const mark = 'clarion.reloaded';
  if (sessionStorage.getItem(mark) === to.fullPath) return;
  sessionStorage.setItem(mark, to.fullPath);
  location.assign(BASE + to.fullPath);
});
