// What one had part in, second looks as a list and a feed, all of one author's cases at once, and what the palette finds.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {casesOf, eventually} from './cases.mjs';
import {Desk, Visitor, axeFaults, openBrowser, shot} from './stage.mjs';

let desk, browser;
before(async () => { [desk, browser] = await Promise.all([Desk.open(), openBrowser()]); await desk.people(); });
after(async () => { await browser?.close(); await desk?.close(); });
const {newCase, held, shown} = casesOf(() => desk);
const EVIDENCE = [{title: '世卫组织', url: 'https://who.example/faq'}];
const row = (page, made) => page.getByRole('tabpanel').getByRole('link').filter({hasText: made.text.slice(-12)});

describe('my work', () => {
  test('lists what I am asked, began, judged, answered and watch, and follows while it is open', async () => {
    const asked = await newCase(), judged = await held(), begun = await held();
    await desk.api('chen', 'PUT', `/v1/drafts/case.${begun.id}`, {claim: '', verdict: 'false', reason: '写了一半', uncertain: '', evidence: [], note: '', answers: {}});
    await desk.api('chen', 'POST', `/v1/cases/${judged.id}/verdict`, {verdict: 'false', reason: '没有依据', evidence: EVIDENCE});
    await desk.api('chen', 'POST', `/v1/cases/${judged.id}/watch`, {});
    const chen = await Visitor.open(browser, desk, {as: 'chen'});
    const page = await chen.visit('/desk');
    await page.getByRole('button', {name: /chen 的菜单/}).click();
    await page.getByRole('link', {name: '我做过的'}).click();
    await page.getByText('没有人在等你回答').waitFor();
    await desk.api('anna', 'POST', `/v1/cases/${asked.id}/ask`, {user: 'chen', question: '这张图是哪年的？', kind: 'help'});
    await row(page, asked).getByText('anna 问 chen：这张图是哪年的？').waitFor();  // nobody loaded the page again
    await shot(page, 'mine-to-answer');
    for (const [tab, made] of [['写了一半', begun], ['我判过', judged], ['我关注的', judged]]) {
      await page.getByRole('tab', {name: tab}).click();
      await row(page, made).waitFor();
    }
    await desk.api('chen', 'POST', `/v1/cases/${asked.id}/answer`, {text: '2018 年'});
    await page.getByRole('tab', {name: '我回答过'}).click();
    await row(page, asked).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await row(page, asked).click();
    await page.waitForURL(new RegExp(`/cases/${asked.id}`));
    await page.getByText('2018 年').first().waitFor();
    await chen.leave();
  });

  test('what needs a second look is a list and a feed by a link that is shown once and can be ended', async () => {
    const made = await held();
    await desk.api('chen', 'POST', `/v1/cases/${made.id}/verdict`, {verdict: 'misleading', reason: '旧图新用', evidence: EVIDENCE});
    const anna = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await anna.visit('/mine?part=second_look');
    await row(page, made).waitFor();
    await page.getByRole('button', {name: '订阅'}).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', {name: '生成链接'}).click();
    const atom = await dialog.getByLabel('Atom').inputValue(), json = await dialog.getByLabel('JSON Feed').inputValue();
    await shot(page, 'mine-feed');
    const feed = await (await fetch(json)).json();
    const item = feed.items.find(each => each.id === `urn:clarion:case:${made.id}`);
    assert.ok(item.url.endsWith(`/cases/${made.id}`));
    assert.match(item.content_text, /chen/);
    assert.match(await (await fetch(atom)).text(), new RegExp(`urn:clarion:case:${made.id}`));
    await dialog.getByRole('button', {name: '停用链接'}).click();
    await dialog.getByLabel('Atom').waitFor({state: 'detached'});
    assert.equal((await fetch(atom)).status, 404);
    await page.keyboard.press('Escape');
    await desk.api('anna', 'POST', `/v1/cases/${made.id}/close`, {reason: '不再传播'});
    await row(page, made).waitFor({state: 'detached'});
    await anna.leave();
  });

  test('looks as it should on a phone, in the dark and in English', async () => {
    for (const options of [{viewport: {width: 390, height: 844}}, {colorScheme: 'dark'}, {locale: 'en-GB'}]) {
      const visitor = await Visitor.open(browser, desk, {as: 'chen', ...options});
      const page = await visitor.visit('/mine?part=acted');
      await page.locator('.list a').first().waitFor();
      await shot(page, `mine-${options.viewport ? 390 : options.colorScheme ?? 'en'}`);
      assert.deepEqual(await axeFaults(page), []);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
      await visitor.leave();
    }
  });
});

describe('one author', () => {
  test('everything they sent in goes by one act, with count, preview and undo; what others sent stays', async () => {
    const author = {id: 'u-9', name: '卖药的'};
    const own = [await newCase({author}), await newCase({author}), await newCase({author})];
    const mixed = await newCase({author});
    await desk.posts([{id: `other-${mixed.post}`, source: 'weibo', text: mixed.text, author: {id: 'honest'}}]);
    const anna = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await anna.visit(`/cases/${own[0].id}`);
    await page.getByRole('button', {name: '驳回此人发来的全部…'}).click();
    const dialog = page.getByRole('dialog', {name: '驳回 卖药的 发来的全部'});
    await dialog.getByText('3 件案件里只有此人（weibo）的帖文，共 3 帖').waitFor();
    await dialog.getByText('另有 1 件还有别人的帖文，不动').waitFor();
    await dialog.getByRole('textbox').fill('刷屏广告');
    await shot(page, 'case-author');
    await page.keyboard.press('Control+Enter');
    await page.getByText('已驳回 卖药的 的 3 件').waitFor();
    await page.locator('[data-state=dismissed]').first().waitFor();
    for (const each of own) assert.equal((await shown(each.id)).state, 'dismissed');
    assert.notEqual((await shown(mixed.id)).state, 'dismissed');
    await page.keyboard.press('z');
    await eventually(async () => (await Promise.all(own.map(each => shown(each.id)))).every(each => each.state !== 'dismissed'), 'the undo');
    await anna.leave();
  });
});

describe('the palette', () => {
  test('takes a pasted id of a post, an id or address of a resource, and words of a resource', async () => {
    const made = await newCase();
    const resource = await desk.api('anna', 'POST', '/v1/resources', {topic: 'infectious', phase: 'any', title: {zh: '喝酒防不了翡翠热'}, summary: {zh: '饮酒不能预防感染。'}, body: {zh: '正文'}, sources: [{title: '说明', publisher: '省疾控中心'}], reviewed_at: '2026-01-02', review_by: '2030-01-02'});
    const anna = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await anna.visit('/desk');
    await page.locator('.find').waitFor();
    for (const [words, what, url] of [[made.post, made.text.slice(0, 12), `/cases/${made.id}`], ['翡翠热', '喝酒防不了翡翠热', `/resources/${resource.id}`], [resource.id, '喝酒防不了翡翠热', `/resources/${resource.id}`]]) {
      await page.keyboard.press('/');
      await page.getByRole('combobox').last().fill(words);
      await page.getByRole('option').filter({hasText: what}).first().click();
      await page.waitForURL(new RegExp(`${url}$`));
      await page.evaluate(() => document.activeElement?.blur());
    }
    await page.keyboard.press('/');
    await page.getByRole('combobox').last().fill(`${desk.url}/resources/${resource.id}`);
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`/resources/${resource.id}$`));
    await anna.leave();
  });
});
