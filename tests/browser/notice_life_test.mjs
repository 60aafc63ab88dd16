// A notice after it was written: returned and sent again, put to a time and taken back, corrected, renewed, withdrawn, delivered; in real Chromium.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {Desk, Visitor, axeFaults, openBrowser, shot} from './stage.mjs';
import {confirm, eventually, inHours, notices} from './notices.mjs';

let desk, browser, draft, seen, act, patch, approved, published;
before(async () => {
  [desk, browser] = await Promise.all([Desk.open(), openBrowser()]);
  await desk.people();
  ({draft, seen, act, patch, approved, published} = notices(desk));
});
after(async () => { await browser?.close(); await desk?.close(); });
const visit = async (as, path, more = {}) => {
  const visitor = await Visitor.open(browser, desk, {as, ...more});
  return [visitor, await visitor.visit(path)];
};

describe('a notice that waits for approval', () => {
  test('is returned with a reason by R and Ctrl+Enter, and its author reads the reason, mends it and submits again', async () => {
    const waiting = await act('anna', await draft(), 'submit', {note: '请尽快看'});
    const [bo, page] = await visit('bo', `/notices/${waiting.id}/review`);
    await page.getByText('请尽快看').waitFor();
    await page.keyboard.press('r');
    const dialog = page.getByRole('dialog');
    assert.equal(await dialog.getByRole('button', {name: /退回给撰稿人/}).isDisabled(), true, 'no reason, no return');
    await dialog.getByLabel('哪里要改、为什么').fill('摘要请写明时间');
    await shot(page, 'notice-return');
    await page.keyboard.press('Control+Enter');
    await eventually(async () => (await seen(waiting.id)).state === 'draft', 'the return');
    await bo.leave();
    const [anna, editor] = await visit('anna', `/notices/${waiting.id}/edit`);
    await editor.getByText('摘要请写明时间').waitFor();
    await editor.getByLabel('摘要').first().fill('【核实】供水正常（示例水务，11月24日 11:00）。');
    await editor.getByRole('button', {name: '英文已复核', exact: true}).click();
    await editor.getByRole('button', {name: '英文已复核', exact: true}).waitFor({state: 'detached'});
    await editor.keyboard.press('Control+Enter');
    await editor.waitForURL(/\/review$/);
    assert.equal((await seen(waiting.id)).state, 'submitted');
    await anna.leave();
  });

  test('is approved by Ctrl+Enter on the rendered text, whose source is one click away', async () => {
    const waiting = await act('anna', await draft(), 'submit');
    const [bo, page] = await visit('bo', `/notices/${waiting.id}/review`);
    await page.locator('.pap strong', {hasText: '事实'}).waitFor();
    assert.equal(await page.getByText('**事实**').count(), 0, 'readers get no asterisks');
    await page.getByRole('tab', {name: '原文'}).click();
    await page.getByText('**事实** 供水正常。').waitFor();
    await page.getByRole('tab', {name: '终稿'}).click();
    await page.getByLabel('附言（可不填）').fill('已逐句核对');
    await page.keyboard.press('Control+Enter');
    const said = await eventually(async () => { const now = await seen(waiting.id); return now.state === 'approved' && now; }, 'the approval');
    assert.deepEqual(said.approvals.map(each => [each.by, each.note, each.content_hash]), [['bo', '已逐句核对', waiting.content_hash]]);
    const toast = await page.locator('.toast').first().boundingBox(), bar = await page.locator('.af').boundingBox();
    assert.ok(toast.y + toast.height <= bar.y, 'what is told covers no button');
    await bo.leave();
  });

  test('tells who voided whose approval, when and by which words, also to an approver who looks at it meanwhile', async () => {
    const ready = await approved();
    const [bo, page] = await visit('bo', `/notices/${ready.id}/review`);
    await page.getByRole('button', {name: '发布…'}).waitFor();
    await patch('anna', ready, {content: {zh: {summary: '改过的摘要，11月24日。'}}});
    await page.getByText(/anna .*改动了中文，bo 的批准作废/).waitFor();
    assert.equal(await page.getByRole('button', {name: '发布…'}).count(), 0);
    await page.getByText('改过的摘要，11月24日。').waitFor();
    await bo.leave();
  });
});

describe('an approved notice', () => {
  test('is put to a time, waits under 定时, and is taken back with its approvals', async () => {
    const ready = await approved();
    const [anna, page] = await visit('anna', `/notices/${ready.id}/review`);
    await page.getByRole('button', {name: '定时发布'}).click();
    const tomorrow = new Date(Date.now() + 86_400_000), two = n => String(n).padStart(2, '0');
    const field = page.getByRole('dialog').getByRole('combobox');
    await field.fill(`${tomorrow.getFullYear()}-${two(tomorrow.getMonth() + 1)}-${two(tomorrow.getDate())} 09:30`);
    await field.press('Enter');
    await page.getByRole('button', {name: '定好时间'}).click();
    await page.getByText('实况发往 2 市', {exact: false}).waitFor();
    await confirm(page);
    await page.getByText(/^定于 .*发布$/).first().waitFor();
    const waits = await seen(ready.id);
    assert.equal(waits.state, 'approved');
    assert.match(waits.publish_at, /:30:00\.000Z$/);
    await anna.visit('/notices?lane=scheduled');
    await anna.page.getByRole('link', {name: '各市供水正常，没有停水计划'}).first().waitFor();
    await anna.visit(`/notices/${ready.id}/review`);
    await page.getByRole('button', {name: '取消定时'}).click();
    await page.getByRole('button', {name: '定时发布'}).waitFor();
    const back = await seen(ready.id);
    assert.deepEqual([back.state, back.publish_at, back.approvals.length], ['approved', undefined, 1]);
    await anna.leave();
  });
});

describe('a published notice', () => {
  test('has its correction and withdrawal prepared, one click away (Hawaii 2018)', async () => {
    const out = await published();
    const ready = await desk.api('anna', 'GET', `/v1/notices/${out.id}/prepared`);
    const [anna, page] = await visit('anna', `/notices/${out.id}/delivery`);
    await page.getByText('更正稿和撤回稿已随这一版备好', {exact: false}).waitFor();
    await page.getByRole('button', {name: '更正', exact: true}).click();
    await page.waitForURL(/\/edit$/);
    assert.equal(await page.getByLabel('标题').first().inputValue(), ready.correction.content.zh.title);
    await page.getByText('占位符未填', {exact: false}).first().waitFor();
    const draft = await seen(out.id);
    assert.deepEqual([draft.action, draft.revision, draft.published_revision], ['correct', 2, 1]);
    await patch('anna', draft, {correction: '第 1 版的时间写错。', content: {zh: {title: '更正：各市供水正常', summary: '【更正】供水正常（11月24日 12:00）。', body: '时间应为 12:00。', advice: ['看本市水务公告']}, en: {title: 'Correction: supply is normal', summary: 'The time is 12:00 (24 November).', body: 'The time is 12:00.', advice: ['Follow your water company']}}});
    await act('bo', await act('anna', await seen(out.id), 'submit'), 'approve');
    const [bo, review] = await visit('bo', `/notices/${out.id}/review`);
    await review.locator('.diff ins').first().waitFor();
    await review.keyboard.press('d');
    await review.locator('.pap .lead').first().waitFor();
    await review.keyboard.press('d');
    await review.locator('.diff del').first().waitFor();
    await shot(review, 'notice-correction');
    await review.getByRole('button', {name: '发布…'}).click();
    await confirm(review);
    await review.waitForURL(/\/delivery$/);
    assert.deepEqual([(await seen(out.id)).action, (await seen(out.id)).revision], ['correct', 2]);
    await review.getByRole('columnheader', {name: '第 2 版'}).waitFor();
    await anna.leave();
    await bo.leave();
  });

  test('is withdrawn by one approver on duty, at once, with the words that the public reads (Ontario 2020)', async () => {
    const out = await published();
    const plan = await desk.do('call', {method: 'POST', path: '/v1/roster/shifts', who: 'dora', body: {account: 'bo', duty: 'approver', line: 1, from: inHours(-1), until: inHours(7)}});
    assert.ok(plan.status < 300, JSON.stringify(plan.body));
    const on = await desk.api('anna', 'GET', '/v1/roster/now');
    assert.ok(on.on.some(each => each.account === 'bo' && each.duty === 'approver'), 'bo is on duty');
    const [anna, other] = await visit('anna', `/notices/${out.id}/delivery`);
    await other.getByRole('button', {name: '更新', exact: true}).waitFor();
    assert.equal(await other.getByRole('button', {name: '撤回…'}).count(), 0, 'an operator does not withdraw');
    const [bo, page] = await visit('bo', `/notices/${out.id}/delivery`);
    await page.getByRole('button', {name: '撤回…'}).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', {name: '误发'}).check();
    const ready = await desk.api('bo', 'GET', `/v1/notices/${out.id}/prepared`);
    await dialog.getByText(ready.withdrawal.error.content.zh.title).waitFor();
    await dialog.getByLabel('内部说明').fill('发错了');
    await shot(page, 'notice-withdraw');
    await page.keyboard.press('Control+Enter');
    await eventually(async () => (await seen(out.id)).state === 'withdrawn', 'the withdrawal');
    const shown = (await desk.do('call', {method: 'GET', path: `/v1/notices/${out.id}`})).body;
    assert.equal(shown.content.zh.title, ready.withdrawal.error.content.zh.title);
    assert.ok(!JSON.stringify(shown).includes('发错了'), 'the inner reason stays inside');
    await anna.leave();
    await bo.leave();
  });

  test('that says “being verified” names its owner, rings before its end and is renewed in one click', async () => {
    const title = '“停水七天”正在核实';
    const out = await published({kind: 'holding', owner: 'anna', verdict: undefined, claim: undefined, severity: 'severe', expires_at: inHours(0.004),
      content: {zh: {title, summary: '正在核实（11月24日 10:00）。', body: '已联系水务部门，核实前请勿转发。'}}});
    const codes = async () => (await desk.api('anna', 'GET', '/v1/messages')).items.filter(each => each.params.title === title).map(each => each.code);
    await eventually(async () => (await codes()).includes('message_holding_ended'), 'the message at its end');
    assert.ok((await codes()).includes('message_holding_soon'), 'and the one before it');
    assert.equal((await desk.api('anna', 'GET', '/v1/desk/summary')).notices.holding_ended, 1);
    const [anna, page] = await visit('anna', '/notices');
    await page.getByRole('link', {name: '1 份“核实中”已到期，还没有结论'}).click();  // the alarm leads there
    await page.getByRole('link', {name: title}).click();
    await page.getByText('“核实中”已到期，还没有结论：', {exact: false}).waitFor();
    await shot(page, 'notice-holding-ended');
    await page.getByRole('button', {name: '续期'}).click();
    await page.waitForURL(/\/review$/);
    const next = await seen(out.id);
    assert.deepEqual([next.state, next.action, next.owner], ['submitted', 'update', 'anna']);
    assert.ok(Date.parse(next.expires_at) > Date.now() + 2 * 3_600_000);
    await page.getByText('你写的稿须由他人批准').waitFor();
    await act('anna', await act('bo', next, 'approve'), 'publish');
    assert.equal((await desk.api('anna', 'GET', '/v1/desk/summary')).notices.holding_ended, 0);
    await anna.leave();
  });

  test('is updated from the words of before when it ends soon', async () => {
    const out = await published({expires_at: inHours(3)});
    const [anna, page] = await visit('anna', '/notices?lane=soon');
    await page.getByRole('link', {name: '各市供水正常，没有停水计划'}).first().click();
    await page.waitForURL(/\/delivery$/);
    await page.getByRole('button', {name: '更新', exact: true}).click();
    await page.waitForURL(/\/edit$/);
    await page.getByRole('button', {name: /建议 336 小时/}).click();
    await page.keyboard.press('Control+s');
    await eventually(async () => (await seen(out.id)).expires_at > inHours(300), 'the later end');
    assert.equal((await seen(out.id)).action, 'update');
    await anna.leave();
  });
});

describe('delivery', () => {
  test('shows what each outlet did, why something failed, and sends again only after a look where nobody knows', async () => {
    const out = await published();
    await desk.do('call', {method: 'POST', path: `/v1/notices/${out.id}/feedback`, body: {revision: 1, helped: true}});
    await desk.do('put_delivery', {notice: out.id, name: `gone ${out.id}`, state: 'failed', error: 'unavailable'});
    await desk.do('put_delivery', {notice: out.id, name: `maybe ${out.id}`, state: 'unknown', outlet: 'sms'});
    await desk.do('put_delivery', {notice: out.id, name: `fine ${out.id}`, state: 'delivered'});
    const [anna, page] = await visit('anna', '/notices');
    await page.getByRole('link', {name: '2 处没有送到或不知道'}).click();
    await page.waitForURL(`**/notices/${out.id}/delivery`);
    await page.getByText('2 处没有送到或不知道，请处理').waitFor();
    await page.getByText('读者对第 1 版：1 人说有帮助，0 人说没有').waitFor();
    const log = page.locator('.log');
    await log.getByText(`gone ${out.id}`).waitFor();  // what needs a person is open first
    const why = (await desk.api('anna', 'GET', `/v1/notices/${out.id}/deliveries`)).items.find(each => each.recipient === `gone ${out.id}`).why.zh;
    await log.getByText(why, {exact: false}).waitFor();
    await shot(page, 'notice-delivery-failed');
    assert.deepEqual(await axeFaults(page), []);
    await log.getByRole('button', {name: '再发一次'}).click();
    await log.getByText('排队中').waitFor();
    await page.getByRole('button', {name: /短信与推送 第 1 版/}).click();
    const again = log.getByRole('button', {name: '再发一次'});
    assert.equal(await again.isDisabled(), true, 'it may have arrived: first a look');
    await log.getByLabel('我查过了，没有收到').check();
    await again.click();
    await page.getByText('没有失败的').waitFor();
    await anna.leave();
  });

  test('of an exercise is locked at every place for the public', async () => {
    const out = await published({mode: 'Exercise'});
    const [anna, page] = await visit('anna', `/notices/${out.id}/delivery`, {drill: true});
    await page.getByText('演练：公众的出口都锁着', {exact: false}).waitFor();
    for (const name of ['公众网页', '微信公众号', 'CAP 预警接口']) await page.getByRole('button', {name: new RegExp(`${name} 第 1 版: 不发`)}).waitFor();
    await shot(page, 'notice-delivery-drill');
    await anna.leave();
  });

  test('waits while an administrator has paused an outlet, and everybody sees who, since when and why', async () => {
    const out = await published();
    await desk.do('put_delivery', {notice: out.id, name: `list ${out.id}`, state: 'queued', outlet: 'cap'});
    const [dora, page] = await visit('dora', '/admin?tab=outlets');
    const row = page.getByRole('row', {name: /CAP 预警接口/});
    await row.getByRole('button', {name: '暂停…'}).click();
    await page.getByLabel('为什么暂停').fill('平台维护');
    await page.keyboard.press('Control+Enter');
    await row.getByText('平台维护', {exact: false}).waitFor();
    await shot(page, 'outlets-paused');
    assert.deepEqual(await axeFaults(page), []);
    const [anna, other] = await visit('anna', `/notices/${out.id}/delivery`);
    await other.getByRole('button', {name: /CAP 预警接口 第 1 版: 已暂停/}).waitFor();
    await other.getByText('dora 已暂停', {exact: false}).waitFor();
    assert.equal(await other.getByRole('button', {name: '恢复'}).count(), 0, 'seeing is everyone’s, changing the administrator’s');
    await row.getByRole('button', {name: '恢复'}).click();
    await row.getByRole('button', {name: '暂停…'}).waitFor();
    assert.equal((await desk.api('anna', 'GET', `/v1/notices/${out.id}/deliveries`)).items.find(each => each.recipient === `list ${out.id}`).state, 'queued');
    await dora.leave();
    await anna.leave();
  });
});

describe('an exercise', () => {
  test('is begun at the drill desk as exercise or test', async () => {
    const [anna, page] = await visit('anna', '/notices', {drill: true});
    await page.getByRole('button', {name: /写公告/}).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('演练还是测试').selectOption('Test');
    await dialog.getByRole('button', {name: '开始写'}).click();
    await page.waitForURL(/\/edit$/);
    const made = await seen(page.url().split('/').at(-2));
    assert.equal(made.mode, 'Test');
    await page.getByText('测试 · 不会发给公众').waitFor();
    await anna.leave();
  });

  for (const mode of ['Exercise', 'Test']) {
    test(`(${mode}) has another look, another sentence and another button from writing to the question`, async () => {
      const ready = await approved({mode});
      const [bo, page] = await visit('bo', `/notices/${ready.id}/edit`, {drill: true});
      await page.getByText('演练 · 不会发给公众').first().waitFor();
      await page.locator('.ptabs').waitFor();
      assert.equal(await page.locator('html').getAttribute('class').then(each => /exercise/.test(each)), true);
      if (mode === 'Exercise') await shot(page, 'notice-edit-drill');
      await bo.visit(`/notices/${ready.id}/review`);
      const publish = page.getByRole('button', {name: mode === 'Exercise' ? '演练发布…' : '测试发布…'});
      await publish.waitFor();
      assert.match(await publish.evaluate(each => getComputedStyle(each).backgroundImage), /repeating-linear-gradient/, 'hatched');
      assert.equal(await page.getByRole('button', {name: '发布…', exact: true}).count(), 0, 'the live button is not there');
      await shot(page, `notice-review-${mode}`);
      await publish.click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText(mode === 'Exercise' ? /^演练：只发到演练名单/ : /^测试：只发到演练名单/).waitFor();
      await dialog.getByText(mode === 'Exercise' ? '演练 · 不会发给公众' : '测试 · 不会发给公众').waitFor();
      await shot(page, `notice-confirm-${mode}`);
      assert.deepEqual(await axeFaults(page), []);
      await confirm(page);
      await page.waitForURL(/\/delivery$/);
      assert.equal((await desk.do('call', {method: 'GET', path: `/v1/notices/${ready.id}`})).status, 404, 'the public has nothing');
      await bo.leave();
    });
  }
});
