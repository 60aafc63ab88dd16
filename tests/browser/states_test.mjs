// What every page says while it loads, when it fails, when nothing is there and when the server is away: in both languages, by answers held or
// changed on their way.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {Desk, Visitor, openBrowser, shot, wordsOf} from './stage.mjs';

let desk, browser, id;
before(async () => {
  [desk, browser] = await Promise.all([Desk.open(), openBrowser()]);
  const {tokens} = await desk.people();
  await desk.posts([{id: 'p1', source: 'weibo', text: '听说喝二两白酒能杀死新冠病毒，赶紧转给家人'}], tokens.feed);
  ({items: [{id}]} = await desk.api('anna', 'GET', '/v1/cases'));
});
after(async () => { await browser?.close(); await desk?.close(); });

// Page, and the call whose answer it waits for.
const PAGES = [
  ['/desk', /\/v1\/cases\?/], ['/notices', /\/v1\/notices\?/], ['/resources', /\/v1\/resources\?/], ['/experts', /\/v1\/experts/], ['/roster', /\/v1\/roster\?/],
  ['/stats', /\/v1\/stats\?/], ['/stats/daily/2026-01-01', /\/v1\/stats\?/], ['/health', /\/v1\/health/], ['/audit', /\/v1\/audit/], ['/settings', /\/v1\/sessions/],
  ['/admin', /\/v1\/admin\/users/], ['/admin/rules', /\/v1\/rules\?/], ['/cases/:id', /\/v1\/cases\/c_[^/]+$/],
];
const PROBLEM = {status: 503, headers: {'Content-Type': 'application/problem+json', 'Retry-After': '600', 'X-Request-Id': 'req-of-the-test'},
                 body: JSON.stringify({type: 'about:blank', status: 503, title: 'T', detail: 'D', code: 'unavailable', request_id: 'req-of-the-test'})};

for (const [locale, lang] of [['zh-CN', 'zh'], ['en-GB', 'en']]) {
  describe(`in ${locale}`, () => {
    const say = wordsOf(lang);
    /** The page with every such call held, then answered by `answer`, then let through; the channel cut: what stands there came by calls. */
    async function open(place, call, answer) {
      const visitor = await Visitor.open(browser, desk, {as: place.startsWith('/admin') ? 'dora' : 'bo', locale});
      await visitor.page.clock.install();
      // When the waiting began and when its shapes came, by the page's own clock: a slow machine shows them no sooner.
      await visitor.page.addInitScript(() => {
        const seen = window.waiting = {};
        new MutationObserver(() => {
          if (document.querySelector('.skel')) seen.began ??= Date.now();
          if (document.querySelector('.skel > div')) seen.shapes ??= Date.now();
        }).observe(document, {childList: true, subtree: true});
      });
      await visitor.context.routeWebSocket(/\/v1\/stream/, () => undefined);
      const held = [];
      let phase = answer && 'answering';
      await visitor.context.route(url => call.test(url.pathname + url.search), route => (phase === 'through' ? route.continue() : phase ? answer(route) : held.push(route)));
      const page = await visitor.visit(place.replace(':id', id));
      return {visitor, page, through: () => { phase = 'through'; },
              fail: async () => { phase = 'answering'; answer = route => route.fulfill(PROBLEM); await Promise.all(held.map(route => answer(route))); }};
    }

    test('a page shows the shape of what is to come after a second, what failed with its number and the time of the next try, and comes back', async () => {
      const faults = [];
      for (const [place, call] of PAGES) {
        const {visitor, page, fail, through} = await open(place, call);
        const shape = page.locator('.skel > div').first();
        await page.getByRole('status', {name: say('loading')}).first().waitFor({state: 'attached', timeout: 5000}).catch(() => faults.push([place, 'does not say that it loads']));
        await page.clock.runFor(1100);
        await shape.waitFor({state: 'attached', timeout: 3000}).catch(() => faults.push([place, 'no shapes']));
        const {began, shapes} = await page.evaluate(() => window.waiting);
        // The timer starts a moment before the empty place is in the page.
        if (!(shapes - began >= 800)) faults.push([place, `shapes after ${shapes - began} ms`]);
        if (await page.locator('.state.bad').count() > 0) faults.push([place, 'failed before its answer']);
        if (place === '/notices') await shot(page, `state-loading-${lang}`);

        await fail();
        const state = page.locator('.state.bad').first();
        const shown = await state.waitFor({timeout: 5000}).then(() => true, () => false);
        if (!shown) { faults.push([place, 'no error']); await visitor.leave({cuts: true}); continue; }
        if (!(await state.innerText()).includes('req-of-the-test')) faults.push([place, 'no request id', await state.innerText()]);
        const count = async () => Number(/\d+/.exec(await state.getByRole('button').innerText())?.[0]);
        const first = await count();
        if (!(first > 590 && first <= 600)) faults.push([place, `counts from ${first}`]);
        await page.clock.runFor(5000);
        if (!(await count() < first)) faults.push([place, 'does not count down']);
        if (place === '/notices') await shot(page, `state-error-${lang}`);
        through();
        await state.getByRole('button').click();
        await page.clock.runFor(500);
        await state.waitFor({state: 'detached', timeout: 5000}).catch(() => faults.push([place, 'does not come back']));
        await visitor.leave({cuts: true});
      }
      assert.deepEqual(faults, []);
    });

    test('a page without anything says what that means', async () => {
      const faults = [];
      const nothing = {items: [], next: null, total: 0, current: 0, stale: 0};
      for (const [place, call] of [['/desk', /\/v1\/cases\?/], ['/notices', /\/v1\/notices\?/], ['/resources', /\/v1\/resources\?/], ['/experts', /\/v1\/experts/], ['/audit', /\/v1\/audit/]]) {
        const {visitor, page} = await open(place, call, route => route.fulfill({json: {...nothing, head: {seq: 0, hash: '0'.repeat(64)}}}));
        const state = page.locator('.state:not(.bad)').first();
        await page.clock.runFor(500);
        await state.waitFor({timeout: 5000}).catch(() => faults.push([place, 'says nothing']));
        if (await state.count() && (await state.innerText()).trim().length < 6) faults.push([place, await state.innerText()]);
        if (place === '/desk') await shot(page, `state-empty-${lang}`);
        await visitor.leave({cuts: true});
      }
      assert.deepEqual(faults, []);
    });

    test('without the server everything that was there stays to be read, and says of when it is', async () => {
      const visitor = await Visitor.open(browser, desk, {as: 'bo', locale});
      const page = await visitor.visit('/desk?tab=team');
      await page.getByRole('option').first().waitFor();
      const row = await page.getByRole('option').first().innerText();
      await visitor.context.route(/\/v1\//, route => route.abort());
      await page.evaluate(() => window.dispatchEvent(new Event('offline')));
      await page.getByRole('link', {name: say('nav.notices')}).click();
      await page.waitForURL(/\/notices/);
      const bar = page.locator('.offline');
      await bar.waitFor();
      assert.match(await bar.innerText(), /\d\d:\d\d:\d\d/);
      assert.ok((await bar.innerText()).includes(say('off.read').replace(/\{.*$/, '').trim().slice(0, 4)));
      await page.goBack();
      await page.getByRole('option').first().waitFor();
      assert.equal((await page.getByRole('option').first().innerText()).split('\n')[0], row.split('\n')[0]);
      await shot(page, `state-offline-${lang}`);
      await visitor.leave({cuts: true});
    });
  });
}
