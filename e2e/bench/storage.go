package main

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// disk is what the disk and SQLite can do without anything else.
type disk struct {
	FsyncP50, FsyncP99 time.Duration // append 4 KiB, fsync
	Grouped            float64       // rows a second, 100 a transaction
	Single             float64       // rows a second, one a transaction
	Commit             time.Duration // one guarded update, median
}

const grouped = 100 // rows in a transaction

// measureDisk takes the yardsticks of storage on a snapshot of a Foyer's database, in the same folder.
func (b *bench) measureDisk(f *foyer) (d disk, err error) {
	samples, err := fsyncs(filepath.Join(f.folder, "fsync"), b.short(2*time.Second))
	if err != nil {
		return d, err
	}
	d.FsyncP50, d.FsyncP99 = samples.p50(), samples.p99()
	path := filepath.Join(f.folder, "yardstick.db")
	if err := snapshot(f.db(), path); err != nil {
		return d, fmt.Errorf("snapshot: %w", err)
	}
	db, err := openDB(path)
	if err != nil {
		return d, err
	}
	defer func() { _ = db.Close() }()
	lines, err := newLineWriter(db)
	if err != nil {
		return d, err
	}
	if d.Grouped, err = lines.rate(grouped, b.short(4*time.Second)); err != nil {
		return d, err
	}
	if d.Single, err = lines.rate(1, b.short(2*time.Second)); err != nil {
		return d, err
	}
	d.Commit, err = guardedUpdate(db, lines.conversations)
	return d, err
}

func fsyncs(path string, length time.Duration) (s samples, err error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	block := make([]byte, 4<<10)
	for end := time.Now().Add(length); time.Now().Before(end); {
		begin := time.Now()
		if _, err := file.Write(block); err != nil {
			return nil, err
		}
		if err := file.Sync(); err != nil {
			return nil, err
		}
		s = append(s, time.Since(begin))
	}
	return s, nil
}

// readDB opens a database that is in use, for reading.
func readDB(path string) (*sql.DB, error) {
	return sql.Open("sqlite3", "file:"+path+"?mode=ro&_busy_timeout=5000")
}

// snapshot copies a database that is in use.
func snapshot(from, to string) error {
	db, err := readDB(from)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	_, err = db.Exec("VACUUM INTO ?", to)
	return err
}

// lineWriter adds rows to the messages table, as like one that Foyer wrote as can be.
type lineWriter struct {
	db            *sql.DB
	insert        string
	values        []any
	places        map[string]int // where a column is in values
	conversations []int64
	written       int64
}

func newLineWriter(db *sql.DB) (*lineWriter, error) {
	w := &lineWriter{db: db, places: map[string]int{}}
	rows, err := db.Query("SELECT * FROM messages WHERE kind = 'message' AND author_type = 'visitor' LIMIT 1")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	w.values = make([]any, len(columns))
	pointers := make([]any, len(columns))
	for i, c := range columns {
		w.places[c], pointers[i] = i, &w.values[i]
	}
	if !rows.Next() {
		return nil, fmt.Errorf("the snapshot has no messages")
	}
	if err := rows.Scan(pointers...); err != nil {
		return nil, err
	}
	_ = rows.Close() // there is one connection
	w.insert = fmt.Sprintf("INSERT INTO messages (%s) VALUES (?%s)", strings.Join(columns, ", "), strings.Repeat(", ?", len(columns)-1))
	w.conversations, err = ids(db, "SELECT id FROM conversations WHERE state = 'active' ORDER BY id")
	return w, err
}

func ids(db *sql.DB, query string) (list []int64, err error) {
	rows, err := db.Query(query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		list = append(list, id)
	}
	return list, rows.Err()
}

// rate writes rows, so many a transaction, and returns how many a second that makes.
func (w *lineWriter) rate(batch int, length time.Duration) (float64, error) {
	insert, err := w.db.Prepare(w.insert)
	if err != nil {
		return 0, err
	}
	defer func() { _ = insert.Close() }()
	rows, begin := 0, time.Now()
	for time.Since(begin) < length {
		tx, err := w.db.Begin()
		if err != nil {
			return 0, err
		}
		bound := tx.Stmt(insert)
		for range batch {
			if _, err := bound.Exec(w.next()...); err != nil {
				_ = tx.Rollback()
				return 0, err
			}
		}
		if err := tx.Commit(); err != nil {
			return 0, err
		}
		rows += batch
	}
	return float64(rows) / time.Since(begin).Seconds(), nil
}

// next returns the values of the next row: the conversations take turns, as they do under load.
func (w *lineWriter) next() []any {
	n := int64(len(w.conversations))
	seq := 1000 + w.written/n
	w.values[w.places["conversation_id"]] = w.conversations[w.written%n]
	w.values[w.places["seq"]] = seq
	w.values[w.places["visible_seq"]] = seq
	w.values[w.places["cid"]] = newCID()
	w.values[w.places["text"]] = said
	w.values[w.places["at"]] = time.Now().UnixMilli()
	w.written++
	return w.values
}

// guardedUpdate returns the median time of changing one conversation's state where it is still so,
// in a transaction of its own.
func guardedUpdate(db *sql.DB, conversations []int64) (time.Duration, error) {
	var s samples
	for range 5 {
		for _, id := range conversations {
			begin := time.Now()
			done, err := db.Exec("UPDATE conversations SET fence = fence + 1, assigned_at = ? WHERE id = ? AND state = 'active'",
				begin.UnixMilli(), id)
			if err != nil {
				return 0, err
			}
			if n, err := done.RowsAffected(); err != nil || n != 1 {
				return 0, fmt.Errorf("conversation %d was not updated: %w", id, err)
			}
			s = append(s, time.Since(begin))
		}
	}
	return s.p50(), nil
}
