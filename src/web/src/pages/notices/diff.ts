import {diffChars, diffWordsWithSpace} from 'diff';
import type {Draft, Lang2, Words} from './notice';

export interface Part { op: 'same' | 'add' | 'del'; text: string }
/** What was put in and taken out: Chinese by characters, English by words. */
export function compare(before: string, after: string, lang: Lang2): Part[] {
  const parts = lang === 'zh' ? diffChars(before, after) : diffWordsWithSpace(before, after);
  return parts.map(each => ({op: each.added ? 'add' : each.removed ? 'del' : 'same', text: each.value}));
}
export interface Row { name: string; lang?: Lang2; parts: Part[]; changed: boolean }

const advice = (words: Words | undefined) => (words?.advice ?? []).join('\n');
/** Fields as well as texts of two states, in the order in which they are read. `say` gives the words for a field's value. */
export function rows(before: Draft | null, after: Draft, say: (name: string, draft: Draft) => string): Row[] {
  const out: Row[] = [];
  const add = (name: string, old: string, now: string, lang: Lang2 | undefined) => {
    if (old === '' && now === '') return;
    const parts = before ? compare(old, now, lang ?? 'zh') : [{op: 'same' as const, text: now}];
    out.push({name, lang, parts, changed: before !== null && old !== now});
  };
  for (const name of ['kind', 'severity', 'topics', 'regions', 'expires_at', 'verdict', 'claim', 'correction', 'evidence', 'experts'])
    add(name, before ? say(name, before) : '', say(name, after), undefined);
  for (const lang of ['zh', 'en'] as const) {
    const old = before?.content?.[lang], now = after.content?.[lang];
    if (!old && !now) continue;
    for (const name of ['title', 'summary', 'body'] as const) add(name, old?.[name] ?? '', now?.[name] ?? '', lang);
    add('advice', advice(old), advice(now), lang);
  }
  return out;
}
