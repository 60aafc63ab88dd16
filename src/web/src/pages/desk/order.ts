import type {CaseRow} from '@/live/desk';

export const LANES = ['free', 'mine', 'team', 'review', 'again'] as const;
export type Lane = (typeof LANES)[number];

export function inLane(row: CaseRow, lane: Lane, me: string | null): boolean {
  switch (lane) {
    case 'free': return row.state === 'open';
    case 'mine': return row.assignee === me && (row.state === 'assigned' || row.state === 'in_review');
    case 'team': return row.state === 'assigned' || row.state === 'in_review';
    case 'again': return row.state === 'judged';
    default: return false;
  }
}

export interface Filter { topic: string; region: string; severity: string; text: string }
export const noFilter = (): Filter => ({topic: '', region: '', severity: '', text: ''});
const RANK: Record<string, number> = {minor: 1, moderate: 2, severe: 3, extreme: 4};

/** Whole trailing levels of zeros cut off (contract section 4): 440100 → 4401. */
export function regionPrefix(code: string): string {
  let cut = code;
  for (const size of [3, 3, 2, 2]) {
    const before = code.length <= 6 && size === 3 ? 0 : size;
    if (before && cut.length > before && /^0+$/.test(cut.slice(-before))) cut = cut.slice(0, -before);
    else if (before) break;
  }
  return cut;
}
export function regionsMatch(a: string, b: string): boolean {
  const one = regionPrefix(a), two = regionPrefix(b);
  return one.startsWith(two) || two.startsWith(one);
}
export function passes(row: CaseRow, filter: Filter): boolean {
  if (filter.topic && !row.topics.includes(filter.topic)) return false;
  if (filter.region && row.regions.length && !row.regions.some(each => regionsMatch(each, filter.region))) return false;
  if (filter.severity && (RANK[row.severity] ?? 0) < (RANK[filter.severity] ?? 0)) return false;
  return !filter.text || row.claim.toLowerCase().includes(filter.text.toLowerCase());
}

/** The order of the list: pinned first, then by priority, then the older. */
export function compare(a: CaseRow, b: CaseRow): number {
  return Number(Boolean(b.pinned)) - Number(Boolean(a.pinned)) || b.priority - a.priority || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** What is shown stays where it is; `more` are the ids that belong there and are not shown yet. New ones that sort behind everything
 *  are appended at once, for that moves nothing; the others wait until the order is applied. */
export function settle(shown: readonly string[], rows: ReadonlyMap<string, CaseRow>, wanted: (row: CaseRow) => boolean): {shown: string[]; more: CaseRow[]} {
  const known = new Set(shown);
  const kept = shown.filter(id => rows.has(id));
  const missing: CaseRow[] = [];
  for (const row of rows.values()) if (!known.has(row.id) && wanted(row)) missing.push(row);
  if (missing.length === 0) return {shown: kept.length === shown.length ? shown as string[] : kept, more: []};
  missing.sort(compare);
  const last = kept.length ? rows.get(kept[kept.length - 1]) : undefined;
  const behind = missing.findIndex(row => !last || compare(last, row) < 0);
  if (behind < 0) return {shown: kept, more: missing};
  return {shown: [...kept, ...missing.slice(behind).map(row => row.id)], more: missing.slice(0, behind)};
}
export const sorted = (rows: ReadonlyMap<string, CaseRow>, wanted: (row: CaseRow) => boolean): string[] =>
  [...rows.values()].filter(wanted).sort(compare).map(row => row.id);
