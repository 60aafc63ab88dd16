// Around the queue: what the bar and the pulse say, warnings, the alarm of nobody on duty, the drawer, the wall screen, 5,000 real cases.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {Desk, Visitor, axeFaults, openBrowser, shot} from './stage.mjs';

let desk, browser;
before(async () => {
  [desk, browser] = await Promise.all([Desk.open(), openBrowser()]);
  await desk.people();
  await desk.api('anna', 'POST', '/v1/roster/shifts', {account: 'chen', duty: 'expert', topics: ['infectious'], from: hour(-1), until: hour(5)});
});
after(async () => { await browser?.close(); await desk?.close(); });

/** A text that the rules flag and that is near no other's. */
function claimOf(tag) {
  let seed = [...tag].reduce((sum, each) => (sum * 31 + each.codePointAt(0)) % 1000003, 7), spread = '';
  for (let i = 0; i < 80; ++i) { seed = (seed * 48271) % 2147483647; spread += String.fromCodePoint(0x7000 + seed % 0x300); }
  return `听说喝点白酒就能杀死新冠病毒，赶紧转给家人。${tag}${spread}`;
}
const post = tag => ({id: tag, source: 'weibo', text: claimOf(tag), created_at: new Date().toISOString()});
async function caseOf(tag) {
  await desk.posts([post(tag)]);
  return (await desk.api('anna', 'GET', `/v1/cases?limit=1&q=${encodeURIComponent(tag)}`)).items[0];
}
const visit = async (as = 'anna', options = {}, path = '/desk') => {
  const visitor = await Visitor.open(browser, desk, {as, ...options});
  await visitor.visit(path);
  return visitor;
};
const hour = n => new Date(Date.now() + n * 3600e3).toISOString();

describe('around the queue', () => {
  test('a pulse of what is not known says so, and never 0', async () => {
    const visitor = await visit();
    const {page} = visitor;
    const inflow = page.locator('.pulse > div', {hasText: '入流'}), failures = page.locator('.pulse > div', {hasText: '投递失败'});
    await inflow.getByText('未知').waitFor();
    await failures.getByText('未知').waitFor();
    assert.equal(await inflow.locator('use').getAttribute('href'), '#i-unknown');
    await caseOf('脉搏一');
    await inflow.getByText(/^\d[\d,]* /).waitFor({timeout: 20000});
    await page.locator('.pulse > div', {hasText: '待认领'}).locator('.v').getByText(/^\d/).waitFor();
    // Old figures lose their colour.
    await visitor.context.route('**/v1/desk/summary', route => route.abort());
    await page.locator('.pulse.old').waitFor({timeout: 45000});
    await visitor.leave({cuts: true});
  });

  test('the bar tells unread messages and who is on duty while they change, and a message leads to its case', async () => {
    const found = await caseOf('消息一');
    const visitor = await visit();
    const {page} = visitor;
    await page.locator('.duty-now .hide-m', {hasText: '在岗 1 人'}).waitFor();
    await page.locator('.sync.ok').waitFor();
    const bell = page.locator('.bell');
    assert.equal(await bell.getAttribute('aria-label'), '提醒，没有未读');
    await desk.api('bo', 'POST', `/v1/cases/${found.id}/assign`, {user: 'anna', note: '请看'});
    await page.getByRole('button', {name: '提醒，1 条未读'}).waitFor();
    await bell.click();
    await shot(page, 'queue-bell');
    await page.locator('.bellbox li button').click();
    await page.waitForURL(new RegExp(found.id));
    await page.getByRole('button', {name: '提醒，没有未读'}).waitFor();
    assert.equal((await desk.api('anna', 'GET', '/v1/messages?unread=true')).unread, 0);
    await visitor.leave();
  });

  test('narrow, who is on duty is a drawer behind the faces in the bar; wide, a rail', async () => {
    await caseOf('抽屉一');
    const visitor = await visit('anna', {viewport: {width: 1024, height: 768}});
    const {page} = visitor;
    await page.locator('.duty-now').waitFor();
    assert.equal(await page.locator('aside.rail').count(), 0);
    await page.locator('.duty-now').click();
    const drawer = page.getByRole('dialog', {name: '在岗与信源'});
    const {on: [{person}]} = await desk.api('anna', 'GET', '/v1/roster/now');
    await drawer.getByText(person).first().waitFor();
    await drawer.getByText('weibo').waitFor();
    assert.deepEqual((await axeFaults(page)), []);
    await shot(page, 'queue-drawer-1024');
    await page.keyboard.press('Escape');
    await drawer.waitFor({state: 'detached'});
    assert.ok(await page.evaluate(() => document.activeElement.classList.contains('duty-now')));
    await shot(page, 'queue-1024');
    await page.setViewportSize({width: 1440, height: 900});
    await page.locator('aside.rail').getByText(person).first().waitFor();
    await visitor.leave();
  });

  test('official warnings in force stand above the queue, gravest first, and lead to what is known of them', async () => {
    await desk.do('put_alert', {name: 'h1', topic: 'typhoon', region: '440400', severity: 'moderate'});
    await desk.do('put_alert', {name: 'h2', topic: 'typhoon', region: '440700', severity: 'moderate'});
    await desk.do('put_alert', {name: 'h3', topic: 'rainstorm', region: '', severity: 'extreme'});
    const visitor = await visit();
    const {page} = visitor;
    const strip = page.getByRole('region', {name: '生效中的官方预警'});
    await strip.getByText('暴雨红色预警').first().waitFor();
    await strip.getByText('各地').first().waitFor();
    await strip.getByRole('button', {name: '另有 1 种预警'}).click();
    await page.locator('.alert .all').getByText(/珠海、江门/).waitFor();
    await page.keyboard.press('Escape');
    await shot(page, 'queue-warnings');
    await strip.getByRole('link', {name: '看科普'}).click();
    await page.waitForURL(/\/resources\?topic=rainstorm/);
    await visitor.leave();
  });

  for (const drill of [false, true]) {
    test(`nobody on duty is an alarm on every page, said and heard: ${drill ? 'a low tone and the spoken word in a drill' : 'two rising tones'}`, async () => {
      const shift = await desk.api('anna', 'POST', '/v1/roster/shifts', {account: 'anna', duty: 'desk', from: hour(-2), until: hour(2)});
      const visitor = await Visitor.open(browser, desk, {as: 'anna', drill});
      await visitor.context.addInitScript(() => {
        window.heard = [];
        window.AudioContext = class {
          currentTime = 0;
          createOscillator() { const tone = {frequency: {set value(hertz) { window.heard.push(hertz); }}, connect: next => next, start() {}, stop() {}}; return tone; }
          createGain() { return {gain: {setValueAtTime() {}, exponentialRampToValueAtTime() {}}, connect: next => next}; }
          close() { return Promise.resolve(); }
        };
        window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
        Object.defineProperty(window, 'speechSynthesis', {value: {speak: said => window.heard.push(said.text)}});
      });
      const page = await visitor.visit('/settings');
      await page.getByRole('heading', {name: '设置'}).click();  // a browser lets only a page sound that somebody touched
      await page.locator('.duty-now').waitFor();
      assert.equal(await page.locator('.nobody').count(), 0);
      assert.deepEqual(await page.evaluate(() => window.heard), []);
      const gap = await desk.api('anna', 'POST', '/v1/roster/overrides', {slot: shift.id, account: null, from: hour(-1), until: hour(1)});
      const bar = page.locator('.nobody');
      await bar.getByText('现在无人在岗：值班员').waitFor({timeout: 25000});
      await page.locator('[role=alert][aria-live=assertive]').getByText('现在无人在岗：值班员').waitFor({state: 'attached'});
      assert.deepEqual(await page.evaluate(() => window.heard), drill ? [180, '演练'] : [660, 880]);
      await bar.getByRole('button', {name: '静音 10 分钟'}).click();
      await bar.getByRole('button', {name: '已静音，还有 10 分钟'}).waitFor();
      assert.deepEqual((await axeFaults(page)), []);
      await shot(page, `queue-nobody-${drill ? 'exercise' : 'live'}`);
      // Muted for ten minutes, whatever a page was told to keep.
      await page.evaluate(() => localStorage.setItem('clarion.mute', JSON.stringify({nobody: Date.now() + 1e12, extreme: 1e15})));
      await page.reload();
      await bar.getByRole('button', {name: '静音 10 分钟'}).waitFor({timeout: 25000});
      await desk.do('call', {method: 'DELETE', path: `/v1/roster/overrides/${gap.id}`, who: 'anna', headers: {'If-Match': `"${gap.version}"`}});
      await bar.waitFor({state: 'detached', timeout: 25000});
      await desk.do('call', {method: 'DELETE', path: `/v1/roster/shifts/${shift.id}`, who: 'anna', headers: {'If-Match': `"${shift.version}"`}});
      await visitor.leave();
    });
  }

  test('on a phone the most urgent case is taken with one thumb', async () => {
    const found = await caseOf('拇指一');
    if (found.assignee) await desk.api(found.assignee, 'POST', `/v1/cases/${found.id}/release`, {note: '-'});
    const visitor = await visit('anna', {viewport: {width: 390, height: 844}, hasTouch: true});
    const {page} = visitor;
    await page.locator('.qv').first().waitFor();
    const take = page.getByRole('button', {name: '领最急的一件'});
    const box = await take.boundingBox();
    assert.ok(box.height >= 44 && box.y > 600 && box.y + box.height < 844 - 56, JSON.stringify(box));
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
    await shot(page, 'queue-phone');
    await take.tap();
    await page.waitForURL(/\/cases\/c_/);
    await visitor.leave();
  });

  test('a wall screen shows the ten most urgent, and loads itself anew when the program or its page changed', async () => {
    for (let n = 0; n < 12; ++n) await desk.posts([post(`墙上${n}号`)]);
    await desk.do('put_alert', {name: 'h4', topic: 'flood', region: '440100', severity: 'severe'});
    const visitor = await visit('eli', {viewport: {width: 1920, height: 1080}}, '/desk?kiosk=1');
    const {page} = visitor;
    await page.locator('.wallist > li').nth(9).waitFor();
    assert.equal(await page.locator('.wallist > li').count(), 10);
    const numbers = (await page.locator('.wallist .big').allInnerTexts()).map(Number);
    assert.deepEqual(numbers, [...numbers].sort((a, b) => b - a));
    for (const part of ['.pulse', '.sync', '.alert', 'aside.rail']) await page.locator(part).first().waitFor();
    assert.ok(!await page.locator('nav.nav').isVisible());
    assert.equal(await page.locator('.takenext').count(), 0);
    const first = await page.locator('.wallist > li').first().boundingBox();
    assert.ok(first.width > 1200 && first.y < 400, JSON.stringify(first));
    await shot(page, 'queue-kiosk');
    let loads = 0;
    page.on('framenavigated', () => { loads += 1; });
    // A deploy: the server goes and comes back with another version. The page must not stay as it was.
    await visitor.context.route('**/v1/desk/summary', async route => {
      const answer = await route.fetch();
      await route.fulfill({response: answer, json: {...await answer.json(), program: loads === 0 ? '99.0.0' : '99.0.1'}});
    });
    const loaded = page.waitForEvent('load', {timeout: 30000});
    await loaded;
    assert.equal(loads, 1);
    await visitor.context.unroute('**/v1/desk/summary');
    await page.locator('.wallist > li').nth(9).waitFor();
    // Or the same version with another page in it, met after a cut.
    await visitor.context.route('**/desk', async route => {
      if (route.request().resourceType() !== 'fetch') return route.continue();
      const answer = await route.fetch();
      await route.fulfill({response: answer, body: (await answer.text()).replace(/index\.[^."]+\.js/, 'index.other.js')});
    });
    await page.locator('.sync.ok').waitFor();
    const again = page.waitForEvent('load', {timeout: 60000});
    await desk.do('kill');
    await desk.do('start');
    await again;
    await visitor.leave({cuts: true});
  });

  test('5,000 cases scroll smoothly, each in its place', async () => {
    for (let from = 0; from < 5000; from += 500) await desk.posts(Array.from({length: 500}, (_, n) => post(`多${from + n}件`)));
    const ids = [];
    for (let next = ''; next !== null;) {
      const page = await desk.api('anna', 'GET', `/v1/cases?state=open&sort=id&limit=100${next && `&cursor=${next}`}`);
      ids.push(...page.items.map(each => each.id));
      next = page.next ?? null;
    }
    assert.ok(ids.length >= 4900, `${ids.length} open`);
    const visitor = await visit();
    const {page} = visitor;
    await page.locator('.sync.ok').waitFor({timeout: 60000});
    await page.waitForFunction(n => document.querySelector('[role=tab][aria-selected=true] b')?.textContent === String(n), ids.length, {timeout: 60000});
    await desk.do('kill');  // figures stand still from here on
    await page.locator('.stale').waitFor();
    await page.keyboard.press('3');
    await page.waitForURL(/tab=team/);
    await page.keyboard.press('1');
    await page.waitForURL(url => !url.search.includes('tab'));
    await page.locator('.qv').first().waitFor();
    const seen = await page.evaluate(async () => {
      const frame = () => new Promise(done => requestAnimationFrame(done));
      const box = document.querySelector('.qlist'), rows = new Map(), took = [];
      let most = 0, last = -1;
      box.scrollTop = 0;
      await frame(); await frame();
      while (box.scrollTop !== last) {
        const drawn = document.querySelectorAll('.qv');
        most = Math.max(most, drawn.length);
        for (const each of drawn) rows.set(Number(each.getAttribute('aria-posinset')), [each.id.slice(5), Number(each.querySelector('.pri-c b').textContent)]);
        last = box.scrollTop;
        const begun = performance.now();
        box.scrollTop += 760;
        await frame();
        took.push(performance.now() - begun);
        await frame();
      }
      took.sort((a, b) => a - b);
      return {rows: [...rows.entries()].sort((a, b) => a[0] - b[0]), most, size: Number(document.querySelector('.qv').getAttribute('aria-setsize')), frames: took.length,
              median: took[Math.floor(took.length / 2)], p95: took[Math.floor(took.length * 0.95)]};
    });
    console.log(`${seen.size} cases: ${seen.most} rows in the page at most; ${seen.frames} steps of ten rows, a frame takes ${seen.median.toFixed(1)} ms (median), ${seen.p95.toFixed(1)} ms (95 of 100)`);
    assert.ok(seen.most < 60, `${seen.most} rows in the page`);
    assert.equal(seen.size, ids.length);
    assert.deepEqual(seen.rows.map(([at]) => at), ids.map((_, at) => at + 1));
    const shown = seen.rows.map(([, row]) => row);
    assert.deepEqual(shown.map(([id]) => id).sort(), [...ids].sort());
    assert.deepEqual(shown, [...shown].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
    await visitor.leave({cuts: true});
    await desk.do('start');
  });
});
