package main

import (
	"database/sql"
	"fmt"
)

// checkLog compares what was acknowledged with what the database has: every line once, in order, and
// the log dense. acked has the client's ids of what the conversation's author, visitor or agent, was told
// is kept.
func checkLog(db *sql.DB, conv, author string, acked []string) (lost, doubled int, err error) {
	rows, err := db.Query(`SELECT m.seq, m.author_type, m.cid FROM messages m JOIN conversations c ON c.id = m.conversation_id
		WHERE c.public_id = ? ORDER BY m.seq`, conv)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = rows.Close() }()
	at := map[string]int{}
	var last int64
	for rows.Next() {
		var seq int64
		var by, cid string
		if err := rows.Scan(&seq, &by, &cid); err != nil {
			return 0, 0, err
		}
		if seq != last+1 {
			return 0, 0, fmt.Errorf("conversation %s: number %d follows %d", conv, seq, last)
		}
		if last = seq; by != author || cid == "" {
			continue
		}
		if at[cid] > 0 {
			doubled++
			continue
		}
		at[cid] = len(at) + 1
	}
	before := 0
	for _, cid := range acked {
		switch {
		case at[cid] == 0:
			lost++
		case at[cid] < before:
			return lost, doubled, fmt.Errorf("conversation %s: %s is out of order", conv, cid)
		}
		before = max(before, at[cid])
	}
	return lost, doubled, rows.Err()
}

// logLengths returns the last number of every conversation.
func logLengths(db *sql.DB) (map[string]int64, error) {
	rows, err := db.Query("SELECT public_id, last_seq FROM conversations")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	lengths := map[string]int64{}
	for rows.Next() {
		var conv string
		var last int64
		if err := rows.Scan(&conv, &last); err != nil {
			return nil, err
		}
		lengths[conv] = last
	}
	return lengths, rows.Err()
}
