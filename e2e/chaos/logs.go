package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	_ "github.com/mattn/go-sqlite3" // the database, without the program
)

// readLogs reads every conversation from a database file that nobody needs to have open, and checks
// that the file is whole.
func readLogs(ctx context.Context, path string) (logs []log, owners map[string]string, err error) {
	db, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_busy_timeout=5000")
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		return nil, nil, errors.Join(fmt.Errorf("integrity_check says %q", verdict), err)
	}
	rows, err := db.QueryContext(ctx, `SELECT c.public_id, coalesce(a.email, ''), m.seq, m.visible_seq, m.kind, m.author_type, m.cid, m.text
		FROM conversations c JOIN messages m ON m.conversation_id = c.id LEFT JOIN agents a ON a.id = c.agent_id
		ORDER BY c.id, m.seq`)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	owners = map[string]string{}
	for rows.Next() {
		var conv, owner string
		var e entry
		if err := rows.Scan(&conv, &owner, &e.Seq, &e.visible, &e.Kind, &e.author, &e.CID, &e.Text); err != nil {
			return nil, nil, err
		}
		if len(logs) == 0 || logs[len(logs)-1].conv != conv {
			logs = append(logs, log{conv: conv})
		}
		g := &logs[len(logs)-1]
		g.entries = append(g.entries, e)
		owners[conv] = owner
	}
	return logs, owners, rows.Err()
}

// asAPI reads a conversation as the public API tells it.
func (s *server) asAPI(ctx context.Context, conv, cookie string) (told []line, err error) {
	for more := true; more; {
		path := fmt.Sprintf("/api/v1/conversations/%s/messages?limit=200&after=%d", conv, len(told))
		code, body, err := s.call(ctx, path, cookie)
		if err != nil || code != http.StatusOK {
			return nil, errors.Join(fmt.Errorf("%s answered %d %s", path, code, body), err)
		}
		var page struct {
			Items []line
			More  bool
		}
		if err := json.Unmarshal(body, &page); err != nil {
			return nil, err
		}
		told, more = append(told, page.Items...), page.More
	}
	return told, nil
}
