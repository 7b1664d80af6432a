package store

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"foyer/models"
)

// This does at random what can be done to conversations, alone or in
// one batch, across restarts and crashes, beside a model that says what must come of it: nothing
// acknowledged is lost, doubled or reordered, and nobody has more than one owner or their limit.
func TestConversationsKeepTheirPromises(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		rapid.Check(t, func(rt *rapid.T) {
			m := &machine{tenant: newTenant(rt, b), T: rt, crashes: t.TempDir, dirty: map[*talk]bool{}}
			for i, limit := range []int{1, 2, 0} {
				m.agents = append(m.agents, m.agent(fmt.Sprint("Agent ", i), limit))
			}
			for range 3 {
				m.visitors = append(m.visitors, m.visitor())
			}
			rt.Repeat(m.actions())
			m.all()
			m.check()
		})
	})
}

// actions are what is done at random; "" is after each.
func (m *machine) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"":         func(*rapid.T) { m.check() },
		"start":    func(*rapid.T) { m.alone(m.aStart()) },
		"post":     func(*rapid.T) { m.alone(m.aPost(m.aTalk())) },
		"assign":   func(*rapid.T) { m.alone(m.anAssign(m.aTalk())) },
		"transfer": func(*rapid.T) { m.alone(m.aTransfer(m.aTalk())) },
		"requeue":  func(*rapid.T) { m.alone(m.aRequeue(m.aTalk())) },
		"close":    func(*rapid.T) { m.alone(m.aClose(m.aTalk())) },
		"offer":    func(*rapid.T) { m.alone(m.anOffer(m.aTalk())) },
		"accept":   func(*rapid.T) { m.alone(m.anAccept(m.aTalk())) },
		"withdraw": func(*rapid.T) { m.alone(m.aWithdrawal(m.aTalk())) },
		"takeover": func(*rapid.T) { m.alone(m.aTakeOver(m.aTalk())) },
		"give up":  func(*rapid.T) { m.alone(m.aGiveUp(m.aTalk())) },
		"overflow": func(*rapid.T) { m.alone(m.anOverflow(m.aTalk())) },
		"keep":     func(*rapid.T) { m.alone(m.aKeep(m.aTalk())) },
		"revive":   func(*rapid.T) { m.alone(m.aRevival(m.aTalk())) },
		"invite":   func(*rapid.T) { m.alone(m.anInvitation(m.aTalk())) },
		"leave":    func(*rapid.T) { m.alone(m.aLeave(m.aTalk())) },
		"save":     func(*rapid.T) { m.alone(m.aSaving(m.aTalk())) },
		"stale":    func(*rapid.T) { m.alone(m.aStaleMove(m.aTalk())) },
		"read":     func(*rapid.T) { m.alone(m.aRead(m.aTalk())) },
		"batch":    func(*rapid.T) { m.together() },
		"wait": func(*rapid.T) {
			m.clock.pass(time.Duration(rapid.IntRange(0, 90_000).Draw(m.T, "ms")) * time.Millisecond)
		},
		"restart": func(*rapid.T) { m.restart(m.T); m.all() },
		"recover": func(*rapid.T) { m.recover() },
		"crash":   func(*rapid.T) { m.crash(); m.all() },
	}
}

// machine is an account and what its model knows of it.
type machine struct {
	*tenant
	*rapid.T
	agents   []models.Agent
	visitors []models.Visitor
	talks    []*talk
	dirty    map[*talk]bool // to be compared with what is stored
	crashes  func() string  // makes a folder
}

// talk is what the model knows of a conversation.
type talk struct {
	models.Conversation // what it should be
	log                 []models.Message
	spans               []span                // waits and assignments
	rings               []span                // offers
	seen                []models.Conversation // how it stood earlier
}

// step is something to do to the store and then to the model, which judges the result.
type step struct {
	post  bool // carried out before the changes of the same batch
	run   func()
	judge func()
}

func (m *machine) alone(s step) {
	s.run()
	s.judge()
}

// together does several things in one batch.
func (m *machine) together() {
	var steps []step
	var runs []func()
	for range rapid.IntRange(2, 8).Draw(m.T, "steps") {
		c := m.aTalk()
		s := rapid.SampledFrom([]func(*talk) step{
			m.aPost, m.aPost, m.aPost, m.anAssign, m.aTransfer, m.aRequeue, m.aClose, m.aStaleMove, m.aRead,
			m.anOffer, m.anOffer, m.anAccept, m.aWithdrawal, m.aTakeOver, m.aGiveUp, m.anOverflow, m.aKeep, m.aRevival,
			m.anInvitation, m.aLeave, m.aSaving,
		}).Draw(m.T, "what")(c)
		steps, runs = append(steps, s), append(runs, s.run)
	}
	m.inOneBatch(m.T, runs...)
	slices.SortStableFunc(steps, func(x, y step) int {
		return map[bool]int{true: 0, false: 1}[x.post] - map[bool]int{true: 0, false: 1}[y.post]
	})
	for _, s := range steps {
		s.judge()
	}
}

// crash goes on with what a process that was killed now would have left on disk. What PostgreSQL
// keeps is its own affair.
func (m *machine) crash() {
	if !m.sqlite {
		m.restart(m.T)
		return
	}
	path := filepath.Join(m.crashes(), "foyer.db")
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(m.options.DSN + suffix)
		if err == nil {
			err = os.WriteFile(path+suffix, data, 0o600)
		}
		must(m.T, err)
	}
	must(m.T, m.Close())
	m.options.DSN = path
	m.open(m.T)
}

func (m *machine) aTalk() *talk {
	if len(m.talks) == 0 {
		m.Skip("nobody talks yet")
	}
	return rapid.SampledFrom(m.talks).Draw(m.T, "conversation")
}

func (m *machine) anAgent() models.Agent { return rapid.SampledFrom(m.agents).Draw(m.T, "agent") }

// want reports an outcome that is not what the model says.
func (m *machine) want(what string, err error, kind models.Kind) bool {
	if models.KindOf(err) != kind || kind == "" && err != nil {
		m.Fatalf("%s ended with %v (kind %q), want kind %q", what, err, models.KindOf(err), kind)
	}
	return err == nil
}

func (m *machine) load(agent int64) (n int) {
	for _, c := range m.talks {
		if (c.State == models.StateActive || c.State == models.StateOffered) && c.AgentID == agent {
			n++
		}
	}
	return n
}

// all makes the next check look at every conversation.
func (m *machine) all() {
	for _, c := range m.talks {
		m.dirty[c] = true
	}
}

// check compares what is stored with the model.
func (m *machine) check() {
	var waiting []*talk
	for _, c := range m.talks {
		if waits(c.Conversation) != "" {
			waiting = append(waiting, c)
		}
		if m.dirty[c] {
			m.compare(c)
		}
	}
	clear(m.dirty)
	slices.SortFunc(waiting, func(x, y *talk) int {
		return cmp.Or(cmp.Compare(y.Priority, x.Priority), cmp.Compare(x.ArrivedAt, y.ArrivedAt), cmp.Compare(x.ID, y.ID))
	})
	queue, err := m.account().Queue(background, 0)
	must(m.T, err)
	var stored, want []int64
	for _, c := range queue {
		stored = append(stored, c.ID)
	}
	for _, c := range waiting {
		want = append(want, c.ID)
	}
	if !slices.Equal(stored, want) {
		m.Fatalf("waiting are %v, want %v", stored, want)
	}
	standings, err := m.account().Standings(background)
	must(m.T, err)
	for i, id := range want {
		if len(standings) != len(want) || standings[i].ID != id || standings[i].QueuedAt != waiting[i].QueuedAt {
			m.Fatalf("standing are %+v, want %v", standings, want)
		}
	}
	agents, err := m.account().Agents(background)
	must(m.T, err)
	for _, a := range agents {
		if want := m.load(a.ID); a.Open != want || a.Open > a.ChatLimit {
			m.Fatalf("%s has %d conversations of %d, want %d", a.Name, a.Open, a.ChatLimit, want)
		}
	}
}

func (m *machine) compare(c *talk) {
	stored := m.now(c.PublicID).Conversation
	if got, want := fmt.Sprintf("%+v", stored), fmt.Sprintf("%+v", c.Conversation); got != want {
		m.Fatalf("stored is %s\nwant      %s", got, want)
	}
	m.dense(c.PublicID)
	m.consistent(c.PublicID)
	log := m.log(c.PublicID)
	if len(log) != len(c.log) {
		m.Fatalf("the log has %d events, want %d", len(log), len(c.log))
	}
	for i, e := range log {
		if e.Message != c.log[i] {
			m.Fatalf("event %d is %+v\nwant %+v", i+1, e.Message, c.log[i])
		}
	}
	if got, want := m.spans(c.ID), inTime(c.spans); !slices.Equal(got, want) {
		m.Fatalf("intervals are %+v\nwant %+v", got, want)
	}
	if got, want := m.offers(c.ID), inTime(c.rings); !slices.Equal(got, want) {
		m.Fatalf("offers are %+v\nwant %+v", got, want)
	}
}
