package store

import (
	"encoding/json"
	"flag"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"foyer/models"
)

// postgresEnv names a PostgreSQL (as host=... user=... dbname=...) on which the tests run as well.
const postgresEnv = "FOYER_TEST_POSTGRES"

func TestMain(m *testing.M) {
	for name, value := range map[string]string{"rapid.checks": "25", "rapid.nofailfile": "true"} { // the command line wins
		_ = flag.Set(name, value)
	}
	slog.SetDefault(slog.New(slog.DiscardHandler)) // what tests break on purpose would be logged
	goleak.VerifyTestMain(m)
}

// clock is the time of a test: it passes when the test says so.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *clock) set(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = to
}

func (c *clock) instant() models.Instant { return models.InstantOf(c.Now()) }

// bed is an open store that can be closed and opened again.
type bed struct {
	*Store
	clock   *clock
	options Options
}

// onEachDatabase runs a test on a fresh SQLite file and, where there is one, in a fresh schema of
// PostgreSQL.
func onEachDatabase(t *testing.T, test func(t *testing.T, b *bed)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { test(t, onSQLite(t)) })
	if dsn := os.Getenv(postgresEnv); dsn != "" {
		t.Run("postgres", func(t *testing.T) { test(t, onPostgres(t, dsn)) })
	}
}

func onSQLite(t *testing.T) *bed {
	t.Helper()
	return newBed(t, "sqlite", filepath.Join(t.TempDir(), "foyer.db"))
}

func onPostgres(t *testing.T, dsn string) *bed {
	t.Helper()
	schema := "foyer_test_" + strings.ToLower(NewID(time.Now()))
	admin := func(statement string) {
		db, err := gorm.Open(postgres.Open(dsn), gormConfig())
		if err == nil {
			err = db.Exec(statement).Error
			if pool, poolErr := db.DB(); poolErr == nil {
				_ = pool.Close()
			}
		}
		if err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	admin("CREATE SCHEMA " + schema)
	t.Cleanup(func() { admin("DROP SCHEMA " + schema + " CASCADE") })
	return newBed(t, "postgres", dsn+" search_path="+schema)
}

func newBed(t *testing.T, driver, dsn string) *bed {
	t.Helper()
	b := &bed{clock: newClock()}
	b.options = Options{Driver: driver, DSN: dsn, Readers: 2, Now: b.clock.Now}
	b.open(t)
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func (b *bed) open(t reporter) {
	t.Helper()
	s, err := Open(background, b.options)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	b.Store = s
}

// restart closes the database as a server that stops, and opens it as one that starts.
func (b *bed) restart(t reporter) {
	t.Helper()
	if err := b.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	b.open(t)
}

// breakDatabase closes the connections that write, as a database does that has gone away.
func (b *bed) breakDatabase() error {
	pool, err := b.write.DB()
	if err != nil {
		return err
	}
	return pool.Close()
}

// inOneBatch carries out operations in one transaction of the writer, in the given order: it
// occupies the writer until all of them wait for it.
func (b *bed) inOneBatch(t reporter, operations ...func()) {
	t.Helper()
	occupied, release := make(chan struct{}), make(chan struct{})
	var done sync.WaitGroup
	failed := make(chan error, 1)
	done.Go(func() {
		failed <- b.For(0).Change(background, func(*Tx) error {
			close(occupied)
			<-release
			return nil
		}, nil)
	})
	select {
	case <-occupied:
	case err := <-failed:
		t.Fatalf("the writer could not be occupied: %v", err)
	}
	for i, operation := range operations {
		done.Go(operation)
		for len(b.ops) <= i {
			runtime.Gosched()
		}
	}
	close(release)
	done.Wait()
}

// contents reads everything that is stored, table by table, for comparing before and after.
func (b *bed) contents(t *testing.T) map[string]string {
	t.Helper()
	tables, err := b.read.Migrator().GetTables()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, table := range tables {
		var rows []map[string]any
		if err := b.read.Table(table).Order("1, 2").Find(&rows).Error; err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(rows)
		if err != nil {
			t.Fatal(err)
		}
		all[table] = string(text)
	}
	return all
}

// unchanged reports what differs from before.
func (b *bed) unchanged(t *testing.T, before map[string]string) {
	t.Helper()
	after := b.contents(t)
	for _, table := range slices.Sorted(maps.Keys(after)) {
		if after[table] != before[table] {
			t.Errorf("%s changed\nfrom %s\nto   %s", table, before[table], after[table])
		}
	}
}

// wantKind reports an error that is not of a kind; "" wants no error.
func wantKind(t reporter, err error, kind models.Kind) {
	t.Helper()
	if models.KindOf(err) != kind || kind == "" && err != nil {
		t.Errorf("error is %v (kind %q), want kind %q", err, models.KindOf(err), kind)
	}
}

// must ends a test by an error there should not be. Beside the test's own goroutine wantKind is
// the one to use.
func must(t reporter, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v", err)
	}
}
