package handlers

import (
	"context"
	"flag"
	"log/slog"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"foyer/app/chat"
	"foyer/models"
)

func TestMain(m *testing.M) {
	for name, value := range map[string]string{"rapid.checks": "5", "rapid.steps": "50", "rapid.shrinktime": "5s", "rapid.nofailfile": "true"} { // the command line wins
		_ = flag.Set(name, value)
	}
	slog.SetDefault(slog.New(slog.DiscardHandler)) // what tests break on purpose would be logged
	if _, child := os.LookupEnv(childEnv); child { // it serves until it is ended
		os.Exit(m.Run())
	}
	goleak.VerifyTestMain(m,
		// fasthttp's clock never ends, and what clears its idle workers looks every 10 s whether it should.
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"))
}

// TestNothingSaidIsLost lets visitors and agents talk at random while connections are cut with frames
// on their way, peers stop reading, and the server is stopped, killed, and put back to a backup. What
// must hold all the same is named M1 to M11 where it is looked at; M12 has its own test.
func TestNothingSaidIsLost(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, w *premises) {
		site, agents, tokens := w.found(t, "anna", "ben")
		rapid.Check(t, func(rt *rapid.T) {
			m := newDelivery(rt, w, site, agents)
			defer m.end()
			for _, name := range []string{"anna", "ben"} {
				m.add(&person{name: name, agent: name, token: tokens[name]})
			}
			browser, other := &visitorTabs{}, &visitorTabs{}
			m.add(&person{name: "a visitor", tab: browser})
			m.add(&person{name: "the visitor's other tab", tab: browser})
			m.add(&person{name: "another visitor", tab: other})
			rt.Repeat(map[string]func(*rapid.T){
				"":         func(*rapid.T) { m.check() },
				"connect":  func(*rapid.T) { m.connects() },
				"start":    func(*rapid.T) { m.starts() },
				"say":      func(*rapid.T) { m.says(1, 4) },
				"burst":    func(*rapid.T) { m.says(8, 30) },
				"answer":   func(*rapid.T) { m.answers() },
				"file":     func(*rapid.T) { m.sends() },
				"edit":     func(*rapid.T) { m.amends(false) },
				"delete":   func(*rapid.T) { m.amends(true) },
				"mark":     func(*rapid.T) { m.marks() },
				"move":     func(*rapid.T) { m.moves() },
				"mode":     func(*rapid.T) { m.modes() },
				"leave":    func(*rapid.T) { m.leaves() },
				"reload":   func(*rapid.T) { m.reloads() },
				"cut":      func(*rapid.T) { m.cuts() },
				"stall":    func(*rapid.T) { m.stalls() },
				"quiet":    func(*rapid.T) { m.quiet() },
				"conflict": func(*rapid.T) { m.conflicts() },
				"time": func(*rapid.T) {
					w.clock.pass(time.Duration(rapid.IntRange(0, 20_000).Draw(rt, "ms")) * time.Millisecond)
				},
				"restart":   func(*rapid.T) { m.restarts() },
				"backup":    func(*rapid.T) { w.keep(rt) },
				"come back": func(*rapid.T) { m.connectAll() },
			})
			m.check()
			m.quiet()
		})
	})
}

// delivery is one run: who takes part, and what was promised to them.
type delivery struct {
	*premises
	*rapid.T
	site   models.Site
	agents map[string]models.Agent
	people []*person

	// Guarded by mu.
	mu     sync.Mutex
	news   *sync.Cond // something was heard, or a connection was lost
	cids   int
	said   map[string]*entry  // by cid
	acks   map[promise]stored // what was acked
	convs  map[string]bool
	faults []string

	amended map[amendment]bool // what was answered with ok
	told    map[side][]int64   // what each side said it has received or read
	noted   map[side]int64     // what of it the server must have noted
	heard   []receipt          // since they were last looked at
}

// promise is what an ack is about, stored is what it promises.
type promise struct{ conv, cid string }

type stored struct {
	seq     int64 // 0 when a start was answered, which tells no number
	at      models.Instant
	visitor bool // seq counts what visitors see
}

func newDelivery(t *rapid.T, w *premises, site models.Site, agents map[string]models.Agent) *delivery {
	m := &delivery{
		premises: w, T: t, site: site, agents: agents,
		said: map[string]*entry{}, acks: map[promise]stored{}, convs: map[string]bool{},
		amended: map[amendment]bool{}, told: map[side][]int64{}, noted: map[side]int64{},
	}
	m.news = sync.NewCond(&m.mu)
	m.backup = "" // of an earlier run
	m.arrange(t, agents["anna"], func(d *chat.DepartmentSettings) { d.Mode = models.ModeAuto })
	for _, a := range agents {
		page, err := w.db.For(site.AccountID).Open(context.Background())
		for _, c := range page {
			if _, err = w.web.Chat.Close(context.Background(), a, c.PublicID, ""); models.KindOf(err) == models.KindConflict {
				err = nil // what a visitor of the run before said last has ended it just now
			}
		}
		if err != nil {
			t.Fatalf("clear the desk: %v", err)
		}
	}
	return m
}

func (m *delivery) add(p *person) {
	p.m, p.logs, p.codes = m, map[string]*heardLog{}, map[string]string{}
	m.people = append(m.people, p)
}

func (m *delivery) end() { m.cutAll() }

// someone draws one of those who fit.
func (m *delivery) someone(fits func(*person) bool) *person {
	m.mu.Lock()
	var names []string
	for _, p := range m.people {
		if fits(p) {
			names = append(names, p.name)
		}
	}
	m.mu.Unlock()
	if len(names) == 0 {
		m.Skip("nobody can do this")
	}
	name := rapid.SampledFrom(names).Draw(m.T, "who")
	return m.people[slices.IndexFunc(m.people, func(p *person) bool { return p.name == name })]
}

func (m *delivery) connects() {
	p := m.someone(func(p *person) bool { return p.session == nil })
	stall := rapid.IntRange(0, 2).Draw(m.T, "stalls") == 0
	m.mu.Lock()
	defer m.mu.Unlock()
	p.connect(stall)
}

func (m *delivery) connectAll() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.people {
		p.connect(false)
	}
}

// starts begins a conversation, in tabs that show none or one that is over.
func (m *delivery) starts() {
	p := m.someone(func(p *person) bool {
		return p.agent == "" && p.starting() == nil && (p.conv == "" || m.isClosed(p.logs[p.conv]))
	})
	m.mu.Lock()
	defer m.mu.Unlock()
	p.say("", false)
}

// says adds lines of a visitor, connected or not.
func (m *delivery) says(least, most int) {
	p := m.someone(func(p *person) bool { return p.agent == "" && p.conv != "" })
	n := rapid.IntRange(least, most).Draw(m.T, "lines")
	m.mu.Lock()
	defer m.mu.Unlock()
	for range n {
		p.say(p.conv, false)
	}
}

// answers adds a line or notes of an agent.
func (m *delivery) answers() {
	p := m.someone(func(p *person) bool { return p.agent != "" && len(p.logs) > 0 })
	note := rapid.Bool().Draw(m.T, "note")
	n := rapid.IntRange(1, 4).Draw(m.T, "lines")
	conv := m.aConv(p)
	m.mu.Lock()
	defer m.mu.Unlock()
	for range n {
		p.say(conv, note)
	}
}

func (m *delivery) aConv(p *person) string {
	m.mu.Lock()
	var convs []string
	for conv := range p.logs {
		convs = append(convs, conv)
	}
	m.mu.Unlock()
	if len(convs) == 0 {
		m.Skip("no conversation")
	}
	slices.Sort(convs)
	return rapid.SampledFrom(convs).Draw(m.T, "conversation")
}

// isClosed reports whether the last event of a log says so.
func (m *delivery) isClosed(log *heardLog) bool {
	return log != nil && len(log.shown) > 0 && kindOf(log.shown[len(log.shown)-1]) == models.EventClosed
}
