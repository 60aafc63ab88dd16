// Checks the signature of the notice that this page shows: the signed form as the API gives it, in RFC 8785 canonical
// form, with the key of /.well-known/jwks.json that its detached JWS names (contract section 4).
'use strict';
(() => {
  const page = JSON.parse(document.getElementById('signed').textContent);
  const box = document.getElementById('sig');
  const tell = (state, words = state) => {
    box.dataset.state = state;
    document.getElementById('sig-says').textContent = page.words[words];
    document.getElementById('sig-more').textContent = page.words[words + '_text'];
  };
  const bytes = text => new TextEncoder().encode(text);
  const fromBase64url = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));
  const toBase64url = data => {
    let out = '';
    for (const each of data) out += String.fromCharCode(each);
    return btoa(out).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  };
  // JSON.stringify writes strings and whole numbers as RFC 8785 asks; sort() compares UTF-16 units, as it asks too.
  const canonical = value => {
    if (Array.isArray(value)) return '[' + value.map(canonical).join(',') + ']';
    if (value === null || typeof value !== 'object') return JSON.stringify(value);
    return '{' + Object.keys(value).sort().map(key => JSON.stringify(key) + ':' + canonical(value[key])).join(',') + '}';
  };
  const clean = text => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g, '');
  const get = async address => {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(address);
    return answer.json();
  };

  async function check() {
    // Only there in a secure context: https, or this machine.
    if (!globalThis.crypto?.subtle) return tell('cannot');
    let notice, keys;
    try {
      [notice, keys] = await Promise.all([get(`/v1/notices/${page.id}?revision=${page.revision}`), get('/.well-known/jwks.json')]);
    } catch {
      return tell('failed');
    }
    const {state, jws, ...form} = notice;
    try {
      const [header, payload, signature] = jws.split('.');
      const kid = JSON.parse(new TextDecoder().decode(fromBase64url(header))).kid;
      const jwk = keys.keys.find(each => each.kid === kid && each.kty === 'OKP' && each.crv === 'Ed25519');
      if (!jwk || payload !== '') return tell('bad');
      let key;
      try {
        key = await crypto.subtle.importKey('raw', fromBase64url(jwk.x), {name: 'Ed25519'}, false, ['verify']);
      } catch {
        return tell('cannot');
      }
      const signed = bytes(header + '.' + toBase64url(bytes(canonical(form))));
      if (!await crypto.subtle.verify('Ed25519', key, fromBase64url(signature), signed)) return tell('bad');
      // The signature is good; what stands on the page must be what was signed.
      const content = form.content[page.lang];
      const same = (id, text) => document.getElementById(id).textContent === clean(text);
      if (form.id !== page.id || form.revision !== page.revision || !same('title', content.title) || !same('summary', content.summary)) return tell('bad');
      tell(jwk.revoked_at ? 'revoked' : 'good');
    } catch {
      tell('bad');
    }
  }
  check();

  // Whether it helped: once a browser and revision.
  const asked = document.getElementById('helped');
  if (asked) {
    const key = `helped ${page.id} ${page.revision}`;
    const says = document.getElementById('helped-says');
    const done = () => {
      for (const each of asked.querySelectorAll('button')) each.disabled = true;
      says.textContent = page.words.helped_thanks;
    };
    const kept = () => { try { return localStorage.getItem(key) !== null; } catch { return false; } };
    asked.hidden = false;
    if (kept()) done();
    asked.addEventListener('click', async event => {
      const helped = event.target.dataset?.helped;
      if (!helped || kept()) return;
      try {
        const answer = await fetch(`/v1/notices/${page.id}/feedback`, {method: 'POST', headers: {'Content-Type': 'application/json'},
                                   body: JSON.stringify({revision: page.revision, helped: helped === 'yes'}), signal: AbortSignal.timeout(10000)});
        if (!answer.ok) throw new Error();
        try { localStorage.setItem(key, helped); } catch { /* a browser that keeps nothing asks again */ }
        done();
      } catch {
        says.textContent = page.words.helped_failed;
      }
    });
  }

  // A page stays open: when its notice is corrected or withdrawn meanwhile, it says so above the title. Follows the
  // stream from the position that the page was made at.
  let position = page.position, wait = 1, timer = null;
  function replaced(notice) {
    const banner = document.getElementById('replaced');
    const gone = notice.action === 'withdraw';
    banner.querySelector('b').textContent = gone ? page.words.is_withdrawn : page.words.is_old;
    banner.classList.add(gone ? 'f' : 'm');
    banner.hidden = false;
    page.newest = notice.revision;
  }
  function follow() {
    const socket = new WebSocket(location.origin.replace(/^http/, 'ws') + '/v1/stream', 'clarion.v1');
    let heartbeat = 25, at = null;  // where a snapshot ends counts, what it holds does not
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => socket.close(), 2500 * heartbeat);
    };
    socket.onmessage = event => {
      alive();
      const frame = JSON.parse(event.data);
      if (frame.type === 'hello') {
        heartbeat = frame.heartbeat_s;
        socket.send(JSON.stringify({type: 'subscribe', id: 1, channel: 'notices', filter: {topics: page.topics}, from: position}));
      } else if (frame.type === 'subscribed') {
        wait = 1;
        at = frame.recovered ? position : null;
      } else if (frame.type === 'notice' && frame.notice.id === page.id && frame.notice.revision > page.newest) {
        replaced(frame.notice);
      }
      if (frame.type === 'snapshot_end' || at && frame.offset) position = at = {epoch: frame.epoch, offset: frame.offset};
    };
    socket.onclose = event => {
      clearTimeout(timer);
      if (event.code >= 3500 && event.code < 3600) return;
      wait = Math.min(2 * wait, 60);
      setTimeout(follow, 1000 * wait * (0.5 + Math.random() / 2));
    };
    alive();
  }
  if (page.position) follow();
})();
