-- +goose Up
-- What was uploaded to conversations. The bytes are elsewhere, under the name in blob.
CREATE TABLE files (
  id              INTEGER PRIMARY KEY,
  account_id      INTEGER NOT NULL REFERENCES accounts(id),
  site_id         INTEGER NOT NULL REFERENCES sites(id),
  conversation_id INTEGER NOT NULL REFERENCES conversations(id),
  public_id       TEXT NOT NULL UNIQUE,
  author_type     TEXT NOT NULL,
  author_id       INTEGER NOT NULL,
  name            TEXT NOT NULL,
  type            TEXT NOT NULL,
  size            INTEGER NOT NULL,
  width           INTEGER NOT NULL,
  height          INTEGER NOT NULL,
  blob            TEXT NOT NULL UNIQUE,
  created_at      INTEGER NOT NULL,
  expires_at      INTEGER NOT NULL
);
CREATE INDEX files_expiry ON files(expires_at) WHERE expires_at > 0;
CREATE INDEX files_site ON files(site_id, created_at);
CREATE INDEX files_conversation ON files(conversation_id);
ALTER TABLE messages ADD COLUMN file_id INTEGER NOT NULL DEFAULT 0;
-- A file is sent once.
CREATE UNIQUE INDEX messages_file ON messages(file_id) WHERE file_id > 0;
