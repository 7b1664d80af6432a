-- +goose Up
-- Up to where each side's devices have received the log, counted like the columns of reading.
ALTER TABLE conversations ADD COLUMN agent_received_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN agent_received_seen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN visitor_received_seq INTEGER NOT NULL DEFAULT 0;
