import {BASE} from './base';
import {noteServerTime} from './clock';
import {ApiError, type FieldError} from './errors';

type Query = Record<string, string | number | boolean | null | undefined | (string | number)[]>;
export interface CallOptions {
  query?: Query;
  /** The record's version: If-Match. '*' for whatever it is. */
  ifMatch?: number | string;
  /** Idempotency-Key; made by itself for every write, the same again for a write whose answer was lost. */
  key?: string;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}
export interface Answer<T> { data: T; etag: string; status: number; headers: Headers }

// The session store sets these; the client knows no store.
export const hooks = {
  csrf: '',
  lang: 'zh-CN',
  signedOut: (): void => {},
  answered: (_reachable: boolean): void => {},
  words: (code: string): string => code,
};

// Keys of writes whose answer did not come, by what was sent. The same call again takes the key again, so that it is done once
// whether or not the first one arrived. Kept for this tab; the server keeps answers for a day.
const open = new Map<string, string>();
const PENDING_MOST = 200;

export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

/** "/v1/cases" with a query; lists are joined by commas; null, undefined and '' are left out. */
export function address(path: string, query: Query = {}): string {
  const parts = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(Array.isArray(value) ? value.join(',') : String(value))}`);
  return BASE + path + (parts.length ? '?' + parts.join('&') : '');
}

async function problem(response: Response): Promise<ApiError> {
  let body: Record<string, unknown> = {};
  try { body = await response.json(); } catch { /* a proxy's page, say: the status is all there is */ }
  const text = (name: string) => (typeof body[name] === 'string' ? body[name] as string : '');
  const code = text('code') || `http_${response.status}`;
  const retry = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
  return new ApiError(response.status, code, text('detail') || text('title') || hooks.words(code),
                      Array.isArray(body.errors) ? body.errors as FieldError[] : [],
                      text('request_id') || response.headers.get('X-Request-Id') || '', Number.isFinite(retry) ? retry : 0, body);
}

const WRITES = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** One call with its headers. Throws ApiError. `path` begins with /v1. */
export async function call<T>(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<Answer<T>> {
  const headers: Record<string, string> = {Accept: 'application/json', 'Accept-Language': hooks.lang, ...options.headers};
  const write = WRITES.has(method);
  const raw = body instanceof Blob || body instanceof ArrayBuffer || typeof body === 'string';
  const payload = body === undefined ? undefined : raw ? body as BodyInit : JSON.stringify(body);
  if (payload !== undefined && !raw) headers['Content-Type'] = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  if (options.ifMatch !== undefined) headers['If-Match'] = options.ifMatch === '*' ? '*' : `"${options.ifMatch}"`;
  let same = '';
  if (write) {
    if (hooks.csrf) headers['X-CSRF-Token'] = hooks.csrf;
    same = [method, path, JSON.stringify(options.query ?? {}), headers['If-Match'] ?? '', typeof payload === 'string' ? payload : newKey()].join('\n');
    if (!path.startsWith('/v1/session')) headers['Idempotency-Key'] = options.key ?? open.get(same) ?? newKey();
  }
  let response: Response;
  const sentAt = Date.now();
  try {
    response = await fetch(address(path, options.query), {method, headers, body: payload, signal: options.signal, credentials: 'same-origin', cache: write ? 'no-store' : 'default'});
  } catch (error) {
    if (options.signal?.aborted) throw new ApiError(0, 'aborted', '');
    hooks.answered(false);
    if (write) remember(same, headers['Idempotency-Key']);
    throw new ApiError(0, 'lost', hooks.words(write ? 'lost' : 'unreachable'));
  }
  hooks.answered(true);
  noteServerTime(Date.parse(response.headers.get('Date') ?? ''), sentAt, Date.now(), false);
  if (!response.ok && response.status !== 304) {
    const error = await problem(response);
    // A server that failed or was busy may have done it or not: the key stays for the next try.
    if (write && (error.status >= 500 || error.status === 429)) remember(same, headers['Idempotency-Key']);
    else if (write) open.delete(same);
    if (error.status === 401 && (error.code === 'session_over' || !/^\/v1\/session(\/|$)/.test(path))) hooks.signedOut();
    throw error;
  }
  let data: unknown;
  try {
    const text = response.status === 204 || response.status === 304 ? '' : await response.text();
    data = text === '' ? undefined : JSON.parse(text);
  } catch {
    if (write) remember(same, headers['Idempotency-Key']);
    throw new ApiError(response.status, 'lost', hooks.words(write ? 'lost' : 'unreachable'));
  }
  if (write) open.delete(same);
  return {data: data as T, etag: response.headers.get('ETag') ?? '', status: response.status, headers: response.headers};
}

function remember(same: string, key: string | undefined): void {
  if (!key) return;
  open.delete(same);
  open.set(same, key);
  if (open.size > PENDING_MOST) open.delete(open.keys().next().value as string);
}

const only = async <T>(answer: Promise<Answer<T>>): Promise<T> => (await answer).data;

export const api = {
  get: <T>(path: string, query?: Query, options?: CallOptions) => only<T>(call('GET', path, undefined, {...options, query})),
  post: <T>(path: string, body: unknown = {}, options?: CallOptions) => only<T>(call('POST', path, body, options)),
  put: <T>(path: string, body: unknown, options?: CallOptions) => only<T>(call('PUT', path, body, options)),
  patch: <T>(path: string, body: unknown, options?: CallOptions) => only<T>(call('PATCH', path, body, options)),
  del: <T>(path: string, options?: CallOptions) => only<T>(call('DELETE', path, undefined, options)),
};

export interface Page<T> { items: T[]; next?: string | null }
