import {computed, onBeforeUnmount, onMounted, ref, shallowRef, watch} from 'vue';
import {api} from '@/api/client';
import {useNow} from '@/api/clock';
import {useSession} from '@/api/session';
import {useLive} from './desk';

type Both = {zh: string; en: string};
/** `at`: when the channel told of it; absent: the call's own time counts. */
export interface Source { source: string; last_at: string | null; last_hour: number | null; state: 'flowing' | 'quiet' | 'unknown'; at?: string }
export interface Failed { outlet: string; name: Both; count: number; recipients: number; reason: {code: string; text: Both} | null; since: string; last_at: string }
export interface Waiting { count: number; oldest_at: string | null }
/** GET /v1/health (docs/contract.md section 3). Null is unknown. */
export interface Health {
  generated_at: string;
  sources: Source[];
  channels: {channel: string; heartbeat_at: string | null; position: {epoch: string; offset: string} | null; subscribers: number | null}[];
  waiting: {cases: Waiting | null; notices: Waiting | null};
  deliveries: {failed: Failed[]} | null;
  queue: {writes: number; intake_bytes: number};
  disk: {size_bytes: number; free_bytes: number} | null;
}
const EVERY = 15_000, OLD = 30_000;

/** How sources and outlets fare, while the component is there: a call now and then, and what passes on the channel `desk` between
 *  them. `isOld`: figures of then have lost their worth. */
export function useHealth() {
  const health = shallowRef<Health>(), error = ref<unknown>();
  const now = useNow(), session = useSession(), live = useLive();
  let timer: ReturnType<typeof setTimeout> | undefined, gone = false;
  async function load() {
    clearTimeout(timer);
    try {
      health.value = await api.get<Health>('/v1/health');
      error.value = undefined;
    } catch (caught) { error.value = caught; }
    if (!gone) timer = setTimeout(load, EVERY);
  }
  const quit = live.onFrame(frame => {
    const have = health.value, told = frame[frame.type] as Record<string, unknown> | undefined;
    if (!have || !told || told.mode !== session.mode) return;
    if (frame.type === 'source') {
      const row = {source: told.source, last_at: told.last_at, last_hour: told.last_hour, state: told.state, at: told.at} as Source;
      const rows = [...have.sources.filter(each => each.source !== row.source), row];
      health.value = {...have, sources: rows.sort((a, b) => (a.last_at ?? '').localeCompare(b.last_at ?? '') || a.source.localeCompare(b.source))};
    } else if (frame.type === 'outlet' && told.failed !== null) {
      const row = told.failed as Failed;
      const others = (have.deliveries?.failed ?? []).filter(each => each.outlet !== told.outlet);
      health.value = {...have, deliveries: {failed: row.count > 0 ? [...others, row] : others}};
    }
  });
  onMounted(() => { live.start(); void load(); });
  onBeforeUnmount(() => { gone = true; clearTimeout(timer); quit(); });
  watch(() => session.round, load);
  const isOld = (at: string) => now.value - Date.parse(at) > OLD;
  const old = computed(() => health.value !== undefined && isOld(health.value.generated_at));
  const asOf = (row: Source) => (row.at && row.at > health.value!.generated_at ? row.at : health.value!.generated_at);
  return {health, error, old, isOld, asOf, load, now};
}
