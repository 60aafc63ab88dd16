import {computed, onBeforeUnmount, onMounted, shallowRef, watch} from 'vue';
import {api} from '@/api/client';
import {useNow} from '@/api/clock';
import {useSession} from '@/api/session';
import {useLive} from '@/live/desk';

export interface Alert { id: string; topic: string; region: string | null; severity: string; from: string; until: string }
/** GET /v1/desk/summary (docs/contract.md section 4). Null is unknown. */
export interface Summary {
  at: string; lanes: {free: number; mine: number; team: number; approval: number; second_look: number}; overdue: number;
  oldest_waiting: {case: string; since: string} | null; at_least: boolean; alerts: Alert[]; posts_per_minute: number | null; program: string;
}
const EVERY = 10_000, AFTER_EVENT = 2000, OLD = 30_000;

/** The desk at a glance while the page is there: read again every ten seconds, and two seconds after the channel told of something. */
export function usePulse() {
  const summary = shallowRef<Summary>();
  const session = useSession(), live = useLive(), now = useNow();
  let timer: ReturnType<typeof setTimeout> | undefined, due = 0, gone = false;
  function soon(ms: number): void {
    if (gone || timer !== undefined && due <= Date.now() + ms) return;
    clearTimeout(timer);
    due = Date.now() + ms;
    timer = setTimeout(() => void read(), ms);
  }
  async function read(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    try { summary.value = await api.get<Summary>('/v1/desk/summary'); } catch { /* what was known grows old on the page */ }
    soon(EVERY);
  }
  onMounted(read);
  onBeforeUnmount(() => { gone = true; clearTimeout(timer); });
  watch(() => live.renders, () => soon(AFTER_EVENT));
  watch(() => session.user, () => { summary.value = undefined; });
  watch(() => session.round, read);
  const old = computed(() => summary.value !== undefined && now.value - Date.parse(summary.value.at) > OLD);
  return {summary, old, read};
}
