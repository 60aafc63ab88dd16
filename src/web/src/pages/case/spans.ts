import type {Hit} from './types';

/** The UTF-16 place of each wanted byte of the UTF-8 form of a text. Bytes inside a character give its beginning. */
export function utf16Of(text: string, bytes: readonly number[]): Map<number, number> {
  const wanted = [...new Set(bytes)].sort((a, b) => a - b);
  const out = new Map<number, number>();
  let at = 0, next = 0;
  for (let i = 0; i < text.length && next < wanted.length;) {
    const code = text.codePointAt(i)!;
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    while (next < wanted.length && wanted[next] < at + size) out.set(wanted[next++], i);
    at += size;
    i += code > 0xFFFF ? 2 : 1;
  }
  while (next < wanted.length) out.set(wanted[next++], text.length);
  return out;
}

export interface Segment { text: string; hits: Hit[] }

/** The text cut where hits begin and end; each piece with the hits that hold it, so that overlapping ones nest. */
export function segments(text: string, hits: readonly Hit[]): Segment[] {
  const places = utf16Of(text, hits.flatMap(hit => hit.span));
  const ranged = hits.map(hit => ({hit, from: places.get(hit.span[0])!, to: places.get(hit.span[1])!})).filter(each => each.to > each.from);
  const cuts = [...new Set([0, text.length, ...ranged.flatMap(each => [each.from, each.to])])].sort((a, b) => a - b);
  const out: Segment[] = [];
  for (let i = 0; i + 1 < cuts.length; ++i) {
    out.push({text: text.slice(cuts[i], cuts[i + 1]), hits: ranged.filter(each => each.from <= cuts[i] && each.to >= cuts[i + 1]).map(each => each.hit)});
  }
  return out;
}
