import {api} from '@/api/client';
import type {Bar, Span, Stretch} from './roster';

/** A bar of the timeline with other times, before it is saved. */
export interface Move { bar: Bar; from: number; until: number }
/** Who stands there afterwards, where it was another before; account null: nobody. */
export interface Effect { account: string | null; from: number; until: number }
interface Step { method: 'POST' | 'PATCH'; path: string; body: Record<string, unknown> }
export const HALF = 1_800_000;

const text = (at: number) => new Date(at).toISOString();
/** A shift or drill that begins later may be moved; of one that runs, the end. */
export const canMove = (bar: Bar, now: number) => Boolean(bar.drill || bar.stretch?.account) && bar.from > now;
export const canEnd = (bar: Bar, now: number) => Boolean(bar.drill || bar.stretch?.account) && bar.until > now;

/** The parts that [from, until) gains and loses against the bar. */
function parts({bar, from, until}: Move) {
  const apart = until <= bar.from || bar.until <= from;
  const gained: [number, number][] = apart ? [[from, until]] : [[from, bar.from], [bar.until, until]];
  const before: [number, number] = [bar.from, apart ? bar.until : from], behind: [number, number] = [apart ? bar.until : until, bar.until];
  const real = ([a, b]: [number, number]) => b > a;
  return {gained: gained.filter(real), before: real(before) ? before : undefined, behind: real(behind) ? behind : undefined};
}
/** Who stands in the same slot right before or behind: they take over what is given up. */
function neighbour(bar: Bar, span: Span, side: 'before' | 'behind'): string | null {
  const beside = (one: Stretch) => (side === 'before' ? Date.parse(one.until) === bar.from : Date.parse(one.from) === bar.until);
  return span.stretches.find(one => one.slot === bar.stretch!.slot && one.account && beside(one))?.account ?? null;
}

/** What a move of a plan's turn does to others; a single shift or an override simply has other times. */
export function effectsOf(move: Move, span: Span): Effect[] {
  const one = move.bar.stretch;
  if (!one) return [];
  const {before, behind} = parts(move);
  const kept = one.override !== null || one.why === 'shift';
  const out: Effect[] = [];
  if (before) out.push({account: kept ? one.planned : neighbour(move.bar, span, 'before'), from: before[0], until: before[1]});
  if (behind) out.push({account: kept ? one.planned : neighbour(move.bar, span, 'behind'), from: behind[0], until: behind[1]});
  return out;
}

function stepsOf(move: Move, span: Span): Step[] {
  const {bar, from, until} = move, one = bar.stretch;
  const times = {...(from !== bar.from ? {from: text(from)} : {}), ...(until !== bar.until ? {until: text(until)} : {})};
  if (bar.drill) return [{method: 'PATCH', path: `/v1/roster/drills/${bar.drill.id}`, body: times}];
  if (one!.override) return [{method: 'PATCH', path: `/v1/roster/overrides/${one!.override}`, body: times}];
  if (one!.why === 'shift') return [{method: 'PATCH', path: `/v1/roster/shifts/${one!.slot}`, body: times}];
  const put = (account: string | null, a: number, b: number): Step => ({method: 'POST', path: '/v1/roster/overrides', body: {slot: one!.slot, account, from: text(a), until: text(b)}});
  return [...effectsOf(move, span).map(each => put(each.account, each.from, each.until)), ...parts(move).gained.map(([a, b]) => put(one!.account, a, b))];
}

/** Saves it; all or nothing. Gives what takes it back. */
export async function perform(move: Move, span: Span): Promise<() => Promise<void>> {
  const back: (() => Promise<unknown>)[] = [];
  const undo = async () => { while (back.length) await back.pop()!(); };
  try {
    for (const step of stepsOf(move, span)) {
      if (step.method === 'POST') {
        const made = await api.post<{id: string; version: number}>(step.path, step.body);
        back.push(() => api.del(`${step.path}/${made.id}`, {ifMatch: made.version}));
      } else {
        const was = await api.get<{version: number; [name: string]: unknown}>(step.path);
        const now = await api.patch<{version: number}>(step.path, step.body, {ifMatch: was.version});
        back.push(() => api.patch(step.path, Object.fromEntries(Object.keys(step.body).map(name => [name, was[name]])), {ifMatch: now.version}));
      }
    }
  } catch (caught) {
    await undo();
    throw caught;
  }
  return undo;
}
