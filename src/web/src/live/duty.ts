import {defineStore} from 'pinia';
import {computed, ref, shallowRef, watch} from 'vue';
import {api} from '@/api/client';
import {serverNow} from '@/api/clock';
import {useSession} from '@/api/session';

export interface OnDuty { account: string; person?: string; duty: string; topics?: string[]; until: string }
export interface DutyGap { duty: string; topic?: string; from: string; until?: string; now?: boolean; nobody?: boolean }
/** GET /v1/roster/now. */
export interface DutyNow { on?: OnDuty[]; next?: {account: string; person?: string; duty: string; from: string}[]; planned?: Record<string, boolean> | boolean; alarms?: DutyGap[] }
const EVERY = 15_000;

/** Who is on duty now: read again every quarter minute and when somebody is relieved, also while the page is hidden, since an alarm
 *  may be due. One a tab; the bar above every page starts it. */
export const useDuty = defineStore('duty', () => {
  const session = useSession();
  const duty = shallowRef<DutyNow | null>(null);
  const known = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined, started = false;

  function wait(): void {
    clearTimeout(timer);
    const moments = [...(duty.value?.on ?? []).map(each => each.until), ...(duty.value?.next ?? []).map(each => each.from)];
    const next = moments.map(each => Date.parse(each) - serverNow() + 500).filter(each => each > 0);
    timer = setTimeout(() => void read(), Math.max(500, Math.min(EVERY, ...next)));
  }
  async function read(): Promise<void> {
    clearTimeout(timer);
    if (session.signedIn) {
      try {
        duty.value = await api.get<DutyNow>('/v1/roster/now');
        known.value = true;
      } catch { known.value = false; }
    }
    wait();
  }
  function start(): void {
    if (started) return;
    started = true;
    void read();
    watch(() => session.user, () => { duty.value = null; known.value = false; });
    watch(() => session.round, read);
  }
  /** People, each once, though they may stand on several duties. */
  const people = computed(() => {
    const out = new Map<string, {account: string; name: string; until: string}>();
    for (const each of duty.value?.on ?? []) {
      const before = out.get(each.account);
      if (!before || each.until > before.until) out.set(each.account, {account: each.account, name: each.person ?? each.account, until: each.until});
    }
    return [...out.values()];
  });
  const planned = computed(() => { const told = duty.value?.planned; return typeof told === 'object' ? Object.values(told).some(Boolean) : Boolean(told); });
  const nobody = computed(() => (known.value ? (duty.value?.alarms ?? []).filter(each => each.now && each.nobody) : []));
  return {duty, known, people, planned, nobody, read, start};
});
