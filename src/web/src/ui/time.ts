import {lang} from '@/i18n';

const locale = () => (lang.value === 'en' ? 'en-GB' : 'zh-CN');
const cache = new Map<string, Intl.DateTimeFormat>();
function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale() + JSON.stringify(options);
  let made = cache.get(key);
  if (!made) cache.set(key, made = new Intl.DateTimeFormat(locale(), {hourCycle: 'h23', ...options}));
  return made;
}

/** 24 h; the day only when it is not today, the year only when it is not this one. */
export function clock(at: string | number | Date, now: number, seconds = false): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return '';
  const today = new Date(now);
  const time: Intl.DateTimeFormatOptions = {hour: '2-digit', minute: '2-digit', ...(seconds ? {second: '2-digit'} : {})};
  if (date.toDateString() === today.toDateString()) return format(time).format(date);
  const day: Intl.DateTimeFormatOptions = {month: lang.value === 'en' ? 'short' : 'numeric', day: 'numeric', ...(date.getFullYear() === today.getFullYear() ? {} : {year: 'numeric'})};
  return format({...day, ...time}).format(date);
}
export const full = (at: string | number | Date): string => {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? '' : format({dateStyle: 'full', timeStyle: 'long'} as Intl.DateTimeFormatOptions).format(date);
};

/** Milliseconds as mm:ss, h:mm:ss from an hour on; negative: −mm:ss. */
export function span(ms: number): string {
  const all = Math.floor(Math.abs(ms) / 1000);
  const h = Math.floor(all / 3600), m = Math.floor(all / 60) % 60, s = all % 60;
  const two = (n: number) => String(n).padStart(2, '0');
  return (ms < 0 && all > 0 ? '−' : '') + (h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`);
}
/** Rough words: "3 分钟", "2 小时", "5 天". */
export function rough(ms: number): string {
  const units: [number, Intl.RelativeTimeFormatUnit][] = [[86_400_000, 'day'], [3_600_000, 'hour'], [60_000, 'minute'], [1000, 'second']];
  const [size, unit] = units.find(([each]) => Math.abs(ms) >= each) ?? units[3];
  return new Intl.NumberFormat(locale(), {style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0}).format(Math.floor(Math.abs(ms) / size));
}
