import {defineStore} from 'pinia';
import {computed, ref, shallowRef} from 'vue';
import {api, hooks} from './client';
import {noteServerTime, serverNow} from './clock';

export type Mode = 'Actual' | 'Exercise' | 'Test';
export type Role = 'operator' | 'expert' | 'approver' | 'admin' | 'auditor';
/** GET /v1/session (docs/contract.md section 3). */
export interface Session {
  user: string | null;
  role: Role | null;
  regions: string[];
  csrf: string | null;
  mode: Mode;
  enrol?: boolean;
  demo?: boolean;
  desk?: string;
  time?: string;
  expires_at?: string | null;
  idle_seconds?: number;
  second_factor?: {required: boolean; enrolled: boolean; recovery_left: number} | null;
}
/** What stands beside the password: a one-time code, or one of the codes for when the phone is lost. */
export interface Proof { totp?: string; recovery?: string }

/** Who is signed in at this desk, and whether that still holds. `round` rises at each sign-in: pages that read with an old
 *  session watch it and read again. */
export const useSession = defineStore('session', () => {
  const session = shallowRef<Session | null>(null);
  const over = ref(false);       // was signed in, is no longer: the overlay asks to sign in again, everything typed stays
  const reachable = ref(true);   // the last call got an answer
  const round = ref(0);
  const usedAt = ref(serverNow());  // the last call that the server answered: what its idle time counts from

  const user = computed(() => session.value?.user ?? null);
  const role = computed(() => session.value?.role ?? null);
  const mode = computed<Mode>(() => session.value?.mode ?? (location.pathname.startsWith('/drill') ? 'Exercise' : 'Actual'));
  const signedIn = computed(() => user.value !== null && !over.value);

  function take(next: Session, sentAt: number) {
    noteServerTime(Date.parse(next.time ?? ''), sentAt, Date.now(), true);
    const before = session.value?.user;
    session.value = next;
    hooks.csrf = next.csrf ?? '';
    if (next.user !== null) {
      over.value = false;
      round.value += 1;
    } else if (before) {
      over.value = true;
    }
    return next;
  }
  async function load() {
    const sentAt = Date.now();
    return take(await api.get<Session>('/v1/session'), sentAt);
  }
  async function signIn(name: string, password: string, proof: Proof = {}) {
    const sentAt = Date.now();
    return take(await api.post<Session>('/v1/session', {name, password, ...proof}), sentAt);
  }
  async function signOut() {
    await api.del('/v1/session');
    session.value = session.value && {...session.value, user: null, role: null, csrf: null};
    hooks.csrf = '';
    over.value = false;
  }
  hooks.signedOut = () => { if (user.value !== null) over.value = true; };
  hooks.answered = answered => {
    reachable.value = answered;
    if (answered) usedAt.value = serverNow();
  };
  /** When the session ends if nothing more is asked, milliseconds since 1970 by the server's clock; 0: nobody is signed in. */
  const endsAt = computed(() => {
    const at = session.value;
    if (!signedIn.value || !at?.expires_at) return 0;
    return Math.min(Date.parse(at.expires_at), usedAt.value + (at.idle_seconds ?? 3600) * 1000);
  });
  return {endsAt, session, user, role, mode, signedIn, over, reachable, round, load, signIn, signOut};
});
