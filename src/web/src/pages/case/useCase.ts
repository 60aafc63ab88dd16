import {computed, onScopeDispose, ref, shallowRef, watch} from 'vue';
import {api} from '@/api/client';
import {isApiError} from '@/api/errors';
import {useSession} from '@/api/session';
import {useLive, type Person} from '@/live/desk';
import type {Case} from './types';

const PRESENCE_MS = 12_000;  // the server forgets who was not heard of for 40 s

/** One case, kept true by the channel `desk`: whatever it tells of the case, or of a notice made from it, reads the case again, one
 *  read at a time, so that what is shown last is the newest. After a cut the channel goes on from its place, and one read more
 *  covers what it could not. Who else looks at the case passes on the same channel. */
export function useCase(id: string) {
  const live = useLive(), session = useSession();
  live.start();
  const found = shallowRef<Case | null>(null);
  const gone = ref(false);  // it was there and this person may not see it any more: what was written stays in view
  const trouble = shallowRef<unknown>(null);
  const people = ref<Person[]>([]);
  const others = computed(() => people.value.filter(each => each.user !== session.user));

  function take(answer: Case): void {
    // What came later in another answer is not overwritten by an older one.
    if (found.value && answer.version < found.value.version) return;
    const before = found.value;
    found.value = {...answer, may: answer.may ?? before?.may, limits: answer.limits ?? before?.limits, watching: answer.watching ?? before?.watching};
  }
  async function read(): Promise<void> {
    try {
      take(await api.get<Case>(`/v1/cases/${id}`));
      trouble.value = null;
      gone.value = false;
    } catch (error) {
      if (!found.value) trouble.value = error;
      else if (isApiError(error) && error.status === 404 && !gone.value) {
        gone.value = true;
        found.value = {...found.value, may: [], state: 'open', assignee: null, lease_until: null};
      }
    }
  }
  let reading: Promise<void> | null = null, again = false;
  /** Reads the case; when a read is under way, once more after it. Done when nothing newer is known of. */
  function load(): Promise<void> {
    if (reading) { again = true; return reading; }
    reading = (async () => {
      do { again = false; await read(); } while (again);
    })().finally(() => { reading = null; });
    return reading;
  }

  const works = () => found.value?.may?.includes('note') ?? false;
  let doing: 'viewing' | 'editing' = 'viewing';
  /** Says that this person is here; who may not be present is not told of, and asks. */
  async function tell(what: 'viewing' | 'editing' | 'left' = doing): Promise<void> {
    if (what !== 'left') doing = what;
    try {
      const path = `/v1/cases/${id}/presence`;
      const answer = works() ? await api.put<{people: Person[]}>(path, {what}) : await api.get<{people: Person[]}>(path);
      people.value = answer.people;
    } catch { /* the channel tells of the next change */ }
  }
  const beat = setInterval(() => { if (document.visibilityState === 'visible' && works() && !gone.value) void tell(); }, PRESENCE_MS);
  const quiet = live.onFrame(frame => {
    if (frame.type === 'case' && (frame.case as {id?: string}).id === id) void load();
    else if (frame.type === 'notice' && (frame.notice as {case?: string}).case === id) void load();
    else if (frame.type === 'presence') {
      const told = frame.presence as {case: string; people: Person[]};
      if (told.case === id) people.value = told.people;
    }
  });
  watch(() => live.channel.state, (now, before) => {
    if (now !== 'synced' || before === 'synced' || before === 'quiet' || !found.value) return;
    void load();
    if (!gone.value) void tell();
  });
  watch(() => session.round, load);
  onScopeDispose(() => {
    clearInterval(beat);
    quiet();
    if (works()) void tell('left');
  });
  return {found, gone, trouble, others, take, load, tell};
}
