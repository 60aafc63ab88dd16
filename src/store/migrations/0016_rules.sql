-- What each rule hit by day of the desk's zone, of all posts taken in (those that were not kept too): no text, only counts.
-- `alone`: no other rule in force hit; `would`: a rule in shadow would have flagged a post that was not.
CREATE TABLE rule_days (
  day TEXT NOT NULL, mode TEXT NOT NULL, rule TEXT NOT NULL, posts INTEGER NOT NULL, flagged INTEGER NOT NULL, alone INTEGER NOT NULL,
  would INTEGER NOT NULL, PRIMARY KEY (day, mode, rule)) WITHOUT ROWID;
-- Posts that a rule in shadow and a rule in force hit both.
CREATE TABLE rule_overlaps (
  day TEXT NOT NULL, mode TEXT NOT NULL, rule TEXT NOT NULL, other TEXT NOT NULL, posts INTEGER NOT NULL,
  PRIMARY KEY (day, mode, rule, other)) WITHOUT ROWID;
-- What was loaded under a rule's name, each time that it differed; `present` 0: it was loaded no more.
CREATE TABLE rule_history (
  rule TEXT NOT NULL, at INTEGER NOT NULL, pack TEXT NOT NULL, version INTEGER NOT NULL, weight REAL NOT NULL, shadow INTEGER NOT NULL,
  present INTEGER NOT NULL, PRIMARY KEY (rule, at)) WITHOUT ROWID;
