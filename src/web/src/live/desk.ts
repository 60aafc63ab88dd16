import {defineStore} from 'pinia';
import {ref, shallowRef, triggerRef, watch} from 'vue';
import {api, hooks, type Page} from '@/api/client';
import {useSession} from '@/api/session';
import {useShell} from '@/shell/shell';
import {DeskChannel, type ChannelState, type Frame} from './channel';

export interface Reason { code: string; params?: Record<string, string>; points?: number; text?: string }
export interface Group { size: number; per_minute: number; first_seen: string; last_seen: string; sources: Record<string, number>; series: {t: string | number; source: string; posts: number}[]; series_seconds: number }
/** A case as lists and the channel show it. */
export interface CaseRow {
  id: string; mode: string; state: string; version: number; priority: number; priority_reasons: Reason[]; topics: string[]; regions: string[];
  severity: string; lang: string; claim: string; group: Group | null; assignee: string | null; lease_until: string | null; due_at: string | null;
  created_at: string; changed_at: string; pinned?: unknown; [more: string]: unknown;
}
export interface NoticeRow { id: string; version: number; state: string; kind: string; severity: string; title: Record<string, string>; topics: string[]; regions: string[]; case?: string; authors: string[]; approvals: {by: string}[]; approvals_required: number; changed_at: string; publish_at?: string; [more: string]: unknown }
export interface Person { user: string; what: string }

const OPEN = new Set(['open', 'assigned', 'in_review', 'judged']);
export const isOpen = (row: CaseRow): boolean => OPEN.has(row.state);

/** All open cases and drafts that this person may see, kept true by the channel `desk`. One a tab, started by the first page that
 *  needs it. `cases` and `notices` are plain maps of frozen rows: what changed within a frame of the screen costs one render. */
export const useLive = defineStore('live', () => {
  const cases = shallowRef(new Map<string, CaseRow>());
  const notices = shallowRef(new Map<string, NoticeRow>());
  const people = shallowRef(new Map<string, Person[]>());     // who looks at which case
  const channel = shallowRef<ChannelState>({state: 'connecting'});
  const ready = ref(false);     // something can be shown
  const whole = ref(false);     // everything is there
  const error = shallowRef<unknown>(null);
  const asOf = ref(0);          // when what is shown was last known to be true
  const renders = ref(0);       // how often the rows were handed on, for tests and the curious
  const fresh = new Set<string>();  // ids that came new since the last hand-over; pages empty it
  const session = useSession();
  const shell = useShell();
  const listeners = new Set<(frame: Frame) => void>();

  let named: Set<string> | null = null;   // what a snapshot has named so far
  let waiting = false;
  function render(): void {
    waiting = false;
    renders.value += 1;
    triggerRef(cases);
    triggerRef(notices);
    triggerRef(people);
  }
  /** Once a frame of the screen; hidden pages get no frames, so a timer stands in. */
  function later(): void {
    if (waiting) return;
    waiting = true;
    if (document.hidden) setTimeout(render, 200);
    else requestAnimationFrame(render);
  }

  function put(row: CaseRow): void {
    const before = cases.value.get(row.id);
    if (before && before.version > row.version) return;  // an answer that the channel overtook
    if (!before) fresh.add(row.id);
    cases.value.set(row.id, Object.freeze(row));
    later();
  }
  function take(frame: Frame): void {
    const record = frame[frame.type] as {id?: string; gone?: boolean} | undefined;
    if (frame.type === 'case' && record?.id) {
      named?.add(record.id);
      if (record.gone) cases.value.delete(record.id);
      else put(record as CaseRow);
    } else if (frame.type === 'notice' && record?.id) {
      named?.add(record.id);
      if (record.gone || !['draft', 'submitted', 'approved'].includes(String((record as NoticeRow).state))) notices.value.delete(record.id);
      else notices.value.set(record.id, Object.freeze(record as NoticeRow));
    } else if (frame.type === 'presence') {
      const told = frame.presence as {case: string; people: Person[]};
      if (told.people.length === 0) people.value.delete(told.case);
      else people.value.set(told.case, told.people);
    }
    for (const each of listeners) each(frame);
    later();
  }

  const client = new DeskChannel({
    subscribed(how) {
      named = how.whole ? new Set() : null;
      if (how.whole && how.lost) { shell.sync.state = 'reset'; whole.value = false; }
    },
    frame: take,
    snapshotEnd() {
      for (const id of [...cases.value.keys()]) if (!named?.has(id)) cases.value.delete(id);
      for (const id of [...notices.value.keys()]) if (!named?.has(id)) notices.value.delete(id);
      named = null;
      whole.value = ready.value = true;
      error.value = null;
      later();
    },
    state(state) {
      channel.value = state;
      if (state.state === 'synced') { asOf.value = Date.now(); whole.value = ready.value = true; }
      if (state.state === 'signed_out') { shell.sync.state = 'none'; hooks.signedOut(); return; }
      Object.assign(shell.sync, {offset: state.offset, heardAt: state.heardAt, retryAt: state.retryAt, left: state.left,
                                 state: state.state === 'connecting' ? 'none' : state.state});
    },
  });

  let started = false;
  /** The first page of the queue comes by a call, so that it stands before the rest has come. */
  async function first(): Promise<void> {
    try {
      const page = await api.get<Page<CaseRow>>('/v1/cases', {state: 'open,assigned,in_review', limit: 100});
      for (const row of page.items) if (!cases.value.has(row.id)) cases.value.set(row.id, Object.freeze(row));
      ready.value = true;
      error.value = null;
      later();
    } catch (failed) {
      if (!ready.value) error.value = failed;
    }
  }
  function start(): void {
    if (started) return;
    started = true;
    void first();
    client.start();
    watch(() => session.round, () => {  // signed in again, perhaps as somebody else
      cases.value.clear(); notices.value.clear(); people.value.clear(); fresh.clear();
      ready.value = whole.value = false;
      client.forget();
      void first();
      later();
    });
  }
  function again(): void { error.value = null; void first(); client.soon(); }
  /** Puts what a call answered beside what the channel tells; the newer version stays. */
  const note = (row: CaseRow): void => put({...row});
  /** Forgets cases that ended, once nobody looks at them. */
  function sweep(keep: (id: string) => boolean): void {
    for (const [id, row] of cases.value) if (!isOpen(row) && !keep(id)) cases.value.delete(id);
  }
  function onFrame(told: (frame: Frame) => void): () => void { listeners.add(told); return () => listeners.delete(told); }
  return {cases, notices, people, channel, ready, whole, error, asOf, renders, fresh, start, again, note, sweep, onFrame};
});
