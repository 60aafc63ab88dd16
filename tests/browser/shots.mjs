// Pictures of the pages for README. usage: tests/browser/run CLARION FOLDER shots.mjs OUT [URL]
// Of a running server (the demo, say) when its URL is given, else of one with a few notices of its own.
import {mkdir, stat} from 'node:fs/promises';
import path from 'node:path';
import {Desk, openBrowser, text} from './stage.mjs';

const MOST_BYTES = 200 * 1024;
const [out, url] = process.argv.slice(2);
if (!out) {
  console.error('usage: tests/browser/run CLARION FOLDER shots.mjs OUT [URL]');
  process.exit(2);
}

async function samples(desk) {
  await desk.publish({kind: 'science', severity: 'minor', regions: [], content: {
    ...text('台风来之前，先做这六件事', '收回阳台物品，备一天饮水，充好电，记住安置点，不去海边，照看老人。'),
    en: {title: 'Six things to do before a typhoon', summary: 'Clear the balcony, keep a day of water, charge up, know your shelter, stay off the shore, look after old people.', body: '-'}}});
  await desk.publish({kind: 'holding', severity: 'severe', topics: ['hazchem'], regions: ['441300'], owner: 'anna', expires_at: new Date(Date.now() + 3 * 3600e3).toISOString(),
                      content: text('惠州化工园“泄漏”的消息正在核实', '已联系当地应急部门，11:00 前更新。核实前请勿转发；是否撤离以当地应急部门通知为准。')});
  const school = await desk.publish({kind: 'debunk', verdict: 'misleading', topics: ['public_order'], regions: ['440000'], claim: {text: '全省停课三天'},
                                     content: text('没有全省停课，三市 25 日停课一天', '停课由各市决定：珠海、江门、阳江 25 日停课一天，其余照常。')});
  await desk.correct(school.id, {correction: '第 1 版漏列中山。', content: text('没有全省停课，四市 25 日停课一天', '停课由各市决定：珠海、江门、阳江、中山 25 日停课一天，其余照常。')});
  await desk.publish({
    kind: 'debunk', severity: 'extreme', verdict: 'false', regions: ['440400', '440700', '441700', '440900', '442000', '440300'],
    claim: {text: '今年最强台风“海鸢”将以 18 级在珠江口登陆，水厂内部消息全市停水七天。'},
    evidence: [{title: '“海鸢”第 14 期快报', url: 'https://example.org/14', publisher: '示例省气象台'}, {title: '供水正常的声明', url: 'https://example.org/water', publisher: '示例水务集团'}],
    content: text('“海鸢”目前 12 级，六市供水正常', '“海鸢”目前 12 级，预报登陆时 11 至 12 级，没有任何机构发布过 18 级。各市供水正常，没有停水计划。',
                  '## 事实\n\n1. 10 时“海鸢”中心风力 12 级，距珠海约 310 公里。\n2. 六市水务 09:05 声明：供水正常。\n3. “18 级”由 2018 年旧帖改写而来。\n\n## 还不确定\n\n登陆点可能西移，请看每 3 小时一期的台风快报。',
                  {advice: ['备够家庭 1 天的饮水即可，不必抢购。', '收回阳台花盆，不去海边看浪。', '停水停电以本市水务、供电公告为准。']})});
}

const desk = url ? null : await Desk.open();
if (desk) await samples(desk);
const browser = await openBrowser();
try {
  await mkdir(out, {recursive: true});
  const base = url ?? desk.url;
  for (const [name, width, height, colorScheme, query, notice] of [
    ['board', 1200, 860, 'light', '', false], ['board-en', 1200, 860, 'light', '?lang=en', false], ['board-phone', 390, 844, 'dark', '', false], ['notice', 1200, 860, 'light', '', true]]) {
    const context = await browser.newContext({viewport: {width, height}, colorScheme, locale: 'zh-CN'});
    const page = await context.newPage();
    await page.goto(base + '/' + query);
    await page.locator('#sync[data-state=ok]').waitFor();
    if (notice) {
      const debunk = page.locator('#list .it:has([data-k^="verdict:"]) h3 a').first();
      await (await debunk.count() ? debunk : page.locator('#list h3 a').first()).click();
      await page.locator('#sig[data-state=good]').waitFor();
    }
    const file = path.join(out, name + '.png');
    await page.screenshot({path: file, animations: 'disabled'});
    const {size} = await stat(file);
    console.log(`${file}: ${size} bytes`);
    if (size > MOST_BYTES) throw new Error(`${file} is larger than ${MOST_BYTES} bytes`);
    await context.close();
  }
} finally {
  await browser.close();
  await desk?.close();
}
