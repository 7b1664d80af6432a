package handlers

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"foyer/app/chat"
	"foyer/app/config"
	"foyer/app/hub"
	"foyer/app/identity"
	"foyer/app/store"
	"foyer/models"
	"foyer/static"
	"foyer/views"
)

// postgresEnv names a PostgreSQL (as host=... user=... dbname=...) on which the promises are tested as well.
const postgresEnv = "FOYER_TEST_POSTGRES"

// stillClock is the time of a test: it passes when the test says so.
type stillClock struct {
	mu sync.Mutex
	at time.Time
}

func newStillClock() *stillClock {
	return &stillClock{at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
}

func (c *stillClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *stillClock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func (c *stillClock) set(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = to
}

// pipes is a network in memory: what is on the way is lost when a connection is cut, and a peer that
// does not read holds up the writer at once.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func (p *pipes) dial() (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return ours, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// premises is the whole of Foyer on one database. It can be stopped, killed, and put back to a backup.
type premises struct {
	clock   *stillClock
	assets  *static.Assets
	pages   *views.Views
	options store.Options
	folder  func() string
	web     *Web
	db      *store.Store
	net     *pipes
	down    func() error
	backup  string // path of a copy of the database, "" while there is none
	epochs  int
}

func newPremises(tb testing.TB, driver, dsn string) *premises {
	tb.Helper()
	w := &premises{clock: newStillClock(), folder: tb.TempDir}
	var err error
	w.assets, err = static.Load()
	must(tb, err)
	w.pages, err = views.New(static.Locales())
	must(tb, err)
	w.options = store.Options{Driver: driver, DSN: dsn, Readers: 4, Now: w.clock.now}
	w.up(tb)
	tb.Cleanup(func() { must(tb, w.down()) })
	return w
}

// onEachDatabase runs a test on a fresh SQLite file and, where one is named, in a fresh schema of PostgreSQL.
func onEachDatabase(t *testing.T, test func(t *testing.T, w *premises)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, newPremises(t, "sqlite", filepath.Join(t.TempDir(), "foyer.db"))) })
	dsn := os.Getenv(postgresEnv)
	if dsn == "" {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		schema := "foyer_test_" + strings.ToLower(store.NewID(time.Now()))
		admin, err := sql.Open("pgx", dsn)
		must(t, err)
		_, err = admin.Exec("CREATE SCHEMA " + schema)
		must(t, err)
		t.Cleanup(func() {
			_, err := admin.Exec("DROP SCHEMA " + schema + " CASCADE")
			must(t, err)
			must(t, admin.Close())
		})
		test(t, newPremises(t, "postgres", dsn+" search_path="+schema))
	})
}

// up starts the server, from the database to the routes, as main does.
func (w *premises) up(t rapid.TB) {
	t.Helper()
	ctx := context.Background()
	need := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("start: %v", err)
		}
	}
	cfg := config.Default()
	cfg.Socket.QueueFrames = 24 // so that few lines fill a queue
	cfg.Queue.Sweep = 20 * time.Millisecond
	liftLimits(&cfg.Limits)
	var err error
	w.db, err = store.Open(ctx, w.options)
	need(err)
	people, err := identity.New(ctx, w.db, w.clock.now, 24*time.Hour)
	need(err)
	sockets := hub.New()
	w.web = &Web{
		Config: cfg, Identity: people, Hub: sockets, Assets: w.assets, Views: w.pages, Ready: w.db.Ping, Version: "test",
		Chat: chat.New(w.db, sockets, w.clock.now, ChatSettings(cfg)),
	}
	sweeping, endSweep := context.WithCancel(ctx)
	need(w.web.Chat.Run(sweeping))
	app := w.web.App()
	w.net = newPipes()
	served := make(chan error, 1)
	network := w.net
	go func() { served <- app.Listener(network) }()
	web, db := w.web, w.db
	w.down = func() error {
		stopping, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		if err := sockets.Shutdown(stopping, web.Bye()); err != nil {
			return err
		}
		if err := app.ShutdownWithContext(stopping); err != nil {
			return err
		}
		_ = network.Close() // a shutdown does not see an app that has not begun to listen
		if err := <-served; err != nil {
			return err
		}
		endSweep()
		web.Chat.Stop()
		return db.Close()
	}
}

// restart stops the server as an operator does, and starts it again.
func (w *premises) restart(t rapid.TB) {
	t.Helper()
	if err := w.down(); err != nil {
		t.Fatalf("stop: %v", err)
	}
	w.up(t)
}

// crash goes on with what a process that was killed now would have left on disk. PostgreSQL is
// another process: there it is a restart.
func (w *premises) crash(t rapid.TB) {
	t.Helper()
	if w.options.Driver != "sqlite" {
		w.restart(t)
		return
	}
	left := filepath.Join(w.folder(), "foyer.db")
	for _, suffix := range []string{"-wal", ""} { // in this order: what a checkpoint moves meanwhile is then in both
		copyFile(t, w.options.DSN+suffix, left+suffix)
	}
	if err := w.down(); err != nil {
		t.Fatalf("stop: %v", err)
	}
	w.options.DSN = left
	w.up(t)
}

// keep makes a backup.
func (w *premises) keep(t rapid.TB) {
	t.Helper()
	if w.options.Driver != "sqlite" {
		return
	}
	w.backup = filepath.Join(w.folder(), "foyer.db")
	w.execute(t, "VACUUM INTO ?", w.backup)
}

// putBack stops the server, puts the backup in place, if there is one, and starts the server again.
func (w *premises) putBack(t rapid.TB, then ...func()) {
	t.Helper()
	if err := w.down(); err != nil {
		t.Fatalf("stop: %v", err)
	}
	if w.backup != "" {
		w.options.DSN = filepath.Join(w.folder(), "foyer.db")
		copyFile(t, w.backup, w.options.DSN)
	}
	for _, f := range then {
		f()
	}
	w.up(t)
}

// restore is putBack as an operator does it: another epoch begins.
func (w *premises) restore(t rapid.TB) {
	t.Helper()
	w.putBack(t, func() {
		w.epochs++
		w.execute(t, "UPDATE meta SET value = $1 WHERE name = 'epoch'", fmt.Sprint("epoch ", w.epochs))
	})
}

func (w *premises) execute(t rapid.TB, statement string, args ...any) {
	t.Helper()
	driver := map[string]string{"sqlite": "sqlite3", "postgres": "pgx"}[w.options.Driver]
	db, err := sql.Open(driver, w.options.DSN)
	if err == nil {
		_, err = db.Exec(statement, args...)
		_ = db.Close()
	}
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func copyFile(t rapid.TB, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if os.IsNotExist(err) {
		return
	}
	if err == nil {
		err = os.WriteFile(to, data, 0o600)
	}
	if err != nil {
		t.Fatalf("copy %s: %v", from, err)
	}
}

// found makes an account with a site and agents who may have 8 conversations each, and signs them in.
func (w *premises) found(tb testing.TB, agents ...string) (models.Site, map[string]models.Agent, map[string]string) {
	tb.Helper()
	ctx := context.Background()
	made, err := w.db.CreateAccount(ctx, "Tea")
	must(tb, err)
	account := w.db.For(made.ID)
	support, err := account.CreateDepartment(ctx, models.NewDepartment("Support"))
	must(tb, err)
	site := models.Site{Key: "tea", Name: "Tea", Enabled: true}
	must(tb, account.CreateSite(ctx, &site))
	hash, err := identity.HashPassword(ctx, testPassword)
	must(tb, err)
	people, tokens := map[string]models.Agent{}, map[string]string{}
	for _, name := range agents {
		a := models.Agent{
			Email: name + "@tea.test", Name: name, Role: models.RoleOwner, PasswordHash: hash, ChatLimit: 8, Availability: models.Online,
		}
		must(tb, account.CreateAgent(ctx, &a, support))
		people[name] = a
		tokens[name], _, err = w.web.Identity.SignIn(ctx, a.Email, testPassword, "")
		must(tb, err)
	}
	return site, people, tokens
}

// arrange changes the settings of the only department.
func (w *premises) arrange(t rapid.TB, by models.Agent, change func(*chat.DepartmentSettings)) string {
	t.Helper()
	ctx := context.Background()
	list, err := w.web.Chat.Departments(ctx, by)
	if err == nil {
		to := list[0].DepartmentSettings
		change(&to)
		_, err = w.web.Chat.SetDepartment(ctx, by, list[0].ID, to)
	}
	if err != nil {
		t.Fatalf("arrange the queue: %v", err)
	}
	return list[0].ID
}

// liftLimits lets everybody do as much as they like.
func liftLimits(c *config.Limits) {
	for _, limit := range []*int{
		&c.VisitorRate, &c.VisitorBurst, &c.AddressRate, &c.AddressBurst, &c.SiteRate, &c.SiteBurst, &c.AgentRate, &c.AgentBurst,
		&c.ConnectRate, &c.ConnectBurst, &c.VisitorSockets, &c.AgentSockets, &c.AddressSockets, &c.SiteSockets, &c.Sockets,
	} {
		*limit = 1 << 20
	}
}
