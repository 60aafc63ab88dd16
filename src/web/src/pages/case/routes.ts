import type {RouteRecordRaw} from 'vue-router';
import {api} from '@/api/client';
import {lang} from '@/i18n';
import {addSearch, type Found} from '@/shell/palette';

interface Hit { id: string; claim?: string; title?: string | {zh?: string; en?: string}; state?: string; type?: string }
const go = async (path: string) => (await import('@/router')).router.push(path);
type Kind = 'case' | 'notice' | 'resource';
const ICONS: Record<Kind, string> = {case: 'duty', notice: 'notice', resource: 'book'};
const PLACES: Record<Kind, (id: string) => string> = {case: id => `/cases/${id}`, notice: id => `/notices/${id}/review`, resource: id => `/resources/${id}`};
const titleOf = ({title}: Hit) => (typeof title === 'object' ? title[lang.value as 'zh' | 'en'] || title.zh : title);
const asFound = (kind: Kind, each: Hit): Found => ({id: each.id, words: each.claim || titleOf(each) || each.id, more: kind === 'resource' ? '' : each.id.slice(-6), icon: ICONS[kind], act: () => go(PLACES[kind](each.id))});
// The palette finds what the server finds: what a pasted id or link names first, also of a post, then cases, notices and resources.
addSearch(async (text, signal) => {
  if (text.trim().length < 2) return [];
  const found = await api.get<{jump: Hit | null; cases: Hit[]; notices: Hit[]; resources: Hit[]}>('/v1/search', {q: text.trim().slice(0, 400)}, {signal});
  const jump = found.jump ? [asFound((found.jump.type ?? 'case') as Kind, found.jump)] : [];
  const all = [...jump, ...found.cases.slice(0, 8).map(each => asFound('case', each)), ...found.notices.slice(0, 5).map(each => asFound('notice', each)), ...found.resources.slice(0, 5).map(each => asFound('resource', each))];
  return all.filter((each, i) => all.findIndex(other => other.id === each.id) === i);
});

export default [{path: '/cases/:id', name: 'case', component: () => import('./CaseRoute.vue'), meta: {title: 'case.title', words: ['desk']}}] satisfies RouteRecordRaw[];
