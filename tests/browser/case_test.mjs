// The case page in a real Chromium: a case by its keys, hits in place, two editors, a lease that ends, drafts, hostile text.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {RUMOUR, casesOf, eventually} from './cases.mjs';
import {Desk, Visitor, axeFaults, openBrowser, shot} from './stage.mjs';

const PROBE = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>{{constructor.constructor("window.pwned=1")()}}';
let desk, browser;
before(async () => { [desk, browser] = await Promise.all([Desk.open(), openBrowser()]); await desk.people(); });
after(async () => { await browser?.close(); await desk?.close(); });

const {newCase, held, shown, unlike} = casesOf(() => desk);

describe('a case', () => {
  test('is judged with the keyboard alone, from its key to the draft of a notice', async () => {
    const made = await newCase();
    await desk.api('anna', 'POST', `/v1/cases/${made.id}/assign`, {user: 'chen'}).catch(() => undefined);
    const visitor = await Visitor.open(browser, desk, {as: 'chen'});
    const page = await visitor.visit(`/cases/${made.id}`);
    await page.getByRole('heading', {level: 1}).filter({hasText: RUMOUR}).waitFor();
    await page.keyboard.press('a');
    await page.getByRole('timer').waitFor();
    await page.locator('#case-reason:focus').waitFor();
    await page.keyboard.type('白酒不能杀死病毒，世卫组织早有说明。');
    await page.keyboard.press('Escape');
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press('1');
    assert.equal(await page.getByRole('radio', {checked: true}).textContent().then(text => text.includes('不实')), true);
    await page.getByRole('button', {name: '链接', exact: true}).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('依据的网址').fill('https://who.example/faq');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+Enter');
    await eventually(async () => (await shown(made.id)).state === 'judged', 'the verdict');
    await page.waitForURL(/\/notices\/n_[^/]+\/edit/);
    const after = await shown(made.id);
    assert.equal(after.verdicts[0].evidence[0].url, 'https://who.example/faq');
    assert.equal(after.notices.length, 1);
    await visitor.leave();
  });

  test('says at the button what is missing and at the field what the server refuses', async () => {
    const made = await held();
    const visitor = await Visitor.open(browser, desk, {as: 'chen'});
    const page = await visitor.visit(`/cases/${made.id}`);
    const button = page.getByRole('button', {name: '还差 3 项'});
    await button.waitFor();
    assert.equal(await button.isDisabled(), true);
    await page.getByText('写理由 · 选判定 · 加依据').first().waitFor();
    await visitor.leave();
  });

  test('marks hits in place, whatever stands before them in the text', async () => {
    const text = `😀台风𠮷野家é：${RUMOUR}${unlike()}`;
    const made = await newCase({}, text);
    const visitor = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await visitor.visit(`/cases/${made.id}`);
    await page.locator('.post mark').first().waitFor();
    const marked = await page.locator('.post .text mark').evaluateAll(list => list.map(each => [...each.childNodes].filter(node => node.nodeType === 3).map(node => node.textContent).join('')));
    const {hits} = await shown(made.id);
    const bytes = new TextEncoder().encode(text);
    const wanted = hits.map(hit => new TextDecoder().decode(bytes.slice(...hit.span)));
    for (const each of marked) assert.ok(wanted.some(hit => hit.includes(each)), `${each} is in no hit of ${wanted}`);
    assert.equal(await page.locator('.post .text').first().evaluate(each => [...each.querySelectorAll('sup')].reduce((words, sup) => words.replace(sup.textContent, ''), each.textContent)), text);
    await visitor.leave();
  });

  test('shows hostile text of posts, names and notes as text, and asks for no medium', async () => {
    const made = await held('chen', {author: {name: PROBE}, url: 'javascript:alert(1)', media: [{type: 'image', url: 'https://elsewhere.example/x.png', text: PROBE}]}, `${RUMOUR}${PROBE}${unlike()}`);
    await desk.api('chen', 'POST', `/v1/cases/${made.id}/note`, {text: PROBE});
    await desk.api('chen', 'PATCH', `/v1/cases/${made.id}`, {claim: PROBE});
    const visitor = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await visitor.visit(`/cases/${made.id}`);
    await page.getByText('onerror').first().waitFor();
    await page.getByRole('button', {name: /附件 1 个/}).waitFor();
    await page.keyboard.press('v');
    await page.locator('.media').waitFor();
    assert.equal(await page.evaluate(() => window.pwned), undefined);
    assert.equal(await page.locator('main img, main script').count(), 0);
    assert.equal(await page.locator('main a[href^="javascript:"]').count(), 0);
    await visitor.leave();  // no request to elsewhere.example, or it would complain
  });

  test('keeps both texts when two people work on it, and sends mine with one press', async () => {
    const made = await held();
    const visitor = await Visitor.open(browser, desk, {as: 'chen'});
    const page = await visitor.visit(`/cases/${made.id}`);
    await page.locator('#case-reason').fill('我写的理由');
    await page.locator('#case-claim').fill('我改写的说法');
    await page.getByRole('radio').first().click();
    await page.getByRole('button', {name: '链接', exact: true}).click();
    await page.getByLabel('依据的网址').fill('https://a.example/x');
    await page.keyboard.press('Enter');
    // Another changes the case between what chen saw and what chen sends.
    let meddled = false;
    await page.route(/\/v1\/cases\/[^/]+$/, async route => {
      if (route.request().method() !== 'PATCH' || meddled) return route.continue();
      meddled = true;
      await desk.api('anna', 'PATCH', `/v1/cases/${made.id}`, {claim: '安娜改写的说法'});
      return route.continue();
    });
    await page.getByRole('button', {name: '提交判定并起草公告'}).click();
    const alert = page.getByRole('alert').filter({hasText: 'anna 刚改了这里'});
    await alert.waitFor();
    await alert.getByText('安娜改写的说法').waitFor();
    await alert.getByText('我改写的说法').waitFor();
    await shot(page, 'case-conflict');
    await alert.getByRole('button', {name: '用我的再提交'}).click();
    const after = await eventually(async () => { const now = await shown(made.id); return now.state === 'judged' && now; }, 'the verdict');
    assert.equal(after.claim, '我改写的说法');
    assert.equal(after.verdicts[0].reason, '我写的理由');
    await visitor.leave({cuts: true});  // the browser itself notes the 412
  });

  test('keeps the draft when the case is taken away and when the page is opened anew', async () => {
    const made = await held();
    const visitor = await Visitor.open(browser, desk, {as: 'chen'});
    let page = await visitor.visit(`/cases/${made.id}`);
    await page.locator('#case-reason').fill('写到一半的理由');
    await page.getByText('草稿已存在服务器').waitFor();
    await desk.api('chen', 'POST', `/v1/cases/${made.id}/release`, {note: '换人'});
    await page.getByText('这个案件已不在你手上').waitFor();
    await page.locator('#case-reason:disabled').waitFor();
    assert.equal(await page.locator('#case-reason').inputValue(), '写到一半的理由');
    await desk.api('anna', 'POST', `/v1/cases/${made.id}/assign`, {user: 'chen'}).catch(() => undefined);
    page = await visitor.visit(`/cases/${made.id}`);
    await page.waitForFunction(() => document.querySelector('#case-reason')?.value === '写到一半的理由');
    await visitor.leave({cuts: true});
  });

  test('keeps what was typed before the kept draft had come', async () => {
    const made = await held();
    await desk.api('chen', 'PUT', `/v1/drafts/case.${made.id}`, {claim: '', verdict: 'false', reason: '', uncertain: '先前写的', evidence: [], note: '', answers: {}});
    const visitor = await Visitor.open(browser, desk, {as: 'chen'});
    let go;
    const waiting = new Promise(done => { go = done; });
    await visitor.context.route('**/v1/drafts', async route => { await waiting; await route.continue(); });
    const page = await visitor.visit(`/cases/${made.id}`);
    await page.locator('#case-reason:enabled').fill('先打的字');
    go();
    await page.getByText('草稿已存在服务器').waitFor();
    await eventually(async () => (await desk.do('call', {method: 'GET', path: `/v1/drafts/case.${made.id}`, who: 'chen'})).body.body?.reason === '先打的字', 'the draft');
    assert.equal(await page.locator('#case-unsure').inputValue(), '先前写的');
    assert.equal(await page.getByRole('radio', {checked: true}).count(), 1);
    await visitor.leave();
  });

  test('keeps the draft in the browser when the server is away, and sends it when it is back', async () => {
    const made = await held();
    const visitor = await Visitor.open(browser, desk, {as: 'chen'});
    const page = await visitor.visit(`/cases/${made.id}`);
    await page.locator('#case-reason').waitFor();
    await page.route('**/v1/drafts/**', route => route.abort());
    await page.locator('#case-reason').fill('断线时写的');
    await page.getByText('草稿先存在这台电脑里').waitFor();
    await page.unroute('**/v1/drafts/**');
    await eventually(async () => (await desk.do('call', {method: 'GET', path: `/v1/drafts/case.${made.id}`, who: 'chen'})).body.body?.reason === '断线时写的', 'the draft');
    await visitor.leave({cuts: true});
  });

  test('shows who else is there, and takes back a merge with one key', async () => {
    const one = await newCase(), two = await newCase();
    const anna = await Visitor.open(browser, desk, {as: 'anna'}), bo = await Visitor.open(browser, desk, {as: 'bo'});
    const page = await anna.visit(`/cases/${one.id}`);
    await page.getByRole('heading', {level: 1}).waitFor();
    await bo.visit(`/cases/${one.id}`);
    await page.getByText('bo 也在看').waitFor();
    await bo.leave({cuts: true});
    await page.keyboard.press('m');
    await page.getByLabel(/目标案件/).fill(two.id);
    await page.getByRole('dialog').getByRole('radio').first().check();
    await page.keyboard.press('Control+Enter');
    await page.getByText('这个案件已并入另一案件').waitFor();
    assert.equal((await shown(two.id)).posts.length, 2);
    await page.keyboard.press('z');
    await eventually(async () => (await shown(one.id)).posts.length === 1, 'the merge taken back');
    await anna.leave({cuts: true});
  });

  test('is found in the palette by words of its posts', async () => {
    const made = await newCase();
    const words = made.text.slice(-8);
    await eventually(async () => (await desk.api('anna', 'GET', `/v1/search?q=${encodeURIComponent(words)}`)).cases.length === 1, 'the post in the index');
    const visitor = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await visitor.visit(`/cases/${(await newCase()).id}`);
    await page.getByRole('heading', {level: 1}).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type(words);
    await page.getByRole('option').filter({hasText: words}).first().click();
    await page.waitForURL(new RegExp(made.id));
    await visitor.leave();
  });

  test('names a colleague after an @ and offers undo in the history', async () => {
    const made = await newCase();
    const visitor = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await visitor.visit(`/cases/${made.id}`);
    const field = page.getByLabel(/写备注/);
    await field.click();
    await page.waitForFunction(() => document.querySelector('textarea[role=combobox]'));
    await eventually(async () => { await field.fill(''); await field.pressSequentially('请看 @b'); return page.getByRole('option', {name: '@bo'}).isVisible(); }, 'the colleague');
    await page.keyboard.press('Enter');
    assert.equal(await field.inputValue(), '请看 @bo ');
    await page.keyboard.press('Control+Enter');
    await eventually(async () => (await shown(made.id)).history.at(-1).detail.mentions?.[0] === 'bo', 'the mention');
    await visitor.leave();
  });

  test('looks as it should at 1440, 1024 and 390, light, dark and in English', async () => {
    const made = await held('chen', {media: [{type: 'image', text: '海报'}], metrics: {reposts: 812, comments: 240}});
    const {text} = made;
    const more = await desk.posts(Array.from({length: 12}, (_, i) => ({id: `m${made.post}-${i}`, source: i % 3 ? 'weibo' : 'rss', text, author: {name: `网友${i}`}, metrics: {reposts: 5 * i}})));
    assert.equal(more.flagged, 12, JSON.stringify(more));
    await desk.api('anna', 'POST', '/v1/library', [{id: `d-${made.post}`, claim: '喝白酒可以杀死新冠病毒', verdict: 'false', explanation: '饮酒不能杀死病毒，反而伤身。', source: '世卫组织', date: '2020-03-01', topic: 'infectious', url: 'https://who.example/myth'}]);
    await desk.api('chen', 'POST', `/v1/cases/${made.id}/note`, {text: '已联系疾控'});
    for (const [width, height, colorScheme, locale] of [[1440, 900, 'light', 'zh-CN'], [1440, 900, 'dark', 'zh-CN'], [1024, 768, 'light', 'zh-CN'], [390, 844, 'light', 'zh-CN'], [1440, 900, 'light', 'en-GB']]) {
      const visitor = await Visitor.open(browser, desk, {as: 'chen', viewport: {width, height}, colorScheme, locale});
      const page = await visitor.visit(`/cases/${made.id}`);
      await page.locator('.post mark').first().waitFor();
      await page.waitForLoadState('networkidle', {timeout: 1500}).catch(() => undefined);
      await shot(page, `case-${width}-${colorScheme}-${locale.slice(0, 2)}`);
      assert.deepEqual(await axeFaults(page), [], `${width} ${colorScheme} ${locale}`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, `${width} scrolls sideways`);
      if (width === 390) {
        for (const view of ['library', 'decision', 'history']) {
          await page.getByRole('tab', {name: {library: /库中/, decision: '判定', history: '历史'}[view]}).click();
          await shot(page, `case-390-${view}`);
        }
      }
      await visitor.leave();
    }
  });
});
