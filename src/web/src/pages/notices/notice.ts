import {api, call, type Page} from '@/api/client';
import type {Mode} from '@/api/session';

export type Lang2 = 'zh' | 'en';
export interface Words { title?: string; summary?: string; body?: string; advice?: string[] }
export interface Evidence { title?: string; url: string; publisher?: string }
export interface Expert { name: string; title?: string; affiliation?: string }
/** What a person writes of a notice (docs/contract.md section 2). */
export interface Draft {
  kind?: string; severity?: string; topics?: string[]; regions?: string[]; content?: Partial<Record<Lang2, Words>>;
  claim?: {text?: string; appearances?: string[]}; verdict?: string; evidence?: Evidence[]; experts?: Expert[];
  expires_at?: string; correction?: string; owner?: string;
}
interface Stamp { by: string; at: string }
export interface Notice extends Draft {
  id: string; revision: number; action: string; mode: Mode; state: string; version: number; content_hash: string;
  authors: string[]; approvals: (Stamp & {note?: string})[]; approvals_required: number; published_revision: number;
  published_at?: string; position?: {epoch: string; offset: string}; issuer?: string; reason_code?: string; case?: string;
  publish_at?: string; publish_held?: string; rejected?: Stamp & {reason: string}; submitted?: Stamp & {note?: string}; edited?: Stamp;
  changed?: Partial<Record<Lang2, string>>; voided?: (Stamp & {fields: string[]; approval: Stamp})[]; links?: {html?: string};
}
export interface Both { zh: string; en: string }
export interface Check { level: 'blocks' | 'warns' | 'passed'; code: string; pointer: string; text: Both; mend?: Both; slot?: string }
export interface Checks { items: Check[]; left: number; warnings: number; passed: number }
export interface FormText { html?: string; text?: string; title?: string; body_html?: string }
export interface Form { id: string; outlet: string; goes_out: boolean; zh?: FormText; en?: FormText }
export interface Limit { id: string; outlet: string; name: Both; unit: 'characters' | 'bytes'; used: number; most: number; level: 'ok' | 'near' | 'over' }
export interface Preview { forms: Form[]; limits: Limit[] }
export interface Template { id: string; kind: string; action: string; name: Both; about: Both; mode?: string; content: Draft['content'] }
export interface Outlet { id: string; name: Both; connected: boolean; state: string; text: Both; can_pause: boolean; paused?: Stamp & {reason: string}; subscribers?: number; partners?: number; failed?: number; unknown?: number; queued?: number }
export interface Delivery { id?: string; outlet: string; recipient: string; state: string; text: Both; revision?: number; at?: string; attempts?: number; why?: Both; next_at?: string; retry: boolean; subscribers?: number }
export interface Prepared { correction: Draft; update: Draft; withdrawal: Record<string, {content: NonNullable<Draft['content']>}> }
export interface DryRun { mode: Mode; cities: number; subscribers: number; partners: number; quota_cost: number; sentence: Both; confirm: string; confirm_until: string }

const MEMBERS = ['kind', 'severity', 'topics', 'regions', 'content', 'claim', 'verdict', 'evidence', 'experts', 'expires_at', 'correction', 'owner'] as const;
/** The members a person writes, and nothing around them. */
export function draftOf(notice: Notice): Draft {
  const out: Record<string, unknown> = {};
  for (const name of MEMBERS) if (notice[name] !== undefined) out[name] = JSON.parse(JSON.stringify(notice[name]));
  return out as Draft;
}
/** What a form holds without its empty places, as it is sent. */
export function trimmed(draft: Draft): Draft {
  const out = JSON.parse(JSON.stringify(draft)) as Draft;
  for (const lang of ['zh', 'en'] as const) {
    const words = out.content?.[lang];
    if (!words) continue;
    words.advice = (words.advice ?? []).filter(each => each.trim() !== '');
    if (!words.title && !words.summary && !words.body && !words.advice.length) delete out.content![lang];
  }
  out.evidence = (out.evidence ?? []).filter(each => each.title || each.url);
  for (const each of out.evidence) for (const name of ['title', 'publisher'] as const) if (!each[name]) delete each[name];
  if (out.claim && !out.claim.text && !out.claim.appearances?.length) delete out.claim;
  for (const name of ['kind', 'severity', 'verdict', 'expires_at', 'correction', 'owner'] as const) if (!out[name]) delete out[name];
  return out;
}
/** RFC 7396: what has to be sent so that `before` becomes `after`. */
export function patchFor(before: unknown, after: unknown): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  const a = before as Record<string, unknown>, b = after as Record<string, unknown>;
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (JSON.stringify(a[name]) === JSON.stringify(b[name])) continue;
    const nests = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
    out[name] = !(name in b) ? null : nests(a[name]) && nests(b[name]) ? patchFor(a[name], b[name]) : b[name];
  }
  return out;
}
/** RFC 7396 the other way: `patch` put onto `target`, which stays as it is. */
export function patched<T>(target: T, patch: Record<string, unknown>): T {
  const out = {...(target as Record<string, unknown>)};
  const nests = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete out[name];
    else out[name] = nests(value) ? patched(nests(out[name]) ? out[name] : {}, value) : value;
  }
  return out as T;
}

export const path = (id: string, more = '') => `/v1/notices/${encodeURIComponent(id)}${more}`;
export const getNotice = async (id: string): Promise<Notice> => (await call<Notice>('GET', path(id), undefined, {headers: {'Cache-Control': 'no-cache'}})).data;
export const act = (notice: Notice, name: string, body: unknown = {}) => api.post<Notice>(path(notice.id, `/${name}`), body, {ifMatch: notice.version});
export const listNotices = (query: Record<string, string>) => api.get<Page<Notice>>('/v1/notices', query);

/** A hash as people compare it: three groups of four. */
export const groups = (hash: string): string[] => [hash.slice(0, 4), hash.slice(4, 8), hash.slice(8, 12)];
export const titleOf = (notice: Draft, lang: Lang2): string => notice.content?.[lang]?.title || notice.content?.zh?.title || notice.content?.en?.title || '';
/** In force and ending within a day. */
export const endsSoon = (notice: Notice, now: number): boolean =>
  notice.state === 'published' && !!notice.expires_at && Date.parse(notice.expires_at) - now < (notice.kind === 'holding' ? 3_600_000 : 86_400_000);
export const characters = (text: string | undefined): number => Array.from(text ?? '').length;
