import {onScopeDispose, ref} from 'vue';
import {api} from '@/api/client';
import {isApiError} from '@/api/errors';
import {kept} from '@/api/kept';

const PAUSE_MS = 2000;

/** What a person changed of a notice and did not save: a merge patch, so that what others changed meanwhile stays theirs. */
export interface Unsent { patch: Record<string, unknown>; version: number; at: number }

/** Keeps unsent text: with the server two seconds after the last key, in this browser when the server cannot be reached. It is private to
 *  `who`, changes nothing of the notice and stands in no audit; saving the notice ends it. */
export function useUnsent(id: string, who: string) {
  const key = `notice.${id}`, own = `${who}/${key}`;
  const state = ref<'none' | 'waiting' | 'kept' | 'offline'>('none');
  const keptAt = ref<number | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined, last: Unsent | undefined, sent = '';

  async function write(): Promise<void> {
    clearTimeout(timer);
    if (!last) return;
    const now = last, text = JSON.stringify({patch: now.patch, version: now.version});
    if (text === sent) return;
    try {
      await api.put(`/v1/drafts/${key}`, {patch: now.patch, version: now.version});
      sent = text;
      if (last !== now) return;
      state.value = 'kept';
      keptAt.value = Date.now();
      void kept('readwrite', store => store.delete(own));
    } catch (error) {
      state.value = 'offline';
      await kept('readwrite', store => store.put({...now}, own));
      // Refused for good: it stays in this browser alone.
      if (isApiError(error) && error.status >= 400 && error.status < 500 && error.status !== 429) return;
      if (last === now) timer = setTimeout(() => void write(), PAUSE_MS * 2);
    }
  }
  /** Takes what is changed now; written two seconds after the last call. */
  function keep(patch: Record<string, unknown>, version: number): void {
    last = {patch: JSON.parse(JSON.stringify(patch)) as Unsent['patch'], version, at: Date.now()};
    if (state.value !== 'offline') state.value = 'waiting';
    clearTimeout(timer);
    timer = setTimeout(() => void write(), PAUSE_MS);
  }
  /** The notice holds it now, or it is not wanted. */
  async function drop(): Promise<void> {
    clearTimeout(timer);
    const was = last !== undefined || sent !== '';
    last = undefined;
    sent = '';
    state.value = 'none';
    keptAt.value = null;
    await kept('readwrite', store => store.delete(own));
    if (was) await api.del(`/v1/drafts/${key}`).catch(() => undefined);
  }
  /** What was left behind, the newer of the server's and this browser's; null: nothing. */
  async function find(): Promise<Unsent | null> {
    let found: Unsent | null = null;
    try {
      const {items} = await api.get<{items: {key: string}[]}>('/v1/drafts');
      if (items.some(each => each.key === key)) {
        const there = await api.get<{body: Omit<Unsent, 'at'>; at: string}>(`/v1/drafts/${key}`);
        found = {...there.body, at: Date.parse(there.at)};
      }
    } catch { /* no server, or a role that keeps none: this browser may have one */ }
    const here = await kept<Unsent>('readonly', store => store.get(own));
    if (here && (!found || here.at > found.at)) found = here;
    if (found) sent = '-';  // so that drop() takes it off the server too
    return found;
  }
  // A page that goes away may not live to see the server's answer.
  const leave = () => {
    if (document.visibilityState !== 'hidden' || !last || state.value === 'kept') return;
    void kept('readwrite', store => store.put({...last}, own));
    void write();
  };
  document.addEventListener('visibilitychange', leave);
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', leave);
    void write();
    clearTimeout(timer);
  });
  return {state, keptAt, keep, write, drop, find};
}
