package chat

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"foyer/models"
)

func TestASupervisorTakesOver(t *testing.T) {
	ctx := context.Background()
	tests := map[string]struct {
		set   func(d *desk, v *visitor) string
		by    string
		kind  models.Kind
		story string
		ends  string
	}{
		"a colleague's":                 {answered, "vera", "", "transferred takeover vera", "active with vera"},
		"what rings at a colleague":     {ringing, "vera", "", "assigned taken vera", "active with vera"},
		"what waits":                    {func(d *desk, v *visitor) string { d.leave("anna"); return d.start(v, "hello") }, "vera", "", "assigned taken vera", "active with vera"},
		"an agent may not":              {answered, "chloe", models.KindConflict, "", "active with anna"},
		"an agent may not what rings":   {ringing, "chloe", models.KindConflict, "", "offered to anna"},
		"nobody what is over":           {over, "vera", models.KindConflict, "", "closed"},
		"nobody beyond their own limit": {answered, "full", models.KindAtCapacity, "", "active with anna"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			d.hireFor("vera", 9, models.RoleSupervisor)
			d.hireFor("full", 0, models.RoleAdmin)
			d.hireFor("chloe", 9, models.RoleAgent)
			for _, agent := range []string{"anna", "vera", "chloe", "full"} {
				d.come(agent)
			}
			v := d.visitor()
			conv := test.set(d, v)
			from := d.conv(conv).LastSeq
			desk := d.listen(TopicAgent(d.agents["anna"].ID))
			_, err := d.Take(ctx, d.agents[test.by], conv)
			refused(t, err, test.kind)
			d.settle()
			d.happened(conv, from, test.story)
			d.expect(conv, test.ends)
			if test.kind == "" && name != "what waits" { // whoever had it hears that they have it no longer
				desk.await(t, func(f map[string]any) bool {
					return f["t"] == "event" && f["agent"].(map[string]any)["name"] == "vera"
				})
			}
		})
	}
}

func over(d *desk, v *visitor) string {
	conv := answered(d, v)
	must(d.t, closeBy("anna")(d, conv))
	return conv
}

// For reports: what was taken from somebody is not what they accepted or answered.
func TestHowAnAgentsTimeEnded(t *testing.T) {
	type end = func(d *desk, conv string) error
	take := func(name string) end { return takeBy(name) }
	accept := func(d *desk, conv string) error {
		_, err := d.Accept(context.Background(), d.agents["anna"], conv)
		return err
	}
	decline := func(d *desk, conv string) error {
		_, err := d.Decline(context.Background(), d.agents["anna"], conv)
		return err
	}
	wait := func(by time.Duration) end { return func(d *desk, _ string) error { d.pass(by); return nil } }
	gone := func(d *desk, _ string) error { d.leave("anna"); d.pass(testGrace); return nil }
	for name, test := range map[string]struct {
		set   func(*desk, *visitor) string
		end   end
		table string
		want  models.EndReason
	}{
		"an offer she accepts":        {ringing, accept, "offers", models.EndAssigned},
		"one she takes":               {ringing, take("anna"), "offers", models.EndAssigned},
		"one she declines":            {ringing, decline, "offers", models.EndDeclined},
		"one she misses":              {ringing, wait(offerTime), "offers", models.EndMissed},
		"one she is gone for":         {ringing, gone, "offers", models.EndAgentLost},
		"one a supervisor takes":      {ringing, take("vera"), "offers", models.EndTransferred},
		"hers that is taken over":     {answered, take("vera"), "assignments", models.EndTransferred},
		"hers that she is silent in":  {talking, wait(silentTime), "assignments", models.EndSilent},
		"hers when she is lost":       {answered, gone, "assignments", models.EndAgentLost},
		"hers that she closes":        {answered, closeBy("anna"), "assignments", models.EndClosed},
		"hers whose visitor is quiet": {answered, func(d *desk, _ string) error { d.pass(idleWarn); d.pass(idleClose); return nil }, "assignments", models.EndIdle},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			d.hireFor("vera", 9, models.RoleSupervisor)
			d.come("anna")
			d.come("vera")
			must(t, test.end(d, test.set(d, d.visitor())))
			d.settle()
			db, err := sql.Open("sqlite3", "file:"+d.path+"?mode=ro")
			must(t, err)
			defer db.Close()
			var got models.EndReason
			must(t, db.QueryRow("SELECT end_reason FROM "+test.table+" WHERE agent_id = ? ORDER BY id", d.agents["anna"].ID).Scan(&got))
			if got != test.want {
				t.Errorf("it ended as %q, want %q", got, test.want)
			}
		})
	}
}
