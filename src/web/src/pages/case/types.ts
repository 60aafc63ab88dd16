/** GET /v1/cases/{id} as docs/contract.md says; what this page reads of it. */
export interface Reason { code: string; points?: number; text?: string; params?: Record<string, string> }
export interface Media { type?: string; url?: string; hash?: string; text?: string }
export interface Post {
  id: string; source: string; removed?: boolean; text?: string; lang?: string; url?: string; created_at?: string; received_at: string; score: number;
  author?: {id?: string; name?: string; verified?: boolean; followers?: number};
  metrics?: {reposts?: number; comments?: number; likes?: number};
  media?: Media[];
}
export interface Hit { rule: string; version: number; view: string; span: [number, number]; text: string; weight: number; shadow?: boolean; media?: number; post_id: string; source: string }
export interface Point { t: string; source: string; posts: number }
export interface Group { size: number; per_minute: number; first_seen: string | null; last_seen: string | null; sources: Record<string, number>; series: Point[]; series_seconds: number }
export interface Debunk { id: string; claim?: string; title?: string; verdict: string; explanation?: string; source?: string; date?: string; url?: string; lang?: string }
export interface Candidate { debunk: Debunk; score: number; known: boolean }
export interface Evidence { title: string; url?: string; file?: string; publisher?: string; sha256?: string }
export interface Verdict { id: string; by: string; at: string; verdict: string; reason: string; uncertain?: string; evidence: Evidence[] }
/** A question to a colleague: help or a second opinion. */
export interface Asked { id: string; kind: string; user: string; expert?: string; by: string; at: string; state: string; question: string; answered_at?: string; text?: string; verdict?: string }
export interface Panel { state: string; seats: number; rule: string; chair?: string; round?: number; due_at?: string; given: number; votes: {user: string; expert?: string; given: boolean; at?: string; verdict?: string; verdict_id?: string}[]; verdict?: string; reasons?: Reason[] }
export interface HistoryEvent { event: number; at: string; by: string; action: string; detail: Record<string, unknown>; can_undo: boolean; undone: boolean }
export interface Limits { reason_least: number; reason_most: number; evidence_least: number; evidence_most: number; claim_most: number; file_most_bytes: number; suggest_score: number; known_score: number }
export interface Case {
  id: string; mode: string; state: string; version: number; priority: number; priority_reasons: Reason[]; topics: string[]; regions: string[]; severity: string; lang: string;
  claim: string; claim_original: string | null; head: {source: string; post: string} | null; by_hand: string[]; group: Group | null;
  posts: Post[]; posts_next: string | null; hits: Hit[]; candidates: Candidate[]; candidates_judged: {debunk: string; judgement: string; by: string; at: string}[];
  assignee: string | null; assignment_reasons: Reason[]; waiting_reasons: Reason[]; pinned: {by: string; at: string; reason: string} | null; priority_at?: string; lease_until: string | null; due_at: string | null; created_at: string; changed_at: string;
  verdicts: Verdict[]; judged_by: string | null; asks: Asked[]; panel: Panel | null; notices: {id: string; state: string; revision: number; case?: string}[]; history: HistoryEvent[];
  merged_into?: string; merged_from?: string[]; split_from?: string; watching?: boolean; may?: string[]; limits?: Limits;
}
/** What a person wrote at a case and did not send yet; `answers` by the id of the question. */
export interface Draft { claim: string; verdict: string; reason: string; uncertain: string; evidence: Evidence[]; note: string; answers: Record<string, {text: string; verdict: string}> }
export const VERDICTS = ['false', 'misleading', 'unproven', 'outdated', 'true'] as const;
