// "Check it first": asks POST /v1/check what is known about a text. The box is there only with this script.
'use strict';
(() => {
  const page = JSON.parse(document.getElementById('checking').textContent);
  const marks = document.getElementById('marks').content;
  const form = document.getElementById('check');
  const found = document.getElementById('found');
  const SHOWN = 240;  // characters of an explanation; its source has the whole
  const element = (name, attributes, ...children) => {
    const out = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) out.setAttribute(key, value);
    out.append(...children);
    return out;
  };
  const clean = text => String(text ?? '').replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g, '');
  const cut = text => [...text].length > SHOWN ? [...text].slice(0, SHOWN).join('') + '…' : text;
  const mark = key => marks.querySelector(`[data-k="${CSS.escape(key)}"]`)?.cloneNode(true);
  const verdict = word => {
    const known = mark('verdict:' + word);
    if (known) return known;
    const open = mark('verdict:');
    open.querySelector('b').textContent = clean(word);
    return open;
  };

  function ofNotice(notice) {
    const lang = notice.title[page.lang] ? page.lang : Object.keys(notice.title)[0];
    const tag = lang === 'en' ? 'en' : 'zh-CN';
    const [path, query] = page.link.split('?');
    const top = element('div', {class: 'marks'}, notice.kind === 'debunk' ? verdict(notice.verdict) : mark('kind:' + notice.kind));
    if (notice.state === 'expired') top.append(element('span', {class: 'meta'}, page.words.expired));
    return element('li', {}, top, element('a', {href: path + notice.id + (query ? '?' + query : ''), lang: tag}, clean(notice.title[lang])),
                   element('p', {lang: tag}, clean(notice.summary[lang])));
  }
  function ofLibrary(debunk) {
    const from = [debunk.source, debunk.date].map(clean).filter(Boolean).join(' · ');
    const meta = element('p', {class: 'meta'}, [page.words.check_library, from].filter(Boolean).join(' · '));
    if (/^https?:\/\/\S+$/i.test(debunk.url ?? '')) meta.append(' · ', element('a', {href: debunk.url, rel: 'nofollow noopener noreferrer'}, page.words.check_source));
    const lang = debunk.lang ? {lang: debunk.lang === 'zh' ? 'zh-CN' : debunk.lang} : {};
    return element('li', {}, element('div', {class: 'marks'}, verdict(debunk.verdict)), element('b', lang, clean(debunk.claim) || cut(clean(debunk.explanation))),
                   ...(debunk.claim && debunk.explanation ? [element('p', lang, cut(clean(debunk.explanation)))] : []), meta);
  }
  function show(answer) {
    const all = [...answer.notices.map(each => [each, ofNotice]), ...answer.debunks.map(each => [each, ofLibrary])].sort((a, b) => b[0].score - a[0].score);
    const part = (words, known) => {
      const items = all.filter(([each]) => each.known === known).map(([each, make]) => make(each));
      return items.length ? [element('h2', {}, words), element('ul', {}, ...items)] : [];
    };
    const parts = [...part(page.words.check_known, true), ...part(page.words.check_maybe, false)];
    found.replaceChildren(...(parts.length ? parts : [element('p', {}, page.words.check_none)]));
  }

  let asked = 0;
  form.addEventListener('submit', async event => {
    event.preventDefault();
    const text = form.elements.text.value.trim();
    if (!text) return;
    const mine = ++asked;
    const say = words => { if (mine === asked) found.replaceChildren(element('p', {}, words)); };
    found.hidden = false;
    say(page.words.check_wait);
    try {
      const answer = await fetch('/v1/check', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({text})});
      if (answer.status === 429) return say(page.words.check_busy);
      if (!answer.ok) return say(page.words.check_failed);
      const known = await answer.json();
      if (mine === asked) show(known);
    } catch {
      say(page.words.check_failed);
    }
  });
  form.hidden = false;
})();
