// The public pages in a real Chromium, with a real server behind them.
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {after, before, describe, test} from 'node:test';
import {Desk, axeSource, openBrowser, text} from './stage.mjs';

const KIB = 1024;
const axe = await readFile(axeSource, 'utf8');
let desk, browser;
before(async () => { [desk, browser] = await Promise.all([Desk.open(), openBrowser()]); });
after(async () => { await browser?.close(); await desk?.close(); });

// A page with everything it complained about and asked other hosts for. `leave` ends it and, unless told that cuts are part of the test, holds it to silence.
async function open(address, options = {}) {
  const context = await browser.newContext({locale: 'zh-CN', viewport: {width: 1440, height: 900}, ...options});
  const page = await context.newPage();
  const complaints = [], foreign = [];
  page.on('console', message => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', error => complaints.push(error.message));
  page.on('request', request => new URL(request.url()).host !== new URL(desk.url).host && foreign.push(request.url()));
  await options.prepare?.(page);
  await page.goto(desk.url + address);
  page.leave = async ({cuts = false} = {}) => {
    assert.deepEqual(foreign, [], 'asked another host');
    if (!cuts) assert.deepEqual(complaints, [], 'console errors');
    await context.close();
  };
  return page;
}
const synced = page => page.locator('#sync[data-state=ok]').waitFor();
const titles = page => page.locator('#list h3').allTextContents();
const card = (page, notice) => page.locator(`#list > #${notice.id}`);
const status = (page, words) => page.waitForFunction(([id, w]) => document.getElementById(id).textContent.includes(w), ['sync', words], {timeout: 30000});
const stays = page => page.evaluate(() => { window.neverReloaded = true; });
const stayed = page => page.evaluate(() => window.neverReloaded === true);

describe('the board', () => {
  test('shows a new notice without a reload, and the same as after one', async () => {
    const page = await open('/');
    await synced(page);
    await stays(page);
    const notices = [
      {kind: 'debunk', severity: 'extreme', verdict: 'false', claim: {text: 'x'}, regions: ['440400', '440700'], content: text('活的一条')},
      {kind: 'debunk', severity: 'minor', verdict: '张冠李戴', claim: {text: 'x'}, regions: [], topics: ['food'], content: text('判定是自己的话')},
      {kind: 'science', severity: 'severe', topics: ['flood'], content: {...text('有英文的'), en: {title: 'In English', summary: 'Short', body: 'Body'}}},
      {kind: 'advisory', content: text('"引号" <b>&amp; 与\u202e反写', '<script>document.title="no"</script>')},
    ];
    const published = [];
    for (const notice of notices) published.push(await desk.publish(notice));
    published.push(await desk.correct(published[0].id, {correction: '少写了一个市', content: text('活的一条，更正后')}));
    await desk.do('withdraw', {notice: published[3].id});
    await card(page, published[3]).getByText('已撤回').waitFor();
    assert.ok(await stayed(page));
    const look = () => page.locator('#list').evaluate(list => [...list.children].map(each => each.outerHTML.replace(' new"', '"')).sort());
    const live = await look();
    await page.reload();
    assert.deepEqual(live, await look());
    await page.goto(desk.url + '/?lang=en');
    assert.ok((await titles(page)).includes('In English'));
    await page.leave();
  });

  test('marks a correction and a withdrawal where the notice stands', async () => {
    const below = await desk.publish({content: text('会更正的')});
    const above = await desk.publish({content: text('在上面的')});
    const page = await open('/');
    await synced(page);
    await stays(page);
    const place = async () => (await titles(page)).map(each => each.replace('撤回：', '')).indexOf('会更正的');
    const before = await place();
    await desk.correct(below.id, {correction: '日期写错了'});
    await card(page, below).getByText('日期写错了').waitFor();
    assert.equal(await card(page, below).locator('.stamp').first().textContent(), '更正');
    assert.equal(await place(), before);
    await desk.do('withdraw', {notice: below.id});
    await card(page, below).getByText('已撤回').waitFor();
    assert.equal(await place(), before);
    assert.equal(await card(page, above).getAttribute('data-rev'), '1');
    assert.ok(await stayed(page));
    await page.leave();
  });

  test('filters by topic and region, in the address, live as well', async () => {
    await desk.publish({topics: ['heat'], regions: ['440300'], content: text('深圳高温')});
    await desk.publish({topics: ['heat'], regions: ['440100'], content: text('广州高温')});
    const page = await open('/');
    await page.getByRole('link', {name: '高温', exact: true}).click();
    assert.deepEqual(await titles(page), ['广州高温', '深圳高温']);
    await page.getByLabel('地区').selectOption('深圳');
    assert.equal(await page.getByLabel('主题', {exact: true}).inputValue(), 'heat');
    await page.getByRole('button', {name: '查看'}).click();
    await page.waitForURL(/topic=heat/);
    assert.deepEqual(await titles(page), ['深圳高温']);
    const query = new URL(page.url()).searchParams;
    assert.deepEqual([query.get('topic'), query.get('region')], ['heat', '440300']);
    await synced(page);
    await desk.publish({topics: ['heat'], regions: ['440100'], content: text('广州又高温')});
    await desk.publish({topics: ['cold'], regions: ['440300'], content: text('深圳寒冷')});
    const last = await desk.publish({topics: ['heat'], regions: ['440300'], content: text('深圳又高温')});
    await card(page, last).waitFor();
    assert.deepEqual(await titles(page), ['深圳又高温', '深圳高温']);
    await page.getByRole('link', {name: 'EN'}).click();
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    assert.deepEqual(await titles(page), ['深圳又高温', '深圳高温']);
    await page.getByRole('link', {name: '深圳又高温'}).click();
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    await page.leave();
  });

  test('speaks the language of the browser until another is chosen', async () => {
    const page = await open('/', {locale: 'en-GB'});
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    await synced(page);
    assert.match(await page.locator('#sync').textContent(), /^In sync · \d+ · \d+ s ago$/);
    await page.getByRole('link', {name: '中'}).click();
    assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
    await page.leave();
  });

  test('says that a notice expired when its time comes', async () => {
    const page = await open('/');
    await synced(page);
    const soon = await desk.publish({expires_at: new Date(Date.now() + 4000).toISOString(), content: text('马上过期')});
    await card(page, soon).waitFor();
    await card(page, soon).getByText('已过期').waitFor();
    await page.leave();
  });

  test('misses nothing when the server is killed and comes back', async () => {
    const asked = [];
    const page = await open('/', {prepare: each => each.on('websocket', socket => socket.on('framesent', frame => asked.push(JSON.parse(frame.payload))))});
    await synced(page);
    await stays(page);
    const seen = await desk.publish({content: text('断线前的')});
    await card(page, seen).waitFor();
    await desk.do('kill');
    await status(page, '秒后重连');
    // Published while no page can see it, on another port.
    await desk.do('start', {elsewhere: true});
    const missed = [];
    for (const each of ['断线时一', '断线时二', '断线时三']) missed.push(await desk.publish({content: text(each)}));
    await desk.do('withdraw', {notice: missed[1].id});
    await desk.do('move_back');
    await synced(page);
    await card(page, missed[2]).waitFor();
    await card(page, missed[1]).getByText('已撤回').waitFor();
    assert.deepEqual((await titles(page)).slice(0, 3), ['断线时三', '撤回：断线时二', '断线时一']);
    assert.deepEqual(asked.at(-1).from, seen.position, 'asked again for what it had');
    const next = await desk.publish({content: text('之后的')});
    await card(page, next).waitFor();
    assert.ok(await stayed(page));
    await page.leave({cuts: true});
  });

  test('misses nothing that was published after the page was made and before it connected', async () => {
    let notice;
    const between = async route => {
      notice ??= await desk.publish({content: text('就在这时发布')});
      await route.continue();
    };
    const page = await open('/', {prepare: each => each.route('**/assets/board.*', between)});
    await card(page, notice).waitFor();
    await page.leave();
  });

  test('says when the history is gone, and holds what is in force then', async () => {
    const page = await open('/');
    await synced(page);
    await desk.do('fresh');
    const only = await desk.publish({content: text('新纪元的第一条')});
    await status(page, '历史接不上，已重新载入');
    await card(page, only).waitFor();
    await page.waitForFunction(() => document.querySelectorAll('#list > *').length === 1);
    await page.leave({cuts: true});
  });

  test('is small, asks no other host, and its scripts are short', async () => {
    for (let i = 0; i < 30; ++i) await desk.publish({content: text(`第 ${i} 条公告的标题`, '一段不长不短的摘要，说清楚是什么、在哪里、怎么做。'.repeat(3))});
    for (const address of ['/', `/n/${(await desk.publish({kind: 'debunk', verdict: 'false', claim: {text: 'x'}})).id}`]) {
      const context = await browser.newContext({locale: 'zh-CN'});
      const page = await context.newPage();
      const network = await context.newCDPSession(page);
      await network.send('Network.enable');
      let bytes = 0, script = 0;
      network.on('Network.loadingFinished', event => { bytes += event.encodedDataLength; });
      const scripts = [];
      page.on('response', answer => answer.request().resourceType() === 'script' && scripts.push(answer.body()));
      await page.goto(desk.url + address, {waitUntil: 'networkidle'});
      for (const each of await Promise.all(scripts)) script += each.length;
      console.log(`# first view of ${address.slice(0, 3)}: ${bytes} bytes transferred, ${script} bytes of script`);
      assert.ok(bytes > 0 && bytes < 100 * KIB, `${bytes} bytes`);
      assert.ok(script > 0 && script < 15 * KIB, `${script} bytes of script`);
      await context.close();
    }
  });

  test('works without scripts', async () => {
    await desk.publish({topics: ['cold'], regions: ['440500'], content: text('汕头寒冷')});
    const page = await open('/', {javaScriptEnabled: false});
    await page.getByLabel('地区').selectOption('440500');
    await page.getByLabel('主题', {exact: true}).selectOption('cold');
    await page.getByRole('button', {name: '查看'}).click();
    assert.deepEqual(await titles(page), ['汕头寒冷']);
    await page.getByRole('link', {name: '汕头寒冷'}).click();
    await page.getByRole('heading', {name: '汕头寒冷'}).waitFor();
    assert.equal(await page.locator('#sig-says').textContent(), '已签名');
    await page.leave();
  });
});

describe('the check box', () => {
  const ask = async (page, words) => {
    await page.getByRole('searchbox').fill(words);
    await page.getByRole('button', {name: '查', exact: true}).click();
  };

  test('finds what was published about a text, and opens it', async () => {
    await desk.publish({kind: 'debunk', verdict: 'false', topics: ['infectious'], claim: {text: '喝高度白酒可以杀死肚子里的新冠病毒，大家赶紧转发'},
                        content: text('喝酒不能杀灭体内病毒', '酒精消毒只对物体表面有用。')});
    const page = await open('/');
    await ask(page, '喝高度白酒可以杀死肚子里的新冠病毒，大家赶紧转发');
    const found = page.locator('#found li').filter({hasText: '喝酒不能杀灭体内病毒'});
    await found.waitFor();
    assert.equal(await found.locator('.stamp').textContent(), '不实');
    await found.getByRole('link').click();
    await page.getByRole('heading', {name: '喝酒不能杀灭体内病毒'}).waitFor();
    await page.leave();
  });

  test('says that nothing found is no proof, and when it could not check', async () => {
    const page = await open('/');
    await ask(page, '乙巳年秋月扬州瘦西湖畔二十四桥明月夜');
    await page.locator('#found').getByText('没查到不等于是真的').waitFor();
    for (const [status, words] of [[429, '查得太频繁'], [503, '没能查成']]) {
      await page.route('**/v1/check', route => route.fulfill({status, body: '{}'}));
      await ask(page, '一段话');
      await page.locator('#found').getByText(words).waitFor();
      await page.unroute('**/v1/check');
    }
    await page.leave({cuts: true});
  });

  test('shows what a library says as text, whatever it holds', async () => {
    const page = await open('/');
    const entry = {id: 'd1', claim: '<img src=x onerror=alert(1)>\u202e', verdict: '谣<b>言</b>', explanation: '长'.repeat(300), source: '"><script>x</script>', date: '2020-02-07', score: 0.9, known: true};
    await page.route('**/v1/check', route => route.fulfill({json: {notices: [], debunks: [
      {...entry, url: 'javascript:alert(1)'}, {...entry, id: 'd2', url: 'https://source.example/1', known: false}]}}));
    await ask(page, '一段话');
    await page.getByRole('heading', {name: '已有结论'}).waitFor();
    await page.getByRole('heading', {name: '可能相关，请对照原话'}).waitFor();
    assert.equal(await page.locator('#found li .stamp').first().textContent(), '谣<b>言</b>');
    assert.equal(await page.locator('#found li > b').first().textContent(), '<img src=x onerror=alert(1)>');
    assert.deepEqual(await page.locator('#found a').evaluateAll(all => all.map(each => each.getAttribute('href'))), ['https://source.example/1']);
    assert.equal(await page.locator('#found img, #found script').count(), 0);
    const serious = (await page.evaluate(axe).then(() => page.evaluate(() => window.axe.run('#found')))).violations.filter(each => ['serious', 'critical'].includes(each.impact));
    assert.deepEqual(serious.map(each => each.id), []);
    await page.leave();
  });

  test('is not there without scripts', async () => {
    const page = await open('/', {javaScriptEnabled: false});
    assert.ok(await page.locator('#check').isHidden());
    await page.leave();
  });
});

describe('a notice', () => {
  const says = (page, words) => page.waitForFunction(w => document.getElementById('sig-says').textContent === w, words);
  let notice;
  before(async () => {
    notice = await desk.publish({kind: 'debunk', verdict: 'false', claim: {text: '停水七天'},
                                 content: text('供水正常 \u202e"&', '没有停水计划', '**事实** 供水正常', {advice: ['不必抢购']})});
  });
  const altered = (pattern, change) => page => page.route(pattern, async route => {
    const answer = await route.fetch();
    await route.fulfill({response: answer, body: change(await answer.text())});
  });

  test('says that its signature is good', async () => {
    const page = await open(`/n/${notice.id}`);
    await says(page, '签名正确');
    await page.leave();
  });

  test('says plainly that a signature is bad when one byte of what was signed changed', async () => {
    const page = await open(`/n/${notice.id}`, {prepare: altered('**/v1/notices/**', body => body.replace('**事实**', '**事宝**'))});
    await says(page, '签名不对，请勿相信');
    assert.equal(await page.locator('#sig').getAttribute('data-state'), 'bad');
    await page.leave();
  });

  test('says so too when the signature, the key or the text on the page changed', async () => {
    const changes = [
      ['**/v1/notices/**', body => body.replace(/"jws":"([^"]*)(.)"/, (all, most, last) => `"jws":"${most.slice(0, -1)}${most.endsWith('A') ? 'B' : 'A'}${last}"`)],
      ['**/.well-known/jwks.json', body => body.replace(/"x":"(.)/, (all, first) => `"x":"${first === 'A' ? 'B' : 'A'}`)],
      [`**/n/${notice.id}`, body => body.replace('>供水正常', '>供水不正常')],
      [`**/n/${notice.id}`, body => body.replace('>没有停水计划', '>有停水计划')],
    ];
    for (const [pattern, change] of changes) {
      const page = await open(`/n/${notice.id}`, {prepare: altered(pattern, change)});
      await says(page, '签名不对，请勿相信');
      // A page that a test made up has no address for Chromium's local network checks, so its WebSocket is refused.
      await page.leave({cuts: pattern.includes('/n/')});
    }
  });

  test('says when this browser cannot check, and when the check could not be made', async () => {
    let page = await open(`/n/${notice.id}`, {prepare: each => each.addInitScript(() => Object.defineProperty(crypto, 'subtle', {value: undefined}))});
    await says(page, '这个浏览器验不了签名');
    await page.leave();
    page = await open(`/n/${notice.id}`, {prepare: each => each.route('**/jwks.json', route => route.abort())});
    await says(page, '没能取到验证所需的数据');
    await page.leave({cuts: true});
  });

  test('checks the revision that it shows', async () => {
    const first = await desk.publish({content: text('第一版')});
    await desk.correct(first.id, {correction: '错字', content: text('第二版')});
    for (const [address, title] of [[`/n/${first.id}`, '第二版'], [`/n/${first.id}?revision=1`, '第一版']]) {
      const page = await open(address);
      assert.equal(await page.locator('h1').textContent(), title);
      await says(page, '签名正确');
      await page.leave();
    }
  });
});

describe('whether it helped', () => {
  const asked = page => page.locator('#helped');

  test('is said once a browser and revision, and counted', async () => {
    const made = await desk.publish({content: text('有没有帮助')});
    const page = await open(`/n/${made.id}`);
    await asked(page).getByRole('button', {name: '没有帮助'}).click();
    await asked(page).getByText('谢谢').waitFor();
    assert.equal(await asked(page).getByRole('button', {name: '有帮助', exact: true}).isDisabled(), true);
    await page.reload();
    await asked(page).getByText('谢谢').waitFor();
    assert.deepEqual((await desk.api('anna', 'GET', `/v1/notices/${made.id}/deliveries`)).readers, [{revision: 1, helped: 0, not_helped: 1}]);
    await page.leave();
  });

  test('says that it was not counted, and may be said again', async () => {
    const made = await desk.publish({content: text('没记下')});
    const page = await open(`/n/${made.id}`, {prepare: each => each.route('**/feedback', route => route.fulfill({status: 503}))});
    await asked(page).getByRole('button', {name: '有帮助', exact: true}).click();
    await asked(page).getByText('没有记下').waitFor();
    assert.equal(await asked(page).getByRole('button', {name: '有帮助', exact: true}).isDisabled(), false);
    assert.deepEqual((await desk.api('anna', 'GET', `/v1/notices/${made.id}/deliveries`)).readers, []);
    await page.leave({cuts: true});
  });

  test('is not asked of what is withdrawn', async () => {
    const made = await desk.publish({content: text('撤回的')});
    await desk.do('withdraw', {notice: made.id});
    const page = await open(`/n/${made.id}`);
    assert.equal(await asked(page).count(), 0);
    await page.leave();
  });
});

describe('a notice that is open', () => {
  test('says when it is corrected, and when it is withdrawn, also after a cut', async () => {
    const notice = await desk.publish({content: text('开着的一条')});
    const page = await open(`/n/${notice.id}`);
    await page.locator('#sig[data-state=good]').waitFor();
    await desk.correct(notice.id, {correction: '错字'});
    await page.getByText('这是第 1 版，已有新的一版。').waitFor();
    await desk.do('kill');
    await desk.do('start');
    await desk.do('withdraw', {notice: notice.id});
    await page.getByText('这条公告已撤回，请停止转发。').waitFor();
    await page.getByRole('link', {name: '看现行的一版'}).click();
    await page.getByRole('heading', {name: '撤回：开着的一条'}).waitFor();
    assert.ok(await page.locator('#replaced').isHidden());
    await page.leave({cuts: true});
  });
});

describe('for everyone', () => {
  let addresses;
  before(async () => {
    const shown = await desk.publish({
      kind: 'debunk', severity: 'extreme', verdict: 'false', regions: ['440400', '440700', '441700'], claim: {text: '“海鸢”18级登陆，全市停水七天。'},
      evidence: [{title: '供水声明', url: 'https://evidence.example/1', publisher: '水务'}],
      content: text('“海鸢”目前 12 级，供水正常', '没有停水计划。', '## 事实\n\n1. 一\n2. 二\n\n> 引文\n\n`code`\n\n' + '长'.repeat(200) + 'long'.repeat(60), {advice: ['不必抢购']})});
    await desk.correct(shown.id, {correction: '补充一市'});
    const gone = await desk.publish({severity: 'severe', content: text('要撤回的')});
    await desk.do('withdraw', {notice: gone.id});
    await desk.publish({kind: 'science', severity: 'minor', regions: [], content: {...text('科普'), en: {title: 'Science', summary: 'Short', body: 'Body'}}});
    addresses = ['/', `/n/${shown.id}`, `/n/${shown.id}?revision=1`, `/n/${gone.id}`, '/about', '/n/nothing'];
  });

  for (const colorScheme of ['light', 'dark']) {
    for (const locale of ['zh-CN', 'en-GB']) {
      for (const width of [1440, 390]) {
        test(`axe finds nothing serious: ${colorScheme}, ${locale}, ${width}`, async () => {
          for (const address of addresses) {
            const page = await open(address, {colorScheme, locale, viewport: {width, height: 844}});
            if (address === '/') await synced(page);
            await page.evaluate(axe);  // the page's policy would refuse a script element
            const found = await page.evaluate(() => window.axe.run(document, {resultTypes: ['violations']}));
            const serious = found.violations.filter(each => ['serious', 'critical'].includes(each.impact));
            assert.deepEqual(serious.map(each => [each.id, each.nodes.map(node => node.html.slice(0, 120))]), [], address);
            const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
            assert.equal(wide, 0, `${address} scrolls sideways`);
            await page.leave({cuts: address === '/n/nothing'});
          }
        });
      }
    }
  }
});
