-- +goose Up
-- Times are unix milliseconds, 0 meaning never. Ids that leave the house are public_id.
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE accounts (
  id         INTEGER PRIMARY KEY,
  public_id  TEXT NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  created_at INTEGER NOT NULL
);

CREATE TABLE sites (
  id             INTEGER PRIMARY KEY,
  account_id     INTEGER NOT NULL REFERENCES accounts(id),
  public_id      TEXT NOT NULL UNIQUE,
  site_key       TEXT NOT NULL UNIQUE,
  name           TEXT NOT NULL,
  origins        TEXT,
  enabled        BOOLEAN NOT NULL,
  typing_preview BOOLEAN NOT NULL,
  created_at     INTEGER NOT NULL
);
CREATE INDEX sites_account ON sites(account_id);

CREATE TABLE departments (
  id         INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES accounts(id),
  public_id  TEXT NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  is_default BOOLEAN NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (account_id, name)
);
CREATE UNIQUE INDEX departments_default ON departments(account_id) WHERE is_default;

CREATE TABLE agents (
  id               INTEGER PRIMARY KEY,
  account_id       INTEGER NOT NULL REFERENCES accounts(id),
  public_id        TEXT NOT NULL UNIQUE,
  email            TEXT NOT NULL UNIQUE,
  name             TEXT NOT NULL,
  role             TEXT NOT NULL,
  password_hash    TEXT NOT NULL,
  chat_limit       INTEGER NOT NULL,
  availability     TEXT NOT NULL,
  last_assigned_at INTEGER NOT NULL DEFAULT 0,
  created_at       INTEGER NOT NULL
);
CREATE INDEX agents_account ON agents(account_id);

CREATE TABLE department_members (
  department_id INTEGER NOT NULL REFERENCES departments(id),
  agent_id      INTEGER NOT NULL REFERENCES agents(id),
  account_id    INTEGER NOT NULL REFERENCES accounts(id),
  PRIMARY KEY (department_id, agent_id)
) WITHOUT ROWID;
CREATE INDEX department_members_agent ON department_members(agent_id);

CREATE TABLE sessions (
  id         INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES accounts(id),
  agent_id   INTEGER NOT NULL REFERENCES agents(id),
  token_hash BLOB NOT NULL UNIQUE,
  user_agent TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
);
CREATE INDEX sessions_agent ON sessions(agent_id);
CREATE INDEX sessions_expiry ON sessions(expires_at);

CREATE TABLE visitors (
  id            INTEGER PRIMARY KEY,
  account_id    INTEGER NOT NULL REFERENCES accounts(id),
  site_id       INTEGER NOT NULL REFERENCES sites(id),
  public_id     TEXT NOT NULL UNIQUE,
  token_hash    BLOB NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  email         TEXT NOT NULL,
  locale        TEXT NOT NULL,
  user_agent    TEXT NOT NULL,
  page_url      TEXT NOT NULL,
  page_title    TEXT NOT NULL,
  page_referrer TEXT NOT NULL,
  fields        TEXT,
  created_at    INTEGER NOT NULL,
  seen_at       INTEGER NOT NULL
);
CREATE INDEX visitors_account ON visitors(account_id);

CREATE TABLE conversations (
  id               INTEGER PRIMARY KEY,
  account_id       INTEGER NOT NULL REFERENCES accounts(id),
  site_id          INTEGER NOT NULL REFERENCES sites(id),
  visitor_id       INTEGER NOT NULL REFERENCES visitors(id),
  department_id    INTEGER NOT NULL REFERENCES departments(id),
  public_id        TEXT NOT NULL UNIQUE,
  start_cid        TEXT NOT NULL,
  state            TEXT NOT NULL,
  agent_id         INTEGER NOT NULL,
  fence            INTEGER NOT NULL,
  priority         INTEGER NOT NULL,
  arrived_at       INTEGER NOT NULL,
  queued_at        INTEGER NOT NULL,
  assigned_at      INTEGER NOT NULL,
  closed_at        INTEGER NOT NULL,
  tried            TEXT,
  due_at           INTEGER NOT NULL,
  due_what         TEXT NOT NULL,
  last_seq         INTEGER NOT NULL,
  last_visible_seq INTEGER NOT NULL,
  last_line_seq    INTEGER NOT NULL,
  agent_read_seq   INTEGER NOT NULL,
  agent_read_seen  INTEGER NOT NULL,
  visitor_read_seq INTEGER NOT NULL,
  unread           INTEGER NOT NULL,
  visitor_unread   INTEGER NOT NULL,
  UNIQUE (visitor_id, start_cid)
);
-- One open conversation per visitor.
CREATE UNIQUE INDEX conversations_open_visitor ON conversations(visitor_id) WHERE state <> 'closed';
CREATE INDEX conversations_queue ON conversations(account_id, department_id, priority, arrived_at, id) WHERE state = 'queued';
CREATE INDEX conversations_owner ON conversations(agent_id) WHERE state IN ('offered', 'active');
CREATE INDEX conversations_state ON conversations(account_id, state, id);
CREATE INDEX conversations_due ON conversations(due_at) WHERE due_at > 0;
CREATE INDEX conversations_visitor ON conversations(visitor_id, id);

CREATE TABLE messages (
  conversation_id INTEGER NOT NULL REFERENCES conversations(id),
  seq             INTEGER NOT NULL,
  visible_seq     INTEGER NOT NULL,
  account_id      INTEGER NOT NULL,
  kind            TEXT NOT NULL,
  author_type     TEXT NOT NULL,
  author_id       INTEGER NOT NULL,
  cid             TEXT NOT NULL,
  text            TEXT NOT NULL,
  agent_id        INTEGER NOT NULL,
  department_id   INTEGER NOT NULL,
  at              INTEGER NOT NULL,
  PRIMARY KEY (conversation_id, seq)
);
CREATE UNIQUE INDEX messages_visible ON messages(conversation_id, visible_seq) WHERE visible_seq > 0;
CREATE UNIQUE INDEX messages_cid ON messages(conversation_id, author_type, author_id, cid) WHERE cid <> '';

CREATE TABLE assignments (
  id              INTEGER PRIMARY KEY,
  account_id      INTEGER NOT NULL REFERENCES accounts(id),
  conversation_id INTEGER NOT NULL REFERENCES conversations(id),
  agent_id        INTEGER NOT NULL REFERENCES agents(id),
  started_at      INTEGER NOT NULL,
  ended_at        INTEGER NOT NULL,
  end_reason      TEXT NOT NULL
);
CREATE UNIQUE INDEX assignments_open ON assignments(conversation_id) WHERE ended_at = 0;
CREATE INDEX assignments_time ON assignments(account_id, started_at);

CREATE TABLE queue_intervals (
  id              INTEGER PRIMARY KEY,
  account_id      INTEGER NOT NULL REFERENCES accounts(id),
  conversation_id INTEGER NOT NULL REFERENCES conversations(id),
  department_id   INTEGER NOT NULL REFERENCES departments(id),
  started_at      INTEGER NOT NULL,
  ended_at        INTEGER NOT NULL,
  end_reason      TEXT NOT NULL
);
CREATE UNIQUE INDEX queue_intervals_open ON queue_intervals(conversation_id) WHERE ended_at = 0;
CREATE INDEX queue_intervals_time ON queue_intervals(account_id, started_at);

CREATE TABLE presence_intervals (
  id         INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES accounts(id),
  agent_id   INTEGER NOT NULL REFERENCES agents(id),
  status     TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at   INTEGER NOT NULL
);
CREATE UNIQUE INDEX presence_intervals_open ON presence_intervals(agent_id) WHERE ended_at = 0;
CREATE INDEX presence_intervals_time ON presence_intervals(account_id, started_at);
