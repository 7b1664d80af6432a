package store

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"foyer/models"
)

func TestFreshDatabaseIsReadyToUse(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		must(t, b.Ping(background))
		empty, err := b.Empty(background)
		must(t, err)
		if !empty {
			t.Error("a fresh database has an account")
		}
		a := newTenant(t, b)
		c := a.active(a.agent("Anna", 1))
		if _, err := a.post(c.PublicID, visitorOf(c), "1", "hello"); err != nil {
			t.Error(err)
		}
	})
}

func TestRestartKeepsEpochAndData(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		c := a.active(a.agent("Anna", 1))
		_, err := a.post(c.PublicID, visitorOf(c), "1", "hello")
		must(t, err)
		epoch, before := b.Epoch(), b.contents(t)
		b.restart(t)
		if b.Epoch() != epoch || epoch == "" {
			t.Errorf("epoch was %q, is %q", epoch, b.Epoch())
		}
		b.unchanged(t, before)
		if log := a.log(c.PublicID); log[len(log)-1].Text != "hello" {
			t.Errorf("the log ends with %q", log[len(log)-1].Text)
		}
	})
}

func TestEachDatabaseHasAnEpochOfItsOwn(t *testing.T) {
	if one, other := onSQLite(t), onSQLite(t); one.Epoch() == other.Epoch() {
		t.Errorf("two databases have the epoch %q", one.Epoch())
	}
}

func TestNewerDatabaseIsRefusedAndLeftAsItIs(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		newTenant(t, b)
		must(t, b.write.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, TRUE)").Error)
		before := b.contents(t)
		must(t, b.Close())
		_, err := Open(background, b.options)
		wantKind(t, err, models.KindNotConfigured)
		says(t, err, "schema 99", "use a newer Foyer", "restore a backup")

		// A program that knows it finds everything as it was.
		again := b.bare(t)
		t.Cleanup(func() { _ = again.Close() })
		again.unchanged(t, before)
	})
}

func TestSecondFoyerOnTheSameFileIsRefused(t *testing.T) {
	b := onSQLite(t)
	_, err := Open(background, b.options)
	wantKind(t, err, models.KindNotConfigured)
	says(t, err, "another Foyer uses this database", b.options.DSN, "database.dsn")
	must(t, b.Ping(background))
	must(t, b.Close())
	b.open(t) // the first one is gone: now it may
}

func TestFileLockedByAnotherProgramIsRefused(t *testing.T) {
	t.Parallel() // it waits for as long as SQLite does
	b := onSQLite(t)
	must(t, b.Close())
	other, err := sql.Open("sqlite3", b.options.DSN)
	must(t, err)
	t.Cleanup(func() { _ = other.Close() })
	other.SetMaxOpenConns(1)
	for _, q := range []string{"PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE", "UPDATE meta SET value = value", "COMMIT"} {
		_, err := other.Exec(q)
		must(t, err)
	}
	began := time.Now()
	_, err = Open(background, b.options)
	wantKind(t, err, models.KindNotConfigured)
	says(t, err, "locked by another program", b.options.DSN, "close that program")
	if took := time.Since(began); took > 9*time.Second {
		t.Errorf("it took %s to say so", took)
	}
}

func TestWhatIsNoDatabaseIsRefusedAndLeftAsItIs(t *testing.T) {
	text := strings.Repeat("Dear diary, ", 1000)
	path := filepath.Join(t.TempDir(), "diary.txt")
	must(t, os.WriteFile(path, []byte(text), 0o600))
	_, err := Open(background, Options{Driver: "sqlite", DSN: path, Readers: 1, Now: time.Now})
	wantKind(t, err, models.KindNotConfigured)
	says(t, err, path, "not a readable SQLite database", "database.dsn")
	if now, err := os.ReadFile(path); err != nil || string(now) != text {
		t.Errorf("the file was changed (%v)", err)
	}
}

func TestUnusableDSNSaysWhatToDo(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	must(t, os.WriteFile(file, nil, 0o600))
	tests := map[string]struct {
		driver, dsn string
		says        []string
	}{
		"options in the path":       {"sqlite", filepath.Join(folder, "a.db?mode=memory"), []string{"database.dsn", "without ?options"}},
		"a folder that is a file":   {"sqlite", filepath.Join(file, "a.db"), []string{"database.dsn", "cannot make the folder"}},
		"a file that is a folder":   {"sqlite", folder, []string{folder, "database.dsn"}},
		"nobody listens":            {"postgres", "host=127.0.0.1 port=1 user=x dbname=x sslmode=disable connect_timeout=2", []string{"cannot reach PostgreSQL", "database.dsn"}},
		"no PostgreSQL DSN at all":  {"postgres", "what is this", []string{"cannot reach PostgreSQL", "database.dsn"}},
		"a lock that can't be made": {"sqlite", "/proc/foyer.db", []string{"database.dsn"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Open(background, Options{Driver: test.driver, DSN: test.dsn, Readers: 1, Now: time.Now})
			wantKind(t, err, models.KindNotConfigured)
			says(t, err, test.says...)
		})
	}
}

func TestAnyFileNameWillDo(t *testing.T) {
	for _, name := range []string{"a b.db", "100%.db", "50%20off.db", "one#two.db", "数据.db", "a&b=c;d.db", "'quoted'.db"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "deep", "er", name)
			b := newBed(t, "sqlite", path)
			newTenant(t, b)
			b.restart(t)
			if empty, err := b.Empty(background); err != nil || empty {
				t.Errorf("after a restart it is empty (%v)", err)
			}
			if _, err := os.Stat(path); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSQLiteIsNewEnoughNotToCorruptADatabase(t *testing.T) {
	var version string
	must(t, onSQLite(t).write.Raw("SELECT sqlite_version()").Scan(&version).Error)
	var a, b, c int
	if _, err := fmt.Sscanf(version, "%d.%d.%d", &a, &b, &c); err != nil || a*1_000_000+b*1000+c < 3_051_003 {
		t.Errorf("SQLite is %s, want 3.51.3 or newer (%v)", version, err)
	}
}

func TestVersionsAreComparedNumberByNumber(t *testing.T) {
	tests := map[string]bool{
		"3.51.3": true, "3.51.4": true, "3.53.0": true, "4.0.0": true, "3.100.0": true,
		"3.51.2": false, "3.50.9": false, "3.9.10": false, "2.99.99": false, "3.51": false, "": false, "nonsense": false,
	}
	for version, want := range tests {
		if got := atLeast(version, "3.51.3"); got != want {
			t.Errorf("atLeast(%q, 3.51.3) is %v", version, got)
		}
	}
}

func TestSQLiteSurvivesPowerCutsAndKnowsItsKeys(t *testing.T) {
	b := onSQLite(t)
	pragmas := func() {
		t.Helper()
		for pragma, want := range map[string]string{
			"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000", "trusted_schema": "0",
			"wal_autocheckpoint": "20000",
		} {
			var got string
			must(t, b.write.Raw("PRAGMA "+pragma).Row().Scan(&got))
			if got != want {
				t.Errorf("PRAGMA %s is %s on the connection that writes, want %s", pragma, got, want)
			}
		}
	}
	pragmas()
	newTenant(t, b)
	pragmas()
	if err := b.read.Exec("DELETE FROM meta").Error; err == nil {
		t.Error("a connection for reading has written")
	}
}

// says reports an error whose text leaves something out.
func says(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error %v says nothing of %q", err, part)
		}
	}
}

func TestOneServerADatabase(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		must(t, b.Alone(background))
		if b.sqlite {
			return // the second one was refused by Open: TestSecondFoyerOnTheSameFileIsRefused
		}
		second := &bed{clock: b.clock, options: b.options}
		second.open(t)
		wantKind(t, second.Alone(background), models.KindNotConfigured)
		_ = second.Close()
		must(t, b.Close())
		second.open(t)
		must(t, second.Alone(background))
		must(t, second.Close())
	})
}
