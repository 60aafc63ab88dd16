import {computed, ref} from 'vue';
import {createI18n} from 'vue-i18n';
import {hooks} from './api/client';

export type Lang = 'zh' | 'en';
type Words = Record<string, unknown>;

// Messages of an area stand under its name: pages/case/zh.json holds "case.…". Those under words/ are everyone's.
const shared = import.meta.glob<{default: Words}>('./words/{zh,en}.json');
const areas = import.meta.glob<{default: Words}>('./pages/*/{zh,en}.json');

const STORED = 'clarion.lang';
function first(): Lang {
  const kept = localStorage.getItem(STORED);
  if (kept === 'zh' || kept === 'en') return kept;
  return /^zh\b/i.test(navigator.languages?.[0] ?? navigator.language ?? 'zh') ? 'zh' : 'en';
}

const chosen = ref<Lang>(first());
export const lang = computed(() => chosen.value);
export const i18n = createI18n({legacy: false, locale: chosen.value, fallbackLocale: false, missingWarn: import.meta.env.DEV, messages: {}});
export const t = i18n.global.t as (key: string, named?: Record<string, unknown>, plural?: number) => string;

const loaded: Record<Lang, Words> = {zh: {}, en: {}};
const wanted = new Set<string>();

async function fetchWords(of: Lang, area: string): Promise<void> {
  if (area in loaded[of] || (area === '' && '' in loaded[of])) return;
  const load = area === '' ? shared[`./words/${of}.json`] : areas[`./pages/${area}/${of}.json`];
  loaded[of][area] = load ? (await load()).default : {};
}
function show(of: Lang): void {
  const {'': everyones, ...own} = loaded[of];
  i18n.global.setLocaleMessage(of, {...(everyones as Words), ...own} as never);
}

/** Words of these areas (and everyone's) in the language in use, before something that needs them is shown. */
export async function needWords(...names: string[]): Promise<void> {
  for (const name of ['', ...names]) wanted.add(name);
  const before = Object.keys(loaded[chosen.value]).length;
  await Promise.all([...wanted].map(name => fetchWords(chosen.value, name)));
  if (Object.keys(loaded[chosen.value]).length !== before) show(chosen.value);
}

export async function setLang(next: Lang): Promise<void> {
  await Promise.all([...wanted].map(name => fetchWords(next, name)));
  show(next);
  chosen.value = next;
  i18n.global.locale.value = next;
  localStorage.setItem(STORED, next);
  paint();
}

function paint(): void {
  document.documentElement.lang = chosen.value === 'zh' ? 'zh-CN' : 'en';
  hooks.lang = chosen.value === 'zh' ? 'zh-CN' : 'en';
}
paint();
hooks.words = code => {
  const key = `err.${code}`;
  return i18n.global.te(key) ? t(key) : t('err.other', {code});
};
