-- Browsers that are signed in. `hash`: SHA-256 hex of the cookie's secret, which is never stored. `drill`: of the drill desk.
-- `enrolling`: opens nothing until a second factor is enrolled.
CREATE TABLE sessions (
  id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts(name), drill INTEGER NOT NULL, enrolling INTEGER NOT NULL,
  hash TEXT NOT NULL UNIQUE, address TEXT NOT NULL, device TEXT NOT NULL, created_at INTEGER NOT NULL, seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX sessions_by_account ON sessions(account);
CREATE INDEX sessions_by_end ON sessions(expires_at);

-- `secret`: base32; `confirmed_at`: null until the person showed a code of it; `last_step`: the newest time step that was used.
CREATE TABLE second_factors (
  account TEXT PRIMARY KEY REFERENCES accounts(name), secret TEXT NOT NULL, confirmed_at INTEGER, last_step INTEGER NOT NULL DEFAULT 0)
  WITHOUT ROWID;
CREATE TABLE recovery_codes (
  account TEXT NOT NULL REFERENCES accounts(name), hash TEXT NOT NULL, used_at INTEGER, PRIMARY KEY (account, hash)) WITHOUT ROWID;
-- One-time links by which a person sets a password. `drops_factor`: the second factor goes with it.
CREATE TABLE reset_links (
  hash TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts(name), drops_factor INTEGER NOT NULL, expires_at INTEGER NOT NULL)
  WITHOUT ROWID;

CREATE INDEX audit_by_actor ON audit(actor, seq);
CREATE INDEX audit_by_subject ON audit(subject, seq);
CREATE INDEX audit_by_action ON audit(action, seq);
