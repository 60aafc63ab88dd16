-- Which groups and posts a case has: merge and split move them.
CREATE INDEX groups_by_case ON groups(case_id);
CREATE INDEX posts_by_group ON posts(group_id, seq);
-- The text of a post stands in the claim of a case that may have moved on since.
CREATE INDEX cases_by_claim_post ON cases(claim_post) WHERE claim_post IS NOT NULL;
-- What posts have in common besides their words: hashes of links and of media. Gone with the post's text.
CREATE TABLE post_keys (
  mode TEXT NOT NULL, key INTEGER NOT NULL, seq INTEGER NOT NULL REFERENCES posts(seq), PRIMARY KEY (mode, key, seq)) WITHOUT ROWID;
CREATE INDEX post_keys_by_post ON post_keys(seq);

CREATE TABLE case_watches (
  case_id TEXT NOT NULL REFERENCES cases(id), account TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (case_id, account)) WITHOUT ROWID;
-- What people said of a library candidate: 'cited' or 'different'.
CREATE TABLE candidate_judgements (
  case_id TEXT NOT NULL REFERENCES cases(id), debunk TEXT NOT NULL, judgement TEXT NOT NULL, actor TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (case_id, debunk)) WITHOUT ROWID;
-- One act on many cases: `events` is [[case, event], …], what undo goes through.
CREATE TABLE case_bulks (
  id TEXT PRIMARY KEY, actor TEXT NOT NULL, action TEXT NOT NULL, at INTEGER NOT NULL, events TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE drafts (
  account TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (account, key)) WITHOUT ROWID;
CREATE INDEX drafts_by_time ON drafts(at);

-- Evidence files; the bytes lie in the data folder under their hash.
CREATE TABLE files (
  id TEXT PRIMARY KEY, hash TEXT NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, bytes INTEGER NOT NULL, actor TEXT NOT NULL,
  at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX files_by_hash ON files(hash);
CREATE TABLE file_uses (
  file_id TEXT NOT NULL REFERENCES files(id), case_id TEXT NOT NULL REFERENCES cases(id), PRIMARY KEY (file_id, case_id)) WITHOUT ROWID;

-- Search over claims and posts: two-character pieces of the folded text, hashed. `grams` holds a document's, so that they go with it.
CREATE TABLE search_docs (
  doc INTEGER PRIMARY KEY, case_id TEXT NOT NULL, post INTEGER NOT NULL, grams BLOB NOT NULL, UNIQUE (case_id, post));
CREATE TABLE search_grams (gram INTEGER NOT NULL, doc INTEGER NOT NULL, PRIMARY KEY (gram, doc)) WITHOUT ROWID;
