package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	_ "github.com/mattn/go-sqlite3" // the driver
)

// limits keep Foyer's limits on single visitors and addresses out of the way: all of ours come from
// this machine, and one of them writes as much as thousands of people do. Nothing else is changed.
var limits = []string{
	"FOYER_LIMITS_VISITOR_RATE=1000000",
	"FOYER_LIMITS_VISITOR_BURST=1000000",
	"FOYER_LIMITS_SITE_RATE=1000000",
	"FOYER_LIMITS_SITE_BURST=1000000",
	"FOYER_LIMITS_AGENT_RATE=1000000",
	"FOYER_LIMITS_AGENT_BURST=1000000",
	"FOYER_LIMITS_ADDRESS_RATE=1000000",
	"FOYER_LIMITS_ADDRESS_BURST=1000000",
	"FOYER_LIMITS_CONNECT_RATE=1000000",
	"FOYER_LIMITS_CONNECT_BURST=1000000",
	"FOYER_LIMITS_ADDRESS_SOCKETS=1000000",
	"FOYER_LIMITS_SITE_SOCKETS=1000000",
	"FOYER_LIMITS_SOCKETS=1000000",
}

// foyer is a Foyer with a folder of its own.
type foyer struct {
	*process
	bin    string
	folder string
}

// db is the file with its data.
func (f *foyer) db() string { return filepath.Join(f.folder, "foyer.db") }

// start starts it, again too, on the same address and data.
func (f *foyer) start(ctx context.Context) error {
	addr, err := freeAddr()
	if f.process != nil {
		addr, err = f.addr, nil
	}
	if err != nil {
		return err
	}
	env := append([]string{"FOYER_HTTP_ADDR=" + addr, "FOYER_DATABASE_DSN=" + f.db(), "FOYER_LOG_LEVEL=warn"}, limits...)
	if f.process, err = launch(ctx, f.folder, addr, env, f.bin, "serve", "--demo"); err != nil {
		return err
	}
	return f.ready(ctx, "/readyz")
}

// newFoyer makes one with the demo's site and so many agents, each with the usual limit of
// conversations and signed in, and starts it. cookies has the agents' sessions.
func (b *bench) newFoyer(ctx context.Context, name string, agents int) (f *foyer, cookies []string, err error) {
	f = &foyer{bin: b.bin, folder: filepath.Join(b.folder, name)}
	if err := os.MkdirAll(f.folder, 0o750); err != nil {
		return nil, nil, err
	}
	if err := f.start(ctx); err != nil {
		return nil, nil, err
	}
	if agents == 0 {
		return f, nil, nil
	}
	if err := f.signIn(ctx); err != nil {
		return nil, nil, err
	}
	if err := f.stop(); err != nil {
		return nil, nil, err
	}
	if cookies, err = seed(f.db(), agents); err != nil {
		return nil, nil, fmt.Errorf("seed agents: %w", err)
	}
	return f, cookies, f.start(ctx)
}

const demoAgent = "anna@demo.test"

// signIn makes one session; the agents get copies of it, since checking a password takes long on
// purpose.
func (f *foyer) signIn(ctx context.Context) error {
	body := strings.NewReader(`{"email":"` + demoAgent + `","password":"foyer-demo"}`)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+f.addr+"/api/v1/session", body)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if text, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusOK {
		return fmt.Errorf("sign in: %s: %s", answer.Status, bytes.TrimSpace(text))
	}
	return nil
}

// openDB opens a database file as Foyer does for writing: app/store/open.go.
func openDB(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite3", "file:"+path+
		"?_journal_mode=WAL&_synchronous=FULL&_txlock=immediate&_foreign_keys=on&_cache_size=-65536&_busy_timeout=5000")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	_, err = db.Exec("PRAGMA trusted_schema = OFF; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864")
	return db, err
}

// seed adds agents who are signed in, as copies of a demo agent, and returns their cookies.
func seed(path string, agents int) (cookies []string, err error) {
	db, err := openDB(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	tx, err := db.Begin()
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }()
	var model int64
	if err := tx.QueryRow("SELECT id FROM agents WHERE email = ?", demoAgent).Scan(&model); err != nil {
		return nil, err
	}
	for n := range agents {
		token := fmt.Sprintf("bench-%d", n)
		hash := sha256.Sum256([]byte(token))
		id, err := copyRows(tx, "agents", "id", model, row{
			"public_id": fmt.Sprintf("01BENCH%019d", n), "email": fmt.Sprintf("agent-%d@bench.test", n), "name": fmt.Sprintf("Agent %d", n),
		})
		if err == nil {
			_, err = copyRows(tx, "department_members", "agent_id", model, row{"agent_id": id})
		}
		if err == nil {
			_, err = copyRows(tx, "sessions", "agent_id", model, row{"agent_id": id, "token_hash": hash[:]})
		}
		if err != nil {
			return nil, err
		}
		cookies = append(cookies, "foyer_session="+token)
	}
	return cookies, tx.Commit()
}

// row is values by column.
type row map[string]any

// copyRows copies the rows in which a column has a value, except for their id and what other says. It
// asks the database for the columns, so that it need not be told of new ones.
func copyRows(tx *sql.Tx, table, column string, value any, other row) (id int64, err error) {
	columns, err := columnsOf(tx, table)
	if err != nil {
		return 0, err
	}
	var into, from []string
	var args []any
	for _, c := range columns {
		if c == "id" {
			continue
		}
		into = append(into, c)
		if v, set := other[c]; set {
			from, args = append(from, "?"), append(args, v)
		} else {
			from = append(from, c)
		}
	}
	done, err := tx.Exec(fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s WHERE %s = ?",
		table, strings.Join(into, ", "), strings.Join(from, ", "), table, column), append(args, value)...)
	if err != nil {
		return 0, fmt.Errorf("copy rows of %s: %w", table, err)
	}
	return done.LastInsertId()
}

func columnsOf(tx *sql.Tx, table string) (columns []string, err error) {
	rows, err := tx.Query("SELECT name FROM pragma_table_info(?)", table)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		columns = append(columns, name)
	}
	return columns, rows.Err()
}
