-- +goose Up
-- Up to where each side's devices have received the log, counted like the columns of reading.
ALTER TABLE conversations ADD COLUMN agent_received_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN agent_received_seen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN visitor_received_seq BIGINT NOT NULL DEFAULT 0;

-- What an `edited` or `deleted` is about, in both counts; and on a line the last of them about it.
ALTER TABLE messages ADD COLUMN target_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN target_visible BIGINT NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN amended_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN deleted BOOLEAN NOT NULL DEFAULT FALSE;
