-- Experts are versioned; one taken off the list stays for what they did. An account has one expert on the list.
ALTER TABLE experts ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE experts ADD COLUMN active INTEGER NOT NULL DEFAULT 1;
DROP INDEX experts_by_account;
CREATE UNIQUE INDEX experts_by_account ON experts(account) WHERE account IS NOT NULL AND active = 1;
-- A public name needs a consent with its date; what was imported before was the importer's word for one.
UPDATE experts SET record = json_set(record, '$.consent', json_object('on', date(changed_at / 1000, 'unixepoch'), 'by', 'import'))
  WHERE json_type(record, '$.public_name') = 'text' AND json_type(record, '$.consent') IS NULL;

-- Parts of the roster: plans, temporary schedules, single shifts, overrides, absences, swaps, settings. `from_at` and `until_at`: the span
-- in which a part can matter; `duty`: of plans and single shifts, else empty.
CREATE TABLE roster (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, duty TEXT NOT NULL, from_at INTEGER NOT NULL, until_at INTEGER NOT NULL, version INTEGER NOT NULL,
  removed INTEGER NOT NULL DEFAULT 0, record TEXT NOT NULL, changed_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX roster_by_until ON roster(until_at, from_at);
CREATE INDEX roster_by_duty ON roster(duty, from_at) WHERE removed = 0 AND duty <> '';
CREATE INDEX roster_by_kind ON roster(kind, id) WHERE removed = 0;
CREATE TABLE calendar_links (
  account TEXT PRIMARY KEY REFERENCES accounts(name), hash TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL) WITHOUT ROWID;

-- What persons are told at the desk.
CREATE TABLE messages (
  id TEXT PRIMARY KEY, account TEXT NOT NULL, code TEXT NOT NULL, params TEXT NOT NULL, at INTEGER NOT NULL, read_at INTEGER)
  WITHOUT ROWID;
CREATE INDEX messages_by_account ON messages(account, id);
CREATE INDEX messages_unread ON messages(account, id) WHERE read_at IS NULL;
CREATE INDEX messages_by_time ON messages(at);
