-- Instants are whole microseconds since 1970-01-01T00:00:00Z. An empty thread_id means none.

CREATE TABLE chats (
    id INTEGER PRIMARY KEY,
    platform TEXT NOT NULL,
    chat_id TEXT NOT NULL,
    thread_id TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL GENERATED ALWAYS AS
        (platform || ':' || chat_id || CASE thread_id WHEN '' THEN '' ELSE '/' || thread_id END) VIRTUAL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL DEFAULT '',
    language TEXT,
    seen_at INTEGER NOT NULL,
    gone_at INTEGER,
    gone_because TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX chats_by_ref ON chats (platform, chat_id, thread_id);
CREATE INDEX chats_by_address ON chats (address);

-- The plan is JSON, the deck is what bot.core.deck writes. ended_with_chat: it ended because the chat was gone.
CREATE TABLE subscriptions (
    chat INTEGER PRIMARY KEY REFERENCES chats (id),
    plan TEXT NOT NULL,
    deck BLOB NOT NULL,
    language TEXT NOT NULL,
    next_slot TEXT,
    next_due_at INTEGER,
    active INTEGER NOT NULL DEFAULT 1,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    ended_because TEXT NOT NULL DEFAULT '',
    ended_with_chat INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX subscriptions_due ON subscriptions (next_due_at) WHERE active = 1 AND next_due_at IS NOT NULL;

-- The permanent number of each question, for the bitsets of the decks.
CREATE TABLE questions (
    ordinal INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE
) STRICT;

-- ready_at is when a row may be claimed: not_before while it waits, the end of the lease while it is being
-- sent, null when it is finished. not_before is null where it is due_at.
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat INTEGER NOT NULL REFERENCES chats (id),
    platform TEXT NOT NULL,
    kind TEXT NOT NULL,
    slot TEXT NOT NULL,
    question TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    not_before INTEGER,
    ready_at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    claimed_at INTEGER,
    sent_at INTEGER,
    message_id TEXT,
    reason TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT '',
    UNIQUE (chat, kind, slot)
) STRICT;
CREATE INDEX deliveries_by_due ON deliveries (chat, due_at);
CREATE INDEX deliveries_waiting ON deliveries (platform, due_at, ready_at) WHERE ready_at IS NOT NULL;
CREATE INDEX deliveries_ready ON deliveries (platform, ready_at) WHERE ready_at IS NOT NULL;

-- What became of the deliveries whose rows were folded: one row per UTC date, platform, kind and state.
CREATE TABLE daily_counts (
    day TEXT NOT NULL,
    platform TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (day, platform, kind, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE learners (
    id INTEGER PRIMARY KEY,
    platform TEXT NOT NULL,
    user_id TEXT NOT NULL,
    UNIQUE (platform, user_id)
) STRICT;

CREATE TABLE ratings (
    learner INTEGER NOT NULL REFERENCES learners (id),
    question TEXT NOT NULL,
    chat INTEGER NOT NULL REFERENCES chats (id),
    rating TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (learner, question, chat)
) STRICT, WITHOUT ROWID;
CREATE INDEX ratings_by_chat ON ratings (chat, question, rating);

CREATE TABLE picks (
    learner INTEGER NOT NULL REFERENCES learners (id),
    question TEXT NOT NULL,
    chat INTEGER NOT NULL REFERENCES chats (id),
    option INTEGER NOT NULL,
    correct INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (learner, question, chat)
) STRICT, WITHOUT ROWID;
CREATE INDEX picks_by_chat ON picks (chat, question, option);

CREATE TABLE bookmarks (
    learner INTEGER NOT NULL REFERENCES learners (id),
    question TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (learner, question)
) STRICT, WITHOUT ROWID;

CREATE TABLE own_answers (
    learner INTEGER NOT NULL REFERENCES learners (id),
    question TEXT NOT NULL,
    text TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (learner, question)
) STRICT, WITHOUT ROWID;

-- learner is null once the person asked to be forgotten.
CREATE TABLE reports (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    learner INTEGER REFERENCES learners (id),
    question TEXT NOT NULL,
    text TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX reports_by_learner ON reports (learner) WHERE learner IS NOT NULL;

-- What a person was asked in a chat: the action their next text belongs to.
CREATE TABLE prompts (
    chat INTEGER NOT NULL REFERENCES chats (id),
    learner INTEGER NOT NULL REFERENCES learners (id),
    action TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (chat, learner)
) STRICT, WITHOUT ROWID;
CREATE INDEX prompts_by_learner ON prompts (learner);

-- Small values that platforms keep.
CREATE TABLE notes (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
