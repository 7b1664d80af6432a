package chat

import (
	"testing"
	"time"

	"foyer/models"
)

// timeout is one clock that runs out.
type timeout struct {
	agents []string // of the department, with a limit of 1 each; all of them are here
	// set leads to where the clock begins to run.
	set   func(d *desk, v *visitor) (conv string)
	runs  time.Duration
	anew  bool          // over a restart everybody has the whole time again
	least time.Duration // how long it goes on at least after a restart, if not anew
	story string        // what happens when it runs out, in the words of story
	ends  string        // and how the conversation stands then
}

const (
	offerTime  = 20 * time.Second
	silentTime = 120 * time.Second
	idleWarn   = 600 * time.Second
	idleClose  = 300 * time.Second
)

var timeouts = map[string]timeout{
	"an offer rings in vain": {
		agents: []string{"anna"}, set: ringing, runs: offerTime, least: testGrace,
		story: "declined missed anna", ends: "queued",
	},
	"an offer rings in vain, and then at a colleague": {
		agents: []string{"anna", "ben"}, set: ringing, runs: offerTime, least: testGrace,
		story: "declined missed anna, offered ben", ends: "offered to ben",
	},
	"an agent is lost while it rings": {
		agents: []string{"anna", "ben"}, runs: testGrace, anew: true,
		set: func(d *desk, v *visitor) string {
			conv := ringing(d, v)
			d.leave("anna")
			return conv
		},
		story: "declined lost anna, offered ben", ends: "offered to ben",
	},
	"an agent is lost": {
		agents: []string{"anna"}, set: lost, runs: testGrace, anew: true,
		story: "agent_lost anna", ends: "queued",
	},
	"an agent is lost, and a colleague is free": {
		agents: []string{"anna", "ben"}, set: lost, runs: testGrace, anew: true,
		story: "agent_lost anna, assigned auto ben", ends: "active with ben",
	},
	"an agent is silent, and nobody else is here": {
		agents: []string{"anna"}, set: talking, runs: silentTime, least: testGrace,
		story: "agent_silent anna", ends: "queued",
	},
	"an agent is silent": {
		agents: []string{"anna", "ben"}, set: talking, runs: silentTime, least: testGrace,
		story: "agent_silent anna, assigned auto ben", ends: "active with ben",
	},
	"who was silent may be asked again, since nobody else can": {
		agents: []string{"anna"}, runs: testAskAgain,
		set: func(d *desk, v *visitor) string {
			conv := talking(d, v)
			d.pass(silentTime)
			return conv
		},
		story: "assigned auto anna", ends: "active with anna",
	},
	"a visitor leaves the queue": {
		runs: testVisitorGrace, anew: true,
		set: func(d *desk, v *visitor) string {
			conv := d.start(v, "hello")
			d.shut(v)
			return conv
		},
		story: "closed abandoned", ends: "closed",
	},
	"a visitor leaves while it rings": {
		agents: []string{"anna"}, runs: testVisitorGrace, anew: true,
		set: func(d *desk, v *visitor) string {
			d.set(func(to *models.Department) { to.OfferTime = models.MaxOfferTime })
			conv := ringing(d, v)
			d.shut(v)
			return conv
		},
		story: "closed abandoned", ends: "closed",
	},
	"a visitor is silent": {
		agents: []string{"anna"}, set: answered, runs: idleWarn, least: testVisitorGrace,
		story: "idle", ends: "active with anna",
	},
	"a visitor is silent after the warning": {
		agents: []string{"anna"}, runs: idleClose, least: testVisitorGrace,
		set: func(d *desk, v *visitor) string {
			conv := answered(d, v)
			d.pass(idleWarn)
			return conv
		},
		story: "closed idle", ends: "closed",
	},
	"the longest wait, then a message": {
		runs: 5 * time.Minute, least: testGrace,
		set: func(d *desk, v *visitor) string {
			d.set(func(to *models.Department) { to.MaxWait, to.Then = 300, models.ThenMessage })
			return d.start(v, "hello")
		},
		story: "missed waited", ends: "message queued",
	},
	"the longest wait, then another department": {
		runs: 5 * time.Minute, least: testGrace,
		set: func(d *desk, v *visitor) string {
			sales := d.add("Sales", "sam")
			d.come("sam")
			d.set(func(to *models.Department) { to.MaxWait, to.Then, to.OverflowID = 300, models.ThenOverflow, sales.ID })
			return d.start(v, "hello")
		},
		story: "transferred overflow, assigned auto sam", ends: "active with sam",
	},
	"closing time, and nobody is left": {
		runs: time.Hour, least: testGrace,
		set: func(d *desk, v *visitor) string {
			d.set(func(to *models.Department) { to.Hours = hours(8*60, 10*60) })
			return d.start(v, "hello")
		},
		story: "missed closed", ends: "message queued",
	},
	"a transfer to a department that nobody takes": {
		agents: []string{"anna"}, runs: testBack, least: testGrace,
		set: func(d *desk, v *visitor) string {
			conv := answered(d, v)
			d.transfer("anna", conv, Destination{Department: d.add("Sales", "sam").PublicID})
			return conv
		},
		story: "returned anna", ends: "active with anna",
	},
	"a transfer to an agent at whom it rings in vain": {
		agents: []string{"anna", "ben"}, set: ringingAtBen, runs: offerTime, least: testGrace,
		story: "declined missed ben, returned anna", ends: "active with anna",
	},
	"a transfer to an agent who is lost while it rings": {
		agents: []string{"anna", "ben"}, runs: testGrace, anew: true,
		set: func(d *desk, v *visitor) string {
			conv := ringingAtBen(d, v)
			d.leave("ben")
			return conv
		},
		story: "declined lost ben, returned anna", ends: "active with anna",
	},
	"a transfer to an agent who is silent": {
		agents: []string{"anna", "ben"}, runs: silentTime, least: testGrace,
		set: func(d *desk, v *visitor) string {
			conv := answered(d, v)
			d.transfer("anna", conv, Destination{Agent: d.agents["ben"].PublicID})
			return conv
		},
		story: "agent_silent ben, returned anna", ends: "active with anna",
	},
}

// talking is a conversation that anna has just been given.
func talking(d *desk, v *visitor) string {
	conv := d.start(v, "hello")
	d.expect(conv, "active with anna")
	return conv
}

// answered is one in which anna has answered.
func answered(d *desk, v *visitor) string {
	conv := talking(d, v)
	d.answer("anna", conv)
	return conv
}

// lost is one whose agent, anna, has just gone.
func lost(d *desk, v *visitor) string {
	conv := talking(d, v)
	d.leave("anna")
	return conv
}

// ringing is one that rings at anna.
func ringing(d *desk, v *visitor) string {
	d.set(func(to *models.Department) { to.Mode = models.ModeOffer })
	conv := d.start(v, "hello")
	d.expect(conv, "offered to anna")
	return conv
}

// ringingAtBen is one of anna's that is transferred to ben, at whom it rings.
func ringingAtBen(d *desk, v *visitor) string {
	conv := answered(d, v)
	d.set(func(to *models.Department) { to.Mode = models.ModeOffer })
	d.transfer("anna", conv, Destination{Agent: d.agents["ben"].PublicID})
	d.expect(conv, "offered to ben")
	return conv
}

func TestEveryClockRunsOutInTimeAndNotBefore(t *testing.T) {
	for name, c := range timeouts {
		t.Run(name, func(t *testing.T) {
			d, conv, from := c.begin(t)
			before := d.stands(conv)
			d.pass(c.runs - time.Millisecond)
			d.happened(conv, from, "")
			d.expect(conv, before)
			d.pass(time.Millisecond)
			d.happened(conv, from, c.story)
			d.expect(conv, c.ends)
		})
	}
}

// Nobody is here when the server starts: what waits for somebody to do something does not run out before
// they may be back.
func TestEveryClockRunsOnOverARestart(t *testing.T) {
	for name, c := range timeouts {
		for after, down := range map[string]time.Duration{"at once": 0, "a quarter": c.runs / 4, "too late": 2 * c.runs} {
			t.Run(name+", "+after, func(t *testing.T) {
				d, conv, from := c.begin(t)
				before := d.stands(conv)
				d.pass(c.runs / 2)
				d.resumeAfter(down)
				left := max(c.runs-c.runs/2-down, c.least)
				if c.anew {
					left = c.runs
				}
				if left > 0 {
					d.pass(left - time.Millisecond)
					d.happened(conv, from, "")
					d.expect(conv, before)
					d.pass(time.Millisecond)
				}
				d.happened(conv, from, c.story)
				d.expect(conv, c.ends)
			})
		}
	}
}

// begin leads to where the clock begins to run; from is the log's end then.
func (c timeout) begin(t *testing.T) (d *desk, conv string, from int64) {
	t.Helper()
	d = newDesk(t, 1, c.agents...)
	if len(c.agents) == 0 { // the department is somebody's, who is not here
		d.hire("zoe", 1)
	}
	for _, name := range c.agents {
		d.come(name)
	}
	conv = c.set(d, d.visitor())
	return d, conv, d.conv(conv).LastSeq
}
