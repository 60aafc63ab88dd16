import {lang} from '@/i18n';

/** GET /v1/stats (docs/contract.md section 3). Null is unknown. */
export interface Counts {
  posts_seen: number | null; posts_flagged: number | null; cases_opened: number; cases_closed: number; cases_dismissed: number; verdicts: number;
  notices: number; revisions: number; withdrawals: number;
}
export interface Took { count: number; median_seconds: number | null; p90_seconds: number | null }
export interface Effect { notice: string; case: string; title: Record<string, string>; published_at: string; before_per_minute: number | null; after_per_minute: number | null; half_life_seconds: number | null }
export interface Published { notice: string; revision: number; action: string; kind: string; severity: string; verdict?: string; title: Record<string, string>; url: string | null; published_at: string }
export interface Stats {
  from: string; to: string; generated_at: string; timezone: string; days: (Counts & {day: string; backlog: number | null})[]; hours: {hour: number; cases: number}[] | null; published: Published[] | null; totals: Counts; times: Record<'claim' | 'decision' | 'verdict' | 'publication', Took>;
  topics: {topic: string | null; cases: number}[]; regions: {region: string | null; cases: number}[];
  backlog: {open: number; assigned: number; in_review: number; judged: number; overdue: number; oldest_at: string | null; approval: number; approval_oldest_at: string | null}; effects: Effect[];
}

/** Where the 21 cities stand on the tile map: column, row (ui.md section 6). */
export const TILES: Record<string, [number, number]> = {
  440200: [3, 0], 441800: [2, 1], 440100: [3, 1], 441600: [4, 1], 441400: [5, 1], 445100: [6, 1], 441200: [1, 2], 440600: [2, 2], 441900: [3, 2], 441300: [4, 2],
  445200: [5, 2], 440500: [6, 2], 445300: [1, 3], 440700: [2, 3], 442000: [3, 3], 440300: [4, 3], 441500: [5, 3], 440900: [0, 4], 441700: [1, 4], 440400: [3, 4], 440800: [0, 5],
};
/** Fixed limits, so that days compare: from these many cases on the next step begins. */
export const LIMITS = [15, 40, 80, 110];
export const stepOf = (cases: number): number => LIMITS.filter(limit => cases >= limit).length;

const seconds = (n: number, digits: number) => new Intl.NumberFormat(lang.value === 'en' ? 'en-GB' : 'zh-CN', {style: 'unit', unit: 'second', unitDisplay: 'short', minimumFractionDigits: digits, maximumFractionDigits: digits}).format(n);
/** Seconds in a few words: "0.3 s", "48 s", "4:10", "1:05:00". */
export function took(time: number | null): string | null {
  if (time === null) return null;
  if (time < 60) return seconds(time, time < 10 ? 1 : 0);
  const all = Math.round(time), two = (n: number) => String(n).padStart(2, '0');
  return all < 3600 ? `${Math.floor(all / 60)}:${two(all % 60)}` : `${Math.floor(all / 3600)}:${two(Math.floor(all / 60) % 60)}:${two(all % 60)}`;
}
