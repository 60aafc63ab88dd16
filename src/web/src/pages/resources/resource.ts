import type {Lang} from '@/i18n';

/** GET /v1/resources (docs/contract.md section 2). */
export type Texts = Partial<Record<Lang, string>>;
export interface Source { title: string; publisher: string; url?: string; date?: string }
export interface Listed {
  id: string; version: number; state: 'current' | 'retired'; topic: string; phase: Phase; audience: string[]; regions: string[];
  title: Texts; summary: Texts; advice?: Partial<Record<Lang, string[]>>; sources: Source[]; reviewed_at: string; review_by: string; owner: string;
  langs: Lang[]; stale: boolean; origin: 'shipped' | 'imported' | 'own'; edited: boolean; newer: boolean; changed_at: string; changed_by: string;
}
/** What people write. */
export interface Written {
  topic: string; phase: Phase; audience: string[]; regions: string[]; title: Texts; summary: Texts; body: Texts;
  advice?: Partial<Record<Lang, string[]>>; sources: Source[]; reviewed_at: string; review_by: string; owner: string;
}
export interface Resource extends Omit<Listed, 'newer'> { body: Texts; authors: string[]; newer: Written | null }

export const PHASES = ['before', 'during', 'after', 'any'] as const;
export type Phase = (typeof PHASES)[number];
export const AUDIENCES = ['general', 'elderly', 'children', 'parents', 'students', 'pregnant', 'patients', 'workers', 'drivers', 'boat_crews', 'farmers',
                          'visitors', 'foreign_residents', 'disabled'] as const;
/** Lengths that the templates ask for in Chinese (characters); longer ones are kept, and said. */
export const GOOD = {title: 26, summary: 70, body: 500, advice: 30};

/** The text in the language in use, else the other one. */
export const inLang = <T>(texts: Partial<Record<Lang, T>> | undefined, lang: Lang): {text: T | undefined; lang: Lang} => {
  const other: Lang = lang === 'zh' ? 'en' : 'zh';
  return texts?.[lang] !== undefined ? {text: texts[lang], lang} : {text: texts?.[other], lang: other};
};
export const characters = (text: string): number => [...text].length;
export const lines = (text: string): string[] => text.split('\n').map(each => each.trim()).filter(Boolean);

/** One line of an export: id and what people write. */
export function exportLine(item: Resource): string {
  const {id, topic, phase, audience, regions, title, summary, body, advice, sources, reviewed_at, review_by, owner} = item;
  return JSON.stringify({id, topic, phase, audience, regions, title, summary, body, advice, sources, reviewed_at, review_by, owner});
}
