// One rumor from its post to the public board by three people in three browsers: operator, expert, approver. The board is open all the while.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {Desk, Visitor, openBrowser, shot, wordsOf} from './stage.mjs';

let desk, browser, count = 0;
before(async () => { [desk, browser] = await Promise.all([Desk.open(), openBrowser()]); await desk.people(); });
after(async () => { await browser?.close(); await desk?.close(); });

async function postRumor() {
  count += 1;
  const unlike = Array.from({length: 14}, (_, n) => String.fromCodePoint(0x4e00 + (count * 1571 + n * 211) % 20000)).join('');
  const claim = `听说喝二两白酒能杀死新冠病毒 ${unlike}`;
  await desk.posts([{id: `r${count}`, source: `s${count}`, text: claim, created_at: new Date().toISOString(), geo: {region: '440100'}}]);
  const {items} = await desk.api('anna', 'GET', '/v1/cases?limit=100&sort=id');
  return {claim, id: items.find(each => each.claim.includes(unlike)).id};
}

/** `keys`: no mouse at all. `cut`: the server dies and comes back in the middle, with every page open. */
async function wholeCase({lang, keys = false, cut = false}) {
  const say = wordsOf(lang);
  const locale = lang === 'zh' ? 'zh-CN' : 'en-GB';
  const rumor = await postRumor();
  const title = lang === 'zh' ? `喝白酒不能预防新冠（${count}）` : `Liquor does not prevent COVID (${count})`;
  const open = as => Visitor.open(browser, desk, {as, locale});
  const [anna, chen, bo, reader] = [await open('anna'), await open('chen'), await open('bo'), await open()];
  const press = async (page, locator) => {
    if (!keys) return locator.click();
    await locator.focus();
    return page.keyboard.press('Enter');
  };
  const button = (page, key, exact = true) => page.getByRole('button', {name: exact ? new RegExp(`^${say(key).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`) : say(key)}).first();

  await reader.page.goto(desk.url + '/');
  await reader.page.locator('#sync[data-state=ok]').waitFor();

  // The operator pastes the case's link and assigns it.
  let page = await anna.visit('/desk');
  await page.locator('.find').waitFor();
  await page.keyboard.press('/');
  await page.getByRole('combobox').last().fill(`${desk.url}/cases/${rumor.id}`);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', {level: 1}).filter({hasText: rumor.claim.slice(0, 12)}).waitFor();
  await press(page, button(page, 'case.more'));
  await press(page, button(page, 'case.ask.assign'));
  const dialog = page.getByRole('dialog', {name: say('case.ask.assign')});
  await dialog.getByRole('combobox').selectOption('chen');
  const words = dialog.getByRole('textbox');
  if (await words.count()) await words.fill(lang === 'zh' ? '请看' : 'Please look');
  await press(page, button(dialog, 'case.ask.assign_do'));
  await dialog.waitFor({state: 'detached'});

  // The expert takes it by its key, judges with a reason and evidence.
  page = await chen.visit(`/cases/${rumor.id}`);
  await button(page, 'act.claim').waitFor();
  await page.keyboard.press('a');
  await page.locator('#case-reason:enabled').waitFor();
  await page.locator('#case-reason').blur();
  await page.keyboard.press('1');
  await page.locator('#case-reason').fill(lang === 'zh' ? '饮酒不能杀灭体内的病毒，也不能预防感染。' : 'Drinking does not kill a virus in the body, nor prevent infection.');
  await press(page, page.getByRole('button', {name: say('case.form.link'), exact: true}));
  await page.getByLabel(say('case.form.address')).fill('https://www.who.int/zh');
  await page.keyboard.press('Enter');
  if (cut) {
    await desk.do('kill');
    const offline = page.getByText(say('off.read').split('{t}')[0]);
    await offline.waitFor();
    await desk.do('start');
    await offline.waitFor({state: 'detached'});
    assert.match(await page.locator('#case-reason').inputValue(), /饮酒|Drinking/, 'what was typed stays over a cut');
  }
  await press(page, button(page, 'case.judge_only'));
  await button(page, 'case.draft_notice').waitFor();
  await shot(page, `three-people-judged-${lang}`);

  // The operator drafts, sees what is missing, fills it and submits.
  page = await anna.visit(`/cases/${rumor.id}`);
  await press(page, button(page, 'case.draft_notice'));
  await page.waitForURL(/\/notices\/n_[^/]+\/edit/);
  await fillNotice(page, lang, title, press);
  const submit = button(page, 'notices.edit.submit');
  await page.waitForFunction(name => [...document.querySelectorAll('button')].some(each => each.textContent.trim().startsWith(name) && !each.disabled), say('notices.edit.submit'));
  await shot(page, `three-people-draft-${lang}`);
  await press(page, submit);

  // The approver finds it in the list, reads it, approves it, and sees what it will reach before it goes.
  page = await bo.visit('/notices');
  await press(page, page.getByRole('link', {name: title}).first());
  await button(page, 'apv.do').waitFor();
  await shot(page, `three-people-review-${lang}`);
  if (keys) await page.keyboard.press('Control+Enter');
  else await button(page, 'apv.do').click();
  const publish = button(page, 'notices.review.publish_do');
  await page.waitForFunction(name => [...document.querySelectorAll('button')].some(each => each.textContent.trim().startsWith(name) && !each.disabled), say('notices.review.publish_do'));
  await press(page, publish);
  const number = (await page.locator('dialog .lab .mono').last().textContent()).trim();
  await shot(page, `three-people-confirm-${lang}`);
  await page.keyboard.type(number);
  await page.keyboard.press('Enter');

  // The public's board shows it by itself.
  await reader.page.locator('#list h3').filter({hasText: title}).waitFor();
  await shot(reader.page, `three-people-board-${lang}`);
  const {items} = await desk.api('bo', 'GET', '/v1/notices?limit=100');
  const mine = items.filter(each => each.content[lang]?.title === title);
  assert.equal(mine.length, 1);
  assert.equal((await desk.api('anna', 'GET', `/v1/cases/${rumor.id}`)).state, 'closed');
  for (const visitor of [anna, chen, bo, reader]) await visitor.leave({cuts: cut});
}

/** The words that a template and the case leave to a person, in both languages. */
async function fillNotice(page, lang, title, press) {
  await page.locator('#ne-kind').waitFor();
  await page.locator('#ne-kind').selectOption('debunk');
  await page.locator('#ne-sev').selectOption('moderate');
  const zh = page.locator('fieldset[lang=zh-CN]'), en = page.locator('fieldset[lang=en]');
  const fill = async (set, values) => {
    for (const [name, value] of Object.entries(values)) await set.locator(`[id$="${name}"]`).fill(value);
  };
  await fill(zh, {title: lang === 'zh' ? title : '喝白酒不能预防新冠', summary: '饮酒不能杀灭体内的病毒，也不能预防感染。', body: '**事实** 预防感染请接种疫苗、通风、戴口罩。\n\n**以下说法不实，请勿转发**：“喝二两白酒能杀死病毒”。', advice: '接种疫苗\n勤通风'});
  await fill(en, {title: lang === 'en' ? title : 'Liquor does not prevent COVID', summary: 'Drinking does not kill a virus in the body.', body: '**Fact** Get vaccinated, air rooms, wear a mask.', advice: 'Get vaccinated\nAir rooms'});
  const topic = page.locator('[data-pointer="/topics"] button');
  if (/未选|None/.test(await topic.first().textContent())) {
    await topic.first().click();
    await page.getByRole('searchbox').last().fill(lang === 'zh' ? '传染病' : 'infect');
    await page.getByRole('checkbox').first().check();
    await page.keyboard.press('Escape');
  }
  await press(page, page.locator('[data-pointer="/expires_at"] button').first());
  await page.keyboard.press('Control+s');
}

describe('a rumor from its post to the public board', () => {
  test('by three people in three browsers', () => wholeCase({lang: 'zh'}));
  test('by the keyboard alone', () => wholeCase({lang: 'zh', keys: true}));
  test('in English', () => wholeCase({lang: 'en'}));
  test('with a server that dies and comes back in the middle', () => wholeCase({lang: 'zh', cut: true}));
});
