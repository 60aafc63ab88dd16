-- What readers say of a published revision: counts alone, nothing of who said it.
CREATE TABLE notice_feedback (
  notice_id TEXT NOT NULL, revision INTEGER NOT NULL, helped INTEGER NOT NULL, not_helped INTEGER NOT NULL,
  PRIMARY KEY (notice_id, revision)) WITHOUT ROWID;
