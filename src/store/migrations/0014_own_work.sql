-- What a person had part in, by case: verdicts, questions, anything in its history, what they watch.
CREATE INDEX verdicts_by_actor ON verdicts(actor, case_id);
CREATE INDEX case_asks_by_asker ON case_asks(asked_by, case_id);
CREATE INDEX case_history_by_actor ON case_history(actor, case_id) WHERE actor <> 'system';
CREATE INDEX case_watches_by_account ON case_watches(account, case_id);
-- A post by its id alone, as people paste it.
CREATE INDEX posts_by_id ON posts(id);
-- The author of a post: the id at the source, else the name; empty when neither is known, and emptied with the post's text.
ALTER TABLE posts ADD COLUMN author TEXT NOT NULL DEFAULT '';
UPDATE posts SET author = coalesce(json_extract(record, '$.author.id'), json_extract(record, '$.author.name'), '') WHERE record <> '';
CREATE INDEX posts_by_author ON posts(mode, source, author) WHERE author <> '';

-- A person's own feed of what needs a second look: `hash` is SHA-256 hex of the link's secret, which is never stored.
CREATE TABLE feed_links (
  account TEXT PRIMARY KEY REFERENCES accounts(name), hash TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL) WITHOUT ROWID;
