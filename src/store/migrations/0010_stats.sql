-- Figures by day of the desk's zone: `what` counts `key` (a topic, a city, a bucket of times, or nothing). Filled by a tick from what
-- came after the marks in meta (stats.audit, stats.case), never by a look at all history.
CREATE TABLE stats (
  day TEXT NOT NULL, mode TEXT NOT NULL, what TEXT NOT NULL, key TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (day, mode, what, key))
  WITHOUT ROWID;
-- What of a case was counted once: first claim, first verdict, end.
CREATE TABLE stats_once (subject TEXT NOT NULL, what TEXT NOT NULL, PRIMARY KEY (subject, what)) WITHOUT ROWID;
CREATE INDEX revisions_by_time ON revisions(mode, published_at);
