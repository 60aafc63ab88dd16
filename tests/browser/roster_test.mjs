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

  test('moves a single shift by half an hour with the keys', async () => {
    await filled();
    const made = await desk.api('anna', 'POST', '/v1/roster/shifts', {account: 'chen', duty: 'expert', topics: ['earthquake'], from: `${day(1)}T02:00:00Z`, until: `${day(1)}T06:00:00Z`});
    const anna = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await anna.visit(`/roster?day=${day(1)}`);
    const bar = page.getByRole('button', {name: /陈.*地震.*10:00–14:00/});
    await bar.focus();
    await page.keyboard.press('Alt+ArrowRight');
    await page.getByRole('button', {name: /陈.*地震.*10:30–14:30/}).waitFor();
    const moved = await desk.api('anna', 'GET', `/v1/roster/shifts/${made.id}`);
    assert.equal(Date.parse(moved.until) - Date.parse(made.until), 1800e3);
    assert.equal(moved.version, made.version + 1);
    await anna.leave();
  });

  test('a swap is offered by one and taken by another in their own browser', async () => {
    await fresh();
    await plan({name: '值班', duty: 'desk', people: ['anna']});
    const [anna, bo] = await Promise.all([Visitor.open(browser, desk, {as: 'anna'}), Visitor.open(browser, desk, {as: 'bo'})]);
    const page = await anna.visit(`/roster?day=${day(1)}`);
    await page.getByRole('button', {name: /^anna.*值班员/}).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('换出我的班').check();
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

  for (const [look, options] of [['zh-390', {viewport: {width: 390, height: 844}}], ['en-dark', {locale: 'en-GB', colorScheme: 'dark'}], ['en-390-dark', {locale: 'en-GB', colorScheme: 'dark', viewport: {width: 390, height: 844}}]]) {
    test(`stands ${look}: axe finds nothing serious, the page does not scroll sideways`, async () => {
      await filled();
      await desk.api('chen', 'POST', '/v1/roster/absences', {account: 'chen', from: hour(-1), until: hour(3)});
      const anna = await Visitor.open(browser, desk, {as: 'anna', ...options});
      for (const where of ['/roster', '/experts']) {
        const page = await anna.visit(where);
        await page.locator(where === '/roster' ? '.tl button' : '.xp').first().waitFor();
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
