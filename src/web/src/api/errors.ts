/** One thing wrong with one field: `pointer` is its place in what was sent (RFC 6901). */
export interface FieldError { pointer: string; code?: string; detail: string }

/** An answer that is no 2xx, or none at all. `code` is the catalogue's (docs/contract.md), or one of ours:
 *  `lost` (no answer: whether it was done is not known; the same call again is not doubled), `aborted`. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    /** In the person's language, from the server where it gave one. */
    readonly words: string,
    readonly fields: FieldError[] = [],
    readonly requestId = '',
    /** Seconds after which it may be tried again; 0: nothing was said. */
    readonly retryAfter = 0,
    readonly body: Record<string, unknown> = {},
  ) { super(words || code); }

  get stale() { return this.status === 412; }
  get lost() { return this.code === 'lost'; }
  /** What is wrong with the field at a pointer ("/content/zh/title"), or ''. */
  at(pointer: string): string { return this.fields.find(each => each.pointer === pointer)?.detail ?? ''; }
}

export const isApiError = (error: unknown): error is ApiError => error instanceof ApiError;
