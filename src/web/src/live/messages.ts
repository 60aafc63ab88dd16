import {defineStore} from 'pinia';
import {ref, shallowRef, watch} from 'vue';
import {api} from '@/api/client';
import {useSession} from '@/api/session';
import {lang} from '@/i18n';
import {useLive} from './desk';

/** GET /v1/messages: what the desk told this person. */
export interface Message { id: string; code: string; params: Record<string, string>; text: string; at: string; read_at: string | null }
interface Answer { items: Message[]; unread: number }
const EVERY = 20_000, AFTER_EVENT = 1500, SHOWN = 20;

/** Unread messages of who is signed in: read again every so often, and soon after the desk's channel told of something. */
export const useMessages = defineStore('messages', () => {
  const session = useSession(), live = useLive();
  const items = shallowRef<Message[]>([]);
  const unread = ref(0);
  const known = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined, due = 0, started = false;

  function soon(ms: number): void {
    const at = Date.now() + ms;
    if (timer !== undefined && due <= at) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(() => void read(), ms);
  }
  async function read(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (session.signedIn) {
      try {
        const told = await api.get<Answer>('/v1/messages', {unread: true, limit: SHOWN});
        items.value = told.items;
        unread.value = told.unread;
        known.value = true;
      } catch { known.value = false; }
    }
    soon(EVERY);
  }
  async function markRead(which: string[] | 'all'): Promise<void> {
    const told = await api.post<{unread: number}>('/v1/messages/read', which === 'all' ? {all: true} : {ids: which});
    items.value = which === 'all' ? [] : items.value.filter(each => !which.includes(each.id));
    unread.value = told.unread;
  }
  function start(): void {
    if (started) return;
    started = true;
    void read();
    watch(() => session.user, () => { items.value = []; unread.value = 0; });
    watch(() => session.round, read);
    watch(lang, () => void read());
    live.onFrame(frame => { if (frame.type === 'case' || frame.type === 'notice') soon(AFTER_EVENT); });
  }
  return {items, unread, known, read, markRead, start};
});
