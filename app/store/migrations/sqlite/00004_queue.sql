-- +goose Up
-- What an account and its departments let happen to those who wait.
ALTER TABLE accounts ADD COLUMN return_to_last BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE accounts ADD COLUMN auto_away INTEGER NOT NULL DEFAULT 1800;
ALTER TABLE accounts ADD COLUMN routing_rules TEXT;

ALTER TABLE departments ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'UTC';
ALTER TABLE departments ADD COLUMN hours TEXT;
ALTER TABLE departments ADD COLUMN holidays TEXT;
ALTER TABLE departments ADD COLUMN strategy TEXT NOT NULL DEFAULT 'least_busy';
ALTER TABLE departments ADD COLUMN mode TEXT NOT NULL DEFAULT 'auto';
ALTER TABLE departments ADD COLUMN queue_limit INTEGER NOT NULL DEFAULT 0;
ALTER TABLE departments ADD COLUMN max_wait INTEGER NOT NULL DEFAULT 0;
ALTER TABLE departments ADD COLUMN fallback TEXT NOT NULL DEFAULT 'wait';
ALTER TABLE departments ADD COLUMN overflow_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE departments ADD COLUMN offer_time INTEGER NOT NULL DEFAULT 20;
ALTER TABLE departments ADD COLUMN silent_time INTEGER NOT NULL DEFAULT 120;
ALTER TABLE departments ADD COLUMN idle_warn INTEGER NOT NULL DEFAULT 600;
ALTER TABLE departments ADD COLUMN idle_close INTEGER NOT NULL DEFAULT 300;
ALTER TABLE departments ADD COLUMN match_language BOOLEAN NOT NULL DEFAULT FALSE;

ALTER TABLE department_members ADD COLUMN tier TEXT NOT NULL DEFAULT 'normal';
ALTER TABLE department_members ADD COLUMN chat_limit INTEGER NOT NULL DEFAULT -1;
ALTER TABLE department_members ADD COLUMN skills TEXT;
ALTER TABLE department_members ADD COLUMN languages TEXT;

ALTER TABLE agents ADD COLUMN accepting BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE agents ADD COLUMN active_at INTEGER NOT NULL DEFAULT 0;

ALTER TABLE conversations ADD COLUMN kind TEXT NOT NULL DEFAULT 'chat';
ALTER TABLE conversations ADD COLUMN language TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN skills TEXT;
ALTER TABLE conversations ADD COLUMN prefer_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN back_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN guests TEXT;
ALTER TABLE conversations ADD COLUMN ask_again_at INTEGER NOT NULL DEFAULT 0;
-- All deadlines of a conversation; due_at and due_what are the first of them.
ALTER TABLE conversations ADD COLUMN deadlines TEXT;
UPDATE conversations SET due_at = 0, due_what = '' WHERE due_at > 0; -- graces: a start sets them anew, other deadlines begin with the next change of state
DROP INDEX conversations_queue;
CREATE INDEX conversations_queue ON conversations(account_id, priority DESC, arrived_at, id)
  WHERE state IN ('queued', 'offered') AND kind = 'chat';
CREATE INDEX conversations_kind ON conversations(account_id, kind, id);
CREATE INDEX conversations_messages ON conversations(account_id, department_id) WHERE kind = 'message' AND state = 'queued';
CREATE INDEX conversations_load ON conversations(account_id, agent_id, department_id) WHERE state IN ('offered', 'active');

ALTER TABLE messages ADD COLUMN cause TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN until INTEGER NOT NULL DEFAULT 0;

CREATE TABLE offers (
  id              INTEGER PRIMARY KEY,
  account_id      INTEGER NOT NULL REFERENCES accounts(id),
  conversation_id INTEGER NOT NULL REFERENCES conversations(id),
  department_id   INTEGER NOT NULL REFERENCES departments(id),
  agent_id        INTEGER NOT NULL REFERENCES agents(id),
  started_at      INTEGER NOT NULL,
  ended_at        INTEGER NOT NULL,
  end_reason      TEXT NOT NULL
);
CREATE UNIQUE INDEX offers_open ON offers(conversation_id) WHERE ended_at = 0;
CREATE INDEX offers_time ON offers(account_id, started_at);

-- How each conversation came to its agents, for whoever asks why.
CREATE TABLE decisions (
  id              INTEGER PRIMARY KEY,
  account_id      INTEGER NOT NULL REFERENCES accounts(id),
  conversation_id INTEGER NOT NULL REFERENCES conversations(id),
  at              INTEGER NOT NULL,
  what            TEXT NOT NULL,
  agent_id        INTEGER NOT NULL,
  why             TEXT NOT NULL,
  facts           TEXT NOT NULL
);
CREATE INDEX decisions_conversation ON decisions(conversation_id, id);

-- From how fast a department's queue moved, how long it takes is estimated.
CREATE INDEX queue_intervals_pace ON queue_intervals(account_id, department_id, ended_at) WHERE end_reason = 'assigned';
