import {ref, shallowReactive} from 'vue';

/** Something the palette found. `act`: what choosing it does. */
export interface Found { id: string; words: string; more?: string; icon?: string; keys?: string; act: () => unknown }
export type Search = (text: string, signal: AbortSignal) => Promise<Found[]>;

export const palette = ref(false);
export const openPalette = () => { palette.value = true; };
const searches = shallowReactive<Search[]>([]);
/** Adds a search to the palette for good; its answers stand in the order of adding. */
export const addSearch = (search: Search) => { searches.push(search); };
export const allSearches = (): readonly Search[] => searches;

/** The page that a pasted link or id names, or null: /cases/c_…, a whole address of this desk, c_…, n_…. */
export function pageOf(text: string, origin: string): string | null {
  let path = text.trim();
  if (path.startsWith(origin + '/')) path = path.slice(origin.length);
  path = path.replace(/^\/drill(?=\/)/, '');
  if (/^\/(cases|mine|notices|resources|experts|roster|stats|audit|settings|admin|desk)(\/|\?|$)/.test(path)) return path;
  const notice = /^\/n\/(n_[0-9A-Z]{26})/.exec(path) ?? /^(n_[0-9A-Z]{26})$/.exec(path);
  if (notice) return `/notices/${notice[1]}/review`;
  const found = /^(c_[0-9A-Z]{26})$/.exec(path);
  return found ? `/cases/${found[1]}` : null;
}
