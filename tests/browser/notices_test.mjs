// Notices in a real Chromium: written by one, approved by another, published after a typed number; what voids, what is refused, what stays text.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {Desk, Visitor, axeFaults, openBrowser, shot} from './stage.mjs';
import {eventually, notices} from './notices.mjs';

const PROBE = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>[点](javascript:window.pwned=1)';
let desk, browser, draft, seen, act, published;
before(async () => { [desk, browser] = await Promise.all([Desk.open(), openBrowser()]); await desk.people(); ({draft, seen, act, published} = notices(desk)); });
after(async () => { await browser?.close(); await desk?.close(); });

describe('a notice', () => {
  test('goes its whole way by two people: written, approved on its fingerprint, published after the typed number, withdrawn', async () => {
    const made = await draft();
    const anna = await Visitor.open(browser, desk, {as: 'anna'});
    const writing = await anna.visit(`/notices/${made.id}/edit`);
    await writing.getByLabel('标题').first().fill('各市供水正常，不必囤水');
    await writing.frameLocator('iframe.pframe').getByText('各市供水正常，不必囤水').first().waitFor();
    await shot(writing, 'notice-edit');
    await writing.keyboard.press('Control+s');
    await eventually(async () => (await seen(made.id)).content.zh.title === '各市供水正常，不必囤水', 'the saved title');
    await writing.getByRole('button', {name: /提交审签/}).click();
    await writing.waitForURL(/\/review$/);
    await writing.getByText('你写的稿须由他人批准').waitFor();
    assert.equal(await writing.getByRole('button', {name: /批准这段文字/}).count(), 0);

    const bo = await Visitor.open(browser, desk, {as: 'bo'});
    const page = await bo.visit(`/notices/${made.id}/review`);
    const hash = (await seen(made.id)).content_hash;
    await page.getByText(hash.slice(0, 4), {exact: true}).waitFor();
    await shot(page, 'notice-review');
    await page.getByRole('button', {name: /批准这段文字/}).click();
    await page.getByRole('button', {name: '发布…'}).click();
    const sentence = page.getByText('实况发往 2 市', {exact: false});
    await sentence.waitFor();
    await shot(page, 'notice-confirm');
    const dialog = page.getByRole('dialog');
    const field = dialog.getByRole('textbox');
    assert.equal(await field.evaluate(each => each === document.activeElement), true, 'the field has the focus');
    const number = (await dialog.locator('label .mono').textContent()).trim();
    await field.fill(number === '100' ? '101' : '100');
    assert.equal(await dialog.getByRole('button', {name: '发布给公众'}).isDisabled(), true, 'a wrong number sends nothing');
    await page.keyboard.press('Escape');
    await sentence.waitFor({state: 'detached'});
    assert.equal((await seen(made.id)).state, 'approved', 'Esc leaves without sending');
    await page.getByRole('button', {name: '发布…'}).click();
    await dialog.getByRole('textbox').fill((await dialog.locator('label .mono').textContent()).trim());
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/delivery$/);
    await page.getByRole('rowheader', {name: '公众网页'}).waitFor();
    await shot(page, 'notice-delivery');
    assert.equal((await seen(made.id)).state, 'published');

    await page.getByRole('button', {name: '撤回…'}).click();
    await page.getByRole('radio', {name: '内容有误'}).check();
    await page.getByText('撤回：各市供水正常，不必囤水').waitFor();
    await page.getByLabel('内部说明').fill('数字抄错');
    await page.getByRole('button', {name: '撤回并告知已收到的人'}).click();
    await eventually(async () => (await seen(made.id)).state === 'withdrawn', 'the withdrawal');
    await anna.leave();
    await bo.leave();
  });

  test('is not approved any more when a word was changed, and the page says by whom and what', async () => {
    const made = await draft();
    let notice = await act('bo', await act('anna', made, 'submit'), 'approve');
    notice = await desk.api('anna', 'PATCH', `/v1/notices/${made.id}`, {severity: 'minor'}, {'If-Match': `"${notice.version}"`});
    const bo = await Visitor.open(browser, desk, {as: 'bo'});
    const page = await bo.visit(`/notices/${notice.id}/review`);
    await page.getByText(/anna .*改动了严重程度，bo 的批准作废/).waitFor();
    assert.equal(await page.getByRole('button', {name: '发布…'}).count(), 0);
    await bo.leave();
  });

  test('is held back by its empty slots, which F8 walks through', async () => {
    const made = await desk.api('anna', 'POST', '/v1/notices', {template: 'holding', severity: 'severe', topics: ['fire'], owner: 'anna'});
    const anna = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await anna.visit(`/notices/${made.id}/edit`);
    await page.getByText('占位符未填：已知').first().waitFor();
    assert.equal(await page.getByRole('button', {name: /提交审签/}).isDisabled(), true);
    await page.keyboard.press('F8');
    await page.locator('[data-pointer^="/content/zh"]:focus').waitFor();
    const picked = await page.evaluate(() => document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd));
    assert.match(picked, /^\{\{.*\}\}$/);
    await anna.leave();
  });

  test('keeps what two people wrote at once: the second sees both and sends theirs again', async () => {
    const made = await draft();
    const anna = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await anna.visit(`/notices/${made.id}/edit`);
    await page.getByLabel('摘要').first().waitFor();
    await desk.api('bo', 'PATCH', `/v1/notices/${made.id}`, {content: {zh: {title: '别人写的标题'}}}, {'If-Match': `"${made.version}"`});
    await page.getByLabel('摘要').first().fill('我写的摘要，11月24日。');
    await page.keyboard.press('Control+s');
    await page.getByText('bo 刚改了这里，你的文字还在').waitFor();
    await page.getByRole('button', {name: '用我的再提交'}).click();
    await eventually(async () => (await seen(made.id)).content.zh.summary === '我写的摘要，11月24日。', 'my summary');
    assert.equal((await seen(made.id)).content.zh.title, '别人写的标题', 'what I did not touch stays theirs');
    assert.equal(anna.complaints.filter(each => !each.includes('412')).length, 0);
    await anna.leave({cuts: true});  // Chromium itself logs the 412
  });

  test('shows scripts in title, Markdown and evidence as text', async () => {
    const made = await draft({content: {zh: {title: `题${PROBE}`.slice(0, 120), summary: PROBE, body: PROBE, advice: [PROBE]}}, evidence: [{title: PROBE, url: 'https://a.example/', publisher: PROBE.slice(0, 100)}]});
    const anna = await Visitor.open(browser, desk, {as: 'anna'});
    for (const view of ['edit', 'review']) {
      const page = await anna.visit(`/notices/${made.id}/${view}`);
      await page.getByText('onerror', {exact: false}).first().waitFor();
      assert.equal(await page.evaluate(() => window.pwned), undefined);
      assert.equal(await page.locator('a[href^="javascript"]').count(), 0);
    }
    await anna.leave();
  });

  test('pages have no serious fault for readers of any kind, in English, dark, on a small screen and on a phone', async () => {
    const made = await draft();
    const waiting = await act('anna', await draft(), 'submit'), out = await published();
    for (const [name, more] of [['en', {locale: 'en-GB'}], ['dark', {colorScheme: 'dark'}], ['1024', {viewport: {width: 1024, height: 768}}], ['390', {viewport: {width: 390, height: 844}, hasTouch: true}]]) {
      const anna = await Visitor.open(browser, desk, {as: 'anna', ...more});
      for (const [view, path] of [['notices', '/notices'], ['notice-edit', `/notices/${made.id}/edit`], ['notice-review', `/notices/${waiting.id}/review`], ['notice-delivery', `/notices/${out.id}/delivery`]]) {
        const page = await anna.visit(path);
        await page.getByRole('heading', {level: 1}).waitFor();
        await shot(page, `${view}-${name}`);
        assert.deepEqual(await axeFaults(page), [], `${view} ${name}`);
      }
      await anna.leave();
    }
  });
});
