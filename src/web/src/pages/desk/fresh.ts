import {onBeforeUnmount, watch, type Ref} from 'vue';
import {BASE} from '@/api/base';
import {useLive} from '@/live/desk';

const EVERY = 60_000;
const own = (): string => new URL(document.querySelector<HTMLScriptElement>('script[type=module][src]')?.src ?? '/', location.href).pathname;

/** A page that nobody tends (a wall screen) must not go on with the program of yesterday: when the server that answers has another
 *  version, or hands out another page than this one, it loads itself anew. Looked at once a minute and after each cut. */
export function useFreshPage(on: Ref<boolean>, program: Ref<string | undefined>): void {
  const live = useLive();
  let first: string | undefined;
  const reload = () => { if (on.value) location.reload(); };
  async function look(): Promise<void> {
    if (!on.value) return;
    try {
      const answer = await fetch(`${BASE}/desk`, {cache: 'no-store', credentials: 'same-origin'});
      const served = answer.ok ? /<script[^>]+src="([^"]+)"/.exec(await answer.text())?.[1] : undefined;
      if (served && new URL(served, location.href).pathname !== own()) reload();
    } catch { /* no server: the next look, or the channel's return, asks again */ }
  }
  watch(program, now => {
    if (now === undefined) return;
    first ??= now;
    if (now !== first) reload();
  }, {immediate: true});
  watch(() => live.channel.state, (state, before) => { if (state === 'synced' && before !== 'synced') void look(); });
  const timer = setInterval(() => void look(), EVERY);
  onBeforeUnmount(() => clearInterval(timer));
}
