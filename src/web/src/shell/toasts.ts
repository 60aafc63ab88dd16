import {defineStore} from 'pinia';
import {ref} from 'vue';

export interface Toast {
  id: number;
  kind: 'ok' | 'info' | 'warn' | 'error';
  words: string;
  /** Present: it can be undone until then (milliseconds since 1970). */
  until?: number;
  undo?: () => Promise<unknown>;
  busy?: boolean;
}
const SECONDS = {ok: 5, info: 6, warn: 12, error: 0};  // an error stays until it is put away
let count = 0;

/** Short words about what happened, at the foot of the page; and what can still be undone. */
export const useToasts = defineStore('toasts', () => {
  const list = ref<Toast[]>([]);
  const drop = (id: number) => { list.value = list.value.filter(each => each.id !== id); };
  function add(toast: Omit<Toast, 'id'>, seconds: number) {
    const id = ++count;
    list.value = [...list.value.slice(-3), {...toast, id}];
    if (seconds > 0) setTimeout(() => drop(id), seconds * 1000);
    return id;
  }
  const say = (words: string, kind: Toast['kind'] = 'ok') => add({kind, words}, SECONDS[kind]);
  /** Offers to undo what `words` says was done; `Z` takes the newest. */
  const offerUndo = (words: string, undo: () => Promise<unknown>, seconds = 60) =>
    add({kind: 'ok', words, undo, until: Date.now() + seconds * 1000}, seconds);
  async function takeBack(id?: number): Promise<boolean> {
    const toast = [...list.value].reverse().find(each => each.undo && !each.busy && (id === undefined || each.id === id));
    if (!toast?.undo) return false;
    toast.busy = true;
    try {
      await toast.undo();
      drop(toast.id);
    } catch (error) {
      toast.busy = false;
      say(error instanceof Error ? error.message : String(error), 'error');
    }
    return true;
  }
  return {list, say, drop, offerUndo, takeBack};
});
