// The server is killed (kill -9) during a write of the page, before the write came in and after: the person is told, presses again, and it was done once.
import assert from 'node:assert/strict';
import {after, afterEach, before, describe, test} from 'node:test';
import {Desk, Visitor, openBrowser, text} from './stage.mjs';

let desk, browser, count = 0;
before(async () => { [desk, browser] = await Promise.all([Desk.open(), openBrowser()]); await desk.people(); });
after(async () => { await browser?.close(); await desk?.close(); });
let visitor;
afterEach(async () => { await visitor?.leave({cuts: true}); visitor = undefined; });

/** A case of its own, in review by chen. */
async function aCase(state = 'in_review') {
  count += 1;
  const unlike = Array.from({length: 12}, (_, n) => String.fromCodePoint(0x4e00 + (count * 911 + n * 137) % 20000)).join('');
  const words = `听说喝二两白酒能杀死新冠病毒 ${unlike}`;
  await desk.posts([{id: `k${count}`, source: `s${count}`, text: words, created_at: new Date().toISOString()}]);
  const {items} = await desk.api('anna', 'GET', '/v1/cases?limit=100&sort=id');
  const found = items.find(each => each.claim.includes(unlike));
  assert.ok(found, 'the case of the post');
  await desk.api('anna', 'POST', `/v1/cases/${found.id}/assign`, {user: 'chen', note: '请看'});
  if (state === 'in_review') await desk.api('chen', 'POST', `/v1/cases/${found.id}/claim`, {});
  return found.id;
}
const historyOf = async (id, action) => (await desk.api('anna', 'GET', `/v1/cases/${id}`)).history.filter(each => each.action === action);

/** Presses while the server dies on the first write that `fits`; then starts it and presses again. The keys that were sent. `shows`: the
 *  channel tells the page of what had been done, so that nothing is left to press. */
async function interrupted(page, fits, press, {arrived, told, other = false, shows = false}) {
  const keys = [];
  await page.route('**/v1/**', async route => {
    const request = route.request();
    if (request.method() === 'GET' || !fits(request)) return route.fallback();
    keys.push((await request.allHeaders())['idempotency-key']);
    if (keys.length > 1) return route.fallback();
    if (arrived) await route.fetch();
    await desk.do('kill');
    return route.abort('connectionreset');
  });
  await press();
  await told();
  await desk.do('start');
  await page.getByText('离线，只读').waitFor({state: 'detached'});
  if (arrived && shows) return;
  const answered = page.waitForResponse(answer => answer.request().method() !== 'GET' && fits(answer.request()));
  await press();
  assert.ok((await answered).ok(), `the second try: ${(await answered).status()}`);
  assert.ok(keys.length >= 2);
  // A draft is another text by then; every other write is the same one.
  if (!other) assert.ok(keys[0] && keys[0] === keys[1], `the second try has the first one's key: ${keys}`);
}
const post = end => request => request.method() === 'POST' && new URL(request.url()).pathname.endsWith(end);
const lost = page => () => page.getByText('没有存上，请再按一次，不会重复').first().waitFor();

for (const arrived of [false, true]) {
  describe(`a write that the server ${arrived ? 'had done' : 'had not seen'} when it was killed`, () => {
    test('claim', async () => {
      const id = await aCase('assigned');
      visitor = await Visitor.open(browser, desk, {as: 'chen'});
      const page = await visitor.visit(`/cases/${id}`);
      const button = page.getByRole('button', {name: '认领并打开'});
      await button.waitFor();
      await interrupted(page, post('/claim'), () => button.click(), {arrived, shows: true, told: lost(page)});
      await button.waitFor({state: 'detached'});
      assert.equal((await historyOf(id, 'claim')).length, 1);
    });

    test('note', async () => {
      const id = await aCase();
      visitor = await Visitor.open(browser, desk, {as: 'chen'});
      const page = await visitor.visit(`/cases/${id}`);
      const field = page.getByRole('combobox', {name: /^写备注/});
      await field.fill('已打电话问过水务公司');
      const button = page.getByRole('button', {name: '写下备注'});
      await interrupted(page, post('/note'), () => button.click(), {arrived, told: async () => {
        await lost(page)();
        assert.equal(await field.inputValue(), '已打电话问过水务公司', 'what was typed stays');
      }});
      assert.equal((await historyOf(id, 'note')).length, 1);
    });

    test('draft', async () => {
      const id = await aCase();
      visitor = await Visitor.open(browser, desk, {as: 'chen'});
      const page = await visitor.visit(`/cases/${id}`);
      const field = page.getByLabel(/^理由/);
      const saves = request => request.method() === 'PUT' && request.url().includes('/v1/drafts/');
      await interrupted(page, saves, async () => { await field.focus(); await field.pressSequentially('饮'); await page.keyboard.press('Control+s'); }, {
        arrived, other: true, told: () => page.getByText('离线，只读').waitFor()});
      await page.reload();
      await page.waitForFunction(() => document.querySelector('#case-reason')?.value === '饮饮');
    });

    test('verdict', async () => {
      const id = await aCase();
      visitor = await Visitor.open(browser, desk, {as: 'chen'});
      const page = await visitor.visit(`/cases/${id}`);
      await page.getByRole('radio', {name: /不实/}).first().click();
      await page.getByLabel(/^理由/).fill('饮酒不能杀灭体内的病毒，也不能预防流感。');
      await page.getByRole('button', {name: '链接', exact: true}).click();
      await page.getByLabel('依据的网址').fill('https://www.who.int/zh');
      await page.getByRole('button', {name: '添加', exact: true}).click();
      const button = page.getByRole('button', {name: '只提交判定'});
      await interrupted(page, post('/verdict'), () => button.click(), {arrived, shows: true, told: async () => {
        await lost(page)();
        assert.match(await page.getByLabel(/^理由/).inputValue(), /饮酒不能/, 'what was typed stays');
      }});
      await button.waitFor({state: 'detached'});
      assert.equal((await historyOf(id, 'verdict')).length, 1);
      await page.waitForFunction(async key => !(await (await fetch('/v1/drafts')).json()).items.some(each => each.key === key), `case.${id}`);  // nothing of it is left to send
      assert.equal((await desk.api('anna', 'GET', `/v1/cases/${id}`)).verdicts.length, 1);
    });

    test('submit, approve and publish of a notice', async () => {
      const draft = await desk.api('anna', 'POST', '/v1/notices', {kind: 'advisory', severity: 'moderate', topics: ['typhoon'], regions: ['440100'],
        content: {zh: {title: '停课以本市公告为准', summary: '没有全省停课。', body: '停课由各市决定。', advice: ['看本市公告']}, en: {title: 'Schools', summary: 'No province-wide closure.', body: 'Each city decides.', advice: ['Read your city']}},
        evidence: [{title: '公告', url: 'https://example.org/', publisher: '教育局'}], expires_at: new Date(Date.now() + 86400e3).toISOString()});
      const state = async () => (await desk.api('anna', 'GET', `/v1/notices/${draft.id}`)).state;
      // The page looks again by itself: what was done shows as done, and only what was not is there to be pressed.
      const twice = async (as, view, name, end, after) => {
        visitor = await Visitor.open(browser, desk, {as});
        const page = await visitor.visit(`/notices/${draft.id}/${view}`);
        const button = page.locator('button:enabled').filter({hasText: name}).first();
        let killed = false;
        await page.route('**/v1/**', async route => {
          if (killed || !post(end)(route.request())) return route.fallback();
          killed = true;
          if (arrived) await route.fetch();
          await desk.do('kill');
          return route.abort('connectionreset');
        });
        await button.click();
        await lost(page)();
        await desk.do('start');
        await page.getByText('离线，只读').waitFor({state: 'detached'});
        await page.reload();
        if (arrived) assert.equal(await state(), after);
        else await Promise.all([page.waitForResponse(answer => post(end)(answer.request()) && answer.ok()), button.click()]);
        assert.equal(await state(), after);
        await visitor.leave({cuts: true});
      };
      await twice('anna', 'edit', '提交审签', '/submit', 'submitted');
      await twice('bo', 'review', '批准这段文字', '/approve', 'approved');
      assert.equal((await desk.api('anna', 'GET', `/v1/notices/${draft.id}`)).approvals.length, 1);

      visitor = await Visitor.open(browser, desk, {as: 'bo'});
      const page = await visitor.visit(`/notices/${draft.id}/review`);
      const keys = [];
      await page.route('**/publish', async route => {
        keys.push((await route.request().allHeaders())['idempotency-key']);
        if (keys.length > 1) return route.fallback();
        if (arrived) await route.fetch();
        await desk.do('kill');
        return route.abort('connectionreset');
      });
      const send = async () => {
        await page.keyboard.type((await page.locator('dialog .lab .mono').last().textContent()).trim());
        await page.keyboard.press('Enter');
      };
      const publish = page.locator('button:enabled').filter({hasText: '发布…'}).first();
      await publish.click();
      await send();
      await lost(page)();
      await desk.do('start');
      await page.getByText('离线，只读').waitFor({state: 'detached'});
      // Pressed again, or closed by itself because the page saw that it is out.
      await page.locator('dialog button[type=submit]').click({timeout: 3000}).catch(() => undefined);
      if (!arrived) {
        // A number holds for one start of the server: the page says so, and asks for the new one.
        await page.locator('dialog [role=alert]').waitFor();
        assert.equal(await state(), 'approved');
        await page.keyboard.press('Escape');
        await publish.click();
        await send();
      }
      await page.locator('dialog').waitFor({state: 'detached'});
      if (!arrived) assert.equal(keys[0], keys[1]);
      assert.equal(await state(), 'published');
      const {items} = await desk.api('anna', 'GET', `/v1/notices/${draft.id}/revisions`);
      assert.equal(items.length, 1, 'published once');
    });
  });
}
