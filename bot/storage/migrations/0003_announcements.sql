-- What operators tell all subscribed chats. total is how many chats were expected to get it; planned_upto is the last
-- chat that has its delivery, null when all have. told: its operator was told how it ended.
CREATE TABLE announcements (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    text TEXT NOT NULL,
    chat INTEGER NOT NULL REFERENCES chats (id),
    language TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'draft',
    total INTEGER NOT NULL,
    planned_upto INTEGER DEFAULT 0,
    message_id TEXT,
    told INTEGER NOT NULL DEFAULT 0,
    drafted_at INTEGER NOT NULL,
    decided_at INTEGER
) STRICT;
-- One at a time.
CREATE UNIQUE INDEX announcements_open ON announcements ((1)) WHERE state IN ('running', 'stopping');
CREATE INDEX announcements_watched ON announcements (number) WHERE told = 0 AND state NOT IN ('draft', 'cancelled');

-- Announcements wait in an index of their own, so that whatever else is due is found at once in front of them.
DROP INDEX deliveries_waiting;
CREATE INDEX deliveries_waiting ON deliveries (platform, due_at, ready_at)
    WHERE ready_at IS NOT NULL AND kind <> 'announcement';
CREATE INDEX deliveries_waiting_behind ON deliveries (platform, due_at, ready_at)
    WHERE ready_at IS NOT NULL AND kind = 'announcement';
CREATE INDEX deliveries_announced ON deliveries (slot, state, reason) WHERE kind = 'announcement';
