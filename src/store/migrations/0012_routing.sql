-- `rank`: the order of the list, pinned cases that are not ended first, then by priority. `alarm_at`: when something of this case is next
-- due by the clock (a reminder, an escalation, the end of a refusal or a panel); `reprice_at`: when its priority is next worked out.
ALTER TABLE cases ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN alarm_at INTEGER;
ALTER TABLE cases ADD COLUMN reprice_at INTEGER;
UPDATE cases SET rank = priority;
UPDATE cases SET alarm_at = 0, reprice_at = 0 WHERE state IN ('open', 'assigned', 'in_review');
DROP INDEX cases_by_priority;
DROP INDEX cases_by_state;
DROP INDEX cases_by_assignee;
CREATE INDEX cases_by_rank ON cases(rank DESC, id);
CREATE INDEX cases_by_state ON cases(state, rank DESC, id);
CREATE INDEX cases_by_assignee ON cases(assignee, state, rank DESC, id) WHERE assignee IS NOT NULL;
CREATE INDEX cases_by_assignee_and_id ON cases(assignee, id) WHERE assignee IS NOT NULL;
-- Cases that ask for the same topics and regions wait behind one another: one head a kind tells whether somebody fits.
CREATE INDEX cases_by_kind ON cases(mode, topics, regions, rank DESC, id) WHERE state = 'open';
CREATE INDEX cases_by_alarm ON cases(alarm_at) WHERE alarm_at IS NOT NULL;
CREATE INDEX cases_by_reprice ON cases(reprice_at) WHERE reprice_at IS NOT NULL;

-- Which cases a filter by topic ("t" and its id) or region may mean: "r" and a code cut by its zeros for each region and all around it,
-- "w" for exactly this region, "e" for a case without regions. Only ever added to, so that a reader looks at the case as well.
CREATE TABLE case_facets (facet TEXT NOT NULL, case_id TEXT NOT NULL, PRIMARY KEY (facet, case_id)) WITHOUT ROWID;
CREATE TRIGGER case_facets_first AFTER INSERT ON cases BEGIN
  INSERT OR IGNORE INTO case_facets SELECT 't' || value, NEW.id FROM json_each(NEW.topics);
  INSERT OR IGNORE INTO case_facets SELECT 'e', NEW.id WHERE NEW.regions = '[]';
  INSERT OR IGNORE INTO case_facets
    SELECT CASE column1 WHEN 0 THEN 'w' || code ELSE 'r' || substr(code, 1, column1) END, NEW.id
    FROM (SELECT CASE WHEN substr(value, 3) NOT GLOB '*[1-9]*' THEN substr(value, 1, 2) WHEN substr(value, 5) NOT GLOB '*[1-9]*' THEN substr(value, 1, 4)
                      WHEN substr(value, 7) NOT GLOB '*[1-9]*' THEN substr(value, 1, 6) WHEN substr(value, 10) NOT GLOB '*[1-9]*' THEN substr(value, 1, 9)
                      ELSE value END AS code FROM json_each(NEW.regions)), (VALUES (0), (2), (4), (6), (9), (12))
    WHERE column1 <= length(code);
END;
CREATE TRIGGER case_facets_more AFTER UPDATE OF topics, regions ON cases WHEN NEW.topics <> OLD.topics OR NEW.regions <> OLD.regions BEGIN
  INSERT OR IGNORE INTO case_facets SELECT 't' || value, NEW.id FROM json_each(NEW.topics);
  INSERT OR IGNORE INTO case_facets SELECT 'e', NEW.id WHERE NEW.regions = '[]';
  INSERT OR IGNORE INTO case_facets
    SELECT CASE column1 WHEN 0 THEN 'w' || code ELSE 'r' || substr(code, 1, column1) END, NEW.id
    FROM (SELECT CASE WHEN substr(value, 3) NOT GLOB '*[1-9]*' THEN substr(value, 1, 2) WHEN substr(value, 5) NOT GLOB '*[1-9]*' THEN substr(value, 1, 4)
                      WHEN substr(value, 7) NOT GLOB '*[1-9]*' THEN substr(value, 1, 6) WHEN substr(value, 10) NOT GLOB '*[1-9]*' THEN substr(value, 1, 9)
                      ELSE value END AS code FROM json_each(NEW.regions)), (VALUES (0), (2), (4), (6), (9), (12))
    WHERE column1 <= length(code);
END;
INSERT OR IGNORE INTO case_facets SELECT 't' || value, cases.id FROM cases, json_each(cases.topics);
INSERT OR IGNORE INTO case_facets SELECT 'e', id FROM cases WHERE regions = '[]';
INSERT OR IGNORE INTO case_facets
  SELECT CASE column1 WHEN 0 THEN 'w' || code ELSE 'r' || substr(code, 1, column1) END, id
  FROM (SELECT cases.id AS id, CASE WHEN substr(value, 3) NOT GLOB '*[1-9]*' THEN substr(value, 1, 2) WHEN substr(value, 5) NOT GLOB '*[1-9]*' THEN substr(value, 1, 4)
                    WHEN substr(value, 7) NOT GLOB '*[1-9]*' THEN substr(value, 1, 6) WHEN substr(value, 10) NOT GLOB '*[1-9]*' THEN substr(value, 1, 9)
                    ELSE value END AS code FROM cases, json_each(cases.regions)), (VALUES (0), (2), (4), (6), (9), (12))
  WHERE column1 <= length(code);

-- What routing knows of a person's work, kept as it changes: cases held now, and the smoothed time from claim to verdict.
CREATE TABLE workloads (
  account TEXT PRIMARY KEY, held INTEGER NOT NULL DEFAULT 0, pace_seconds REAL NOT NULL DEFAULT 0, judged INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
INSERT INTO workloads(account, held) SELECT assignee, count(*) FROM cases WHERE assignee IS NOT NULL AND state IN ('assigned', 'in_review') GROUP BY assignee;
CREATE TRIGGER workloads_first AFTER INSERT ON cases WHEN NEW.assignee IS NOT NULL AND NEW.state IN ('assigned', 'in_review') BEGIN
  INSERT INTO workloads(account, held) VALUES (NEW.assignee, 1) ON CONFLICT(account) DO UPDATE SET held = held + 1;
END;
CREATE TRIGGER workloads_less AFTER UPDATE OF state, assignee ON cases
  WHEN OLD.assignee IS NOT NULL AND OLD.state IN ('assigned', 'in_review')
    AND NOT (NEW.assignee IS OLD.assignee AND NEW.state IN ('assigned', 'in_review')) BEGIN
  UPDATE workloads SET held = held - 1 WHERE account = OLD.assignee;
END;
CREATE TRIGGER workloads_more AFTER UPDATE OF state, assignee ON cases
  WHEN NEW.assignee IS NOT NULL AND NEW.state IN ('assigned', 'in_review')
    AND NOT (NEW.assignee IS OLD.assignee AND OLD.state IN ('assigned', 'in_review')) BEGIN
  INSERT INTO workloads(account, held) VALUES (NEW.assignee, 1) ON CONFLICT(account) DO UPDATE SET held = held + 1;
END;

-- Questions to people about a case: help, a second opinion, a vote of a panel.
CREATE TABLE case_asks (
  id TEXT PRIMARY KEY, case_id TEXT NOT NULL REFERENCES cases(id), kind TEXT NOT NULL, account TEXT NOT NULL, expert TEXT, asked_by TEXT NOT NULL,
  asked_at INTEGER NOT NULL, state TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL, answered_at INTEGER) WITHOUT ROWID;
CREATE INDEX case_asks_by_case ON case_asks(case_id, id);
CREATE INDEX case_asks_by_account ON case_asks(account, case_id);

-- Official alerts in force from one time until another; no region: everywhere.
CREATE TABLE hazards (
  id TEXT PRIMARY KEY, topic TEXT NOT NULL, region TEXT NOT NULL, severity TEXT NOT NULL, from_at INTEGER NOT NULL, until_at INTEGER NOT NULL,
  record TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX hazards_by_end ON hazards(until_at);

-- Rises with every change of what is named, in the transaction of the change, so that what is kept in memory knows when it is old.
CREATE TABLE changes (what TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO changes VALUES ('hazards', 0), ('staff', 0);
CREATE TRIGGER experts_come AFTER INSERT ON experts BEGIN UPDATE changes SET count = count + 1 WHERE what = 'staff'; END;
CREATE TRIGGER experts_change AFTER UPDATE ON experts BEGIN UPDATE changes SET count = count + 1 WHERE what = 'staff'; END;
CREATE TRIGGER experts_go AFTER DELETE ON experts BEGIN UPDATE changes SET count = count + 1 WHERE what = 'staff'; END;
CREATE TRIGGER accounts_come AFTER INSERT ON accounts BEGIN UPDATE changes SET count = count + 1 WHERE what = 'staff'; END;
CREATE TRIGGER accounts_change AFTER UPDATE ON accounts BEGIN UPDATE changes SET count = count + 1 WHERE what = 'staff'; END;
CREATE TRIGGER hazards_come AFTER INSERT ON hazards BEGIN UPDATE changes SET count = count + 1 WHERE what = 'hazards'; END;
CREATE TRIGGER hazards_change AFTER UPDATE ON hazards BEGIN UPDATE changes SET count = count + 1 WHERE what = 'hazards'; END;
CREATE TRIGGER hazards_go AFTER DELETE ON hazards BEGIN UPDATE changes SET count = count + 1 WHERE what = 'hazards'; END;
CREATE TRIGGER roster_comes AFTER INSERT ON roster BEGIN UPDATE changes SET count = count + 1 WHERE what = 'staff'; END;
CREATE TRIGGER roster_changes AFTER UPDATE ON roster BEGIN UPDATE changes SET count = count + 1 WHERE what = 'staff'; END;
CREATE TRIGGER roster_goes AFTER DELETE ON roster BEGIN UPDATE changes SET count = count + 1 WHERE what = 'staff'; END;
