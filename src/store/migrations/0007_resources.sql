-- Popular-science resources by id. `record` is what people write, as JSON; `base` the hash of the shipped text it is or was edited from
-- (empty for others), `newer` a shipped text that came after an edit and waits for a person. `change` rises with every change of any
-- row, so that readers ask for what is new.
CREATE TABLE resources (
  id TEXT PRIMARY KEY, version INTEGER NOT NULL, state TEXT NOT NULL, review_by TEXT NOT NULL, origin TEXT NOT NULL, record TEXT NOT NULL,
  base TEXT NOT NULL, newer TEXT NOT NULL, authors TEXT NOT NULL, changed_at INTEGER NOT NULL, changed_by TEXT NOT NULL,
  change INTEGER NOT NULL UNIQUE) WITHOUT ROWID;
CREATE INDEX resources_by_review ON resources(review_by) WHERE state = 'current';
