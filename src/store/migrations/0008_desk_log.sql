-- The channel `desk`: the newest change of each case and notice; ids, versions and rights, no words. `sight` and `ever`: who may see it
-- and who ever could; `waiting`: its figures changed since, an event of that is due a second after `at`.
CREATE TABLE desk_log (
  id TEXT PRIMARY KEY, log_offset INTEGER NOT NULL, kind TEXT NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL,
  ended INTEGER NOT NULL, sight TEXT NOT NULL, ever TEXT NOT NULL, lost_at INTEGER NOT NULL DEFAULT 0,
  waiting INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE UNIQUE INDEX desk_log_by_offset ON desk_log(log_offset);
CREATE UNIQUE INDEX desk_log_open ON desk_log(log_offset) WHERE ended = 0;
CREATE INDEX desk_log_waiting ON desk_log(at) WHERE waiting = 1;
CREATE INDEX desk_log_ended ON desk_log(at) WHERE ended = 1;

INSERT INTO desk_log(id, log_offset, kind, version, at, ended, sight, ever)
SELECT id, row_number() OVER (ORDER BY id), 'case', version, changed_at, 0, sight, sight FROM (
  SELECT id, version, changed_at, json_object('mode', mode, 'regions', json(regions), 'everywhere', json(iif(regions = '[]', 'true', 'false')),
    'accounts', iif(assignee IS NULL, json('[]'), json_array(assignee)), 'topics', json(topics), 'severity', severity) AS sight
  FROM cases WHERE state IN ('open', 'assigned', 'in_review', 'judged'));
INSERT INTO desk_log(id, log_offset, kind, version, at, ended, sight, ever)
SELECT id, row_number() OVER (ORDER BY id) + (SELECT count(*) FROM desk_log), 'notice', version, changed_at, 0, sight, sight FROM (
  SELECT id, version, changed_at, json_object('mode', mode, 'regions', json(ifnull(json_extract(draft, '$.regions'), '[]')),
    'everywhere', json(iif(ifnull(json_extract(draft, '$.regions'), '[]') = '[]', 'true', 'false')),
    'accounts', ifnull((SELECT json_array(assignee) FROM cases WHERE cases.id = case_id AND assignee IS NOT NULL), json('[]')),
    'topics', json(ifnull(json_extract(draft, '$.topics'), '[]')), 'severity', ifnull(json_extract(draft, '$.severity'), 'minor')) AS sight
  FROM notices WHERE draft IS NOT NULL);

-- How many cases and drafts are in each state, kept as they change, so that a glance at the desk costs the same at any number of them.
CREATE TABLE desk_counts (kind TEXT NOT NULL, mode TEXT NOT NULL, state TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (kind, mode, state)) WITHOUT ROWID;
INSERT INTO desk_counts SELECT 'case', mode, state, count(*) FROM cases GROUP BY mode, state;
INSERT INTO desk_counts SELECT 'draft', mode, draft_state, count(*) FROM notices WHERE draft_state <> '' GROUP BY mode, draft_state;
CREATE TRIGGER desk_counts_case AFTER INSERT ON cases BEGIN
  INSERT INTO desk_counts VALUES ('case', NEW.mode, NEW.state, 1) ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER desk_counts_case_moves AFTER UPDATE OF state ON cases WHEN NEW.state <> OLD.state BEGIN
  UPDATE desk_counts SET count = count - 1 WHERE kind = 'case' AND mode = OLD.mode AND state = OLD.state;
  INSERT INTO desk_counts VALUES ('case', NEW.mode, NEW.state, 1) ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER desk_counts_draft AFTER INSERT ON notices WHEN NEW.draft_state <> '' BEGIN
  INSERT INTO desk_counts VALUES ('draft', NEW.mode, NEW.draft_state, 1) ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER desk_counts_draft_goes AFTER UPDATE OF draft_state ON notices WHEN ifnull(OLD.draft_state, '') <> '' AND NEW.draft_state IS NOT OLD.draft_state BEGIN
  UPDATE desk_counts SET count = count - 1 WHERE kind = 'draft' AND mode = OLD.mode AND state = OLD.draft_state;
END;
CREATE TRIGGER desk_counts_draft_comes AFTER UPDATE OF draft_state ON notices WHEN ifnull(NEW.draft_state, '') <> '' AND NEW.draft_state IS NOT OLD.draft_state BEGIN
  INSERT INTO desk_counts VALUES ('draft', NEW.mode, NEW.draft_state, 1) ON CONFLICT DO UPDATE SET count = count + 1;
END;
-- The oldest case that waits, and those past their time.
CREATE INDEX cases_open_by_age ON cases(mode, id) WHERE state = 'open';
CREATE INDEX cases_by_due ON cases(due_at) WHERE due_at IS NOT NULL AND state IN ('open', 'assigned', 'in_review');
