package chat

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"foyer/app/hub"
	"foyer/app/store"
	"foyer/models"
)

var (
	schedules = flag.Int("schedules", 24, "how many random schedules are raced on each database")
	seed      = flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the first of them; what crosses what is the machine's")
)

// TestRacingForAQueueBreaksNoPromise lets visitors, agents, a supervisor, the assigner and the sweeper
// of deadlines race on a real database, and then looks into its rows and at what everybody was told.
func TestRacingForAQueueBreaksNoPromise(t *testing.T) {
	t.Parallel()
	databases := map[string]func(t *testing.T) *database{"sqlite": onSQLite}
	if os.Getenv(postgresEnv) != "" {
		databases["postgres"] = onPostgres
	}
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const databases, enough = 4, 100 // side by side, as each waits for its disk; and races in one, before it gets slow
			var next, opened atomic.Int64
			var total tally
			start := time.Now()
			var all sync.WaitGroup
			for range databases {
				all.Go(func() {
					for next.Load() < int64(*schedules) && !t.Failed() {
						t.Run(fmt.Sprint("database ", opened.Add(1)), func(t *testing.T) {
							db := open(t)
							for range enough {
								n := next.Add(1) - 1
								if n >= int64(*schedules) || t.Failed() {
									return
								}
								r := newRace(t, db, *seed+uint64(n))
								r.run()
								total.add(r)
							}
						})
					}
				})
			}
			all.Wait()
			t.Logf("%d schedules in %v, seed %d: %s", *schedules, time.Since(start).Round(time.Millisecond), *seed, &total)
		})
	}
}

// tally is what the schedules came to.
type tally struct{ conversations, done, refused, moves, reads, given atomic.Int64 }

func (t *tally) String() string {
	return fmt.Sprintf("%d conversations, %d things done, %d refused, %d by the assigner (of them %d given or offered) and the sweeper, %d reads",
		t.conversations.Load(), t.done.Load(), t.refused.Load(), t.moves.Load(), t.given.Load(), t.reads.Load())
}

// postgresEnv names a PostgreSQL (as host=... user=... dbname=...) on which the schedules are raced
// as well.
const postgresEnv = "FOYER_TEST_POSTGRES"

// database is a store, and a connection of its own to what it has stored.
type database struct {
	*store.Store
	clock *clock
	rows  *sql.DB
	n     int // accounts
}

func onSQLite(t *testing.T) *database {
	t.Helper()
	path := filepath.Join(t.TempDir(), "foyer.db")
	d := openDatabase(t, "sqlite", path)
	d.connect(t, "sqlite3", "file:"+path+"?_busy_timeout=10000")
	d.exec(t, `CREATE TABLE audit (`+auditColumns+`)`,
		`CREATE TRIGGER owner AFTER UPDATE ON conversations WHEN `+newOwner+` BEGIN INSERT INTO audit `+auditOwner+`; END`,
		`CREATE TRIGGER decided AFTER INSERT ON decisions WHEN NEW.why NOT IN ('returned', 'waited', 'closed') BEGIN INSERT INTO audit `+auditDecision+`; END`)
	return d
}

func onPostgres(t *testing.T) *database {
	t.Helper()
	dsn := os.Getenv(postgresEnv)
	schema := "foyer_race_" + strings.ToLower(store.NewID(time.Now()))
	admin := func(statement string) {
		db, err := sql.Open("pgx", dsn)
		must(t, err)
		_, err = db.Exec(statement)
		_ = db.Close()
		must(t, err)
	}
	admin("CREATE SCHEMA " + schema)
	t.Cleanup(func() { admin("DROP SCHEMA " + schema + " CASCADE") })
	dsn += " search_path=" + schema
	d := openDatabase(t, "postgres", dsn)
	d.connect(t, "pgx", dsn)
	d.exec(t, `CREATE TABLE audit (`+auditColumns+`)`,
		`CREATE FUNCTION owner() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit `+auditOwner+`; RETURN NEW; END $$`,
		`CREATE FUNCTION decided() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit `+auditDecision+`; RETURN NEW; END $$`,
		`CREATE TRIGGER owner AFTER UPDATE ON conversations FOR EACH ROW WHEN (`+newOwner+`) EXECUTE FUNCTION owner()`,
		`CREATE TRIGGER decided AFTER INSERT ON decisions FOR EACH ROW WHEN (NEW.why NOT IN ('returned', 'waited', 'closed')) EXECUTE FUNCTION decided()`)
	return d
}

// The audit writes down, within the very transaction, how much somebody has who is given a
// conversation, by whomever; and, where the assigner gave it, whether they could have it.
const (
	auditColumns = `account_id BIGINT, conversation_id BIGINT, agent_id BIGINT, open BIGINT, most BIGINT, here BIGINT, most_here BIGINT, able BIGINT`
	newOwner     = `NEW.state IN ('offered', 'active') AND NEW.agent_id <> OLD.agent_id`
	auditOwner   = `SELECT NEW.account_id, NEW.id, NEW.agent_id,
		(SELECT COUNT(*) FROM conversations c WHERE c.agent_id = NEW.agent_id AND c.state IN ('offered', 'active')), a.chat_limit, 0, -1, 1
		FROM agents a WHERE a.id = NEW.agent_id`
	auditDecision = `SELECT NEW.account_id, NEW.conversation_id, NEW.agent_id, 0, a.chat_limit,
		(SELECT COUNT(*) FROM conversations c WHERE c.agent_id = NEW.agent_id AND c.state IN ('offered', 'active') AND c.department_id = own.department_id),
		m.chat_limit, CASE WHEN a.availability = 'online' AND a.accepting AND m.agent_id IS NOT NULL AND own.agent_id = NEW.agent_id THEN 1 ELSE 0 END
		FROM conversations own JOIN agents a ON a.id = NEW.agent_id
		LEFT JOIN department_members m ON m.department_id = own.department_id AND m.agent_id = NEW.agent_id WHERE own.id = NEW.conversation_id`
)

func openDatabase(t *testing.T, driver, dsn string) *database {
	t.Helper()
	d := &database{clock: &clock{at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}}
	var err error
	d.Store, err = store.Open(context.Background(), store.Options{Driver: driver, DSN: dsn, Readers: 4, Now: d.clock.now})
	must(t, err)
	t.Cleanup(func() { must(t, d.Close()) })
	return d
}

func (d *database) connect(t *testing.T, driver, dsn string) {
	t.Helper()
	var err error
	d.rows, err = sql.Open(driver, dsn)
	must(t, err)
	d.rows.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = d.rows.Close() })
}

func (d *database) exec(t *testing.T, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := d.rows.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// race is one schedule, in an account of its own.
type race struct {
	*Service
	t           *testing.T
	db          *database
	seed        uint64
	account     *store.Account
	site        models.Site
	departments []models.Department
	agents      []models.Agent
	boss        models.Agent // supervises and answers nobody
	history     history

	// Guarded by mu.
	mu       sync.Mutex
	visitors map[string]models.Visitor // by their conversation
	convs    []string
}

func newRace(t *testing.T, db *database, seed uint64) *race {
	t.Helper()
	ctx, rng := context.Background(), rand.New(rand.NewPCG(seed, 0))
	account, err := db.CreateAccount(ctx, fmt.Sprint("Race ", seed))
	must(t, err)
	db.n++
	r := &race{t: t, db: db, seed: seed, account: db.For(account.ID), visitors: map[string]models.Visitor{}}
	r.history.operations = map[string][]operation{}
	r.Service = New(db.Store, hub.New(), db.clock.now, Settings{
		AgentGrace: testGrace, VisitorGrace: testVisitorGrace, TransferBack: testBack, AskAgain: testAskAgain,
		Sweep: time.Hour, EditWindow: testEdit,
	})
	for i := range 1 + rng.IntN(3) {
		d := models.NewDepartment(fmt.Sprint("Department ", i))
		d.Mode = []models.Mode{models.ModeAuto, models.ModeAuto, models.ModeOffer, models.ModePull}[rng.IntN(4)]
		d.Strategy = []models.Strategy{models.LeastBusy, models.RoundRobin, models.ByTiers}[rng.IntN(3)]
		d.SilentTime = []int{0, 30, 60}[rng.IntN(3)]
		if rng.IntN(3) == 0 {
			d.MaxWait, d.Then = 40, models.ThenMessage
		}
		d, err = r.account.CreateDepartment(ctx, d)
		must(t, err)
		r.departments = append(r.departments, d)
	}
	r.site = models.Site{Key: fmt.Sprint("race-", db.n), Name: "Race", Enabled: true}
	must(t, r.account.CreateSite(ctx, &r.site))
	for i := range 2 + rng.IntN(3) {
		r.agents = append(r.agents, r.hire(fmt.Sprint("agent", i), models.RoleAgent, 1+rng.IntN(3), r.departments[:1+rng.IntN(len(r.departments))]...))
	}
	r.boss = r.hire("boss", models.RoleOwner, 2)
	last := r.departments[len(r.departments)-1]
	m := models.NewMember(last.ID, r.agents[0].ID)
	m.Tier, m.ChatLimit = models.TierLast, rng.IntN(3)
	must(t, r.account.SaveMember(ctx, m))
	return r
}

func (r *race) hire(name string, role models.Role, limit int, departments ...models.Department) models.Agent {
	r.t.Helper()
	a := models.Agent{
		Email: fmt.Sprintf("%s@race%d.test", name, r.db.n), Name: name, Role: role, ChatLimit: limit, Availability: models.Online,
	}
	must(r.t, r.account.CreateAgent(context.Background(), &a, departments...))
	return a
}

// run lets everybody do what they like at the same time, and judges when it is quiet: half way, in the
// end, when every clock has run out, and when all has been closed.
func (r *race) run() {
	for half := range uint64(2) {
		var all sync.WaitGroup
		everybody := []func(*rand.Rand){r.visitorsCome, r.visitorsCome, r.bossDoes, r.timePasses}
		for _, a := range r.agents {
			everybody = append(everybody, func(rng *rand.Rand) { r.agentDoes(a, rng) })
		}
		for i, does := range everybody {
			all.Go(func() { does(rand.New(rand.NewPCG(r.seed, 10*half+uint64(i)))) })
		}
		all.Wait()
		r.settle()
		r.judge()
	}
	r.oneByOne(rand.New(rand.NewPCG(r.seed, 100)))
	r.db.clock.pass(testAskAgain) // by then everybody may be asked again
	r.settle()
	r.judge()
	for conv, v := range r.visitors {
		r.history.end(r, v, conv)
	}
	r.settle()
	r.judge()
	r.Stop()
	r.history.check(r)
	if r.t.Failed() {
		r.t.Logf("the schedule was -args -seed=%d", r.seed)
	}
}

// oneByOne lets things happen with nothing beside them that might wake the assigner as well.
func (r *race) oneByOne(rng *rand.Rand) {
	for range 6 {
		switch rng.IntN(4) {
		case 0:
			r.visitorComes(rng)
		case 1:
			r.bossActs(rng)
		default:
			r.agentActs(r.agents[rng.IntN(len(r.agents))], rng)
		}
		r.settle()
		r.judgeWaiting()
	}
}

// settle waits until nobody looks at a queue and no deadline is left that has passed.
func (r *race) settle() {
	for range 50 {
		r.running.Wait()
		due, _, err := r.db.Due(context.Background(), 1)
		must(r.t, err)
		if len(due) == 0 {
			return
		}
		r.sweepOnce(context.Background())
	}
	r.t.Error("a deadline is due again and again")
}

// fine reports what goes wrong in a way that has nothing to do with somebody being faster.
func (r *race) fine(err error) {
	switch models.KindOf(err) {
	case models.KindConflict, models.KindNotEligible, models.KindAtCapacity, models.KindForbidden, models.KindClosed:
	default:
		if err != nil {
			r.t.Error(err)
		}
	}
}

func (r *race) visitorsCome(rng *rand.Rand) {
	for range 3 {
		r.visitorComes(rng)
	}
}

func (r *race) visitorComes(rng *rand.Rand) {
	ctx := context.Background()
	v := models.Visitor{SiteID: r.site.ID, TokenHash: fmt.Appendf(nil, "%d-%d", r.db.n, rng.Uint64())}
	if err := r.account.CreateVisitor(ctx, &v); err != nil {
		r.t.Error(err)
		return
	}
	if rng.IntN(2) == 0 { // others have closed the page at once
		r.VisitorCame(ctx, v)
	}
	conv := r.history.start(r, v, r.departments[rng.IntN(len(r.departments))].PublicID)
	r.mu.Lock()
	r.visitors[conv], r.convs = v, append(r.convs, conv)
	r.mu.Unlock()
	if rng.IntN(4) == 0 {
		r.history.end(r, v, conv)
	}
}

// any is some conversation; "" while there is none.
func (r *race) any(rng *rand.Rand) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.convs) == 0 {
		return ""
	}
	return r.convs[rng.IntN(len(r.convs))]
}

// agentDoes lets an agent come, work, and perhaps go.
func (r *race) agentDoes(a models.Agent, rng *rand.Rand) {
	ctx := context.Background()
	if !r.presence.Agent(a.ID) {
		r.fine(r.AgentCame(ctx, a, false))
	}
	for range 9 {
		r.agentActs(a, rng)
	}
	if rng.IntN(3) > 0 { // here for more when it is quiet
		r.fine(r.SetAccepting(ctx, a, true))
		r.fine(r.SetAvailability(ctx, a, models.Online))
	}
}

func (r *race) agentActs(a models.Agent, rng *rand.Rand) {
	ctx := context.Background()
	switch rng.IntN(12) {
	case 0:
		if r.presence.Agent(a.ID) {
			r.fine(r.AgentLeft(ctx, a))
		} else {
			r.fine(r.AgentCame(ctx, a, false))
		}
	case 1:
		r.fine(r.SetAvailability(ctx, a, []models.Availability{models.Online, models.Online, models.Away, models.Offline}[rng.IntN(4)]))
	case 2:
		r.fine(r.SetAccepting(ctx, a, rng.IntN(3) > 0))
	default:
		r.act(a, rng)
	}
}

// act lets somebody look at a conversation and then do what suits how it stood.
func (r *race) act(a models.Agent, rng *rand.Rand) {
	conv := r.any(rng)
	if conv == "" {
		return
	}
	seen := r.history.read(r, a, conv)
	mine := seen.owner == a.Name
	colleague := r.agents[rng.IntN(len(r.agents))]
	to := Destination{Agent: colleague.PublicID}
	toName := colleague.Name
	if rng.IntN(3) == 0 {
		to, toName = Destination{Department: r.departments[rng.IntN(len(r.departments))].PublicID}, ""
	}
	switch n := rng.IntN(6); {
	case seen.state == models.StateQueued, a.Role.Supervises() && n < 2 && seen.state != models.StateClosed:
		r.history.do(r, a, conv, input{what: take}, func(ctx context.Context) (Summary, error) { return r.Take(ctx, a, conv) })
	case seen.state == models.StateOffered && mine && n < 4:
		r.history.do(r, a, conv, input{what: accept}, func(ctx context.Context) (Summary, error) { return r.Accept(ctx, a, conv) })
	case seen.state == models.StateOffered && mine:
		r.history.do(r, a, conv, input{what: decline}, func(ctx context.Context) (Summary, error) { return r.Decline(ctx, a, conv) })
	case seen.state == models.StateActive && n < 4:
		r.history.do(r, a, conv, input{what: transfer, to: toName}, func(ctx context.Context) (Summary, error) { return r.Transfer(ctx, a, conv, to) })
	case n == 5:
		r.history.do(r, a, conv, input{what: finish}, func(ctx context.Context) (Summary, error) { return r.Close(ctx, a, conv, "") })
	}
}

func (r *race) bossDoes(rng *rand.Rand) {
	for range 6 {
		r.bossActs(rng)
	}
}

func (r *race) bossActs(rng *rand.Rand) {
	ctx := context.Background()
	switch rng.IntN(4) {
	case 0, 1:
		_, err := r.SetLimit(ctx, r.boss, r.agents[rng.IntN(len(r.agents))].PublicID, rng.IntN(5))
		r.fine(err)
	case 2:
		if conv := r.any(rng); conv != "" {
			r.history.do(r, r.boss, conv, input{what: rank}, func(ctx context.Context) (Summary, error) {
				return r.SetPriority(ctx, r.boss, conv, rng.IntN(3)-1)
			})
		}
	default:
		r.act(r.boss, rng)
	}
}

func (r *race) timePasses(rng *rand.Rand) {
	for range 4 {
		r.db.clock.pass(time.Duration(rng.IntN(25_000)) * time.Millisecond)
		r.sweepOnce(context.Background())
	}
}
