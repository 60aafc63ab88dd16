-- Times are milliseconds since 1970, UTC. JSON columns hold UTF-8 text. `org` is the desk that owns a record.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE accounts (
  name TEXT PRIMARY KEY, role TEXT NOT NULL, regions TEXT NOT NULL DEFAULT '[]', password TEXT,
  disabled INTEGER NOT NULL DEFAULT 0, generation INTEGER NOT NULL DEFAULT 1, created_at INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE tokens (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, scope TEXT NOT NULL, account TEXT REFERENCES accounts(name),
  sources TEXT NOT NULL DEFAULT '[]', hash TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  revoked_at INTEGER) WITHOUT ROWID;

CREATE TABLE experts (id TEXT PRIMARY KEY, account TEXT, record TEXT NOT NULL, changed_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE UNIQUE INDEX experts_by_account ON experts(account) WHERE account IS NOT NULL;

-- Near-duplicate groups. `figures`: counts by source and the series of the curve.
CREATE TABLE groups (
  id INTEGER PRIMARY KEY, mode TEXT NOT NULL, sketch BLOB NOT NULL, size INTEGER NOT NULL, first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL, rate REAL NOT NULL, figures TEXT NOT NULL, case_id TEXT);
CREATE INDEX groups_by_last_seen ON groups(last_seen);

-- Flagged posts alone. After a delete or the end of retention `record` is empty and `hits` holds no text.
CREATE TABLE posts (
  mode TEXT NOT NULL, source TEXT NOT NULL, id TEXT NOT NULL, rank TEXT NOT NULL, text_hash TEXT NOT NULL, record TEXT NOT NULL,
  hits TEXT NOT NULL, score REAL NOT NULL, group_id INTEGER NOT NULL REFERENCES groups(id), case_id TEXT NOT NULL,
  received_at INTEGER NOT NULL, seq INTEGER PRIMARY KEY, UNIQUE (mode, source, id));
CREATE INDEX posts_by_case ON posts(case_id, seq);
CREATE INDEX posts_by_received ON posts(received_at);
-- Deletes remembered until `until`, so that a late copy of the post does not come back.
CREATE TABLE tombstones (
  mode TEXT NOT NULL, source TEXT NOT NULL, id TEXT NOT NULL, rank TEXT NOT NULL, until INTEGER NOT NULL,
  PRIMARY KEY (mode, source, id)) WITHOUT ROWID;
CREATE INDEX tombstones_by_until ON tombstones(until);

CREATE TABLE cases (
  id TEXT PRIMARY KEY, org TEXT NOT NULL, mode TEXT NOT NULL, state TEXT NOT NULL, version INTEGER NOT NULL,
  priority INTEGER NOT NULL, severity TEXT NOT NULL, topics TEXT NOT NULL, regions TEXT NOT NULL, lang TEXT NOT NULL,
  claim TEXT NOT NULL, claim_post INTEGER, group_id INTEGER REFERENCES groups(id), assignee TEXT, lease_until INTEGER,
  due_at INTEGER, details TEXT NOT NULL, created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX cases_by_priority ON cases(priority DESC, id);
CREATE INDEX cases_by_state ON cases(state, priority DESC, id);
CREATE INDEX cases_by_state_and_id ON cases(state, id);
CREATE INDEX cases_by_assignee ON cases(assignee, state);
CREATE INDEX cases_by_lease ON cases(lease_until) WHERE lease_until IS NOT NULL;

CREATE TABLE case_history (
  case_id TEXT NOT NULL REFERENCES cases(id), seq INTEGER NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
  detail TEXT NOT NULL, PRIMARY KEY (case_id, seq)) WITHOUT ROWID;
CREATE TABLE verdicts (
  id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases(id), actor TEXT NOT NULL, at INTEGER NOT NULL, record TEXT NOT NULL)
  WITHOUT ROWID;
CREATE INDEX verdicts_by_case ON verdicts(case_id);

-- A notice over all its revisions; `draft` is the open draft's form, null when there is none.
CREATE TABLE notices (
  id TEXT PRIMARY KEY, org TEXT NOT NULL, mode TEXT NOT NULL, case_id TEXT, version INTEGER NOT NULL, draft TEXT, draft_state TEXT,
  draft_action TEXT, draft_details TEXT NOT NULL DEFAULT '{}', authors TEXT NOT NULL, created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL, revision INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX notices_by_case ON notices(case_id) WHERE case_id IS NOT NULL;
CREATE INDEX notices_with_draft ON notices(id) WHERE draft_state <> '';
CREATE INDEX notices_approved ON notices(id) WHERE draft_state = 'approved';
-- Published revisions: never changed, never removed.
CREATE TABLE revisions (
  notice_id TEXT NOT NULL REFERENCES notices(id), revision INTEGER NOT NULL, action TEXT NOT NULL, mode TEXT NOT NULL,
  channel TEXT NOT NULL, log_offset INTEGER NOT NULL, form TEXT NOT NULL, jws TEXT NOT NULL, content_hash TEXT NOT NULL, facets TEXT NOT NULL,
  authors TEXT NOT NULL, approvals TEXT NOT NULL, published_at INTEGER NOT NULL, expires_at INTEGER,
  PRIMARY KEY (notice_id, revision)) WITHOUT ROWID;
CREATE INDEX revisions_in_force ON revisions(channel, expires_at);
CREATE TRIGGER revisions_never_change BEFORE UPDATE ON revisions BEGIN SELECT RAISE(ABORT, 'a published revision never changes'); END;
CREATE TRIGGER revisions_never_go BEFORE DELETE ON revisions BEGIN SELECT RAISE(ABORT, 'a published revision never goes'); END;
CREATE TABLE approvals (
  id TEXT PRIMARY KEY, notice_id TEXT NOT NULL REFERENCES notices(id), actor TEXT NOT NULL, at INTEGER NOT NULL,
  content_hash TEXT NOT NULL, note TEXT NOT NULL, void INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX approvals_by_notice ON approvals(notice_id);

-- One ordered log a channel; `facets`: of this and all earlier revisions of the notice, a JSON array.
CREATE TABLE channel_log (
  channel TEXT NOT NULL, log_offset INTEGER NOT NULL, notice_id TEXT NOT NULL, revision INTEGER NOT NULL, facets TEXT NOT NULL,
  PRIMARY KEY (channel, log_offset)) WITHOUT ROWID;
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY, channel TEXT NOT NULL, log_offset INTEGER NOT NULL, notice_id TEXT NOT NULL, revision INTEGER NOT NULL,
  created_at INTEGER NOT NULL);
CREATE TABLE receipts (
  account TEXT NOT NULL, channel TEXT NOT NULL, epoch TEXT NOT NULL, log_offset INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (account, channel)) WITHOUT ROWID;

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
  detail TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL);
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit chain never changes'); END;
CREATE TRIGGER audit_never_goes BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit chain never changes'); END;

CREATE TABLE signing_keys (
  kid TEXT PRIMARY KEY, public_key TEXT NOT NULL, created_at INTEGER NOT NULL, retired_at INTEGER, revoked_at INTEGER) WITHOUT ROWID;

CREATE TABLE idempotency (
  credential TEXT NOT NULL, key TEXT NOT NULL, request_hash TEXT NOT NULL, status INTEGER NOT NULL, headers TEXT NOT NULL, body TEXT NOT NULL,
  at INTEGER NOT NULL, PRIMARY KEY (credential, key)) WITHOUT ROWID;
CREATE INDEX idempotency_by_time ON idempotency(at);
CREATE INDEX idempotency_by_case ON idempotency(substr(body, 1, 36));  -- {"id":"c_ and 26 characters of a case's answer
