import {computed} from 'vue';
import facts from 'virtual:facts';
import {lang} from '@/i18n';

export interface Topic { id: string; zh: string; en: string; class: string }
export interface Place { code: string; zh: string; en: string; parent: string; level: string }

export const topics: readonly Topic[] = facts.topics.map(([id, zh, en, kind]) => ({id, zh, en, class: kind}));
export const topicClasses = facts.classes.map(([id, zh, en]) => ({id, zh, en}));
export const places: readonly Place[] = facts.regions.map(([code, zh, en, parent, level]) => ({code, zh, en, parent, level}));
const topicById = new Map(topics.map(each => [each.id, each]));
const placeByCode = new Map(places.map(each => [each.code, each]));

const said = (each: {zh: string; en: string} | undefined, id: string) => (each ? (lang.value === 'en' && each.en) || each.zh : id);
/** "台风" or "Typhoon"; the id itself where it is not known. */
export const topicName = (id: string): string => said(topicById.get(id), id);
export const placeName = (code: string): string => said(placeByCode.get(code), code);
/** The 21 cities in the order of their codes. */
export const cities = computed(() => places.filter(each => each.level === 'prefecture'));

/** "珠海、江门 等 6 地": the first `most` names and how many there are. */
export function placeNames(codes: readonly string[], most = 2): {names: string; more: number} {
  return {names: codes.slice(0, most).map(placeName).join(lang.value === 'en' ? ', ' : '、'), more: Math.max(0, codes.length - most)};
}
