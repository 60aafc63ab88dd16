-- One revision on its way to one recipient of an outlet that keeps proof. `state`: queued, sent, delivered, failed, unknown.
CREATE TABLE deliveries (
  id TEXT PRIMARY KEY, outlet TEXT NOT NULL, recipient TEXT NOT NULL, notice_id TEXT NOT NULL REFERENCES notices(id), revision INTEGER NOT NULL,
  state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '', next_at INTEGER, created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL, UNIQUE (notice_id, revision, outlet, recipient)) WITHOUT ROWID;
CREATE INDEX deliveries_queued ON deliveries(next_at) WHERE state = 'queued';
CREATE INDEX deliveries_by_state ON deliveries(outlet, state) WHERE state <> 'delivered';
