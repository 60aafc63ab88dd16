// Cases for the browser tests: each stands alone, made by a post whose text no other has.
import assert from 'node:assert/strict';

export const RUMOUR = '听说喝点白酒就能杀死新冠病毒，赶紧转给家人。';

/** Looks until there is something, and gives that. */
export async function eventually(look, what) {
  for (const end = Date.now() + 15_000; ;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > end) throw new Error(`${what} did not come`);
    await new Promise(done => setTimeout(done, 100));  // between two looks
  }
}

/** What makes cases at the desk that `deskOf` gives. */
export function casesOf(deskOf) {
  let count = 0;
  /** Characters no other case has. */
  function unlike() {
    let seed = ++count * 2654435761 % 4294967296;
    return Array.from({length: 60}, () => { seed = (seed * 1664525 + 1013904223) % 4294967296; return String.fromCodePoint(0x7000 + (seed >>> 8) % 700); }).join('');
  }
  async function newCase(more = {}, text = '') {
    const desk = deskOf(), id = `p${++count}`;
    const words = text || `${RUMOUR}${unlike()}`;
    await desk.posts([{id, source: 'weibo', text: words, author: {name: '网友'}, ...more}]);
    const {items} = await desk.api('anna', 'GET', '/v1/cases?sort=id&limit=100');
    const found = items.find(each => each.claim === words);
    assert.ok(found, 'the post opened a case of its own');
    return {id: found.id, post: id, text: words};
  }
  async function held(who = 'chen', more = {}, text = '') {
    const desk = deskOf(), made = await newCase(more, text);
    await desk.api('anna', 'POST', `/v1/cases/${made.id}/assign`, {user: who}).catch(() => undefined);  // routing may have given it already
    await desk.api(who, 'POST', `/v1/cases/${made.id}/claim`, {});
    return made;
  }
  const shown = id => deskOf().api('anna', 'GET', `/v1/cases/${id}`);
  return {unlike, newCase, held, shown};
}
