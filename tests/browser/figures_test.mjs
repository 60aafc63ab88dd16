// What the desk watches (/health, the rail of /desk): live from the channel, old figures without colour, unknown as unknown.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {Desk, Visitor, openBrowser, shot} from './stage.mjs';

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
    // No answer any more, and nothing by the channel: what stands there gets old.
    await visitor.context.route('**/v1/health', route => route.abort());
    await page.clock.runFor(31_000);
    await page.locator('.health.old').waitFor();
    await page.getByText(/Figures stopped at \d\d:\d\d:\d\d/).waitFor();
    assert.notEqual(await colour(), before);
    await shot(page, 'health-old');
    await visitor.leave({cuts: true});
  });
});
