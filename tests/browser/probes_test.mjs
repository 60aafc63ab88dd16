// Scripts in what people and sources write (posts, authors, claims, notes, questions, names, Markdown, rules) stay text on every page that shows it.
import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {Desk, Visitor, openBrowser, quiet} from './stage.mjs';

const PROBE = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>[点](javascript:window.pwned=1)';
const SHORT = '<img src=x onerror="window.pwned=1">';
let desk, browser, folder, made;
before(async () => {
  [desk, browser] = await Promise.all([Desk.open(), openBrowser()]);
  folder = mkdtempSync(path.join(tmpdir(), 'clarion-test-'));
  writeFileSync(path.join(folder, 'probe.yaml'), `pack: probe
version: 1
owner: '${SHORT}'
licence: CC-BY-4.0
rules:
  - id: probe.shadow
    title: {zh: '${SHORT}', en: '${SHORT}'}
    topic: infectious
    weight: 0.7
    shadow: true
    match: {any: [二两白酒]}
    hits: [二两白酒]
    misses: [白酒]
  - id: probe.on
    title: {zh: 在用, en: In force}
    topic: infectious
    weight: 0.8
    match: {any: [能杀死病毒]}
    hits: [能杀死病毒]
    misses: [病毒]
`);
  await desk.do('fresh', {settings: [`rules.dir=${folder}`]});
  const {tokens} = await desk.people();
  await desk.posts([{id: 'p1', source: 'weibo', text: `${PROBE}听说二两白酒能杀死病毒，赶紧转给家人`, author: {id: 'a', name: SHORT}, url: 'javascript:window.pwned=1', geo: {region: '440100'}, media: [{type: 'image', url: 'javascript:window.pwned=1', text: PROBE}]}], tokens.feed);
  const {items: [one]} = await desk.api('anna', 'GET', '/v1/cases');
  await desk.api('anna', 'POST', `/v1/cases/${one.id}/note`, {text: PROBE});
  await desk.api('anna', 'PATCH', `/v1/cases/${one.id}`, {claim: PROBE});
  const content = {title: `题${PROBE}`.slice(0, 118), summary: PROBE, body: `## ${PROBE}\n\n${PROBE}`, advice: [PROBE]};
  const draft = await desk.api('anna', 'POST', '/v1/notices', {case: one.id, kind: 'advisory', severity: 'moderate', topics: ['infectious'], regions: ['440100'], content: {zh: content, en: content}, expires_at: '2099-01-01T00:00:00Z',
    evidence: [{title: PROBE, url: 'https://a.example/', publisher: SHORT}]});
  const published = await desk.publish({topics: ['infectious'], content: {zh: content, en: content}, evidence: [{title: PROBE, url: 'https://a.example/', publisher: SHORT}]});
  await desk.api('anna', 'POST', '/v1/experts', {id: 'e9', name: SHORT, title: SHORT, affiliation: SHORT, topics: {infectious: 2}, regions: ['440000'], langs: ['zh'], capacity: 5});
  await desk.api('anna', 'POST', '/v1/roster/plans', {name: SHORT, duty: 'desk', line: 1, people: ['anna'], starts: new Date().toISOString().slice(0, 10), at: '00:00', length: {days: 1}});
  const resource = await desk.api('anna', 'POST', '/v1/resources', {topic: 'heat', title: {zh: SHORT}, summary: {zh: SHORT}, body: {zh: PROBE}, owner: SHORT, review_by: '2099-01-01', sources: [{title: SHORT, publisher: SHORT}]});
  const {to} = await desk.api('anna', 'GET', '/v1/stats?days=1');
  made = {case: one.id, draft: draft.id, notice: published.id, resource: resource.id, today: to};
});
after(async () => { await browser?.close(); await desk?.close(); if (folder) rmSync(folder, {recursive: true, force: true}); });

/** Nothing ran, nothing that the text asked for is in the page, and the text itself is there to be read. */
async function isText(page, where) {
  await page.getByText('onerror').first().waitFor({state: 'attached', timeout: 8000}).catch(() => assert.fail(`${where} does not show the text`));
  await quiet(page);
  const seen = await page.evaluate(() => ({pwned: window.pwned, images: document.querySelectorAll('img[src="x"], img[onerror]').length, links: document.querySelectorAll('a[href^="javascript"]').length, inline: [...document.querySelectorAll('script:not([src])')].filter(each => each.textContent.includes('pwned')).length}));
  assert.deepEqual(seen, {pwned: undefined, images: 0, links: 0, inline: 0}, where);
}

test('on the pages of the desk', async () => {
  const visitor = await Visitor.open(browser, desk, {as: 'bo'});
  const places = ['/desk?tab=team', `/desk?tab=team&case=${made.case}`, `/cases/${made.case}`, '/notices?lane=draft', '/notices?lane=live', `/notices/${made.draft}/edit`, `/notices/${made.draft}/review`, '/resources?topic=heat', `/resources/${made.resource}`,
                  `/resources/${made.resource}/edit`, '/experts', '/roster', `/stats/daily/${made.today}`, `/admin/rules?day=${made.today}&rule=probe.shadow`];
  for (const place of places) {
    const page = await visitor.visit(place);
    await page.locator('h1').first().waitFor({state: 'attached'});
    if (place.endsWith('/edit')) {
      await page.waitForFunction(() => [...document.querySelectorAll('input, textarea')].some(each => each.value.includes('onerror')));
      await quiet(page);
      assert.equal(await page.evaluate(() => window.pwned), undefined, place);
    } else {
      await isText(page, place);
    }
  }
  await visitor.leave();
});

test('in the palette and in the dialogs that name what they are about', async () => {
  const visitor = await Visitor.open(browser, desk, {as: 'anna'});
  const page = await visitor.visit('/desk');
  await page.locator('.find').waitFor();
  await page.keyboard.press('/');
  await page.locator('dialog.pal').getByRole('combobox').fill('二两白酒');
  await page.locator('dialog.pal').getByText('onerror').first().waitFor();
  await isText(page, 'the palette');
  await visitor.leave();
});

test('on the pages of the public', async () => {
  for (const lang of ['zh', 'en']) {
    const visitor = await Visitor.open(browser, desk);
    for (const place of [`/?lang=${lang}`, `/n/${made.notice}?lang=${lang}`]) {
      await visitor.page.goto(desk.url + place);
      await isText(visitor.page, place);
    }
    await visitor.leave();
  }
});
