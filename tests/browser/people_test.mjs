// Signing in, a person's own settings, accounts and the audit list, as people do it.
import assert from 'node:assert/strict';
import {createHmac} from 'node:crypto';
import {after, before, describe, test} from 'node:test';
import {Desk, Visitor, openBrowser, shot} from './stage.mjs';

let desk, browser, password;
before(async () => {
  [desk, browser] = await Promise.all([Desk.open(), openBrowser()]);
  ({password} = await desk.people());
});
after(async () => { await browser?.close(); await desk?.close(); });

/** RFC 6238 for the secret that the page shows. */
function totp(secret) {
  const bits = [...secret].map(letter => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map(byte => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000)));
  const mac = createHmac('sha1', key).update(step).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1e6).padStart(6, '0');
}
async function fill(page, name, word = password) {
  await page.getByLabel('账号', {exact: true}).fill(name);
  await page.getByLabel('密码', {exact: true}).fill(word);
}
const enter = page => page.getByRole('button', {name: '登录', exact: true}).click();

describe('the door', () => {
  test('says what is wrong, keeps the name, and leads to where one was going', async () => {
    const visitor = await Visitor.open(browser, desk);
    const page = await visitor.visit('/settings');
    await page.waitForURL(/\/signin\?next=\/settings/);
    await fill(page, 'anna', 'wrong horse battery');
    await enter(page);
    await page.getByRole('alert').filter({hasText: '账号或密码不正确'}).waitFor();
    assert.equal(await page.getByLabel('账号', {exact: true}).inputValue(), 'anna');
    await shot(page, 'signin-wrong');
    await page.getByLabel('密码', {exact: true}).fill(password);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/settings$/);
    await visitor.leave({cuts: true});  // a refused sign-in is a 401, which Chromium writes down
  });

  test('of the drill desk is another one, in violet', async () => {
    const visitor = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await visitor.visit('/signin');
    await page.getByRole('link', {name: /进入演练台/}).click();
    await page.waitForURL(/\/drill\/signin$/);
    await page.getByRole('heading', {name: '登录演练台'}).waitFor();
    assert.ok(await page.evaluate(() => document.documentElement.classList.contains('exercise')));
    await shot(page, 'signin-drill');
    await fill(page, 'anna');
    await enter(page);
    await page.waitForURL(/\/drill\/desk/);
    await visitor.leave();
  });

  test('is one for the next person too, without a reload', async () => {
    const visitor = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await visitor.visit('/settings');
    await page.evaluate(() => { window.sameDocument = true; });
    await page.getByRole('button', {name: /anna 的菜单/}).click();
    await page.getByRole('button', {name: '退出登录'}).click();
    await page.waitForURL(/\/signin/);
    await fill(page, 'eli');
    await enter(page);
    await page.getByRole('button', {name: /eli 的菜单/}).waitFor();
    assert.ok(await page.evaluate(() => window.sameDocument));
    await visitor.leave();
  });
});

test('an account is added, its owner sets the password by the link, and is in', async () => {
  const admin = await Visitor.open(browser, desk, {as: 'dora'});
  const page = await admin.visit('/admin');
  await page.getByRole('button', {name: '添加账号'}).click();
  const dialog = page.getByRole('dialog', {name: '添加账号'});
  await dialog.getByRole('textbox').first().fill('No Name');
  await dialog.getByText('审计员').click();
  await dialog.getByRole('button', {name: '添加账号'}).click();
  await dialog.getByRole('alert').waitFor();  // said at the field, and everything stays
  await dialog.getByRole('textbox').first().fill('newcomer');
  await shot(page, 'admin-add');
  await dialog.getByRole('button', {name: '添加账号'}).click();
  const link = await page.getByLabel('重置链接', {exact: true}).inputValue();
  await shot(page, 'admin-link');
  assert.match(link, /\/signin#reset=[\w-]{43}$/);
  const person = await Visitor.open(browser, desk);
  await person.visit('/signin' + link.split('/signin')[1]);
  await person.page.getByRole('heading', {name: '设置新密码'}).waitFor();
  assert.ok(!person.page.url().includes('reset='), 'the secret left the address');
  await person.page.getByLabel(/^新密码/).fill('a long enough one');
  await person.page.getByLabel('再输一遍').fill('a long enough one');
  await shot(person.page, 'signin-reset');
  await person.page.getByRole('button', {name: '保存新密码'}).click();
  await person.page.getByLabel('密码', {exact: true}).fill('a long enough one');
  await enter(person.page);
  await person.page.getByRole('button', {name: /newcomer 的菜单/}).waitFor();
  await person.leave();
  await admin.leave({cuts: true});  // the refused name is a 422
});

test('a second factor is set up, and then a recovery code opens once', async () => {
  const visitor = await Visitor.open(browser, desk, {as: 'cai'});
  const page = await visitor.visit('/settings');
  await page.getByRole('button', {name: '设置两步验证'}).click();
  await page.getByRole('dialog').getByLabel('密码').fill(password);
  await page.getByRole('dialog').getByRole('button', {name: '设置两步验证'}).click();
  await page.locator('svg.qr path').waitFor();
  await page.getByText('手工输入密钥').click();
  const secret = (await page.locator('.secret').innerText()).replace(/\s/g, '');
  await shot(page, 'settings-enrol');
  await page.getByLabel('输入应用显示的 6 位数字').fill(totp(secret));  // six digits go by themselves
  await page.locator('.codes li').first().waitFor();
  const codes = await page.locator('.codes li').allInnerTexts();
  assert.equal(codes.length, 10);
  await shot(page, 'settings-codes');
  await page.getByLabel('我已经存到安全的地方').check();
  await page.getByRole('button', {name: '完成'}).click();
  await page.getByText('已开启：登录时需要手机验证器的动态码').waitFor();
  await visitor.leave();
  const again = await Visitor.open(browser, desk);
  const door = await again.visit('/signin');
  await fill(door, 'cai');
  await enter(door);
  await door.getByLabel(/^动态码/).waitFor();
  assert.equal(await door.getByLabel(/^动态码/).getAttribute('autocomplete'), 'one-time-code');
  await shot(door, 'signin-code');
  await door.getByRole('button', {name: /用恢复码/}).click();
  await door.getByLabel('恢复码').fill(codes[3].toLowerCase());
  await enter(door);
  await door.getByRole('button', {name: /cai 的菜单/}).waitFor();
  await again.leave({cuts: true});  // the question for the code is a 401
});

test('a sign-in elsewhere is seen and ended; there the page asks to sign in again and keeps what was typed', async () => {
  const here = await Visitor.open(browser, desk, {as: 'bo'}), there = await Visitor.open(browser, desk, {as: 'bo'});
  const far = await there.visit('/audit');
  await far.locator('tbody tr').first().waitFor();
  const page = await here.visit('/settings');
  await page.getByRole('button', {name: '退出其他全部'}).click();
  await page.getByText(/已退出 \d+ 处登录/).first().waitFor();
  await shot(page, 'settings');
  await far.getByLabel('谁').fill('bo');
  const dialog = far.getByRole('dialog', {name: '重新登录'});
  await dialog.getByLabel('密码').fill(password);
  await dialog.getByRole('button', {name: '登录', exact: true}).click();
  await dialog.waitFor({state: 'detached'});
  assert.equal(await far.getByLabel('谁').inputValue(), 'bo');
  await far.locator('tbody tr').first().waitFor();
  await here.leave();
  await there.leave({cuts: true});  // the 401 that told it
});

test('two minutes before the end the page says so and one goes on with a click', async () => {
  const visitor = await Visitor.open(browser, desk, {as: 'anna'});
  let soon = true;
  await visitor.context.route('**/v1/session', async route => {
    const answer = await route.fetch();
    const body = await answer.json();
    if (soon) body.idle_seconds = 90;
    await route.fulfill({response: answer, json: body});
  });
  const page = await visitor.visit('/settings');
  await page.getByText('登录即将到期').first().waitFor();
  await shot(page, 'session-ends');
  soon = false;
  await page.getByRole('button', {name: '继续工作'}).click();
  await page.getByText('登录即将到期').first().waitFor({state: 'detached'});
  await visitor.leave();
});

test('the audit list is filtered by what stands in the address', async () => {
  const visitor = await Visitor.open(browser, desk, {as: 'eli'});
  const page = await visitor.visit('/audit?action=user');
  await page.locator('tbody tr').first().waitFor();
  const kinds = await page.locator('tbody tr td:nth-child(4) button').evaluateAll(all => all.map(each => each.title.split('.')[0]));
  assert.deepEqual([...new Set(kinds)], ['user']);
  await page.locator('tbody tr td:nth-child(5) button').first().click();
  await page.waitForURL(/subject=/);
  await page.locator('tbody tr td:nth-child(6) button').first().click();
  await shot(page, 'audit');
  await page.getByLabel('谁').fill('nobody at all');
  await page.getByRole('heading', {name: '没有符合的记录'}).waitFor();
  await visitor.leave();
});

test('names of people and devices stay text', async () => {
  const visitor = await Visitor.open(browser, desk, {as: 'anna', userAgent: '<img src=x onerror=document.title="ran">'});
  const page = await visitor.visit('/settings');
  await page.getByText('<img src=x', {exact: false}).first().waitFor();
  assert.equal(await page.locator('img').count(), 0);
  await visitor.leave();
});
