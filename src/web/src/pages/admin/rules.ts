/** GET /v1/rules (docs/contract.md section 3). `figures` null: not counted on that day, which is not 0. */
export interface Figures { posts: number; flagged: number; alone: number; would: number | null; overlap: {rule: string; posts: number}[]; partial: boolean }
export interface Rule {
  id: string; pack: string; version: number; title: {zh: string; en: string}; topic: string; severity: string; weight: number; shadow: boolean; owner: string;
  file: string; line: number; since: string | null; figures: Figures | null;
}
export interface RuleSet { version: string; rules: number; shadow: number; packs: number; folder: string | null }
export interface RuleList { day: string; timezone: string; set: RuleSet; items: Rule[]; next: string | null }
export interface Example { source: string; id: string; case: string; received_at: string; text: string; cut: boolean; spans: [number, number][]; others: string[] }
export interface RuleWhole {
  day: string; set: RuleSet; rule: Rule | null;
  kept: {tried: number; all: boolean; posts: number; alone: number; overlap: {rule: string; posts: number}[]; examples: Example[]} | null;
  history: {at: string; pack: string; version: number; weight: number; shadow: boolean; present: boolean}[];
}
