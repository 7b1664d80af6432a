package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"foyer/models"
)

// Options says which database to open and how.
type Options struct {
	Driver  string           // "sqlite" or "postgres"
	DSN     string           // path of the SQLite file, or a PostgreSQL connection string
	Readers int              // connections for reading
	Now     func() time.Time // the one clock
	// Doubt is called when nobody can say whether a transaction was kept: what open sockets were
	// told may be less than what is stored, so they have to resume. May be nil.
	Doubt func()
	// Failed is called once, with ErrDisk, when the disk has failed so that nobody knows what is on
	// it: nothing can be stored any more, and the process should end. May be nil.
	Failed func(error)
}

// Store is an open database.
type Store struct {
	// Static after Open.
	write  *gorm.DB // SQLite: the only connection that writes
	disk   *writing // SQLite: what write writes through
	read   *gorm.DB
	moving *gorm.DB      // SQLite: the connection for checkpoints
	check  *checkpointer // nil with PostgreSQL
	sqlite bool
	now    func() time.Time
	doubt  func()
	epoch  string
	unlock func()
	*Writer
}

// Open opens the database, brings its schema up to date and starts the writer. Errors of kind
// not_configured say what the operator has to do.
func Open(ctx context.Context, o Options) (*Store, error) {
	s := &Store{sqlite: o.Driver == "sqlite", now: o.Now, doubt: o.Doubt, unlock: func() {}}
	open := s.openPostgres
	if s.sqlite {
		open = s.openSQLite
	}
	for _, step := range []func() error{
		func() error { return open(o) },
		func() error { return s.migrate(ctx) },
		func() error { return s.loadEpoch(ctx) },
		func() (err error) {
			if s.sqlite {
				s.check = startCheckpointer(s.moving, s.disk)
			}
			s.Writer, err = startWriter(s)
			return err
		},
	} {
		if err := step(); err != nil {
			_ = s.Close()
			return nil, s.trouble(o, err)
		}
	}
	return s, nil
}

// Close ends the writer after what it holds and closes the database.
func (s *Store) Close() error {
	if s.Writer != nil {
		s.stop()
	}
	if s.check != nil {
		s.check.stop()
	}
	var errs []error
	if s.sqlite && s.write != nil {
		errs = append(errs, s.write.Exec("PRAGMA wal_checkpoint(TRUNCATE)").Error)
	}
	for _, db := range []*gorm.DB{s.read, s.moving, s.write} {
		if db == nil {
			continue
		}
		if pool, err := db.DB(); err == nil {
			errs = append(errs, pool.Close())
		}
	}
	s.unlock()
	return errors.Join(errs...)
}

// Ping reports whether the database answers and stores.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.disk.sound(); err != nil {
		return err
	}
	pool, err := s.read.DB()
	if err != nil {
		return err
	}
	return pool.PingContext(ctx)
}

// Epoch names the life of the logs: sequence numbers of another epoch mean nothing.
func (s *Store) Epoch() string { return s.epoch }

// gormConfig leaves logging to whoever handles an error: GORM would log it as well, with every
// query of a visitor who has just left.
func gormConfig() *gorm.Config {
	return &gorm.Config{TranslateError: true, Logger: logger.Discard}
}

// minSQLite is the first version without the bug by which a WAL database could be corrupted.
const minSQLite = "3.51.3"

func (s *Store) openSQLite(o Options) error {
	path := strings.TrimPrefix(o.DSN, "file:")
	if strings.ContainsAny(path, "?") {
		return models.Errorf(models.KindNotConfigured, "database.dsn: give the path of the SQLite file alone, without ?options")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return &models.Error{Kind: models.KindNotConfigured, Message: "database.dsn: cannot make the folder of the database", Err: err}
	}
	unlock, err := lockFile(path + ".lock")
	if err != nil {
		return err
	}
	// What SQLite makes beside the file has its rights: nobody else on the machine reads along.
	if f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o640); err == nil {
		_ = f.Close()
	}
	s.unlock = unlock
	pool, err := sql.Open(sqlite.DriverName, sqliteDSN(path, url.Values{
		"_journal_mode": {"WAL"}, "_synchronous": {"FULL"}, "_txlock": {"immediate"},
		"_foreign_keys": {"on"}, "_cache_size": {"-65536"},
	}))
	if err != nil {
		return sqliteTrouble(path, err)
	}
	s.disk = &writing{DB: pool, tell: o.Failed}
	write, err := gorm.Open(sqlite.New(sqlite.Config{Conn: s.disk}), gormConfig())
	if err != nil {
		_ = pool.Close()
		return sqliteTrouble(path, err) // what GORM returns beside an error can't be used, not even closed
	}
	s.write = write
	if err := limit(s.write, 1); err != nil {
		return err
	}
	if err := s.checkSQLite(path); err != nil {
		return err
	}
	read, err := gorm.Open(sqlite.Open(sqliteDSN(path, url.Values{
		"mode": {"ro"}, "_query_only": {"true"}, "_cache_size": {"-16384"},
	})), gormConfig())
	if err != nil {
		return sqliteTrouble(path, err)
	}
	s.read = read
	if err := limit(s.read, o.Readers); err != nil {
		return err
	}
	s.moving, err = gorm.Open(sqlite.Open(sqliteDSN(path, url.Values{"_synchronous": {"FULL"}})), gormConfig())
	if err != nil {
		return sqliteTrouble(path, err)
	}
	return limit(s.moving, 1)
}

func sqliteDSN(path string, q url.Values) string {
	q.Set("_busy_timeout", "5000")
	q.Set("_stmt_cache_size", "64") // prepared statements a connection keeps, by their text
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func (s *Store) checkSQLite(path string) error {
	var version string
	if err := s.write.Raw("SELECT sqlite_version()").Scan(&version).Error; err != nil {
		return sqliteTrouble(path, err)
	}
	if !atLeast(version, minSQLite) {
		return models.Errorf(models.KindNotConfigured,
			"this program was built with SQLite %s, which can corrupt a database: build it with %s or newer", version, minSQLite)
	}
	for _, pragma := range []string{
		"PRAGMA trusted_schema = OFF",
		"PRAGMA wal_autocheckpoint = " + inlineLimit,
		"PRAGMA temp_store = MEMORY", // what a statement of many rows would need to be undone
		"PRAGMA journal_size_limit = " + walLimit,
		"PRAGMA wal_checkpoint(TRUNCATE)",
	} {
		if err := s.write.Exec(pragma).Error; err != nil {
			return sqliteTrouble(path, err)
		}
	}
	return nil
}

// atLeast compares dotted versions number by number.
func atLeast(version, least string) bool {
	var a, b [3]int
	_, _ = fmt.Sscanf(version, "%d.%d.%d", &a[0], &a[1], &a[2])
	_, _ = fmt.Sscanf(least, "%d.%d.%d", &b[0], &b[1], &b[2])
	for i := range a {
		if a[i] != b[i] {
			return a[i] > b[i]
		}
	}
	return true
}

// trouble adds to what went wrong while opening what the operator can do about it.
func (s *Store) trouble(o Options, err error) error {
	if models.KindOf(err) != "" || !s.sqlite {
		return err
	}
	return sqliteTrouble(o.DSN, err)
}

func sqliteTrouble(path string, err error) error {
	text := err.Error()
	switch {
	case strings.Contains(text, "locked"):
		return &models.Error{Kind: models.KindNotConfigured, Err: err,
			Message: fmt.Sprintf("the database %s is locked by another program: close that program, or set database.dsn to another file", path)}
	case strings.Contains(text, "not a database"), strings.Contains(text, "malformed"):
		return &models.Error{Kind: models.KindNotConfigured, Err: err,
			Message: fmt.Sprintf("%s is not a readable SQLite database: set database.dsn to another file, or restore a backup", path)}
	case strings.Contains(text, "unable to open"), strings.Contains(text, "readonly"):
		return &models.Error{Kind: models.KindNotConfigured, Err: err,
			Message: fmt.Sprintf("cannot write to %s: give this user the right to, or set database.dsn to another file", path)}
	}
	return fmt.Errorf("open %s: %w", path, err)
}

func limit(db *gorm.DB, connections int) error {
	pool, err := db.DB()
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	return nil
}
