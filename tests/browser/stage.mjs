// What the browser tests and the pictures share: the desk (desk.py), Chromium, a few notices. See run for how it is started.
import {spawn} from 'node:child_process';
import assert from 'node:assert/strict';
import {mkdirSync, readFileSync, readdirSync} from 'node:fs';
import {createRequire} from 'node:module';
import {fileURLToPath} from 'node:url';
import readline from 'node:readline';
import path from 'node:path';

const require = createRequire(path.join(process.env.CLARION_BROWSER_MODULES, 'package.json'));
const {chromium} = require('playwright-core');
export const axeSource = require.resolve('axe-core/axe.min.js');

export class Desk {
  static async open() {
    const desk = new Desk();
    const script = fileURLToPath(new URL('desk.py', import.meta.url));
    desk.process = spawn('python3', [script, process.env.CLARION_PROGRAM], {stdio: ['pipe', 'pipe', 'inherit']});
    desk.lines = readline.createInterface({input: desk.process.stdout})[Symbol.asyncIterator]();
    desk.url = await desk.answer();
    return desk;
  }
  async answer() {
    const {value, done} = await this.lines.next();
    if (done) throw new Error('the desk ended');
    const said = JSON.parse(value);
    if (said.failed) throw new Error(said.failed);
    return said.done;
  }
  async do(name, order = {}) {
    this.process.stdin.write(JSON.stringify({do: name, ...order}) + '\n');
    return this.answer();
  }
  publish(notice) { return this.do('publish', {notice}); }
  correct(id, body) { return this.do('change', {notice: id, action: 'correct', body}); }
  /** Everyone's password and tokens (desk.py people()); asked once. */
  async people() { return this.crew ??= await this.do('people'); }
  /** A call of the API as one of the people, outside any browser: the body. Fails unless 2xx. */
  async api(who, method, path, body, headers) {
    const answer = await this.do('call', {method, path, who, body, headers});
    assert.ok(answer.status < 300, `${method} ${path} as ${who}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  posts(posts, token) { return this.do('posts', {posts, token}); }
  async close() {
    const ended = new Promise(resolve => this.process.on('exit', resolve));
    this.process.stdin.end();
    await ended;
  }
}

export const text = (title, summary = '摘要', body = '正文', more = {}) => ({zh: {title, summary, body, ...more}});

// Chromium asks Google's hosts for things at every start unless told not to.
export const openBrowser = () => chromium.launch({
  executablePath: process.env.CLARION_CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--lang=zh-CN'],
});

const underWay = new WeakMap();
/** Until the page has asked for nothing for a moment: pages say more when their answers are there. At most two seconds, since a poll
 *  never rests. Playwright's own networkidle waits half a second at least, which over hundreds of pages is minutes. */
export async function quiet(page, moment = 120) {
  const end = Date.now() + 2000;
  for (let since = Date.now(); Date.now() < end && Date.now() - since < moment;) {
    if (underWay.get(page)?.size) since = Date.now();
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

/** A browser window of one person (or of nobody) at the desk; `leave` ends it and holds every page of it to silence: no console error, no
 *  request to another host. Options: as ('anna'), drill, and those of a Playwright context. */
export class Visitor {
  static async open(browser, desk, {as, drill = false, ...options} = {}) {
    const visitor = new Visitor();
    visitor.desk = desk;
    visitor.base = drill ? '/drill' : '';
    visitor.context = await browser.newContext({locale: 'zh-CN', viewport: {width: 1440, height: 900}, ...options});
    visitor.complaints = [];
    visitor.foreign = [];
    visitor.context.on('page', page => visitor.watch(page));
    if (as) await visitor.signIn(as);
    visitor.page = await visitor.context.newPage();
    return visitor;
  }
  watch(page) {
    page.setDefaultTimeout(15000);
    page.on('console', message => message.type() === 'error' && this.complaints.push(`${message.text()} ${message.location()?.url ?? ''}`.trim()));
    page.on('pageerror', error => this.complaints.push(`${error.message}\n${error.stack ?? ''}`));
    const under = underWay.get(page) ?? new Set();
    underWay.set(page, under);
    for (const over of ['requestfinished', 'requestfailed']) page.on(over, request => under.delete(request));
    page.on('request', request => {
      under.add(request);
      const url = new URL(request.url());
      if (!['data:', 'blob:'].includes(url.protocol) && url.host !== new URL(this.desk.url).host) this.foreign.push(request.url());
    });
  }
  /** By the API, so that tests of other pages do not wait for the sign-in page. */
  async signIn(name) {
    const {password} = await this.desk.people();
    const answer = await this.context.request.post(`${this.desk.url}${this.base}/v1/session`, {data: {name, password}});
    assert.equal(answer.status(), 200, await answer.text());
    this.csrf = (await answer.json()).csrf;
  }
  /** Goes to a page and waits until it stands: `path` as a person would write it, without /drill. */
  async visit(path) {
    await this.page.goto(this.desk.url + this.base + path);
    await this.page.locator('#app > *').first().waitFor({state: 'attached'});
    return this.page;
  }
  async leave({cuts = false} = {}) {
    await this.context.close();
    assert.deepEqual(this.foreign, [], 'asked another host');
    if (!cuts) assert.deepEqual(this.complaints, [], 'console errors');
  }
}

const axe = readFileSync(axeSource, 'utf8');
/** What axe finds serious or critical on the page: [rule, places]. */
export async function axeFaults(page) {
  await page.evaluate(axe);  // by DevTools: the page's policy would refuse a script element
  const found = await page.evaluate(() => window.axe.run(document, {resultTypes: ['violations']}));
  return found.violations.filter(each => ['serious', 'critical'].includes(each.impact)).map(each => [each.id, each.nodes.map(node => node.html.slice(0, 160))]);
}

/** A picture for people to look at, kept beside the build: CI keeps the folder. */
export async function shot(page, name) {
  const folder = process.env.CLARION_BROWSER_SHOTS;
  if (!folder) return;
  mkdirSync(folder, {recursive: true});
  await page.screenshot({path: path.join(folder, `${name}.png`), animations: 'disabled'});
}

const pagesSource = new URL('../../src/web/src/', import.meta.url);
/** The page's own words in 'zh' or 'en': say('case.ask.assign'). A test of both languages asks by them. */
export function wordsOf(lang) {
  const read = file => JSON.parse(readFileSync(new URL(file, pagesSource), 'utf8'));
  const tree = read(`words/${lang}.json`);
  for (const area of readdirSync(new URL('pages/', pagesSource))) {
    try { tree[area] = read(`pages/${area}/${lang}.json`); } catch { /* an area without words */ }
  }
  return key => {
    const found = key.split('.').reduce((at, name) => at?.[name], tree);
    assert.equal(typeof found, 'string', `${lang} has no words ${key}`);
    return found.replaceAll(/\{'(.)'\}/g, '$1');
  };
}
