// Package store keeps everything: all SQL is here, through GORM, on SQLite or PostgreSQL.
//
// What belongs to an account is reached through For(accountID) and cannot name another
// account's row. Whatever changes a conversation or its log goes through the Writer, which
// commits all that waits in one transaction and announces it in the order of the commits.
package store
