import type {RouteRecordRaw} from 'vue-router';
import {api} from '@/api/client';
import {addSearch, type Found} from '@/shell/palette';

interface Hit { id: string; claim?: string; title?: string; state?: string; type?: string }
const go = async (path: string) => (await import('@/router')).router.push(path);
const asFound = (kind: 'case' | 'notice', each: Hit): Found => ({
  id: each.id, words: each.claim || each.title || each.id, more: each.id.slice(-6), icon: kind === 'case' ? 'duty' : 'notice',
  act: () => go(kind === 'case' ? `/cases/${each.id}` : `/notices/${each.id}/review`),
});
// The palette finds what the server finds: what a pasted id or link names first, then cases and notices.
addSearch(async (text, signal) => {
  if (text.trim().length < 2) return [];
  const found = await api.get<{jump: Hit | null; cases: Hit[]; notices: Hit[]}>('/v1/search', {q: text.trim().slice(0, 400)}, {signal});
  const jump = found.jump ? [asFound(found.jump.type === 'notice' ? 'notice' : 'case', found.jump)] : [];
  const all = [...jump, ...found.cases.slice(0, 8).map(each => asFound('case', each)), ...found.notices.slice(0, 5).map(each => asFound('notice', each))];
  return all.filter((each, i) => all.findIndex(other => other.id === each.id) === i);
});

export default [{path: '/cases/:id', name: 'case', component: () => import('./CaseRoute.vue'), meta: {title: 'case.title'}}] satisfies RouteRecordRaw[];
