// The duty page: the queue live and exact, by keyboard alone, in every look.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {Desk, Visitor, axeFaults, openBrowser, shot, text} from './stage.mjs';

let desk, browser, count = 0;
before(async () => { [desk, browser] = await Promise.all([Desk.open(), openBrowser()]); await desk.people(); });
after(async () => { await browser?.close(); await desk?.close(); });

/** A text that the rules flag and that is near no other's. */
function claimOf(tag) {
  let seed = [...tag].reduce((sum, each) => (sum * 31 + each.codePointAt(0)) % 1000003, 7), spread = '';
  for (let i = 0; i < 80; ++i) { seed = (seed * 48271) % 2147483647; spread += String.fromCodePoint(0x7000 + seed % 0x300); }
  return `听说喝点白酒就能杀死新冠病毒，赶紧转给家人。${tag}${spread}`;
}
const send = (tag, more = {}, token) => desk.posts([{id: `${tag}-${++count}`, source: 'weibo', text: claimOf(tag), created_at: new Date().toISOString(), ...more}], token);
const claimed = page => page.locator('.qv .ti .cut');
const rowOf = (page, tag) => page.locator('.qv', {hasText: tag});

/** A case of this tag that nobody holds. */
async function free(tag, more) {
  await send(tag, more);
  const {items} = await desk.api('anna', 'GET', '/v1/cases?sort=id&limit=100');
  const found = items.find(each => each.claim.includes(tag));
  if (found.assignee) await desk.api(found.assignee, 'POST', `/v1/cases/${found.id}/release`, {note: '-'});
  return found.id;
}
const queue = async (as = 'anna', options = {}, path = '/desk') => {
  const visitor = await Visitor.open(browser, desk, {as, ...options});
  await visitor.visit(path);
  return visitor;
};

describe('the duty page', () => {
  test('a flagged post is a case in an open browser within half a second', async () => {
    await free('第一件');
    const visitor = await queue('anna', {}, '/desk?tab=team');
    const {page} = visitor;
    await page.locator('.sync.ok').waitFor();
    await page.evaluate(() => {
      window.seen = {};
      new MutationObserver(() => {
        for (const each of document.querySelectorAll('.qv .ti .cut')) { const tag = /到场\d+号/.exec(each.textContent)?.[0]; if (tag) window.seen[tag] ??= Date.now(); }
      }).observe(document.body, {childList: true, subtree: true, characterData: true});
    });
    const took = [];
    for (let n = 10; n < 18; ++n) {
      const sent = Date.now();
      await send(`到场${n}号`);
      const tag = `到场${n}号`;
      await page.waitForFunction(each => window.seen[each] !== undefined, tag, {polling: 10, timeout: 5000});
      took.push(await page.evaluate(each => window.seen[each], tag) - sent);
    }
    took.sort((a, b) => a - b);
    console.log(`post to row in the page: median ${took[4]} ms, longest ${took.at(-1)} ms`);
    assert.ok(took[4] <= 500, `median ${took[4]} ms`);
    await shot(page, 'duty-live');
    await visitor.leave();
  });

  test('is worked by keyboard alone: choose, take, filter, tabs, dismiss and undo', async () => {
    const one = await free('键盘甲'), two = await free('键盘乙');
    const visitor = await queue();
    const {page} = visitor;
    await rowOf(page, '键盘甲').waitFor();
    const list = page.getByRole('listbox');
    const active = () => list.getAttribute('aria-activedescendant');
    await page.keyboard.press('j');
    const before = await active();
    assert.match(before, /^case-c_/);
    await page.keyboard.press('k');
    assert.notEqual(await active(), before);
    assert.equal(await page.locator('.qv[aria-selected=true]').getAttribute('aria-setsize'), String(await page.locator('[role=tab][aria-selected=true] b').textContent()));
    await page.keyboard.press('x');
    await page.keyboard.press('j');
    await page.keyboard.press('Shift+X');
    await page.keyboard.press('d');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('status').filter({hasText: '2'}).waitFor();
    await page.keyboard.type('已核实，与之前相同');
    await page.keyboard.press('Control+Enter');
    await page.locator('.toast').filter({hasText: '2'}).waitFor();
    const states = async () => Promise.all([one, two].map(async id => (await desk.api('anna', 'GET', `/v1/cases/${id}`)).state));
    await page.keyboard.press('z');
    await page.locator('.toast').waitFor({state: 'detached'});
    assert.deepEqual((await states()).filter(state => state === 'dismissed'), []);
    await page.keyboard.press('3');
    await page.waitForURL(/tab=team/);
    await page.keyboard.press('1');
    await page.waitForURL(url => !url.search.includes('tab'));
    await page.keyboard.press('f');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'filter-topic');
    await page.keyboard.press('Escape');
    await page.locator('h1').first().evaluate(() => document.activeElement.blur());
    await page.keyboard.press('n');
    await page.waitForURL(/\/cases\/c_/);
    await visitor.leave();
  });

  test('after cuts and a killed server the queue is exactly what the server has', async () => {
    const visitor = await queue('anna', {}, `/desk?tab=team&text=${encodeURIComponent('断后')}`);
    const {page} = visitor;
    await page.locator('.sync.ok').waitFor();
    await desk.do('kill');
    await page.locator('.sync.bad').waitFor();
    await page.locator('.stale').waitFor();
    await shot(page, 'duty-cut');
    await desk.do('start');
    await send('断后一'); await send('断后二');
    await page.locator('.sync.ok').waitFor({timeout: 45000});
    const shown = async () => (await page.locator('.qv').evaluateAll(all => all.map(each => each.id))).sort();
    const held = (await desk.api('anna', 'GET', '/v1/cases?state=assigned,in_review&limit=100')).items.map(each => `case-${each.id}`).sort();
    await page.waitForFunction(n => document.querySelector('[role=tab][aria-selected=true] b').textContent === String(n), held.length);
    await rowOf(page, '断后二').waitFor();
    await rowOf(page, '断后一').waitFor();
    assert.deepEqual((await shown()).filter(id => !held.includes(id)), []);
    assert.equal((await shown()).length, 2);
    await visitor.leave({cuts: true});
  });

  test('what others do to a case shows in place, and the order stays until it is asked for', async () => {
    const id = await free('稳定甲');
    const visitor = await queue();
    const {page} = visitor;
    await rowOf(page, '稳定甲').waitFor();
    await page.keyboard.press('j');
    await desk.api('bo', 'POST', `/v1/cases/${id}/claim`);
    await page.locator(`#case-${id} [data-state=in_review]`).waitFor();
    const first = await page.locator('.qv').first().getAttribute('id');
    await page.keyboard.press('j');
    await free('更急', {metrics: {reposts: 900000, comments: 900000, likes: 900000}, author: {followers: 90000000}});
    await page.locator('.pill').waitFor();
    assert.equal(await page.locator('.qv').first().getAttribute('id'), first);
    await shot(page, 'duty-pill');
    await page.keyboard.press('.');
    await page.waitForFunction(() => document.querySelector('.qv .ti .cut').textContent.includes('更急'));
    await visitor.leave();
  });

  test('5,000 cases scroll smoothly, and a burst of 500 changes is one render', async () => {
    const visitor = await queue();
    const {page} = visitor;
    await page.locator('.sync.ok').waitFor();
    const result = await page.evaluate(async () => {
      const pinia = document.querySelector('#app').__vue_app__.config.globalProperties.$pinia;
      const live = pinia._s.get('live');
      const sample = [...live.cases.values()][0];
      for (let i = 0; i < 5000; ++i) live.note({...sample, id: `c_${String(i).padStart(26, '0')}`, state: 'open', assignee: null, priority: i % 100, version: 1});
      const frame = () => new Promise(done => requestAnimationFrame(done));
      await frame(); await frame(); await frame();
      const box = document.querySelector('.qlist');
      const longest = [];
      const observer = new PerformanceObserver(list => longest.push(...list.getEntries().map(each => each.duration)));
      observer.observe({type: 'longtask'});
      const took = [];
      for (let i = 0; i < 120; ++i) {
        box.scrollTop += 380;
        const begun = performance.now();
        await frame();
        await new Promise(done => { const channel = new MessageChannel(); channel.port1.onmessage = done; channel.port2.postMessage(0); });
        took.push(performance.now() - begun);
      }
      const nodes = document.querySelectorAll('.qv').length;
      const before = live.renders;
      for (let i = 0; i < 500; ++i) live.note({...sample, id: `c_${String(i).padStart(26, '0')}`, state: 'open', assignee: null, priority: i % 100, version: 2});
      await frame(); await frame(); await frame();
      took.sort((a, b) => a - b);
      return {nodes, renders: live.renders - before, longTasks: longest, median: took[60], p95: took[114], size: box.querySelector('.qv').getAttribute('aria-setsize')};
    });
    console.log(JSON.stringify(result));
    assert.ok(result.nodes < 60, `${result.nodes} rows in the page`);
    assert.equal(result.renders, 1);
    assert.ok(Number(result.size) >= 5000);
    // Software rendering on shared cores; a quiet machine with a screen has a tenth of it.
    assert.ok(result.median < 120, `a frame takes ${result.median} ms`);
    await visitor.leave();
  });

  for (const [name, options] of Object.entries({light: {}, dark: {colorScheme: 'dark'}, en: {locale: 'en-GB'}, phone: {viewport: {width: 390, height: 844}}, exercise: {drill: true}})) {
    test(`stands in this look, and axe finds nothing serious: ${name}`, async () => {
      await free(`样子${name}`);
      await send(`演练${name}`, {}, await desk.do('token', {name: `drill ${name}`, scope: 'drill'}));
      const visitor = await queue('anna', options, '/desk?tab=team');
      const {page} = visitor;
      await page.locator('.qv').first().waitFor();
      await page.keyboard.press('j');
      await page.waitForLoadState('networkidle', {timeout: 2000}).catch(() => undefined);
      // What is around the page is shell_test's.
      assert.deepEqual((await axeFaults(page)).filter(([, places]) => places.some(html => !/class="(find|plain langs)/.test(html))), []);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
      if (name === 'exercise') {
        assert.ok(await page.evaluate(() => document.documentElement.classList.contains('exercise')));
        assert.equal(await rowOf(page, '样子').count(), 0);
      }
      await shot(page, `duty-${name}`);
      await visitor.leave();
    });
  }
});
