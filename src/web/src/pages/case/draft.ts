import {onScopeDispose, reactive, ref, watch} from 'vue';
import {api} from '@/api/client';
import {isApiError} from '@/api/errors';
import {kept} from '@/api/kept';
import type {Draft} from './types';

const PAUSE_MS = 2000;
const empty = (): Draft => ({claim: '', verdict: '', reason: '', uncertain: '', evidence: [], note: '', answers: {}});
const blank = (draft: Draft) => {
  const answered = Object.values(draft.answers).some(each => each.text || each.verdict);
  return !answered && JSON.stringify({...draft, answers: {}}) === JSON.stringify(empty());
};

/** What a person wrote at a case and did not send: on the server two seconds after the last key, in this browser when the server
 *  can't be reached. `who` keeps two people at one computer apart. */
export function useDraft(id: string, who: string) {
  const draft = reactive<Draft>(empty());
  const savedAt = ref<number | null>(null);
  const state = ref<'none' | 'saved' | 'waiting' | 'offline'>('none');
  const key = `case.${id}`, own = `${who}/${key}`;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ready = false, sent = '';

  async function save(): Promise<void> {
    clearTimeout(timer);
    const text = JSON.stringify(draft);
    if (!ready || text === sent) return;
    try {
      if (blank(draft)) await api.del(`/v1/drafts/${key}`);
      else await api.put(`/v1/drafts/${key}`, JSON.parse(text));
      sent = text;
      savedAt.value = Date.now();
      state.value = 'saved';
      void kept('readwrite', store => store.delete(own));
    } catch (error) {
      state.value = 'offline';
      await kept('readwrite', store => store.put({text, at: Date.now()}, own));
      // Refused for good (a role that keeps no drafts): it stays in this browser alone.
      if (isApiError(error) && [403, 404].includes(error.status)) return;
      timer = setTimeout(save, PAUSE_MS * 4);
    }
  }
  async function load(): Promise<void> {
    let text = '';
    let at = 0;
    try {
      const {items} = await api.get<{items: {key: string}[]}>('/v1/drafts');
      if (items.some(each => each.key === key)) {
        const there = await api.get<{body: Draft; at: string}>(`/v1/drafts/${key}`);
        text = JSON.stringify(there.body);
        at = Date.parse(there.at);
      }
    } catch { /* none yet, or no server: this browser may have one */ }
    const here = await kept<{text: string; at: number}>('readonly', store => store.get(own));
    if (here && here.at > at) { text = here.text; at = here.at; }
    // What was typed while the draft was read stands above what was kept.
    const {answers, ...rest} = draft;
    const typed = Object.fromEntries(Object.entries(rest).filter(([, value]) => value.length > 0));
    const answered = Object.fromEntries(Object.entries(answers).filter(([, each]) => each.text || each.verdict));
    Object.assign(draft, empty(), text ? JSON.parse(text) : {});
    sent = here ? '' : JSON.stringify(draft);
    Object.assign(draft, typed);
    Object.assign(draft.answers, answered);
    if (text) {
      savedAt.value = at;
      state.value = 'saved';
    }
    ready = true;
    if (JSON.stringify(draft) !== sent) void save();
  }
  /** After the verdict was sent: nothing of it is left to keep. A note and answers that were begun stay. */
  async function clear(): Promise<void> {
    Object.assign(draft, empty(), {note: draft.note, answers: draft.answers});
    await save();
    savedAt.value = null;
    state.value = 'none';
  }
  const leave = () => { if (document.visibilityState === 'hidden') void save(); };
  document.addEventListener('visibilitychange', leave);
  watch(draft, () => {
    if (!ready || JSON.stringify(draft) === sent) return;
    if (state.value !== 'offline') state.value = 'waiting';
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE_MS);
  }, {deep: true});
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', leave);
    void save();
    clearTimeout(timer);
  });
  return {draft, savedAt, state, load, save, clear};
}
