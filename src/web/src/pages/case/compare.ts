import {places, placeName} from '@/facts';

export interface Part { text: string; same: boolean }

/** Which parts of `theirs` stand in `ours` too, in order: runs of two characters or more of a longest common subsequence. */
export function compare(ours: string, theirs: string): Part[] {
  const a = [...ours.toLowerCase()].slice(0, 500), b = [...theirs].slice(0, 500), low = b.map(each => each.toLowerCase());
  const wide = b.length + 1;
  const best = new Uint16Array((a.length + 1) * wide);
  for (let i = a.length - 1; i >= 0; --i) {
    for (let k = b.length - 1; k >= 0; --k) {
      best[i * wide + k] = a[i] === low[k] ? best[(i + 1) * wide + k + 1] + 1 : Math.max(best[(i + 1) * wide + k], best[i * wide + k + 1]);
    }
  }
  const same = new Array<boolean>(b.length).fill(false);
  for (let i = 0, k = 0; i < a.length && k < b.length;) {
    if (a[i] === low[k]) { same[k] = true; ++i; ++k; } else if (best[(i + 1) * wide + k] >= best[i * wide + k + 1]) ++i; else ++k;
  }
  // One character alone says nothing.
  for (let k = 0; k < b.length; ++k) if (same[k] && !same[k - 1] && !same[k + 1]) same[k] = false;
  const out: Part[] = [];
  b.forEach((each, k) => {
    const last = out[out.length - 1];
    if (last && last.same === same[k]) last.text += each;
    else out.push({text: each, same: same[k]});
  });
  return out;
}

const NUMBER = /\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百千万亿]{1,6}(?=[级天日个人次号年月点元度])/g;
const NOT = /不|没|無|无|未|非|\bnot?\b|n't|\bnever\b/i;
const named = places.filter(each => each.zh.length >= 2);

/** What a reader would overlook: other numbers, other places, one of them denies. */
export function differences(ours: string, theirs: string): {numbers: string[]; places: string[]; negation: boolean} {
  const missing = (list: string[], other: string) => [...new Set(list)].filter(each => !other.includes(each)).slice(0, 4);
  const placesIn = (text: string) => named.filter(each => text.includes(each.zh.replace(/[省市县区]$/, ''))).map(each => each.code);
  const here = placesIn(ours);
  return {
    numbers: missing(theirs.match(NUMBER) ?? [], ours),
    places: placesIn(theirs).filter(code => !here.includes(code)).slice(0, 3).map(placeName),
    negation: NOT.test(ours) !== NOT.test(theirs),
  };
}
