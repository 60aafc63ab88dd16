// The roster and the experts in a browser: timeline with gaps, a stretch taken over by keyboard, a swap between two people, narrow, English.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {Desk, Visitor, axeFaults, openBrowser, shot} from './stage.mjs';

const day = (n = 0) => new Date(Date.now() + 8 * 3600e3 + n * 86400e3).toISOString().slice(0, 10);  // in Shanghai
const hour = n => new Date(Math.floor(Date.now() / 3600e3) * 3600e3 + n * 3600e3).toISOString();
let desk, browser;
before(async () => { [desk, browser] = await Promise.all([Desk.open(), openBrowser()]); });
after(async () => { await browser?.close(); await desk?.close(); });

async function fresh() {
  await desk.do('fresh');
  desk.crew = undefined;
  await desk.people();
}
/** What is around the page is shell_test's. */
async function faultsOfMain(page) {
  await axeFaults(page);
  const found = await page.evaluate(() => window.axe.run(document.querySelector('main'), {resultTypes: ['violations']}));
  return found.violations.filter(each => ['serious', 'critical'].includes(each.impact)).map(each => [each.id, each.nodes.map(node => node.html.slice(0, 160))]);
}
const plan = body => desk.api('anna', 'POST', '/v1/roster/plans', {starts: day(-2), at: '00:00', ...body});
async function filled() {
  await fresh();
  await plan({name: '值班', duty: 'desk', people: ['anna', 'bo'], length: {hours: 8}});
  await plan({name: '一线', duty: 'approver', people: ['bo'], at: '08:00'});
  await plan({name: '二线', duty: 'approver', people: ['cai'], line: 2, at: '08:00'});
  await plan({name: '气象', duty: 'expert', people: ['chen'], topics: ['typhoon', 'flood']});
}

describe('the roster page', () => {
  test('says that there is no roster, and the first plan is made on it by keyboard', async () => {
    await fresh();
    const anna = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await anna.visit('/roster');
    await page.getByRole('heading', {name: '还没有排班'}).waitFor();
    assert.equal(await page.locator('.al [role=alert]').count(), 0, 'no false alarm');
    await shot(page, 'roster-empty');
    await page.keyboard.press('a');
    await page.getByRole('dialog', {name: '排轮班'}).waitFor();
    await page.getByRole('button', {name: /轮流的人/}).press('Enter');
    await page.getByRole('checkbox', {name: 'anna'}).press('Space');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('button', {name: /^anna.*值班员/}).first().waitFor();
    const {items} = await desk.api('anna', 'GET', '/v1/roster/plans');
    assert.deepEqual(items.map(each => [each.duty, each.people]), [['desk', ['anna']]]);
    await anna.leave();
  });

  test('shows who is on, the gap and its alarm, and a stretch is given to another by keyboard', async () => {
    await filled();
    await desk.api('chen', 'POST', '/v1/roster/absences', {account: 'chen', from: hour(-1), until: hour(3)});
    const anna = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await anna.visit('/roster');
    await page.getByRole('alert').filter({hasText: '台风'}).waitFor();
    assert.match(await page.getByRole('alert').filter({hasText: '台风'}).innerText(), /无人在岗/);
    await page.getByRole('button', {name: /缺岗/}).first().waitFor();
    await page.getByText('交班前后 30 分钟禁排').first().waitFor();
    await shot(page, 'roster-day');
    // S goes to the timeline, Enter opens the stretch, the form goes with Ctrl+Enter: no mouse.
    await page.locator('.tl button.now').first().waitFor();
    await page.keyboard.press('s');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    const who = dialog.getByLabel('谁来值');
    await who.focus();
    const other = await who.locator('option').filter({hasText: 'cai'}).getAttribute('value');
    await who.selectOption(other);
    await page.keyboard.press('Control+Enter');
    await page.getByText('排上了：cai').waitFor();
    const {items} = await desk.api('anna', 'GET', '/v1/roster/overrides');
    assert.equal(items.length, 1);
    assert.equal(items[0].account, 'cai');
    await page.getByRole('button', {name: /^cai.*替.*值班员/}).first().waitFor();
    await anna.leave();
  });

  test('a shift is a draft while it is moved by the keys, is saved by Enter and taken back by Z', async () => {
    await filled();
    const made = await desk.api('anna', 'POST', '/v1/roster/shifts', {account: 'chen', duty: 'expert', topics: ['earthquake'], from: `${day(1)}T02:00:00Z`, until: `${day(1)}T06:00:00Z`});
    const stored = async () => { const now = await desk.api('anna', 'GET', `/v1/roster/shifts/${made.id}`); return [now.from, now.until].map(at => (Date.parse(at) - Date.parse(made.from)) / 60000); };
    const anna = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await anna.visit(`/roster?day=${day(1)}`);
    const bar = page.getByRole('button', {name: /陈.*地震/});
    await bar.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    const draft = page.getByRole('region', {name: '还没有保存的改动'});
    await draft.getByText('10:00–14:00 改为 10:30–15:00').waitFor();
    assert.deepEqual(await stored(), [0, 240], 'nothing is saved before it is confirmed');
    await shot(page, 'roster-draft');
    await page.keyboard.press('Escape');
    await draft.waitFor({state: 'detached'});
    await page.keyboard.press('ArrowRight');
    await draft.waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('button', {name: /陈.*地震.*10:30–14:30/}).waitFor();
    assert.deepEqual(await stored(), [30, 270]);
    await page.keyboard.press('z');
    await page.getByRole('button', {name: /陈.*地震.*10:00–14:00/}).waitFor();
    assert.deepEqual(await stored(), [0, 240]);
    const told = await desk.api('chen', 'GET', '/v1/messages');
    assert.deepEqual(told.items.map(each => each.code).slice(0, 2), ['message_shift_changed', 'message_shift_changed'], 'the person was told of both');
    await anna.leave();
  });

  test('the end of a turn is dragged with the mouse, and whom it concerns is said before it is saved', async () => {
    await filled();
    const anna = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await anna.visit(`/roster?day=${day(1)}`);
    const bar = page.locator('.tl .sf.k1').nth(1), lane = await page.locator('.tl .lane').first().boundingBox();
    const name = (await bar.locator('b').innerText()).trim(), next = (await page.locator('.tl .sf.k1').nth(2).locator('b').innerText()).trim();
    const at = await bar.boundingBox();
    await page.mouse.move(at.x + at.width - 3, at.y + at.height / 2);
    await page.mouse.down();
    await page.mouse.move(at.x + at.width - 3 - lane.width / 24, at.y + at.height / 2, {steps: 4});
    await page.mouse.up();
    const draft = page.getByRole('region', {name: '还没有保存的改动'});
    await draft.getByText(`${name}：08:00–16:00 改为 08:00–15:00`).waitFor();
    await draft.getByText(`15:00–16:00 由 ${next} 值班`).waitFor();
    assert.equal(await page.getByRole('dialog').count(), 0, 'a drag opens no form');
    await draft.getByRole('button', {name: /保存并通知/}).click();
    await page.getByText(`${name} 现在是 08:00 到 15:00`).first().waitFor();
    const {items} = await desk.api('anna', 'GET', '/v1/roster/overrides');
    assert.deepEqual(items.map(each => [each.account, each.from.slice(11, 16), each.until.slice(11, 16)]), [[next, '07:00', '08:00']]);
    await anna.leave();
  });

  test('times are also changed by the form, and what the server refuses is said at the draft', async () => {
    await filled();
    await desk.api('anna', 'POST', '/v1/roster/shifts', {account: 'chen', duty: 'expert', topics: ['earthquake'], name: '甲', from: `${day(1)}T02:00:00Z`, until: `${day(1)}T04:00:00Z`});
    await desk.api('anna', 'POST', '/v1/roster/shifts', {account: 'chen', duty: 'expert', topics: ['earthquake'], name: '乙', from: `${day(1)}T06:00:00Z`, until: `${day(1)}T08:00:00Z`});
    const anna = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await anna.visit(`/roster?day=${day(1)}`);
    await page.getByRole('button', {name: /陈.*地震.*10:00–12:00/}).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('改时间').check();
    await dialog.getByLabel('到', {exact: true}).fill(`${day(1)}T15:00`);
    await dialog.getByRole('button', {name: /看看影响谁/}).click();
    const draft = page.getByRole('region', {name: '还没有保存的改动'});
    await draft.getByRole('button', {name: /保存并通知/}).click();
    await draft.getByRole('alert').filter({hasText: '不能同时站两处'}).waitFor();
    await anna.leave({cuts: true});  // the browser notes the 409
  });

  test('a swap is offered by one and taken by another in their own browser', async () => {
    await fresh();
    await plan({name: '值班', duty: 'desk', people: ['anna']});
    const [anna, bo] = await Promise.all([Visitor.open(browser, desk, {as: 'anna'}), Visitor.open(browser, desk, {as: 'bo'})]);
    const page = await anna.visit(`/roster?day=${day(1)}`);
    await page.getByRole('button', {name: /^anna.*值班员/}).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('换出我的班').check();
    await page.keyboard.press('Escape');
    await page.getByRole('button', {name: '更多'}).click();
    await page.getByRole('button', {name: '换班：我的班'}).click();
    await dialog.getByRole('button', {name: '换出', exact: true}).nth(1).click();
    assert.ok(await dialog.getByLabel('换出我的班').isChecked(), 'from the list of one\'s own shifts');
    await dialog.getByLabel('换给谁').selectOption('bo');
    await dialog.getByRole('button', {name: /发出换班/}).click();
    await page.getByText('换班已发出，对方接下后才换').waitFor();
    const theirs = await bo.visit(`/roster?day=${day(1)}`);
    await theirs.getByText(/anna 想把.*换给 bo/).waitFor();
    await shot(theirs, 'roster-swap');
    await theirs.getByRole('button', {name: '我来接'}).click();
    await theirs.getByText('接下了，已告诉对方').waitFor();
    await theirs.getByRole('button', {name: /^bo.*替 anna.*值班员/}).first().waitFor();
    const told = await desk.api('anna', 'GET', '/v1/messages');
    assert.ok(told.items.some(each => each.code === 'message_swap_taken'));
    await Promise.all([anna.leave(), bo.leave()]);
  });

  test('goes by days with the keys, and the day is in the address', async () => {
    await filled();
    const anna = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await anna.visit('/roster');
    await page.locator('.tl button').first().waitFor();
    await page.keyboard.press('ArrowRight');
    await page.waitForURL(new RegExp(`day=${day(1)}`));
    await page.keyboard.press('t');
    await page.waitForURL(new RegExp(`day=${day(0)}`));
    await page.getByRole('button', {name: '周', exact: true}).click();
    await page.waitForURL(/view=week/);
    await page.locator('.tl button').nth(8).waitFor();
    await shot(page, 'roster-week');
    await anna.leave();
  });

  test('a drill is planned away from hand-overs, by keyboard, and shown violet among the times without drills', async () => {
    await filled();
    const anna = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await anna.visit(`/roster?day=${day(1)}`);
    await page.locator('.tl button').first().waitFor();
    await page.keyboard.press('e');
    const dialog = page.getByRole('dialog', {name: '排演练'});
    await dialog.getByLabel(/演练名称/).fill('台风桌面演练');
    await dialog.getByLabel('从', {exact: true}).fill(`${day(1)}T15:45`);
    await dialog.getByLabel('到', {exact: true}).fill(`${day(1)}T17:00`);
    await page.keyboard.press('Control+Enter');
    await dialog.getByRole('alert').filter({hasText: /交班前后 30 分钟不能开演练.*16:00/}).waitFor();
    assert.equal(await dialog.getByLabel(/演练名称/).inputValue(), '台风桌面演练', 'what was typed stays');
    await dialog.getByLabel('从', {exact: true}).fill(`${day(1)}T17:00`);
    await dialog.getByLabel('到', {exact: true}).fill(`${day(1)}T19:00`);
    await page.keyboard.press('Control+Enter');
    const bar = page.getByRole('button', {name: /台风桌面演练.*17:00–19:00/});
    await bar.waitFor();
    assert.equal(await bar.evaluate(each => getComputedStyle(each).borderStyle), 'dashed');
    await page.locator('.tl .qz').first().waitFor();
    await bar.focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await page.getByRole('button', {name: /台风桌面演练.*16:30–18:30/}).waitFor();
    await shot(page, 'roster-drill');
    const {items} = await desk.api('anna', 'GET', '/v1/roster/drills');
    assert.deepEqual(items.map(each => [each.title, each.from.slice(11, 16)]), [['台风桌面演练', '08:30']]);
    await anna.leave({cuts: true});  // the browser notes the 409
  });

  test('the hand-over: what the system wrote, the own words of who goes, and who comes says that they read them', async () => {
    await fresh();
    const begin = new Date(Date.now() + 7 * 3600e3).toISOString();  // an hour ago, on the clock of Shanghai
    await plan({name: '值班', duty: 'desk', people: ['anna', 'bo'], length: {hours: 4}, starts: begin.slice(0, 10), at: `${begin.slice(11, 13)}:00`});
    const [anna, bo] = await Promise.all([Visitor.open(browser, desk, {as: 'anna'}), Visitor.open(browser, desk, {as: 'bo'})]);
    const page = await anna.visit('/roster');
    const own = page.getByLabel('自己补充几句');
    await own.fill('留意“决口”视频，疑似<b>去年</b>旧片。');
    await page.reload();
    assert.equal(await own.inputValue(), '留意“决口”视频，疑似<b>去年</b>旧片。', 'what was typed outlives the page');
    await own.focus();
    await page.keyboard.press('Control+Enter');
    await page.getByText('留下了，已告诉bo').waitFor();
    await page.getByText('还没有人确认').waitFor();
    await page.getByRole('button', {name: '修改', exact: true}).click();
    await page.getByLabel('改自己的话').fill('留意“决口”视频，疑似<b>去年</b>外地旧片。');
    await page.getByRole('button', {name: /交给bo/}).click();
    await page.getByText('疑似<b>去年</b>外地旧片').waitFor();
    const theirs = await bo.visit('/roster');
    await theirs.getByText('疑似<b>去年</b>外地旧片').waitFor();
    await shot(theirs, 'roster-handover');
    await theirs.getByRole('button', {name: '看过，接下'}).click();
    await theirs.getByText('bo 已确认').waitFor();
    await page.reload();
    await page.getByText('bo 已确认').waitFor();
    assert.equal(await page.getByRole('button', {name: '看过，接下'}).count(), 0);
    await Promise.all([anna.leave(), bo.leave()]);
  });

  test('needs and holidays: what two people change at once is shown side by side, and nothing typed is lost', async () => {
    await filled();
    const anna = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await anna.visit('/roster');
    await page.getByRole('button', {name: '更多'}).click();
    await page.getByRole('button', {name: '需要与节假日'}).click();
    const dialog = page.getByRole('dialog', {name: '需要与节假日'});
    await dialog.getByLabel('节假日从').fill(day(3));
    await dialog.getByLabel('节假日到（可不填）').fill(day(4));
    await dialog.getByRole('button', {name: '添加'}).click();
    await dialog.getByRole('spinbutton', {name: '审签人'}).fill('1');
    await desk.api('bo', 'PATCH', '/v1/roster/settings', {alarm_hours: 8}, {'If-Match': '*'});
    await page.keyboard.press('Control+Enter');
    await dialog.getByRole('row', {name: /提前多久报缺岗 8 没改/}).waitFor();
    assert.equal(await dialog.getByRole('spinbutton', {name: '审签人'}).inputValue(), '1');
    await shot(page, 'roster-conflict');
    await dialog.getByRole('button', {name: '用我的再提交'}).click();
    await page.getByText('保存好了').waitFor();
    const settings = await desk.api('anna', 'GET', '/v1/roster/settings');
    assert.deepEqual([settings.holidays, settings.needs.approver, settings.alarm_hours], [[day(3), day(4)], 1, 8], 'theirs stands where one changed nothing');
    await anna.leave({cuts: true});  // the browser notes the 412
  });

  test('a plan is changed, a temporary roster replaces it for a while, and an absence opens a gap', async () => {
    await filled();
    const anna = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await anna.visit('/roster');
    const more = async name => { await page.getByRole('button', {name: '更多'}).click(); await page.getByRole('group', {name: '更多'}).getByRole('button', {name, exact: true}).click(); };
    await more('轮班、临时表与请假');
    await page.getByRole('listitem').filter({hasText: '气象'}).getByRole('button', {name: '修改'}).click();
    await page.getByLabel('几点交班').fill('06:00');
    await page.keyboard.press('Control+Enter');
    await page.getByText('改好了，有关的人会收到通知').waitFor();
    assert.equal((await desk.api('anna', 'GET', '/v1/roster/plans')).items.find(each => each.name === '气象').at, '06:00');
    await more('临时值班表');
    await page.getByLabel(/名称/).fill('台风应急');
    await page.keyboard.press('Control+Enter');
    const made = page.getByRole('dialog', {name: '排轮班'});
    await made.waitFor();
    assert.match(await made.getByLabel('属于哪张表').locator('option:checked').innerText(), /台风应急/);
    await made.getByRole('button', {name: /轮流的人/}).press('Enter');
    await page.getByRole('checkbox', {name: 'anna'}).press('Space');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Enter');
    await page.getByText('排好了，有关的人会收到通知').waitFor();
    const {items: [surge]} = await desk.api('anna', 'GET', '/v1/roster/schedules');
    assert.equal((await desk.api('anna', 'GET', '/v1/roster/plans')).items.filter(each => each.schedule === surge.id).length, 1);
    await more('请假');
    await page.getByRole('dialog', {name: '请假', exact: true}).getByRole('combobox').selectOption('cai');
    await page.keyboard.press('Control+Enter');
    await page.getByText('记下了 cai 的请假').waitFor();
    await more('轮班、临时表与请假');
    const gone = page.getByRole('dialog').getByRole('listitem').filter({hasText: 'cai'}).last();
    await gone.getByRole('button', {name: '删除'}).click();
    assert.equal((await desk.api('anna', 'GET', '/v1/roster/absences')).items.length, 1, 'a first press takes nothing away');
    await gone.getByRole('button', {name: '真的删除'}).click();
    await page.getByText('已删除：cai').waitFor();
    await anna.leave();
  });

  test('a table of shifts is previewed, what is wrong stands at its line, and then all of it is taken', async () => {
    await fresh();
    const anna = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await anna.visit('/roster');
    await page.getByRole('button', {name: '更多'}).click();
    await page.getByRole('button', {name: '导入班次'}).click();
    const dialog = page.getByRole('dialog', {name: '导入班次'});
    const lines = who => Buffer.from(`\ufeffaccount,duty,line,name,topics,from,until\r\nanna,desk,1,"早班, <i>甲</i>",,${day(1)} 08:00,${day(1)} 16:00\r\n${who},desk,1,晚班,,${day(1)} 16:00,${day(1)} 23:00\r\n`);
    const choose = who => dialog.getByLabel('CSV 文件').setInputFiles({name: 'shifts.csv', mimeType: 'text/csv', buffer: lines(who)});
    await choose('nobody');
    await dialog.getByRole('cell', {name: '早班, <i>甲</i>'}).waitFor();
    await page.keyboard.press('Control+Enter');
    await dialog.getByRole('alert').filter({hasText: '1 行有错，一行也没有导入'}).waitFor();
    await dialog.getByRole('row', {name: /account .*nobody/}).waitFor();
    await shot(page, 'roster-import');
    assert.deepEqual((await desk.api('anna', 'GET', '/v1/roster/shifts')).items, []);
    await choose('bo');
    await dialog.getByRole('cell', {name: 'bo', exact: true}).waitFor();
    await page.keyboard.press('Control+Enter');
    await page.getByText('导入了 2 个班次').waitFor();
    assert.deepEqual((await desk.api('anna', 'GET', '/v1/roster/shifts')).items.map(each => each.account), ['anna', 'bo']);
    await anna.leave({cuts: true});  // the browser notes the 422
  });

  test('who is on now, until when and who is next stand first; a write whose answer is lost is done once', async () => {
    await fresh();
    await plan({name: '值班', duty: 'desk', people: ['anna', 'bo'], length: {hours: 8}});
    const anna = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await anna.visit('/roster');
    const now = await desk.api('anna', 'GET', '/v1/roster/now');
    const hour = at => new Date(Date.parse(at) + 8 * 3600e3).toISOString().slice(11, 16);
    const strip = page.getByRole('region', {name: '现在在岗'});
    await strip.getByText(now.on[0].person, {exact: true}).waitFor();
    assert.match(await strip.innerText(), new RegExp(`到 .*${hour(now.on[0].until)}[^]*接班 ${now.next[0].person} .*${hour(now.next[0].from)}`));
    await page.keyboard.press('e');
    const dialog = page.getByRole('dialog', {name: '排演练'});
    await dialog.getByLabel(/演练名称/).fill('桌面演练');
    await page.route('**/v1/roster/drills', async route => { await route.fetch(); await route.abort(); }, {times: 1});
    await page.keyboard.press('Control+Enter');
    await dialog.getByRole('alert').filter({hasText: '没有存上，请再按一次，不会重复'}).waitFor();
    assert.equal(await dialog.getByLabel(/演练名称/).inputValue(), '桌面演练');
    await page.keyboard.press('Control+Enter');
    await page.getByText('演练已排：桌面演练').waitFor();
    assert.equal((await desk.api('anna', 'GET', '/v1/roster/drills')).items.length, 1);
    await anna.leave({cuts: true});
  });

  for (const [look, options] of [['zh-1440', {}], ['en-1024', {locale: 'en-GB', viewport: {width: 1024, height: 768}}], ['zh-390', {viewport: {width: 390, height: 844}}], ['en-dark', {locale: 'en-GB', colorScheme: 'dark'}], ['en-390-dark', {locale: 'en-GB', colorScheme: 'dark', viewport: {width: 390, height: 844}}]]) {
    test(`stands ${look}: axe finds nothing serious, the page does not scroll sideways`, async () => {
      await filled();
      await desk.api('chen', 'POST', '/v1/roster/absences', {account: 'chen', from: hour(-1), until: hour(3)});
      const anna = await Visitor.open(browser, desk, {as: 'anna', ...options});
      for (const where of ['/roster', '/experts']) {
        const page = await anna.visit(where);
        await page.locator(where === '/experts' ? '.xp' : options.viewport?.width < 700 ? '.dl button' : '.tl .lane button').first().waitFor();
        assert.deepEqual(await faultsOfMain(page), [], where);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, where);
        await shot(page, `${where.slice(1)}-${look}`);
      }
      await anna.leave();
    });
  }
});

describe('the experts page', () => {
  test('an expert is added with topics and grades, and an expert changes what is theirs', async () => {
    await fresh();
    const anna = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await anna.visit('/experts');
    await page.getByRole('button', {name: /陈/}).waitFor();
    await shot(page, 'experts');
    await page.keyboard.press('a');
    const dialog = page.getByRole('dialog', {name: '添加专家'});
    await dialog.getByLabel(/姓名/).fill('<b>林</b>工');
    await dialog.getByRole('button', {name: /主题/}).click();
    await page.getByRole('checkbox', {name: /台风/}).check();
    await page.keyboard.press('Escape');
    await dialog.getByLabel(/台风 等级/).selectOption('3');
    await dialog.getByLabel('对外的称呼').fill('林工');
    await shot(page, 'experts-dialog');
    await page.keyboard.press('Control+Enter');
    await dialog.getByText('公开姓名须有本人同意及日期').waitFor();
    await dialog.getByLabel('本人同意公开的日期').fill('2026-11-01');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('button', {name: '<b>林</b>工'}).waitFor();
    const {items} = await desk.api('anna', 'GET', '/v1/experts');
    assert.deepEqual(items.find(each => each.public_name === '林工').topics, {typhoon: 3});

    const chen = await Visitor.open(browser, desk, {as: 'chen'});
    const theirs = await chen.visit('/experts');
    await theirs.getByRole('button', {name: '陈', exact: true}).click();
    const mine = theirs.getByRole('dialog', {name: '陈'});
    assert.equal(await mine.getByLabel(/姓名/).count(), 0, 'skills and name are the desk\'s');
    await mine.getByLabel('同时最多几件').fill('7');
    await theirs.keyboard.press('Control+Enter');
    await theirs.getByText('已保存：陈').waitFor();
    assert.equal((await desk.api('anna', 'GET', '/v1/experts/e1')).capacity, 7);
    await anna.leave({cuts: true});  // the browser notes the 422
    await chen.leave();
  });

  test('two people change one record: the second keeps what they typed and submits it again', async () => {
    await fresh();
    const anna = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await anna.visit('/experts');
    await page.getByRole('button', {name: '陈', exact: true}).click();
    const dialog = page.getByRole('dialog', {name: '陈'});
    await dialog.getByLabel('职称').fill('主任医师');
    await desk.api('bo', 'PATCH', '/v1/experts/e1', {affiliation: '疾控中心'}, {'If-Match': '*'});
    await page.keyboard.press('Control+Enter');
    await dialog.getByRole('alert').waitFor();
    assert.equal(await dialog.getByLabel('职称').inputValue(), '主任医师');
    await dialog.getByRole('button', {name: '用我的再提交'}).click();
    await page.getByText('已保存：陈').waitFor();
    assert.equal((await desk.api('anna', 'GET', '/v1/experts/e1')).title, '主任医师');
    assert.equal((await desk.api('anna', 'GET', '/v1/experts/e1')).affiliation, '疾控中心', 'what was not touched is not undone');
    await anna.leave({cuts: true});  // the browser notes the 412
  });
});
