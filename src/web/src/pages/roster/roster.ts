import {lang} from '@/i18n';

// What /v1/roster gives (docs/contract.md, "Roster").
export type Duty = 'desk' | 'expert' | 'approver';
export interface Post { duty: Duty; line: number; topics: string[]; regions: string[] }
export interface Stretch extends Post {
  slot: string; name: string; account: string | null; person: string | null; planned: string | null;
  why: string; override: string | null; from: string; until: string;
}
export interface Slot extends Post { id: string; kind: 'plan' | 'shift'; name: string; version: number }
export interface Gap { duty: Duty; topic: string | null; need: number; have: number; from: string; until: string }
export interface Swap { id: string; slot: string; by: string; to: string | null; from: string; until: string; note?: string }
export interface Span {
  from: string; until: string; now: string; zone: string; planned: boolean;
  stretches: Stretch[]; slots: Slot[]; gaps: Gap[]; handovers: string[]; no_drills: {from: string; until: string}[];
  swaps: Swap[]; schedules: {id: string; name: string; from: string; until: string}[]; drills: Drill[]; people: Record<string, string>;
}
export interface Drill { id: string; version: number; title: string; lead?: string; note?: string; from: string; until: string; blocked_by: string | null }
export interface OnDuty extends Post { account: string; person: string; shift: string; from: string; until: string; load?: number; capacity?: number | null }
export interface Now {
  at: string; zone: string; on: OnDuty[]; next: OnDuty[]; planned: Record<Duty, boolean>; drills: Drill[]; alarms: (Gap & {now: boolean; nobody: boolean})[]; drills_blocked_until: string | null;
}
export interface Person { name: string; role: string }
export interface PlanRecord extends Post {
  id: string; version: number; name: string; people: string[]; starts: string; ends?: string; at?: string; length?: {days?: number; hours?: number};
  weekday?: number; until?: string; weekdays?: number[]; holiday_people?: string[]; schedule?: string;
}
export interface Schedule { id: string; version: number; name: string; from: string; until: string; replaces?: string[] }
export interface Absence { id: string; version: number; account: string; from: string; until: string; note?: string }
/** Who may stand at a duty. */
export const fitsDuty = (person: Person, duty: Duty) => (duty === 'desk' ? ['operator', 'approver'].includes(person.role) : person.role === duty);

const cache = new Map<string, Intl.DateTimeFormat>();
function format(zone: string, options: Intl.DateTimeFormatOptions, locale: string): Intl.DateTimeFormat {
  const key = zone + locale + JSON.stringify(options);
  let made = cache.get(key);
  if (!made) cache.set(key, made = new Intl.DateTimeFormat(locale, {timeZone: zone, hourCycle: 'h23', ...options}));
  return made;
}
const PARTS: Intl.DateTimeFormatOptions = {year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit'};

/** "2026-11-24T08:00": what the wall clock of the desk shows then; what a datetime-local field holds. */
export function civil(at: string | number, zone: string): string {
  const parts: Record<string, string> = {};
  for (const part of format(zone, PARTS, 'en-GB').formatToParts(new Date(at))) parts[part.type] = part.value;
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}
/** The moment at which the desk's wall clock shows this, RFC 3339; '' when it is no time. */
export function moment(text: string, zone: string): string {
  const wanted = Date.parse(text + ':00Z');
  if (Number.isNaN(wanted)) return '';
  let at = wanted;
  for (let i = 0; i < 2; i += 1) at += wanted - Date.parse(civil(at, zone) + ':00Z');
  return new Date(at).toISOString();
}
const locale = () => (lang.value === 'en' ? 'en-GB' : 'zh-CN');
export const hourOf = (at: string | number, zone: string) => civil(at, zone).slice(11);
export const dayText = (at: string | number, zone: string) => format(zone, {month: lang.value === 'en' ? 'short' : 'long', day: 'numeric', weekday: 'short'}, locale()).format(new Date(at));
export const weekdayText = (at: string | number, zone: string, longer = false) => format(zone, {weekday: longer ? 'short' : 'narrow'}, locale()).format(new Date(at));
/** The day, with n more. */
export function dayPlus(day: string, n: number): string {
  return new Date(Date.parse(day + 'T00:00:00Z') + n * 86_400_000).toISOString().slice(0, 10);
}
/** Hours and minutes of a span: "6 时", "1 时 30 分". */
export function lasting(ms: number): string {
  const minutes = Math.round(ms / 60_000), h = Math.floor(minutes / 60), m = minutes % 60;
  const zh = lang.value !== 'en';
  return [h > 0 || m === 0 ? `${h} ${zh ? '小时' : 'h'}` : '', m > 0 ? `${m} ${zh ? '分' : 'min'}` : ''].filter(Boolean).join(' ');
}

/** Topics that miss somebody over the same time as one gap: a person is missing, not several. */
export function gapsTogether<G extends Gap>(gaps: readonly G[]): (G & {topics: string[]})[] {
  const out = new Map<string, G & {topics: string[]}>();
  for (const gap of gaps) {
    const key = [gap.duty, gap.from, gap.until, gap.have].join('|');
    const there = out.get(key);
    if (there && gap.topic) there.topics.push(gap.topic);
    else out.set(key, {...gap, topics: gap.topic ? [gap.topic] : []});
  }
  return [...out.values()];
}

export const drillBar = (drill: Drill): Bar => ({key: drill.id, from: Date.parse(drill.from), until: Date.parse(drill.until), lane: 0, drill});

/** One line of the timeline: posts of one kind, in as many lanes as stand beside one another. */
export interface Bar { key: string; from: number; until: number; lane: number; stretch?: Stretch; gap?: Gap & {topics: string[]}; drill?: Drill }
export interface Row { key: string; post: Post; name: string; lanes: number; bars: Bar[] }

/** Lines in order of desk, approvers, experts. A gap lies in the line that is empty then, or in one of its own. */
export function rowsOf(span: Span): Row[] {
  const rows = new Map<string, Row>();
  const keyOf = (post: Post) => [post.duty, post.line, [...post.topics].sort().join(), [...post.regions].sort().join()].join('|');
  const rowOf = (post: Post, name: string) => {
    const key = keyOf(post);
    let row = rows.get(key);
    if (!row) rows.set(key, row = {key, post, name, lanes: 1, bars: []});
    return row;
  };
  for (const slot of span.slots) rowOf(slot, slot.name);
  for (const one of span.stretches) {
    rowOf(one, one.name).bars.push({key: `${one.slot}${one.from}${one.account ?? ''}`, from: Date.parse(one.from), until: Date.parse(one.until), lane: 0, stretch: one});
  }
  const order = ['desk', 'approver', 'expert'];
  const sorted = () => [...rows.values()].sort((a, b) => order.indexOf(a.post.duty) - order.indexOf(b.post.duty) || a.post.line - b.post.line || a.key.localeCompare(b.key));
  for (const gap of gapsTogether(span.gaps)) {
    const from = Date.parse(gap.from), until = Date.parse(gap.until);
    const fit = sorted().filter(row => row.post.duty === gap.duty && gap.topics.every(topic => row.post.topics.length === 0 || row.post.topics.includes(topic)));
    const free = fit.find(row => !row.bars.some(bar => bar.from < until && from < bar.until && (bar.gap || bar.stretch?.account)));
    const row = free ?? rowOf({duty: gap.duty, line: gap.have + 1, topics: gap.topics, regions: []}, '');
    // What stands empty under a gap is said by the gap.
    row.bars = row.bars.filter(bar => bar.gap || bar.stretch?.account || bar.from < from || bar.until > until);
    row.bars.push({key: `gap${gap.duty}${gap.topics.join()}${gap.from}`, from, until, lane: 0, gap});
  }
  for (const row of rows.values()) {
    row.bars.sort((a, b) => a.from - b.from);
    const ends: number[] = [];
    for (const bar of row.bars) {
      let lane = ends.findIndex(end => end <= bar.from);
      if (lane < 0) lane = ends.length;
      ends[lane] = bar.until;
      bar.lane = lane;
    }
    row.lanes = Math.max(1, ends.length);
  }
  return sorted().filter(row => row.bars.length > 0 || span.slots.some(slot => slot.kind === 'plan' && keyOf(slot) === row.key));
}
