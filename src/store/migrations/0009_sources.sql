-- What the desk tells of each source: when its last item came, and how many came in each of the last 60 minutes ([[minute, count], …]
-- with minutes since 1970). Written some seconds after the fact; no text, no ids.
CREATE TABLE sources (
  mode TEXT NOT NULL, source TEXT NOT NULL, last_at INTEGER NOT NULL, minutes TEXT NOT NULL, PRIMARY KEY (mode, source)) WITHOUT ROWID;
-- What waits, for its count and its oldest without a look at the rows.
CREATE INDEX cases_waiting ON cases(mode, created_at) WHERE state IN ('open', 'assigned');
CREATE INDEX notices_waiting ON notices(mode, changed_at) WHERE draft_state = 'submitted';
