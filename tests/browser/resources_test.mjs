// The library of popular science in a browser: found, read, edited, started from, imported; and what the desk watches.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {Desk, Visitor, axeFaults, openBrowser, shot} from './stage.mjs';

let desk, browser;
before(async () => { [desk, browser] = await Promise.all([Desk.open(), openBrowser()]); await desk.people(); });
after(async () => { await browser?.close(); await desk?.close(); });

const row = (page, words) => page.locator('.rows a').filter({hasText: words}).first();

test('two clicks from the list lead to an open draft with the text in it', async () => {
  const visitor = await Visitor.open(browser, desk, {as: 'anna'});
  const page = await visitor.visit('/resources');
  await row(page, '台风来之前').click();
  await page.getByRole('button', {name: '用它起草公告'}).click();
  await page.waitForURL(/\/notices\/n_[^/]+\/edit$/);
  const id = page.url().match(/n_[^/]+/)[0];
  const notice = await desk.api('anna', 'GET', `/v1/notices/${id}`);
  assert.equal(notice.kind, 'science');
  assert.match(notice.content.zh.body, /\*\*来源\*\*/);
  await visitor.leave();
});

test('a question in Chinese finds its answer first, and the search stands in the address', async () => {
  const visitor = await Visitor.open(browser, desk, {as: 'chen'});
  const page = await visitor.visit('/resources');
  await page.locator('.rows a').first().waitFor();
  await page.keyboard.press('f');
  await page.keyboard.type('被狗咬了怎么办');
  await page.waitForURL(/q=/);
  await page.locator('.rows a').first().filter({hasText: '狂犬病'}).waitFor();
  await page.reload();
  await page.locator('.rows a').first().filter({hasText: '狂犬病'}).waitFor();
  await page.locator('.rows a').first().click();
  await page.locator('article').getByText('免疫球蛋白').first().waitFor();
  assert.equal(await page.getByRole('button', {name: '用它起草公告'}).isDisabled(), true, 'an expert reads');
  assert.ok(await page.getByText('你的角色只能读').isVisible(), 'and is told why');
  await visitor.leave();
});

test('an edit keeps every word when somebody was faster, and goes through with one more press', async () => {
  const visitor = await Visitor.open(browser, desk, {as: 'anna'});
  const page = await visitor.visit('/resources/heat.before/edit');
  await page.getByLabel('负责人').fill('气象组');
  const now = await desk.api('bo', 'GET', '/v1/resources/heat.before');
  await desk.api('bo', 'PATCH', '/v1/resources/heat.before', {owner: '别人'}, {'If-Match': `"${now.version}"`, 'Content-Type': 'application/merge-patch+json'});
  await page.keyboard.press('Control+s');
  await page.getByText('别人刚改过这条').waitFor();
  assert.equal(await page.getByLabel('负责人').inputValue(), '气象组');
  await page.getByRole('button', {name: '用我的再保存'}).click();
  await page.waitForURL(/\/resources\/heat\.before$/);
  await page.locator('article').getByText('本单位改过').waitFor();
  assert.equal((await desk.api('anna', 'GET', '/v1/resources/heat.before')).owner, '气象组');
  await visitor.leave({cuts: true});  // the 412 is in the console
});

test('what is past its review is counted, marked and filtered, and text of people stays text', async () => {
  await desk.api('anna', 'POST', '/v1/resources', {
    topic: 'heat', title: {zh: '<img src=x onerror=alert(1)>旧的'}, summary: {zh: '摘要'}, body: {zh: '**粗** <script>alert(1)</script>'}, sources: [{title: '来源', publisher: '局'}], review_by: '2020-01-01'});
  const visitor = await Visitor.open(browser, desk, {as: 'anna'});
  const page = await visitor.visit('/resources');
  await page.getByRole('button', {name: /过了复核期/}).click();
  await page.waitForURL(/stale=true/);
  await row(page, '旧的').click();
  await page.locator('article h2', {hasText: '<img src=x onerror=alert(1)>旧的'}).waitFor();
  await page.locator('article').getByText('<script>alert(1)</script>').waitFor();
  assert.equal(await page.locator('article img, article script').count(), 0);
  assert.ok(await page.getByText('发布前请先核对').isVisible());
  await visitor.leave();
});

test('a file is imported line by line, and the export holds it', async () => {
  const visitor = await Visitor.open(browser, desk, {as: 'bo'});
  const page = await visitor.visit('/resources');
  await page.getByRole('button', {name: '导入'}).click();
  const good = {id: 'desk.one', topic: 'fire', title: {zh: '从文件来的'}, summary: {zh: '摘要'}, body: {zh: '正文'}, sources: [{title: '来源', publisher: '局'}], review_by: '2099-01-01'};
  await page.locator('input[type=file]').setInputFiles({name: 'r.ndjson', mimeType: 'application/x-ndjson', buffer: Buffer.from(JSON.stringify(good) + '\n{"id":"x","topic":"nope"}\n')});
  await page.getByRole('button', {name: '导入这个文件'}).click();
  await page.getByText('新增 1 条').waitFor();
  await page.getByText('第 2 行').waitFor();
  await page.getByRole('button', {name: '关闭'}).last().click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', {name: '导出'}).click()]);
  const lines = (await (await download.createReadStream()).toArray()).join('').trim().split('\n');
  assert.ok(lines.length > 40);
  assert.ok(lines.some(line => JSON.parse(line).id === 'desk.one'));
  await visitor.leave();
});

test('the library is there in every look, without a serious fault', async () => {
  for (const [name, options] of [['light', {}], ['dark', {colorScheme: 'dark'}], ['en', {locale: 'en-GB'}], ['390', {viewport: {width: 390, height: 844}}], ['exercise', {drill: true}]]) {
    const visitor = await Visitor.open(browser, desk, {as: 'anna', ...options});
    for (const path of ['/resources', '/resources/typhoon.before', '/resources/typhoon.before/edit', '/health', '/stats']) {
      const page = await visitor.visit(path);
      await page.waitForLoadState('networkidle', {timeout: 4000}).catch(() => undefined);
      // The bar around the page has a test of its own (shell_test.mjs).
      const faults = (await axeFaults(page)).filter(([, places]) => !places.every(html => /langs|class="find"/.test(html)));
      assert.deepEqual(faults, [], `${path} ${name}`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, `${path} ${name} scrolls sideways`);
      await shot(page, `${path.slice(1).replaceAll('/', '-')}-${name}`);
    }
    await visitor.leave();
  }
});
