// Keeps the board as the stream says (contract section 4): from the position that the page was made at, by WebSocket,
// over cuts and restarts, without a reload. Makes the same card as card.cc.
'use strict';
(() => {
  const live = JSON.parse(document.getElementById('live').textContent);
  const marks = document.getElementById('marks').content;
  const list = document.getElementById('list');
  const none = document.getElementById('none');
  const sync = document.getElementById('sync');
  const said = document.getElementById('said');
  const MOST_CARDS = 60, FIRST_WAIT = 1, LONGEST_WAIT = 30;
  const english = live.lang === 'en';
  const fill = (words, values) => words.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  const clean = text => String(text ?? '').replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g, '');

  // Cards.

  let placesCome = null;
  const places = () => placesCome ??= fetch(live.places, {signal: AbortSignal.timeout(5000)}).then(r => r.json()).catch(() => (placesCome = null, {}));
  const clock = new Intl.DateTimeFormat('en-GB', {timeZone: live.zone, month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23'});
  const timeText = iso => {
    const part = Object.fromEntries(clock.formatToParts(new Date(iso)).map(p => [p.type, p.value]));
    return `${part.month}-${part.day} ${part.hour}:${part.minute}`;
  };
  const element = (name, attributes, ...children) => {
    const out = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) out.setAttribute(key, value);
    out.append(...children);
    return out;
  };
  const mark = key => marks.querySelector(`[data-k="${CSS.escape(key)}"]`)?.cloneNode(true);
  const verdict = notice => {
    if (notice.kind !== 'debunk') return mark('kind:' + notice.kind);
    const known = mark('verdict:' + notice.verdict);
    if (known) return known;
    const open = mark('verdict:');
    open.querySelector('b').textContent = clean(notice.verdict);
    return open;
  };
  const where = (notice, names) => {
    const codes = notice.regions ?? [];
    if (!codes.length) return live.words.everywhere;
    const first = names[codes[0]] ?? codes[0];
    return codes.length === 1 ? first : fill(live.words.places, {place: first, count: codes.length});
  };
  const gone = notice => notice.action === 'withdraw';
  const ended = iso => iso !== '' && Date.parse(iso) <= Date.now();

  function card(notice, names) {
    const lang = english && notice.content.en || !notice.content.zh ? 'en' : 'zh';
    const content = notice.content[lang];
    const tag = lang === 'en' ? 'en' : 'zh-CN';
    const top = element('div', {class: 'marks'});
    const add = node => node && top.append(node);
    add(mark('action:' + notice.action));
    if (!gone(notice)) {
      add(verdict(notice));
      add(mark('severity:' + notice.severity));
    }
    const meta = element('span', {class: 'meta'}, element('time', {datetime: notice.published_at}, timeText(notice.published_at)), ' · ' + where(notice, names));
    if (notice.revision > 1) meta.append(' · ' + fill(live.words.revision, {n: notice.revision}));
    top.append(meta);
    const [path, query] = live.link.split('?');
    const link = element('a', {href: path + notice.id + (query ? '?' + query : '')}, clean(content.title));
    const out = element('article', {class: 'it', id: notice.id, 'data-rev': notice.revision, 'data-ends': gone(notice) ? '' : notice.expires_at ?? ''},
                        top, element('h3', {lang: tag}, link), element('p', {lang: tag}, clean(content.summary)));
    if (notice.action === 'correct' && notice.correction)
      out.append(element('p', {class: 'why'}, element('b', {}, live.words.correction), ' ' + clean(notice.correction)));
    return out;
  }

  // Nothing moves under the reader: a later revision takes the place of the earlier one, what is new comes on top.
  function show(notice, names, anew) {
    const old = document.getElementById(notice.id);
    if (old && !anew && Number(old.dataset.rev) >= notice.revision) return;
    const made = card(notice, names);
    if (!gone(notice) && ended(made.dataset.ends)) return;
    made.classList.add('new');
    setTimeout(() => made.classList.remove('new'), 2000);
    if (old && list.contains(old)) {
      const focused = old.contains(document.activeElement);
      old.replaceWith(made);
      if (focused) made.querySelector('a').focus({preventScroll: true});
    } else {
      list.prepend(made);
    }
    while (list.children.length > MOST_CARDS) list.lastElementChild.remove();
    none.hidden = list.children.length > 0;
    say(fill(live.words.new_card, {title: made.querySelector('a').textContent}));
  }

  // Expiry makes no event: readers act on the time that they were told.
  function markEnded() {
    for (const each of list.children) {
      if (each.classList.contains('over') || !ended(each.dataset.ends)) continue;
      each.classList.add('over');
      each.querySelector('.meta').append(' · ' + live.words.expired);
    }
  }

  // What the page says of itself: in sight at once, aloud at most once a minute.

  let lastSaid = -Infinity, toSay = null;
  function say(words) {
    const wait = lastSaid + 60000 - performance.now();
    clearTimeout(toSay);
    const now = () => { lastSaid = performance.now(); said.textContent = words; };
    if (wait <= 0) now(); else toSay = setTimeout(now, wait);
  }
  function status(state, words) {
    sync.dataset.state = state;
    sync.lastElementChild.textContent = words;
  }

  // The connection.

  let position = {epoch: live.epoch, offset: live.offset};
  let socket = null, tries = 0, retryAt = 0, heard = 0, heartbeat = 25, state = 'wait', snapshot = null, wasReset = false;

  function tick() {
    const now = performance.now();
    const quiet = Math.round((now - heard) / 1000);
    if (state === 'cut') {
      const left = Math.ceil((retryAt - now) / 1000);
      if (left <= 0) return connect();
      status('cut', fill(live.words.sync_cut, {n: left}));
    } else if (state === 'ok') {
      if (quiet > 2 * heartbeat) return cut();
      const late = quiet > heartbeat + 5;
      status(late ? 'late' : 'ok', wasReset ? live.words.sync_reset : fill(late ? live.words.sync_late : live.words.sync_ok, {o: position.offset, t: quiet, n: quiet}));
    } else if (state === 'wait' && quiet > 20) {
      cut();
    }
    markEnded();
  }

  function cut() {
    const old = socket;
    socket = null;
    old?.close();
    const most = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(tries++, 10));
    retryAt = performance.now() + 1000 * most * (0.5 + Math.random() / 2);  // jitter: readers must not come back all at once
    state = 'cut';
    tick();
    say(sync.lastElementChild.textContent);
  }

  function end(words) {
    state = 'ended';
    status('ended', words);
    say(words);
  }

  function connect() {
    state = 'wait';
    heard = performance.now();
    status('wait', live.words.sync_wait);
    const mine = new WebSocket(location.origin.replace(/^http/, 'ws') + '/v1/stream', 'clarion.v1');
    socket = mine;
    snapshot = null;
    // One after the other: a card may wait for the names of places, the next must not overtake it.
    let order = Promise.resolve();
    mine.onmessage = event => { order = order.then(() => mine === socket && take(mine, JSON.parse(event.data))).catch(cut); };
    mine.onclose = event => {
      if (mine !== socket) return;
      if (event.code >= 3500 && event.code < 3600) return end(live.words.sync_ended);
      cut();
    };
  }

  async function take(mine, frame) {
    heard = performance.now();
    const at = {epoch: frame.epoch, offset: frame.offset};
    if (frame.type === 'hello') {
      heartbeat = frame.heartbeat_s;
      mine.send(JSON.stringify({type: 'subscribe', id: 1, channel: 'notices', filter: live.filter, from: position}));
    } else if (frame.type === 'subscribed') {
      tries = 0;
      state = 'ok';
      if (!frame.recovered) {
        snapshot = new Set();
        wasReset = true;
        say(live.words.sync_reset);
      }
    } else if (frame.type === 'notice') {
      snapshot?.add(frame.notice.id);
      show(frame.notice, frame.notice.regions?.length ? await places() : {}, snapshot !== null);
      if (!snapshot) position = at;
    } else if (frame.type === 'snapshot_end') {
      for (const each of [...list.children]) if (!snapshot.has(each.id)) each.remove();
      none.hidden = list.children.length > 0;
      snapshot = null;
      position = at;
    } else if (frame.type === 'heartbeat') {
      position = at;
      wasReset = false;
    } else if (frame.type === 'error') {
      return end(live.words.sync_ended);
    }
    tick();
  }

  addEventListener('online', () => { if (state === 'cut') connect(); });
  document.addEventListener('visibilitychange', () => { if (!document.hidden && state === 'cut') connect(); });
  setInterval(tick, 1000);
  connect();
})();
