// What README tells a new visitor, done to the letter on a fresh demonstration: from its start to a published notice in at most 12 clicks or keys.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import {after, before, describe, test} from 'node:test';
import {openBrowser, shot} from './stage.mjs';

const MOST = 12;
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
/** The numbered steps of a section as what is done: **X** is clicked, `K` pressed, `###` is the number that the dialog asks for. */
function stepsOf(heading) {
  const section = readme.split(`## ${heading}\n`)[1]?.split('\n## ')[0];
  assert.ok(section, `README has a section ${heading}`);
  const lines = section.split('\n').filter(line => /^\d\. /.test(line));
  return lines.map(line => [...line.matchAll(/\*\*([^*]+)\*\*|`([^`]+)`/g)].map(found => (found[1] ? {click: found[1]} : {key: found[2]})));
}

let browser;
before(async () => { browser = await openBrowser(); });
after(async () => { await browser?.close(); });

/** A fresh demonstration, as deploy/run starts it: the desk's address that it prints, and how to end it. */
async function demonstration() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'clarion-browser-'));
  const demo = spawn(process.env.CLARION_PROGRAM, ['serve', '--demo', '--listen', '127.0.0.1:0', '--data', path.join(folder, 'data')], {stdio: ['ignore', 'ignore', 'pipe']});
  const ended = new Promise(resolve => demo.on('exit', resolve));
  const end = async () => {
    demo.kill('SIGTERM');
    await ended;
    rmSync(folder, {recursive: true, force: true});
  };
  const link = await new Promise((resolve, reject) => {
    readline.createInterface({input: demo.stderr}).on('line', line => { const found = /(http\S+\/desk#demo=\S+)/.exec(line); if (found) resolve(found[1]); });
    demo.on('exit', () => reject(new Error('the demonstration ended')));
  });
  return {link, end};
}

for (const [heading, locale] of [['试试值班台', 'zh-CN'], ['Try the desk', 'en-GB']]) {
  describe(`README, ${heading}`, () => {
    test(`reaches a published notice in at most ${MOST} clicks and keys`, async () => {
      const {link, end} = await demonstration();
      after(end);
      const context = await browser.newContext({locale, viewport: {width: 1440, height: 900}});
      const page = await context.newPage();
      page.setDefaultTimeout(20000);
      const complaints = [];
      page.on('pageerror', error => complaints.push(error.message));
      let done = 1;  // opening the link
      await page.goto(link);
      for (const [n, step] of stepsOf(heading).entries()) {
        for (const each of step) {
          if (each.click) {
            const named = {name: each.click};
            await page.getByRole('button', named).or(page.getByRole('link', named)).first().click();
            done += 1;
          } else if (each.key === '###') {
            const number = (await page.locator('dialog .lab .mono').last().textContent()).trim();
            assert.match(number, /^\d+$/);
            await shot(page, `readme-${locale.slice(0, 2)}-confirm`);
            for (const digit of number) await page.keyboard.press(digit);
            done += number.length;
          } else {
            await page.waitForLoadState('networkidle').catch(() => undefined);
            if (each.key === 'Ctrl+Enter') await shot(page, `readme-${locale.slice(0, 2)}-review`);
            await page.keyboard.press(each.key.replace('Ctrl', 'Control').replace(/^[A-Z]$/, key => key.toLowerCase()));
            done += 1;
          }
        }
        await shot(page, `readme-${locale.slice(0, 2)}-${n + 1}`);
      }
      const board = await context.newPage();
      await board.goto(new URL('/', link).href);
      await board.locator('#list h3').filter({hasText: locale === 'zh-CN' ? /台风天要关紧|憋气十秒|灾后死猪/ : /Shut every window|Holding your breath|Drowned pigs/}).first().waitFor();
      await shot(board, `readme-${locale.slice(0, 2)}-board`);
      console.log(`${heading}: ${done} clicks and keys`);
      assert.ok(done <= MOST, `${done} clicks and keys`);
      assert.deepEqual(complaints, []);
      await context.close();
    });
  });
}
