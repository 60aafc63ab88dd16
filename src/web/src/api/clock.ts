import {onScopeDispose, ref, shallowReadonly, type Ref} from 'vue';

// What the server's clock is ahead of this computer's, in milliseconds. A time that the server names in a body is exact to the
// round trip; the Date header only to a second, so it corrects what is off by more.
let offset = 0;

export function noteServerTime(serverMs: number, sentAt: number, receivedAt: number, exact: boolean): void {
  if (!Number.isFinite(serverMs)) return;
  const measured = serverMs + (exact ? 0 : 500) - (sentAt + receivedAt) / 2;
  if (exact || Math.abs(measured - offset) > 1500) offset = measured;
}

/** Milliseconds since 1970 by the server's clock: what leases and deadlines are counted against. */
export const serverNow = (): number => Date.now() + offset;

const now = ref(serverNow());
let users = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
function tick() {
  now.value = serverNow();
  timer = setTimeout(tick, 1000 - (now.value % 1000) + 5);
}

/** The server's time, renewed once a second for all who look at it; free when nobody does. */
export function useNow(): Readonly<Ref<number>> {
  if (users++ === 0) tick();
  onScopeDispose(() => { if (--users === 0) clearTimeout(timer); });
  return shallowReadonly(now);
}
