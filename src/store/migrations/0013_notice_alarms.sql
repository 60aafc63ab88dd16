-- Ways out that a person stopped by hand: what is due for them stays queued.
CREATE TABLE outlet_pauses (outlet TEXT PRIMARY KEY, account TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
-- Published holding notices: when they end, and whether people were told that they will soon and that they have.
CREATE TABLE holdings (
  notice_id TEXT NOT NULL, revision INTEGER NOT NULL, ends_at INTEGER NOT NULL, told_soon INTEGER NOT NULL DEFAULT 0,
  told_ended INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (notice_id, revision)) WITHOUT ROWID;
CREATE INDEX holdings_by_end ON holdings(ends_at);
INSERT INTO holdings(notice_id, revision, ends_at)
SELECT notice_id, revision, expires_at FROM revisions WHERE json_extract(form, '$.kind') = 'holding' AND action <> 'withdraw' AND expires_at IS NOT NULL;
-- Those that did not arrive, for the figures of the duty page.
CREATE INDEX deliveries_in_trouble ON deliveries(changed_at) WHERE state IN ('failed', 'unknown');
