package chat

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"foyer/app/hub"
	"foyer/app/store"
	"foyer/models"
)

// desk is a Service on a real database and hub, with a clock that stands still until it is moved.
type desk struct {
	*Service
	t       *testing.T
	db      *store.Store
	path    string
	clock   *clock
	account *store.Account
	site    models.Site
	support models.Department
	agents  map[string]models.Agent
	known   []*visitor
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

const (
	testGrace        = 12 * time.Second
	testVisitorGrace = time.Minute
	testBack         = 30 * time.Second
	testAskAgain     = 90 * time.Second
	testEdit         = 15 * time.Minute
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// emptyDatabase is what each desk begins with: to make one takes longer than most tests.
var emptyDatabase = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "foyer")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "foyer.db")
	db, err := store.Open(context.Background(), store.Options{Driver: "sqlite", DSN: path, Readers: 1, Now: time.Now})
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// newDesk makes an account with agents who may have limit conversations each and want to be online.
func newDesk(t *testing.T, limit int, agents ...string) *desk {
	t.Helper()
	d := &desk{
		t: t, path: filepath.Join(t.TempDir(), "foyer.db"), agents: map[string]models.Agent{},
		clock: &clock{at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)},
	}
	empty, err := emptyDatabase()
	must(t, err)
	must(t, os.WriteFile(d.path, empty, 0o600))
	d.open()
	t.Cleanup(func() { d.stop() })
	ctx := context.Background()
	account, err := d.db.CreateAccount(ctx, "Tea")
	must(t, err)
	d.account = d.db.For(account.ID)
	d.support, err = d.account.CreateDepartment(ctx, models.NewDepartment("Support"))
	must(t, err)
	d.site = models.Site{Key: "tea", Name: "Tea", Enabled: true, TypingPreview: true}
	must(t, d.account.CreateSite(ctx, &d.site))
	for _, name := range agents {
		d.hire(name, limit)
	}
	return d
}

func (d *desk) hire(name string, limit int) models.Agent {
	d.t.Helper()
	a := models.Agent{Email: name + "@tea.test", Name: name, Role: models.RoleAgent, ChatLimit: limit, Availability: models.Online}
	must(d.t, d.account.CreateAgent(context.Background(), &a, d.support))
	d.changed(a.AccountID)
	d.agents[name] = a
	return a
}

func (d *desk) open() {
	d.t.Helper()
	var err error
	d.db, err = store.Open(context.Background(), store.Options{Driver: "sqlite", DSN: d.path, Readers: 2, Now: d.clock.now})
	must(d.t, err)
	d.Service = New(d.db, hub.New(), d.clock.now, Settings{
		AgentGrace: testGrace, VisitorGrace: testVisitorGrace, TransferBack: testBack, AskAgain: testAskAgain,
		Sweep: time.Hour, EditWindow: testEdit,
	})
}

func (d *desk) stop() {
	d.Stop()
	must(d.t, d.db.Close())
}

// restart ends the process, as far as the database can tell, and starts another.
func (d *desk) restart() {
	d.t.Helper()
	d.restartAfter(0)
}

// restartAfter is restart, with some time in between.
func (d *desk) restartAfter(down time.Duration) {
	d.t.Helper()
	d.stop()
	d.clock.pass(down)
	d.open()
	d.account = d.db.For(d.site.AccountID)
	now := models.InstantOf(d.clock.now())
	must(d.t, d.db.Recover(context.Background(), store.Return{Agents: now.Add(testGrace), Visitors: now.Add(testVisitorGrace)}))
}

// resume is restart, after which everybody who was connected comes back.
func (d *desk) resume() {
	d.t.Helper()
	d.resumeAfter(0)
}

func (d *desk) resumeAfter(down time.Duration) {
	d.t.Helper()
	var agents []string
	for name, a := range d.agents {
		if d.presence.Agent(a.ID) {
			agents = append(agents, name)
		}
	}
	visitors := slices.DeleteFunc(slices.Clone(d.known), func(v *visitor) bool { return !d.presence.Visitor(v.ID) })
	d.restartAfter(down)
	for _, v := range visitors {
		d.tab(v)
	}
	for _, name := range agents {
		d.come(name)
	}
}

// refuse lets storage refuse some change, such as "UPDATE ON agents", until what it returns is called.
func (d *desk) refuse(change string) (end func()) {
	d.t.Helper()
	db, err := sql.Open("sqlite3", d.path+"?_busy_timeout=5000")
	must(d.t, err)
	d.t.Cleanup(func() { _ = db.Close() })
	_, err = db.Exec("CREATE TRIGGER refusing BEFORE " + change + " BEGIN SELECT RAISE(ABORT, 'refused by the test'); END")
	must(d.t, err)
	return func() {
		_, err := db.Exec("DROP TRIGGER refusing")
		must(d.t, err)
	}
}

// settle waits until no queue is being looked at.
func (d *desk) settle() { d.running.Wait() }

// sweepNow deals with every deadline that has passed.
func (d *desk) sweepNow() {
	d.t.Helper()
	d.sweepOnce(context.Background())
	d.settle()
}

// pass lets time pass, and deals with every deadline on the way.
func (d *desk) pass(by time.Duration) {
	d.t.Helper()
	d.clock.pass(by)
	for range 20 {
		due, _, err := d.db.Due(context.Background(), 1)
		must(d.t, err)
		if len(due) == 0 {
			return
		}
		d.sweepNow()
	}
	d.t.Fatal("a deadline is due again and again")
}

func (d *desk) come(name string) {
	d.t.Helper()
	must(d.t, d.AgentCame(context.Background(), d.agents[name], false))
	d.settle()
}

func (d *desk) leave(name string) {
	d.t.Helper()
	must(d.t, d.AgentLeft(context.Background(), d.agents[name]))
	d.settle()
}

func (d *desk) start(v *visitor, text string) string {
	d.t.Helper()
	conv, err := d.Start(context.Background(), v.Visitor, Start{CID: "start-" + text, Text: text})
	must(d.t, err)
	d.settle()
	return conv
}

// answer lets an agent say something.
func (d *desk) answer(name, conv string) {
	d.t.Helper()
	answers++
	_, err := d.SayAsAgent(context.Background(), d.agents[name], Line{Conv: conv, CID: "answer-" + strconv.Itoa(answers), Text: "how may I help?"})
	must(d.t, err)
	d.settle()
}

var answers int

func (d *desk) conv(id string) Summary {
	d.t.Helper()
	c, err := d.Summary(context.Background(), d.agent(), id)
	must(d.t, err)
	return c
}

// agent is any agent of the account.
func (d *desk) agent() models.Agent {
	for _, a := range d.agents {
		return a
	}
	d.t.Fatal("there is no agent")
	return models.Agent{}
}

func (d *desk) owner(id string) string {
	d.t.Helper()
	c := d.conv(id)
	if c.Owner == nil || c.State == models.StateQueued {
		return ""
	}
	return c.Owner.Name
}
