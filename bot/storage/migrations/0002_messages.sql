-- The latest messages of chats whose platform keeps none itself. A message that changes gets a new row with the number
-- it had, so that "what is new since" is one range of revisions.
CREATE TABLE messages (
    revision INTEGER PRIMARY KEY AUTOINCREMENT,
    chat INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    key TEXT,
    own INTEGER NOT NULL,
    payload TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (chat, number),
    UNIQUE (chat, key)
) STRICT;
CREATE INDEX messages_by_revision ON messages (chat, revision);
