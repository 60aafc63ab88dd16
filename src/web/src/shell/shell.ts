import {defineStore} from 'pinia';
import {reactive, ref} from 'vue';

/** What the sync slot of the top bar says. The live store (src/live) sets it. */
export interface Sync {
  state: 'none' | 'synced' | 'catching' | 'quiet' | 'cut' | 'reset';
  /** Offset of the channel, for people to compare. */
  offset?: string;
  /** When something was last heard, milliseconds since 1970. */
  heardAt?: number;
  /** Frames still to come while catching up. */
  left?: number;
  /** When the next try is made. */
  retryAt?: number;
}

/** What pages put into the shell around them: figures beside the places, the state of the live channel. */
export const useShell = defineStore('shell', () => {
  const sync = reactive<Sync>({state: 'none'});
  const badges = reactive<Record<string, number>>({});      // by the name of a place: desk, notices, …
  const dutyOpen = ref(false);  // the drawer of who is on duty
  const title = ref('');  // of the page, when it is more than its route's: a case's number, say
  const lines = reactive({polite: '', assertive: ''});
  let saidAt = 0;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  /** Says it to screen readers. Polite ones at most once a minute: the newest of those that came between. */
  function say(text: string, how: 'polite' | 'assertive' | 'now' = 'polite') {
    if (how === 'assertive') { lines.assertive = ''; setTimeout(() => { lines.assertive = text; }, 50); return; }
    const put = () => { lines.polite = text; saidAt = Date.now(); };
    clearTimeout(waiting);
    const wait = how === 'now' ? 0 : Math.max(0, saidAt + 60_000 - Date.now());
    if (wait === 0) put();
    else waiting = setTimeout(put, wait);
  }
  return {sync, badges, dutyOpen, title, lines, say};
});
