// What browser tests of notices share: drafts that pass every check, actions on them outside any page, a look until something came.
export const inHours = hours => new Date(Date.now() + hours * 3_600_000).toISOString();

/** A debunk in both languages without a fault. */
export const debunk = (more = {}) => ({kind: 'debunk', severity: 'moderate', topics: ['typhoon'], regions: ['440100', '440300'], verdict: 'false', claim: {text: '全市要停水七天赶紧囤水'},
  evidence: [{title: '供水正常的声明', url: 'https://water.example/1', publisher: '示例水务'}], expires_at: inHours(14 * 24),
  content: {zh: {title: '各市供水正常，没有停水计划', summary: '【核实】供水正常（示例水务，11月24日 10:00）。', body: '**事实** 供水正常。', advice: ['看本市水务公告']},
            en: {title: 'Water supply is normal', summary: 'Checked: supply is normal (24 November, 10:00).', body: '**Fact** Supply is normal.', advice: []}}, ...more});

export function notices(desk) {
  const draft = (more = {}) => desk.api('anna', 'POST', '/v1/notices', debunk(more));
  const seen = (id, who = 'anna') => desk.api(who, 'GET', `/v1/notices/${id}`);
  const act = (who, notice, name, body = {}) => desk.api(who, 'POST', `/v1/notices/${notice.id}/${name}`, body, {'If-Match': `"${notice.version}"`});
  const patch = (who, notice, body) => desk.api(who, 'PATCH', `/v1/notices/${notice.id}`, body, {'If-Match': `"${notice.version}"`});
  const approved = async (more = {}) => act('bo', await act('anna', await draft(more), 'submit'), 'approve');
  const published = async (more = {}) => act('anna', await approved(more), 'publish');
  return {draft, seen, act, patch, approved, published};
}

export async function eventually(look, what) {
  for (const end = Date.now() + 15_000; ;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what} did not come`);
    await new Promise(done => setTimeout(done, 100));  // between two looks
  }
}

/** Types the number that the question shows, and sends. */
export async function confirm(page) {
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill((await dialog.locator('.lab .num').textContent()).trim());
  await page.keyboard.press('Enter');
}
