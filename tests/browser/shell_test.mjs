// The desk's page as a whole: every address in every look, what is around the pages, what it weighs, what may run on it.
import assert from 'node:assert/strict';
import {readFileSync, readdirSync} from 'node:fs';
import {after, before, describe, test} from 'node:test';
import {gzipSync} from 'node:zlib';
import {Desk, Visitor, axeFaults, openBrowser, quiet, shot, text} from './stage.mjs';

const KIB = 1024;
const pages = new URL('../../src/web/src/pages/', import.meta.url);
// The addresses as the pages themselves name them: path: '/cases/:id'.
const addresses = [...new Set(readdirSync(pages, {withFileTypes: true}).filter(each => each.isDirectory()).flatMap(area => {
  const source = readFileSync(new URL(`${area.name}/routes.ts`, pages), 'utf8');
  return [...source.matchAll(/path:\s*'(\/[^']*)'/g)].map(found => found[1]).filter(path => !path.includes('*') && path !== '/resources/:id/edit');  // its own test opens one
}))];
const POST = {source: 'weibo', text: '听说喝二两白酒能杀死新冠病毒，赶紧转给家人', created_at: new Date().toISOString(), author: {id: 'a1', name: '网友'}};
let desk, browser;
const ids = {Actual: {}, Exercise: {}};
before(async () => {
  [desk, browser] = await Promise.all([Desk.open(), openBrowser()]);
  const {tokens} = await desk.people();
  const drill = await desk.do('token', {name: 'drill feed', scope: 'drill'});
  for (const [mode, token] of [['Actual', tokens.feed], ['Exercise', drill]]) {
    await desk.posts([{...POST, id: `p-${mode}`}, {...POST, id: `q-${mode}`, text: '“海鸢”要以18级登陆珠江口，全市停水七天，自来水公司内部消息', source: 'wechat'}], token);
    const {items} = await desk.api('anna', 'GET', '/v1/cases?limit=100');
    ids[mode].case = items.find(each => each.mode === mode)?.id;
    const draft = await desk.api('anna', 'POST', '/v1/notices', {
      kind: 'advisory', severity: 'severe', topics: ['typhoon'], regions: ['440400'], mode, content: {...text('停课以本市公告为准', '没有全省停课。', '## 事实\n\n- 停课由各市决定。'), en: {title: 'Schools', summary: 'No', body: 'Body'}},
      expires_at: new Date(Date.now() + 86400e3).toISOString()});
    ids[mode].notice = draft.id;
    await desk.api('anna', 'POST', `/v1/notices/${draft.id}/submit`, {}, {'If-Match': `"${draft.version}"`});
  }
});
after(async () => { await browser?.close(); await desk?.close(); });

const filled = (path, mode) => path
  .replace(/^\/cases\/:id/, `/cases/${ids[mode].case}`).replace(/^\/notices\/:id/, `/notices/${ids[mode].notice}`)
  .replace(/:date\b/, new Date().toISOString().slice(0, 10)).replace(/\/:\w+\??(\([^)]*\))?/g, '');

describe('every page', () => {
  for (const look of ['light', 'dark', 'exercise']) {
    for (const locale of ['zh-CN', 'en-GB']) {
      for (const width of [1440, 390]) {
        test(`axe finds nothing serious, nothing complains, nothing asks elsewhere: ${look}, ${locale}, ${width}`, async () => {
          const mode = look === 'exercise' ? 'Exercise' : 'Actual';
          // Everything as an approver, who sees the most; accounts as an administrator.
          const faults = [];
          for (const [as, shown] of [[undefined, ['/signin']], ['bo', addresses.filter(each => !['/admin', '/signin'].includes(each))], ['dora', ['/admin']]]) {
            const visitor = await Visitor.open(browser, desk, {as, drill: mode === 'Exercise', colorScheme: look === 'dark' ? 'dark' : 'light', locale, viewport: {width, height: width > 500 ? 900 : 844}});
            for (const address of shown) {
              const page = await visitor.visit(filled(address, mode));
              await page.locator('h1').first().waitFor({state: 'attached', timeout: 5000}).catch(() => undefined);
              await quiet(page);
              for (const found of await axeFaults(page)) faults.push([address, ...found]);
              const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
              if (wide > 0) faults.push([address, `scrolls sideways by ${wide}`]);
              // What a role may not read shows as an error in its place.
              if (await page.locator('.state.bad').count() === 0 && await page.locator('h1').count() !== 1) faults.push([address, `has ${await page.locator('h1').count()} h1`]);
              await shot(page, `page${address.replaceAll(/[/:]+/g, '-')}-${look}-${locale.slice(0, 2)}-${width}`);
            }
            await visitor.leave();
          }
          assert.deepEqual(faults, []);
        });
      }
    }
  }
});

describe('the policy', () => {
  test('lets only our own files run and style, and keeps the shell out of caches', async () => {
    const answer = await fetch(desk.url + '/desk');
    const policy = answer.headers.get('content-security-policy');
    for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]) assert.ok(policy.includes(part), part);
    assert.ok(!/unsafe|\*|https?:/.test(policy), policy);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
  });

  test('is kept by a browser: what a hostile name would bring in does not run', async () => {
    const visitor = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await visitor.visit('/desk');
    const ran = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
      const styled = document.createElement('p');
      styled.setAttribute('style', 'color: rgb(1, 2, 3)');
      document.body.append(styled);
      return {inline: window.ran === true, styled: getComputedStyle(styled).color === 'rgb(1, 2, 3)'};
    });
    assert.deepEqual(ran, {inline: false, styled: false});
    await visitor.leave({cuts: true});
  });
});

describe('the first view', () => {
  test('of the desk is under 300 KiB as sent, and every part has a bound', async () => {
    const visitor = await Visitor.open(browser, desk, {as: 'anna'});
    const session = await visitor.context.newCDPSession(visitor.page);
    await session.send('Network.enable');
    let sent = 0;
    session.on('Network.loadingFinished', each => { sent += each.encodedDataLength; });
    const page = await visitor.visit('/desk');
    await quiet(page);
    console.log(`first view of /desk: ${(sent / KIB).toFixed(1)} KiB`);
    assert.ok(sent > 0 && sent < 300 * KIB, `${sent} bytes`);
    const files = await page.evaluate(() => performance.getEntriesByType('resource').map(each => each.name).filter(each => each.includes('/assets/app/')));
    assert.ok(files.length > 2);
    for (const file of files) {
      const answer = await fetch(file, {headers: {'Accept-Encoding': 'identity'}});
      assert.equal(answer.headers.get('cache-control'), 'public, max-age=31536000, immutable', file);
      const size = gzipSync(Buffer.from(await answer.arrayBuffer()), {level: 9}).length;
      assert.ok(size < 80 * KIB, `${file}: ${size} bytes`);
    }
    await visitor.leave();
  });

  test('and every further part has a bound: charts have the largest, and come with statistics alone', async () => {
    const sizes = new Map(), left = [...(await (await fetch(desk.url + '/desk')).text()).matchAll(/\/assets\/app\/[\w.-]+\.(?:js|css)/g)].map(found => found[0]);
    while (left.length) {
      const file = left.pop();
      if (sizes.has(file)) continue;
      const answer = await fetch(desk.url + file, {headers: {'Accept-Encoding': 'identity'}});
      assert.equal(answer.status, 200, file);
      const body = await answer.text();
      sizes.set(file, gzipSync(body, {level: 9}).length);
      for (const [, name] of body.matchAll(/["'`(](?:\.\/|\/?assets\/app\/)([\w.-]+\.(?:js|css))["'`)]/g)) left.push(`/assets/app/${name}`);
    }
    assert.ok(sizes.size > 40, `${sizes.size} parts`);
    const large = [...sizes].filter(([, size]) => size >= 80 * KIB);
    console.log(`${sizes.size} parts, the largest: ${[...sizes].sort((a, b) => b[1] - a[1]).slice(0, 3).map(([file, size]) => `${file} ${(size / KIB).toFixed(1)} KiB`).join(', ')}`);
    assert.ok(large.length <= 1 && large.every(([file, size]) => /\/stats\./.test(file) && size < 190 * KIB), JSON.stringify(large));
  });

  test('of a file that was seen already is a 304, and one that is not there a 404', async () => {
    const index = await (await fetch(desk.url + '/desk')).text();
    const file = /src="(\/assets\/app\/[^"]+)"/.exec(index)[1];
    const first = await fetch(desk.url + file);
    const again = await fetch(desk.url + file, {headers: {'If-None-Match': first.headers.get('etag')}});
    assert.equal(again.status, 304);
    assert.equal((await fetch(desk.url + '/assets/app/nothing.js')).status, 404);
  });
});

describe('the shell', () => {
  test('sends a stranger to the sign-in page and keeps the way back', async () => {
    const visitor = await Visitor.open(browser, desk);
    const page = await visitor.visit('/notices');
    await page.waitForURL(/\/signin\?next=/);
    assert.equal(new URL(page.url()).searchParams.get('next'), '/notices');
    await visitor.leave();
  });

  test('paints Exercise over everything: frame, words, title, icon, other addresses', async () => {
    const visitor = await Visitor.open(browser, desk, {as: 'anna', drill: true});
    const page = await visitor.visit('/desk');
    await page.getByText('演练 · 不会发给公众').first().waitFor();
    assert.match(await page.title(), /^【演练】/);
    assert.match(await page.locator('#icon').getAttribute('href'), /icon-exercise/);
    const look = await page.evaluate(() => ({frame: getComputedStyle(document.body, '::before').borderTopWidth, mark: getComputedStyle(document.querySelector('.wm')).backgroundImage.slice(0, 10)}));
    assert.deepEqual(look, {frame: '8px', mark: 'url("data:'});
    assert.match(new URL(page.url()).pathname, /^\/drill\/desk/);
    await shot(page, 'exercise');
    await visitor.leave();
  });


  test('lists the keys of the page, and bare keys can be switched off', async () => {
    const visitor = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await visitor.visit('/desk');
    await page.locator('.find').waitFor();
    await page.keyboard.press('Shift+?');
    const list = page.getByRole('dialog', {name: '这一页的按键'});
    await list.getByText('搜索与命令').waitFor();
    await list.getByRole('checkbox').uncheck();
    await page.keyboard.press('Escape');
    await list.waitFor({state: 'detached'});
    await page.keyboard.press('/');
    assert.equal(await page.locator('dialog.pal').getByRole('combobox').count(), 0);
    await page.keyboard.press('Control+k');
    await page.locator('dialog.pal').getByRole('combobox').waitFor();
    await visitor.leave();
  });




  test('has a palette by its key, also under a Chinese input method, and an address opens its page', async () => {
    const visitor = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await visitor.visit('/desk');
    await page.locator('.find').waitFor();
    await page.keyboard.press('/');
    const field = page.locator('dialog.pal').getByRole('combobox');
    await field.fill('设置');
    await page.getByRole('option', {name: '去设置'}).waitFor();
    await field.fill(`${desk.url}/cases/${ids.Actual.case}`);
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`/cases/${ids.Actual.case}`));
    assert.equal(await page.locator('dialog.pal').getByRole('combobox').count(), 0);
    // What a keyboard sends while an input method is at work: the key is 'Process', and it is no command.
    await page.evaluate(() => document.body.dispatchEvent(new KeyboardEvent('keydown', {code: 'Slash', key: 'Process', isComposing: true, bubbles: true})));
    assert.equal(await page.locator('dialog.pal').getByRole('combobox').count(), 0);
    // A full-width sign of a Chinese layout comes from the same place on the board.
    await page.evaluate(() => document.body.dispatchEvent(new KeyboardEvent('keydown', {code: 'Slash', key: '、', bubbles: true})));
    await page.locator('dialog.pal').getByRole('combobox').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog.pal').getByRole('combobox').waitFor({state: 'detached'});
    await visitor.leave();
  });

  test('changes language and look at once, without a reload, and keeps both', async () => {
    const visitor = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await visitor.visit('/desk');
    await page.evaluate(() => { window.stayed = true; });
    await page.getByRole('button', {name: 'Switch to English'}).click();
    await page.getByRole('navigation', {name: 'Main'}).getByText('Duty').waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    await page.getByRole('button', {name: 'Switch to dark'}).click();
    assert.match(await page.locator('html').getAttribute('class'), /dark/);
    assert.equal(await page.evaluate(() => window.stayed), true);
    await page.reload();
    await page.getByRole('button', {name: 'Switch to light'}).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    await visitor.leave();
  });

  test('says that the server does not answer, and that it is back', async () => {
    const visitor = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await visitor.visit('/settings');
    await page.locator('.find').waitFor();
    await desk.do('kill');
    await page.getByRole('link', {name: '公告'}).click();
    await page.getByText('离线，只读').waitFor();
    await desk.do('start');
    await page.getByText('离线，只读').waitFor({state: 'detached'});
    await visitor.leave({cuts: true});
  });

  test('asks to sign in again when the session ended, and keeps what was open', async () => {
    const visitor = await Visitor.open(browser, desk, {as: 'anna'});
    const page = await visitor.visit('/desk');
    await page.locator('.find').waitFor();
    await visitor.context.request.delete(`${desk.url}/v1/session`, {headers: {'X-CSRF-Token': visitor.csrf}});
    const dialog = page.getByRole('dialog', {name: '重新登录'});  // the live channel says so, before anything is pressed
    await dialog.getByLabel('密码').fill((await desk.people()).password);
    await dialog.getByRole('button', {name: '登录', exact: true}).click();
    await dialog.waitFor({state: 'detached'});
    assert.match(page.url(), /\/desk/);
    await page.getByRole('link', {name: '公告'}).click();
    await page.waitForURL(/\/notices/);
    await visitor.leave({cuts: true});
  });
});
