import {isOpen, type CaseRow} from '@/live/desk';
import {compare} from './order';

const KEPT = 'clarion.order', MOST = 400;

/** Remembers, for this tab, the order that a case was opened from: the queue as it stood, around `id`. */
export function keepOrder(ids: readonly string[], id: string): void {
  const at = Math.max(0, ids.indexOf(id) - MOST / 2);
  try { sessionStorage.setItem(KEPT, JSON.stringify(ids.slice(at, at + MOST))); } catch { /* no room: the open cases stand in */ }
}

/** The case before (-1) or after (1) `id`: in the order it was opened from, else among all open cases by urgency. */
export function neighbour(id: string, step: 1 | -1, cases: ReadonlyMap<string, CaseRow>): string | null {
  let ids: string[] = [];
  try { ids = JSON.parse(sessionStorage.getItem(KEPT) ?? '[]') as string[]; } catch { /* none kept */ }
  if (!ids.includes(id)) ids = [...cases.values()].filter(each => isOpen(each) || each.id === id).sort(compare).map(each => each.id);
  const at = ids.indexOf(id);
  return at < 0 ? null : ids[at + step] ?? null;
}
