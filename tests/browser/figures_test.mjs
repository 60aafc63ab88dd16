// What the desk watches (/health) and counts (/stats, /stats/daily): live, old and unknown figures, charts within the policy, a report for paper.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {Desk, Visitor, openBrowser, shot, text} from './stage.mjs';

let desk, browser;
before(async () => { [desk, browser] = await Promise.all([Desk.open(), openBrowser()]); });
after(async () => { await browser?.close(); await desk?.close(); });

const say = (id, source) => desk.posts([{id, source, text: '今天天气不错'}]);

describe('health', () => {
  test('shows what is not known as unknown, with a dashed icon, and never as 0 or in green', async () => {
    await desk.do('token', {name: 'silent feed', scope: 'ingest', more: ['--source', 'telegram']});
    const visitor = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await visitor.visit('/health');
    const row = page.locator('.health li').filter({hasText: 'telegram'});
    await row.getByText('未知 · 还没有来过').waitFor();
    assert.equal(await row.locator('use').getAttribute('href'), '#i-unknown');
    assert.ok(!/\d/.test(await row.innerText()), await row.innerText());
    const [colour, ok, unknown] = await row.locator('svg').evaluate(icon => [getComputedStyle(icon).color, ...['--ok', '--unknown'].map(name => {
      const probe = document.createElement('i');
      probe.style.color = `var(${name})`;
      document.body.append(probe);
      const made = getComputedStyle(probe).color;
      probe.remove();
      return made;
    })]);
    assert.notEqual(colour, ok);
    assert.equal(colour, unknown);
    // The icon is the dashed one.
    assert.match(await page.locator('#i-unknown').evaluate(symbol => symbol.innerHTML), /stroke-dasharray/);
    const failed = page.locator('.health .part').filter({has: page.getByRole('heading', {name: '投递失败'})});
    await failed.getByText('未知').waitFor();
    assert.equal(await failed.locator('use').getAttribute('href'), '#i-unknown');
    await shot(page, 'health-unknown');
    await visitor.leave();
  });

  test('follows a source and an outlet by the channel, without asking again', async () => {
    const visitor = await Visitor.open(browser, desk, {as: 'anna'});
    let calls = 0;
    await visitor.context.route('**/v1/health', route => { calls += 1; return calls === 1 ? route.continue() : route.abort(); });
    const page = await visitor.visit('/health');
    await page.getByText('telegram').waitFor();
    await say('n1', 'fresh');
    const row = page.locator('.health li').filter({hasText: 'fresh'});
    await row.getByText('近一小时 1 帖').waitFor();
    assert.equal(await row.locator('use').getAttribute('href'), '#i-check-circle');
    const notice = await desk.publish({});
    await desk.do('put_delivery', {notice: notice.id, name: 'd1', state: 'failed', error: 'unavailable'});
    const failed = page.locator('.health li').filter({hasText: '微信公众号'});
    await failed.getByText('1 次 · 1 个对象').waitFor();
    assert.match(await failed.innerText(), /起$/m);
    await shot(page, 'health-live');
    await visitor.leave({cuts: true});
  });

  test('takes the colour from figures older than half a minute and says of when they are', async () => {
    const visitor = await Visitor.open(browser, desk, {as: 'anna', locale: 'en-GB'});
    await visitor.page.clock.install();
    const page = await visitor.visit('/health');
    const row = page.locator('.health li').filter({hasText: 'fresh'});
    await row.waitFor();
    const colour = () => row.locator('svg').evaluate(icon => getComputedStyle(icon).color);
    const before = await colour();
    assert.equal(await page.locator('.health.old').count(), 0);
    // No answer any more: what stands there gets old. Of no call, since any answer would set the page's clock to the server's again.
    await visitor.context.route(/\/v1\//, route => route.abort());
    await page.clock.runFor(31_000);
    await page.locator('.health.old').waitFor();
    await page.getByText(/Figures stopped at \d\d:\d\d:\d\d/).waitFor();
    assert.notEqual(await colour(), before);
    await shot(page, 'health-old');
    await visitor.leave({cuts: true});
  });
});

describe('statistics', () => {
  const LOOKS = [['light', 'zh-CN'], ['dark', 'en-GB']];
  before(async () => {
    const posts = ['440100', '440300', '440600'].map((region, n) => ({id: `s${n}`, source: 'weibo', text: `听说喝点白酒就能杀死新冠病毒，赶紧转给家人。第 ${n} 家亲历，${'某某小区'.repeat(n + 1)}`, geo: {region}}));
    await desk.posts(posts);
    await desk.publish({content: text('“白酒杀毒”不实', '饮酒不能预防感染。')});
    for (let seen = 0; seen < 3;) ({totals: {cases_opened: seen}} = await desk.api('anna', 'GET', '/v1/stats?days=1'));
  });

  for (const [look, locale] of LOOKS) {
    test(`draws its charts within the policy, each with a name and a table: ${look}, ${locale}`, async () => {
      const visitor = await Visitor.open(browser, desk, {as: 'eli', colorScheme: look, locale});
      const page = await visitor.visit('/stats?days=1');
      const chart = page.locator('.chart');
      await chart.locator('svg').waitFor();
      // What styles it has went through CSSOM: none was refused (leave() sees to it), none is a rule that the policy would need to allow.
      assert.equal(await chart.locator('style').count(), 0);
      const name = await chart.getByRole('img').first().getAttribute('aria-label');
      assert.match(name, /\d/);
      await chart.getByRole('button').click();
      assert.equal(await chart.getByRole('row').count(), 25);
      await chart.getByRole('button').click();
      await shot(page, `stats-${look}-${locale.slice(0, 2)}`);
      await visitor.leave();
    });
  }

  test('colours its charts by the tokens in force, anew when the look changes', async () => {
    const visitor = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await visitor.visit('/stats?days=1');
    await page.locator('.chart svg').waitFor();
    const fills = () => page.locator('.chart svg path').evaluateAll(all => all.map(each => each.getAttribute('fill')));
    const token = () => page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--c1').trim());
    const light = await token();
    assert.ok((await fills()).includes(light), light);
    await page.getByRole('button', {name: '换成深色'}).click();
    await page.waitForFunction(before => getComputedStyle(document.documentElement).getPropertyValue('--c1').trim() !== before, light);
    const dark = await token();
    await page.waitForFunction(colour => [...document.querySelectorAll('.chart svg path')].some(each => each.getAttribute('fill') === colour), dark);
    assert.ok(!(await fills()).includes(light));
    await visitor.leave();
  });

  test('loads the chart library with this page alone', async () => {
    const visitor = await Visitor.open(browser, desk, {as: 'anna'});
    const files = () => visitor.page.evaluate(() => performance.getEntriesByType('resource').map(each => each.name).filter(each => /\/assets\/app\/.*\.js/.test(each)));
    const page = await visitor.visit('/desk');
    await page.locator('h1').first().waitFor({state: 'attached'});
    await page.waitForLoadState('networkidle', {timeout: 2000}).catch(() => undefined);
    const sizes = async list => Promise.all(list.map(async file => (await (await fetch(file)).text()).includes('zrender') || (await (await fetch(file)).text()).includes('echarts')));
    assert.ok(!(await sizes(await files())).includes(true), 'the chart library came with the desk');
    await visitor.visit('/stats?days=1');
    await page.locator('.chart svg').waitFor();
    assert.ok((await sizes(await files())).includes(true));
    await visitor.leave();
  });

  test('says unknown where nothing was counted, never 0', async () => {
    const visitor = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await visitor.visit('/stats/daily/2020-02-07');
    const value = name => page.getByRole('row').filter({hasText: name}).first().getByRole('cell').last().innerText();
    await page.getByRole('heading', {name: '2020-02-07 日报'}).waitFor();
    for (const name of ['入流帖', '标记', '日终积压']) assert.equal(await value(name), '未知', name);
    assert.match(await value('认领到判定'), /^未知 \/ 未知$/);
    await visitor.visit('/stats/daily/2020-02-31');
    await page.getByText('没有这样的日子：2020-02-31').waitFor();
    await visitor.leave();
  });

  test('prints the report of a day black on white, with addresses spelled out, in every look', async () => {
    const {to} = await desk.api('anna', 'GET', '/v1/stats?days=1');
    for (const [drill, colorScheme] of [[false, 'dark'], [true, 'light']]) {
      const visitor = await Visitor.open(browser, desk, {as: 'anna', drill, colorScheme});
      const page = await visitor.visit(`/stats/daily/${to}`);
      await page.getByRole('heading', {name: `${to} 日报`}).waitFor();
      await page.getByText('当天数字').waitFor();
      await page.emulateMedia({media: 'print'});
      const seen = await page.evaluate(() => {
        const shown = element => element.getClientRects().length > 0;
        const odd = [...document.querySelectorAll('main *')].filter(shown).filter(each => !['rgb(0, 0, 0)'].includes(getComputedStyle(each).color) || !['rgb(255, 255, 255)', 'rgba(0, 0, 0, 0)'].includes(getComputedStyle(each).backgroundColor));
        return {odd: odd.map(each => each.outerHTML.slice(0, 90)), nav: [...document.querySelectorAll('.bar,.nav,.wm,.no-print')].filter(shown).length, body: getComputedStyle(document.body).backgroundColor};
      });
      assert.deepEqual(seen, {odd: [], nav: 0, body: 'rgb(255, 255, 255)'});
      if (drill) await page.getByText('演练 EXERCISE').waitFor();
      else await page.getByText(new RegExp(`^${desk.url}/n/`)).first().waitFor();
      await shot(page, `daily-print${drill ? '-exercise' : ''}`);
      await page.emulateMedia({media: null});
      await shot(page, `daily${drill ? '-exercise' : '-dark'}`);
      await visitor.leave();
    }
  });
});
