package chat

import (
	"context"
	"strings"
	"testing"

	"foyer/models"
)

// How tests say what they expect: in the words of a log.

// set changes the settings of the department that newDesk made.
func (d *desk) set(change func(*models.Department)) {
	d.t.Helper()
	change(&d.support)
	must(d.t, d.account.SaveDepartment(context.Background(), &d.support))
	d.changed(d.site.AccountID)
}

// add makes another department, for which the given agents answer; they are hired with a limit of 1.
func (d *desk) add(name string, agents ...string) models.Department {
	d.t.Helper()
	other, err := d.account.CreateDepartment(context.Background(), models.NewDepartment(name))
	must(d.t, err)
	for _, agent := range agents {
		d.hireFor(agent, 1, models.RoleAgent, other)
	}
	return other
}

// hireFor is hire with a role and for some departments only.
func (d *desk) hireFor(name string, limit int, role models.Role, of ...models.Department) models.Agent {
	d.t.Helper()
	a := models.Agent{Email: name + "@tea.test", Name: name, Role: role, ChatLimit: limit, Availability: models.Online}
	must(d.t, d.account.CreateAgent(context.Background(), &a, of...))
	d.agents[name] = a
	return a
}

// stands says how a conversation stands: "queued", "offered to anna", "active with anna", "closed";
// before it "message", if that is what it is.
func (d *desk) stands(conv string) string {
	d.t.Helper()
	c := d.conv(conv)
	var words []string
	if c.Kind == models.KindMessage {
		words = append(words, "message")
	}
	words = append(words, string(c.State))
	if c.Owner != nil && c.State == models.StateOffered {
		words = append(words, "to", c.Owner.Name)
	}
	if c.Owner != nil && c.State == models.StateActive {
		words = append(words, "with", c.Owner.Name)
	}
	return strings.Join(words, " ")
}

// expect says how a conversation should stand.
func (d *desk) expect(conv, want string) {
	d.t.Helper()
	if got := d.stands(conv); got != want {
		d.t.Errorf("it is %s, want %s", got, want)
	}
}

// story tells what happened in a conversation after a number, but for what was said: each event with
// its cause and agent.
func (d *desk) story(conv string, after int64) string {
	d.t.Helper()
	events, _, err := d.Log(context.Background(), d.agent(), conv, Slice{After: after})
	must(d.t, err)
	var out []string
	for _, e := range events {
		if e.Kind.Line() {
			continue
		}
		words := []string{string(e.Kind)}
		if e.Cause != "" {
			words = append(words, string(e.Cause))
		}
		if e.Agent != nil {
			words = append(words, e.Agent.Name)
		}
		out = append(out, strings.Join(words, " "))
	}
	return strings.Join(out, ", ")
}

// happened is story from a number on, as it should be.
func (d *desk) happened(conv string, after int64, want string) {
	d.t.Helper()
	if got := d.story(conv, after); got != want {
		d.t.Errorf("what happened is %q, want %q", got, want)
	}
}

// hours are a department's that is open on Mondays, of which the clock's first day is one.
func hours(from, to models.Minute) models.Hours { return models.Hours{"mon": {{From: from, To: to}}} }

func refused(t *testing.T, err error, kind models.Kind) {
	t.Helper()
	if models.KindOf(err) != kind {
		t.Errorf("%v, want %s", err, kind)
	}
}

// invite lets an agent invite another.
func (d *desk) invite(by, guest, conv string) {
	d.t.Helper()
	_, err := d.Invite(context.Background(), d.agents[by], conv, d.agents[guest].PublicID)
	must(d.t, err)
}

// autoAway lets agents count as away after so many seconds without a sign of life.
func (d *desk) autoAway(seconds int) {
	d.t.Helper()
	must(d.t, d.account.SaveRouting(context.Background(), models.Account{AutoAway: seconds}))
	d.changed(d.site.AccountID)
}

// welcome is what a socket of a visitor does at first: everything it is sent until it is in the picture.
func (d *desk) welcome(v *visitor) string {
	d.t.Helper()
	ctx := context.Background()
	sent, c, err := d.WelcomeVisitor(ctx, v.Visitor, d.site, "", "", Beat{})
	must(d.t, err)
	all := []string{string(sent)}
	if c != nil {
		must(d.t, d.ReplayToVisitor(ctx, c, 0, func(_ context.Context, f []byte) error {
			all = append(all, string(f))
			return nil
		}))
	}
	d.settle()
	return strings.Join(all, "\n")
}

func (d *desk) transfer(by, conv string, to Destination) {
	d.t.Helper()
	_, err := d.Transfer(context.Background(), d.agents[by], conv, to)
	must(d.t, err)
	d.settle()
}

func (d *desk) take(by, conv string) {
	d.t.Helper()
	_, err := d.Take(context.Background(), d.agents[by], conv)
	must(d.t, err)
	d.settle()
}
