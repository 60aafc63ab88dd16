// What the browser tests and the pictures share: the desk (desk.py), Chromium, a few notices. See run for how it is started.
import {spawn} from 'node:child_process';
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
