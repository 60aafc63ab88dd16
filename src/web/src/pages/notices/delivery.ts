import type {Delivery, Outlet} from './notice';

/** Most in need of a person first. */
export const ORDER = ['failed', 'unknown', 'behind', 'paused', 'silent', 'queued', 'sent', 'serving', 'delivered', 'locked', 'not_connected'];
/** Icon and colour of each state; never colour alone. */
export const MARKS: Record<string, [string, string]> = {
  delivered: ['check-circle', 'ok'], serving: ['check-circle', 'ok'], sent: ['clock', ''], queued: ['clock', ''], paused: ['lock', 'warn'], behind: ['clock', 'warn'],
  failed: ['x-circle', 'bad'], unknown: ['unknown', 'dim'], silent: ['unknown', 'dim'], locked: ['lock', 'dim'], not_connected: ['minus', 'dim'],
};
export const needsLook = (state: string) => state === 'failed' || state === 'unknown';

/** What an outlet has of one revision: its recipients, the worst of their states first. */
export interface Cell { outlet: string; revision: number; items: Delivery[]; states: {state: string; count: number}[] }
/** Rows of the matrix: every outlet, and for each revision (newest first) what it did with it. Of the stream a recipient stands at the
 *  revision that it has; who has none yet stands at the newest. */
export function matrix(items: Delivery[], outlets: Outlet[], newest: number): {outlet: string; cells: Cell[]}[] {
  const revisions = Array.from({length: newest}, (_, n) => newest - n);
  const ids = [...new Set([...outlets.map(each => each.id), ...items.map(each => each.outlet)])];
  return ids.map(outlet => ({outlet, cells: revisions.map(revision => {
    const mine = items.filter(each => each.outlet === outlet && (each.revision || newest) === revision)
      .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
    const counts = new Map<string, number>();
    for (const each of mine) counts.set(each.state, (counts.get(each.state) ?? 0) + 1);
    return {outlet, revision, items: mine, states: [...counts].map(([state, count]) => ({state, count}))};
  })}));
}
