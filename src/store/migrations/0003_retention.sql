-- Posts that still have text, oldest first: what retention works through, so that the emptied ones cost it nothing.
DROP INDEX posts_by_received;
CREATE INDEX posts_with_text ON posts(received_at) WHERE record <> '';
-- One current key at any time, whoever writes.
CREATE UNIQUE INDEX one_current_key ON signing_keys((1)) WHERE retired_at IS NULL AND revoked_at IS NULL;
