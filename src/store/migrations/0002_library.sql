-- Verified debunks by id. `change` rises with every change of any row, so that readers ask for what is new; a withdrawn one stays as
-- its id alone, so that they learn of that too.
CREATE TABLE debunks (
  id TEXT PRIMARY KEY, record TEXT NOT NULL, url TEXT NOT NULL, origin TEXT NOT NULL, imported_at INTEGER NOT NULL,
  withdrawn INTEGER NOT NULL DEFAULT 0, change INTEGER NOT NULL UNIQUE) WITHOUT ROWID;
CREATE INDEX debunks_by_url ON debunks(url) WHERE url <> '';
