-- Values that are of no use after a while; null: kept until they are forgotten.
ALTER TABLE notes ADD COLUMN expires_at INTEGER;
CREATE INDEX notes_expiring ON notes (expires_at) WHERE expires_at IS NOT NULL;
