// Writing a notice in a real Chromium: two languages, limits, slots, keys, and nothing typed is lost.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {Desk, Visitor, openBrowser, shot} from './stage.mjs';
import {eventually, notices} from './notices.mjs';

let desk, browser, draft, seen, act, patch;
before(async () => {
  [desk, browser] = await Promise.all([Desk.open(), openBrowser()]);
  await desk.people();
  ({draft, seen, act, patch} = notices(desk));
});
after(async () => { await browser?.close(); await desk?.close(); });
async function editor(id, more = {}) {
  const visitor = await Visitor.open(browser, desk, {as: 'anna', ...more});
  const page = await visitor.visit(`/notices/${id}/edit`);
  await page.getByLabel('标题').first().waitFor();
  return [visitor, page];
}
const kept = async id => (await desk.do('call', {method: 'GET', path: `/v1/drafts/notice.${id}`, who: 'anna'})).body.body;

describe('the editor', () => {
  test('has both languages side by side and says when the English is older than the Chinese', async () => {
    const made = await draft();
    const [anna, page] = await editor(made.id);
    const zh = await page.locator('fieldset[lang=zh-CN]').boundingBox(), en = await page.locator('fieldset[lang=en]').boundingBox();
    assert.ok(zh.x + zh.width <= en.x && Math.abs(zh.y - en.y) < 4, 'side by side');
    assert.equal(await page.getByText('中文改动后英文未复核').count(), 0);
    await page.getByLabel('标题').first().fill('各市供水正常，不必囤水');
    await page.getByText('中文改动后英文未复核').first().waitFor();
    await page.getByRole('button', {name: '英文已复核', exact: true}).click();
    await page.getByRole('button', {name: '英文已复核', exact: true}).waitFor({state: 'detached'});
    const now = await seen(made.id);
    assert.equal(now.content.zh.title, '各市供水正常，不必囤水');
    assert.ok(now.changed.en >= now.changed.zh);
    await anna.leave();
  });

  test('says what is too long for which outlet while one types', async () => {
    const made = await draft();
    const [anna, page] = await editor(made.id);
    const limits = page.locator('.lims');
    await limits.getByText(/^\d+ \/ 20 字/).waitFor();
    await page.getByLabel('标题').first().fill('一二三四五六七八九十'.repeat(3));
    await limits.getByText('30 / 20 字 · 超 10').waitFor();
    await limits.getByText('30 / 32 字 · 接近上限').waitFor();
    await page.getByText('30/26').waitFor();
    await shot(page, 'notice-edit-limits');
    await anna.leave();
  });

  test('cannot submit while a slot of its template is empty, and can when it is filled', async () => {
    const made = await draft({content: {zh: {title: '各市供水正常', summary: '【核实】供水正常（11月24日 10:00）。', body: '事实：{{已知}}。'}}});
    const [anna, page] = await editor(made.id);
    await page.getByText('占位符未填：已知').first().waitFor();
    const submit = page.getByRole('button', {name: /提交审签/});
    assert.equal(await submit.isDisabled(), true);
    await page.getByText('还差 1 项').waitFor();
    await page.keyboard.press('F8');
    await page.locator('textarea[data-pointer="/content/zh/body"]:focus').waitFor();
    await page.keyboard.type('六市水务声明供水正常');  // what F8 picked is replaced
    await page.getByText('占位符未填：已知').first().waitFor({state: 'detached'});
    await page.keyboard.press('Control+Enter');
    await page.waitForURL(/\/review$/);
    assert.equal((await seen(made.id)).content.zh.body, '事实：六市水务声明供水正常。');
    await anna.leave();
  });

  test('is walked through its failing checks by F8 and back by Shift+F8', async () => {
    const made = await draft({content: {zh: {title: '{{甲}}停课', summary: '【核实】只有一市停课（11月24日 10:00）。', body: '事实：{{乙}}。'}}});
    const [anna, page] = await editor(made.id);
    await page.getByText('还差 2 项').waitFor();
    const at = name => page.locator(`[data-pointer="/content/zh/${name}"]:focus`).waitFor();
    for (const [key, name] of [['F8', 'title'], ['F8', 'body'], ['Shift+F8', 'title']]) {
      await page.keyboard.press(key);
      await at(name);
    }
    await anna.leave();
  });

  test('takes Ctrl+1 to Ctrl+6 for previews, Ctrl+B, I and K for Markdown, and lists its keys under ?', async () => {
    const made = await draft();
    const [anna, page] = await editor(made.id);
    const tabs = page.getByRole('tablist', {name: '预览'}).getByRole('tab');
    await tabs.nth(5).waitFor();
    for (const n of [2, 6, 3, 4, 5, 1]) {
      await page.keyboard.press(`Control+${n}`);
      await page.waitForFunction(at => document.querySelectorAll('.ptabs [role=tab]')[at]?.getAttribute('aria-selected') === 'true', n - 1);
    }
    const body = page.locator('textarea[data-pointer="/content/zh/body"]');
    for (const [key, text] of [['b', '**供水**'], ['i', '*供水*'], ['k', '[供水](https://)']]) {
      await body.fill('供水');
      await body.evaluate(each => each.setSelectionRange(0, 2));
      await page.keyboard.press(`Control+${key}`);
      await page.waitForFunction(([place, want]) => document.querySelector(place).value === want, ['textarea[data-pointer="/content/zh/body"]', text]);
    }
    await page.getByRole('heading', {level: 1}).click();  // no field has the focus
    await page.keyboard.press('Shift+Slash');
    const help = page.getByRole('dialog');
    for (const words of ['预览：网页', '存草稿', '下一项', '上一项']) await help.getByText(words, {exact: true}).waitFor();
    await anna.leave();
  });
});

describe('what was typed and not saved', () => {
  test('is kept with the server after two seconds without touching the notice, and offered when the page is opened again', async () => {
    const made = await draft();
    const [anna, page] = await editor(made.id);
    await page.getByLabel('摘要').first().fill('没有存上的摘要，11月24日。');
    await eventually(async () => (await kept(made.id))?.patch.content.zh.summary === '没有存上的摘要，11月24日。', 'the kept text');
    await page.getByText('还没有存进公告，文字已另存', {exact: false}).waitFor();
    assert.equal((await seen(made.id)).version, made.version, 'the notice is as it was');
    await patch('bo', made, {content: {zh: {title: '别人改的标题'}}});
    await page.reload();
    const dialog = page.getByRole('dialog', {name: '以前没存上的文字'});
    await dialog.getByText('没有存上的摘要，11月24日。').waitFor();
    await shot(page, 'notice-left-text');
    assert.equal(await page.getByLabel('摘要').first().inputValue(), made.content.zh.summary, 'nothing is overwritten before the choice');
    await dialog.getByRole('button', {name: '放回来接着写'}).click();
    assert.equal(await page.getByLabel('摘要').first().inputValue(), '没有存上的摘要，11月24日。');
    await page.keyboard.press('Control+s');
    await eventually(async () => (await seen(made.id)).content.zh.summary === '没有存上的摘要，11月24日。', 'the saved text');
    assert.equal((await seen(made.id)).content.zh.title, '别人改的标题', 'what the other changed meanwhile stays');
    await eventually(async () => (await kept(made.id)) === undefined, 'the end of what was kept aside');
    await anna.leave();
  });

  test('stays in this browser while there is no server, and is offered after it came back', async () => {
    const made = await draft();
    const [anna, page] = await editor(made.id);
    await page.route('**/v1/drafts/**', route => route.abort());
    await page.getByLabel('摘要').first().fill('离线时写的摘要，11月24日。');
    await page.getByText('连不上服务器，文字存在这台电脑里').waitFor();
    await page.unroute('**/v1/drafts/**');
    await page.route('**/v1/drafts/**', route => (route.request().method() === 'PUT' ? route.abort() : route.fallback()));
    await page.reload();
    const dialog = page.getByRole('dialog', {name: '以前没存上的文字'});
    await dialog.getByText('离线时写的摘要，11月24日。').waitFor();
    await page.unroute('**/v1/drafts/**');
    await dialog.getByRole('button', {name: '不要了，用公告现在的'}).click();
    assert.equal(await page.getByLabel('摘要').first().inputValue(), made.content.zh.summary);
    await page.reload();
    await page.getByLabel('摘要').first().waitFor();
    await page.getByText('已过：', {exact: false}).waitFor();
    assert.equal(await dialog.count(), 0, 'dropped for good');
    await anna.leave({cuts: true});
  });

  test('of a submitted notice voids nothing before it is saved', async () => {
    const waiting = await act('anna', await draft(), 'submit');
    const [anna, page] = await editor(waiting.id);
    await page.getByRole('button', {name: '改稿'}).click();
    await page.getByLabel('摘要').first().fill('也许要改，11月24日。');
    await eventually(async () => (await kept(waiting.id))?.patch.content.zh.summary === '也许要改，11月24日。', 'the kept text');
    assert.equal((await seen(waiting.id)).state, 'submitted');
    await page.getByRole('button', {name: /存草稿/}).click();
    await eventually(async () => (await seen(waiting.id)).state === 'draft', 'the edit');
    await anna.leave();
  });
});
