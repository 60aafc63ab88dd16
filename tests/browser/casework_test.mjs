// Work on a case by several people at once: questions, second opinions, panels, hand-over, pins; what others do shows by the channel
// alone, also after a cut; a lease that ends; a colleague who is named; evidence files.
import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {after, before, describe, test} from 'node:test';
import {casesOf, eventually} from './cases.mjs';
import {Desk, Visitor, axeFaults, openBrowser, shot} from './stage.mjs';

let desk, browser;
before(async () => {
  [desk, browser] = await Promise.all([Desk.open(), openBrowser()]);
  await desk.people();
  for (const [user, name] of [['fang', '方医生'], ['gao', '高工']]) {
    await desk.do('person', {name: user, role: 'expert'});
    await desk.api('anna', 'POST', '/v1/experts', {id: user, user, name, affiliation: '省疾控中心', topics: {infectious: 2}, regions: ['440000'], langs: ['zh'], capacity: 50});
  }
});
after(async () => { await browser?.close(); await desk?.close(); });
const {newCase, held, shown} = casesOf(() => desk);
const EVIDENCE = [{title: '世卫组织', url: 'https://who.example/faq'}];
const visit = async (as, id, more = {}) => {
  const visitor = await Visitor.open(browser, desk, {as, ...more});
  await visitor.visit(`/cases/${id}`);
  await visitor.page.getByRole('heading', {level: 1}).waitFor();
  return visitor;
};
/** Through the menu of what else can be done. */
async function menu(page, words) {
  await page.getByRole('button', {name: '更多操作'}).click();
  await page.locator('.menu').getByRole('button', {name: words}).click();
}
async function judgeAs(page, verdict, reason) {
  await page.locator('#case-reason:enabled').fill(reason);
  await page.locator('.vds').getByRole('radio', {name: verdict}).click();
  await page.getByRole('button', {name: '链接', exact: true}).click();
  await page.getByLabel('依据的网址').fill('https://who.example/faq');
  await page.keyboard.press('Enter');
}

describe('several people', () => {
  test('a second opinion is asked, answered and read without anybody loading the page again', async () => {
    const made = await held();
    const chen = await visit('chen', made.id), anna = await visit('anna', made.id);
    await menu(chen.page, /征求第二意见/);
    const dialog = chen.page.getByRole('dialog');
    await dialog.getByText('方医生').first().waitFor({state: 'attached'});
    await dialog.getByRole('combobox').selectOption('fang');
    await dialog.getByRole('textbox').fill('你怎么看这条？');
    await shot(chen.page, 'casework-opinion');
    await chen.page.keyboard.press('Control+Enter');
    const waiting = anna.page.getByRole('region', {name: '询问与第二意见'});
    await waiting.getByText('等待回答').waitFor();
    await waiting.getByText('你怎么看这条？').waitFor();
    assert.equal(await waiting.getByRole('textbox').count(), 0, 'only who is asked answers');

    const fang = await visit('fang', made.id);
    const box = fang.page.getByLabel('你的回答');
    await box.fill('没有依据，');
    await fang.page.getByText('草稿已存在服务器').waitFor();
    await fang.visit(`/cases/${made.id}`);
    await fang.page.waitForFunction(() => [...document.querySelectorAll('.ask textarea')].some(each => each.value === '没有依据，'));
    await box.fill('没有依据，酒精不能进入细胞杀死病毒。');
    await fang.page.getByLabel('你会判定为').selectOption('false');
    await shot(fang.page, 'casework-answering');
    await fang.page.getByRole('button', {name: '发出回答'}).click();

    for (const page of [chen.page, anna.page]) {
      const list = page.getByRole('region', {name: '询问与第二意见'});
      await list.getByText('没有依据，酒精不能进入细胞杀死病毒。').waitFor();
      await list.getByText('都已回答').waitFor();
      await list.locator('[data-verdict=false]').waitFor();
    }
    const {asks, state, assignee} = await shown(made.id);
    assert.deepEqual([asks.length, asks[0].kind, asks[0].verdict, state, assignee], [1, 'opinion', 'false', 'in_review', 'chen']);
    await shot(chen.page, 'casework-answered');
    for (const each of [chen, anna, fang]) await each.leave();
  });

  test('a panel of three blocks the verdict until more than half agree, and says who is missing', async () => {
    const made = await held();
    const anna = await visit('anna', made.id), chen = await visit('chen', made.id);
    await menu(anna.page, /评审组/);
    const dialog = anna.page.getByRole('dialog');
    assert.equal(await dialog.getByLabel(/席位/).inputValue(), '3');
    await dialog.getByText('过半数同意才成立').waitFor();
    await anna.page.keyboard.press('Control+Enter');
    const panel = page => page.getByRole('region', {name: '评审组'});
    await panel(chen.page).getByText('承办人提交判定后开始投票').waitFor();

    await judgeAs(chen.page, '不实', '酒精不能杀死体内的病毒。');
    await chen.page.getByRole('button', {name: /提交第一票/}).click();
    await panel(chen.page).getByText('还差 2 票').waitFor();
    for (const name of ['fang', 'gao']) await panel(chen.page).getByRole('status').filter({hasText: name}).waitFor();
    await chen.page.getByText('等评审组投票，还差 2 票').waitFor();
    assert.equal(await chen.page.locator('#case-reason').count(), 0, 'the holder waits');
    assert.equal((await shown(made.id)).state, 'in_review');

    const fang = await visit('fang', made.id), gao = await visit('gao', made.id);
    await panel(gao.page).getByText('看不到别人的意见').waitFor();
    assert.equal(await gao.page.getByText('酒精不能杀死体内的病毒。').count(), 0, 'a vote is not told to who has not voted');
    await judgeAs(fang.page, '存疑', '需要更多资料。');
    await fang.page.getByLabel('还不确定的').fill('剂量没有说');
    await fang.page.getByRole('button', {name: '投票', exact: false}).last().click();
    await panel(chen.page).getByText('还差 1 票').waitFor();
    await panel(chen.page).getByText('2/3 票').waitFor();
    await shot(chen.page, 'casework-panel-voting');
    assert.deepEqual(await axeFaults(chen.page), []);

    await judgeAs(gao.page, '不实', '没有任何研究支持。');
    await gao.page.getByRole('button', {name: '投票', exact: false}).last().click();
    for (const page of [chen.page, anna.page, fang.page]) {
      await panel(page).getByText('判定成立').waitFor();
      await panel(page).getByText('过半数同意（3/3 票）').waitFor();
      await panel(page).getByRole('list', {name: '计票'}).getByText('2/3').waitFor();
    }
    await anna.page.getByText('剂量没有说').waitFor();  // what is uncertain stands with the verdict
    await anna.page.getByRole('button', {name: '起草公告'}).waitFor();
    await shot(anna.page, 'casework-panel-decided');
    const after = await shown(made.id);
    assert.deepEqual([after.state, after.panel.state, after.panel.verdict, after.verdicts.length], ['judged', 'decided', 'false', 3]);
    for (const each of [anna, chen, fang, gao]) await each.leave();
  });

  for (const [rule, second, state, words] of [['any', 'true', 'decided', '第一票决定'], ['all', 'true', 'undecided', '意见不一致，规则要求全体同意'], ['all', 'false', 'decided', '全体同意（2 票）']]) {
    test(`a panel by the rule "${rule}" where the second says "${second}" shows that it is ${state}, and why`, async () => {
      const made = await held();
      await desk.api('anna', 'POST', `/v1/cases/${made.id}/panel`, {seats: 2, rule});
      const anna = await visit('anna', made.id);
      await anna.page.getByRole('region', {name: '评审组'}).waitFor();
      await desk.api('chen', 'POST', `/v1/cases/${made.id}/verdict`, {verdict: 'false', reason: '没有依据', evidence: EVIDENCE});
      const {panel} = await shown(made.id);
      const other = panel.votes.find(each => !each.given)?.user;
      if (rule !== 'any') await desk.api(other, 'POST', `/v1/cases/${made.id}/answer`, {verdict: second, reason: '看过资料', evidence: EVIDENCE});
      const card = anna.page.getByRole('region', {name: '评审组'});
      await card.locator(`xpath=self::*[@data-state="${state}"]`).waitFor();
      await card.getByRole('status').filter({hasText: words}).waitFor();
      await card.getByRole('status').filter({hasText: state === 'decided' ? '判定成立' : '判定没有成立'}).waitFor();
      assert.equal(await anna.page.getByRole('button', {name: '起草公告'}).count(), state === 'decided' ? 1 : 0);
      assert.equal((await shown(made.id)).state, state === 'decided' ? 'judged' : 'in_review');
      await anna.leave();
    });
  }

  test('a pin with its reason and a hand-over show on every open page', async () => {
    const made = await held();
    const anna = await visit('anna', made.id), chen = await visit('chen', made.id);
    await menu(anna.page, /置顶并写理由/);
    await anna.page.getByRole('dialog').getByRole('textbox').fill('领导要求今天答复');
    await anna.page.keyboard.press('Control+Enter');
    await chen.page.locator('.banner').getByText('anna 置顶：领导要求今天答复').waitFor();
    await menu(anna.page, /取消置顶/);
    await chen.page.locator('.banner').waitFor({state: 'detached'});
    await chen.page.keyboard.press('t');
    const dialog = chen.page.getByRole('dialog');
    await dialog.getByText('高工').first().waitFor({state: 'attached'});
    await dialog.getByRole('combobox').selectOption('gao');
    assert.equal(await dialog.getByRole('button', {name: /还差 1 项/}).isDisabled(), true, 'a hand-over needs a word');
    await dialog.getByRole('textbox').fill('已问过疾控，等回电');
    await chen.page.keyboard.press('Control+Enter');
    await anna.page.getByText(/转交给 gao.*已问过疾控/).waitFor();
    await anna.page.getByText('gao 持有').or(anna.page.getByText('为何分给 gao')).first().waitFor();
    await anna.leave();
    await chen.leave({cuts: true});  // the case is gone for chen: the browser notes the 404
  });

  test('what happened while the connection was cut is there when it is back, and nothing twice', async () => {
    const made = await held();
    const anna = await visit('anna', made.id);
    await anna.page.getByText('已同步').first().waitFor();
    await desk.do('kill');
    await desk.do('start', {elsewhere: true});
    await desk.api('chen', 'POST', `/v1/cases/${made.id}/note`, {text: '断线时写的备注'});
    await desk.api('chen', 'PATCH', `/v1/cases/${made.id}`, {claim: '断线时改写的说法'});
    await desk.do('move_back');
    await anna.page.getByRole('heading', {level: 1}).filter({hasText: '断线时改写的说法'}).waitFor({timeout: 40_000});
    assert.equal(await anna.page.getByText('断线时写的备注').count(), 1);
    await desk.api('chen', 'POST', `/v1/cases/${made.id}/note`, {text: '恢复以后写的备注'});
    await anna.page.getByText('恢复以后写的备注').waitFor();
    assert.equal(await anna.page.getByText('断线时写的备注').count(), 1);
    await anna.leave({cuts: true});
  });

  test('an open page asks for the case when it is told to, not by the clock', async () => {
    const made = await held();
    const anna = await visit('anna', made.id);
    await anna.page.getByText('已同步').first().waitFor();
    await anna.page.waitForLoadState('networkidle');
    const reads = [];
    anna.page.on('request', request => { if (request.method() === 'GET' && request.url().endsWith(made.id)) reads.push(request.url()); });
    // Presence goes on by its beat of twelve seconds: that long nothing else happens.
    await anna.page.waitForRequest(request => request.method() === 'PUT' && request.url().endsWith('/presence'), {timeout: 20_000});
    assert.deepEqual(reads, []);
    const told = anna.page.waitForRequest(request => request.method() === 'GET' && request.url().endsWith(made.id));
    await desk.api('chen', 'POST', `/v1/cases/${made.id}/note`, {text: '现在有事'});
    await told;
    await anna.page.getByText('现在有事').waitFor();
    await anna.leave();
  });
});

describe('what must not be lost', () => {
  test('a lease that ends by the server’s clock says so and keeps the draft, on the page and when the case comes back', async () => {
    const made = await held();
    const chen = await visit('chen', made.id);
    await chen.page.locator('#case-reason:enabled').fill('租约到期前写的理由');
    await chen.page.getByText('草稿已存在服务器').waitFor();
    await desk.do('end_lease', {case: made.id, seconds: 1});
    await chen.page.getByText('这个案件已不在你手上').waitFor();
    await chen.page.getByText('已释放，草稿保留').first().waitFor({state: 'attached'});
    await chen.page.locator('#case-reason:disabled').waitFor();
    assert.equal(await chen.page.locator('#case-reason').inputValue(), '租约到期前写的理由');
    await shot(chen.page, 'casework-lease-over');
    const after = await shown(made.id);
    assert.equal(after.history.find(each => each.action === 'lease_lost').detail.holder, 'chen');
    const {items} = await desk.api('chen', 'GET', '/v1/messages');
    assert.ok(items.some(each => each.code === 'message_lease_lost'), 'a message says so as well');
    if (after.assignee !== 'chen') await desk.api('anna', 'POST', `/v1/cases/${made.id}/assign`, {user: 'chen'});
    await chen.page.getByRole('button', {name: /认领并打开/}).click();  // the page noticed by itself
    await chen.page.locator('#case-reason:enabled').waitFor();
    assert.equal(await chen.page.locator('#case-reason').inputValue(), '租约到期前写的理由');
    await chen.leave({cuts: true});
  });

  test('a colleague who is named in a note finds a message with the case', async () => {
    const made = await newCase();
    const bo = await Visitor.open(browser, desk, {as: 'bo'});
    await bo.visit('/desk');
    const anna = await visit('anna', made.id);
    await anna.page.getByLabel(/写备注/).fill('@bo 请看一下');
    await anna.page.keyboard.press('Control+Enter');
    await anna.page.getByText('@bo 请看一下').last().waitFor();
    const {items} = await eventually(async () => { const page = await desk.api('bo', 'GET', '/v1/messages?unread=true'); return page.items.some(each => each.params?.link?.includes(made.id)) && page; }, 'the message');
    const told = items.find(each => each.params.link.includes(made.id));
    assert.match(told.text, /anna/);
    await bo.visit(told.params.link);
    await bo.page.getByText('@bo 请看一下').last().waitFor();
    await anna.leave();
    await bo.leave();
  });
});

describe('keys and reasons', () => {
  test('the keys of the case are listed and work: V, Y, W, H, B, M, E, C, [ and ]', async () => {
    const first = await held('chen', {media: [{type: 'image', text: '海报上的字', url: 'https://elsewhere.example/a.png'}]});
    const second = await held();
    await desk.api('anna', 'POST', '/v1/library', [{id: 'd-keys', claim: '喝白酒可以杀死新冠病毒', verdict: 'false', explanation: '饮酒不能杀死病毒。', source: '世卫组织', date: '2020-03-01', topic: 'infectious', url: 'https://who.example/myth'}]);
    const chen = await visit('chen', first.id, {permissions: ['clipboard-read', 'clipboard-write']});
    const {page} = chen;
    await page.keyboard.press('?');
    const help = page.getByRole('dialog');
    for (const words of ['显示或遮住附件', '复制链接', '关注', '求助', '归还', '延长', /上一件|下一件/]) await help.getByText(words).first().waitFor();
    await page.keyboard.press('Escape');
    // Media are covered and nothing is fetched until V; then only what the source said of them.
    assert.equal(await page.getByText('海报上的字').count(), 0);
    await page.getByRole('button', {name: /附件 1 个，已遮挡静音/}).waitFor();
    await page.keyboard.press('v');
    await page.getByText('海报上的字').waitFor();
    await page.keyboard.press('v');
    await page.getByText('海报上的字').waitFor({state: 'detached'});
    await page.keyboard.press('y');
    await page.getByText('链接已复制').waitFor();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), new RegExp(`/cases/${first.id}$`));
    await page.keyboard.press('w');
    await eventually(async () => (await desk.api('chen', 'GET', `/v1/cases/${first.id}`)).watching, 'watching');
    for (const [key, title] of [['h', '求助'], ['b', '归还']]) {
      await page.keyboard.press(key);
      await page.getByRole('dialog', {name: title}).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({state: 'detached'});
    }
    await page.keyboard.press('e');
    await page.getByText('租约已延长').waitFor();
    await page.getByText('引作依据').waitFor();
    await page.keyboard.press('c');
    await page.getByText('世卫组织').first().waitFor();
    await eventually(async () => (await shown(first.id)).candidates_judged[0]?.judgement === 'cited', 'the citation');
    const order = await page.evaluate(() => [document.querySelector('[aria-keyshortcuts="["]').disabled, document.querySelector('[aria-keyshortcuts="]"]').disabled]);
    assert.ok(order.includes(false), 'there is another case beside this one');
    await page.keyboard.press(order[1] ? '[' : ']');
    await page.waitForURL(url => url.pathname.startsWith('/cases/') && !url.pathname.endsWith(first.id));
    await page.getByRole('heading', {level: 1}).filter({hasNotText: first.text.slice(-8)}).waitFor();
    await page.keyboard.press(order[1] ? ']' : '[');
    await page.waitForURL(new RegExp(first.id));
    assert.ok(second.id);
    await chen.leave();
    const anna = await visit('anna', first.id);
    await anna.page.keyboard.press('m');
    await anna.page.getByRole('dialog', {name: /合并/}).waitFor();
    await anna.leave();
  });

  test('the reasons of the number, of the person and of the likeness stand beside them', async () => {
    const made = await held();
    const anna = await visit('anna', made.id);
    const {priority, priority_reasons: parts, hits} = await shown(made.id);
    assert.equal(parts.reduce((sum, each) => sum + each.points, 0), priority);
    await anna.page.getByRole('button', {name: `为何是 ${priority}`}).focus();
    await anna.page.getByRole('button', {name: `为何是 ${priority}`}).click();
    for (const each of parts) await anna.page.locator('.why').getByText(each.text).first().waitFor();
    await anna.page.keyboard.press('Escape');
    await anna.page.getByRole('heading', {name: '为何分给 chen'}).waitFor();
    assert.match(await anna.page.locator('.post mark').first().getAttribute('title'), new RegExp(`${hits[0].rule}.*第 ${hits[0].version} 版`));
    await anna.page.getByText(/建议 0\.\d+ · 自动 0\.\d+/).waitFor();
    // Everybody has a conflict with the source, and the page says so instead of saying nothing.
    for (const user of ['chen', 'fang', 'gao']) {
      const {items} = await desk.api('anna', 'GET', '/v1/experts');
      const expert = items.find(each => each.user === user);
      await desk.api('anna', 'PATCH', `/v1/experts/${expert.id}`, {conflicts: ['weibo']}, {'If-Match': `"${expert.version}"`});
    }
    const lone = await newCase();
    const waiting = await eventually(async () => {
      const now = await shown(lone.id);
      if (now.state === 'assigned') await desk.api(now.assignee, 'POST', `/v1/cases/${lone.id}/release`, {reason: 'conflict'});
      return now.state === 'open' && now.waiting_reasons.length > 0 && now;
    }, 'the case that nobody takes');
    await anna.visit(`/cases/${lone.id}`);
    await anna.page.getByRole('heading', {name: '为何还没有人接'}).waitFor();
    await anna.page.getByText(waiting.waiting_reasons[0].text).waitFor();
    await anna.leave();
  });
});

describe('evidence files', () => {
  /** A JPEG as a telephone takes it, with a place in it: made by this browser, so that it is a real one. */
  async function photo(page) {
    const plain = Buffer.from(await page.evaluate(() => {
      const canvas = document.createElement('canvas');
      canvas.width = 40; canvas.height = 20;
      const draw = canvas.getContext('2d');
      draw.fillStyle = '#c00'; draw.fillRect(0, 0, 40, 20);
      return canvas.toDataURL('image/jpeg').split(',')[1];
    }), 'base64');
    const note = Buffer.from('Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x0f\0\x02\0\0\0\x04GPS!\0\0\0\0', 'latin1');
    const segment = Buffer.concat([Buffer.from([0xFF, 0xE1, 0, note.length + 2]), note]);
    return {plain, taken: Buffer.concat([plain.subarray(0, 2), segment, plain.subarray(2), Buffer.from('GPS! behind the end')])};
  }
  const upload = (page, file) => page.locator('input[type=file]').setInputFiles(file);

  test('a good one is kept under the hash of what is kept, without place and camera, and the verdict cites it', async () => {
    const made = await held();
    const chen = await visit('chen', made.id);
    const {plain, taken} = await photo(chen.page);
    await upload(chen.page, {name: '现场.jpg', mimeType: 'image/jpeg', buffer: taken});
    const row = chen.page.locator('.evl li').filter({hasText: '现场.jpg'});
    await row.waitFor();
    await chen.page.getByText('已去掉拍摄地点、相机等信息').waitFor();
    const hash = await row.locator('a.mono').getAttribute('title');
    await row.getByText(`sha ${hash.slice(0, 8)}`).waitFor();
    const [download] = await Promise.all([chen.page.waitForEvent('download'), row.locator('a.mono').click()]);
    const kept = await readFile(await download.path());
    assert.equal(createHash('sha256').update(kept).digest('hex'), hash);
    assert.equal(kept.includes('GPS!'), false);
    assert.ok(kept.length <= plain.length);
    const size = await chen.page.evaluate(async base64 => {
      const drawn = await createImageBitmap(new Blob([Uint8Array.from(atob(base64), c => c.charCodeAt(0))], {type: 'image/jpeg'}));
      return [drawn.width, drawn.height];
    }, kept.toString('base64'));
    assert.deepEqual(size, [40, 20], 'it is still the picture');
    await shot(chen.page, 'casework-file');
    await chen.page.locator('#case-reason').fill('照片不是这次拍的');
    await chen.page.getByRole('radio').first().click();
    await chen.page.getByRole('button', {name: '只提交判定'}).click();
    await chen.page.locator('.given').getByText(`sha ${hash.slice(0, 8)}`).waitFor();
    assert.equal((await shown(made.id)).verdicts[0].evidence[0].sha256, hash);
    await chen.leave();
  });

  test('one that is too large or is not what it says is told of, and what was typed stays', async () => {
    const made = await held();
    const chen = await visit('chen', made.id);
    await chen.page.locator('#case-reason').fill('写了一半');
    await upload(chen.page, {name: 'big.txt', mimeType: 'text/plain', buffer: Buffer.alloc(10 * 1024 * 1024 + 1, 'x')});
    await chen.page.getByText('big.txt 超过 10 MB').waitFor();
    await upload(chen.page, {name: 'page.pdf', mimeType: 'application/pdf', buffer: Buffer.from('\x7fELF\x01\x00\x02', 'latin1')});
    await chen.page.getByText('只收 PDF、PNG、JPEG').waitFor();
    await upload(chen.page, {name: 'picture.png', mimeType: 'image/png', buffer: Buffer.from('%PDF-1.7 pretends')});
    await chen.page.getByText('文件内容与所称的类型不符').waitFor();
    await upload(chen.page, {name: 'torn.jpg', mimeType: 'image/jpeg', buffer: Buffer.from([0xFF, 0xD8, 0xFF, 0xE0, 0, 99])});
    await chen.page.getByText('图片文件已损坏').waitFor();
    assert.equal(await chen.page.locator('.evl li').count(), 0);
    assert.equal(await chen.page.locator('#case-reason').inputValue(), '写了一半');
    await chen.leave({cuts: true});  // the browser notes the 415s
  });
});
