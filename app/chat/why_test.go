package chat

import (
	"context"
	"maps"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"foyer/models"
)

// words tells a decision in one line: what, whom, why; among whom; without whom.
func (w Decision) words() string {
	who := "nobody"
	if w.Agent != nil {
		who = w.Agent.Name
	}
	out := []string{w.What, who, w.Why, "among"}
	for _, c := range w.Candidates {
		out = append(out, c.Agent.Name)
	}
	out = append(out, "without")
	for _, l := range w.LeftOut {
		out = append(out, l.Agent.Name+"/"+l.Reason)
	}
	return strings.Join(out, " ")
}

func (d *desk) why(conv string) Reasons {
	d.t.Helper()
	reasons, err := d.Why(context.Background(), d.agents["vera"], conv)
	must(d.t, err)
	return reasons
}

func TestEachDecisionIsKeptWithItsReasons(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna", "ben", "chloe", "dora", "emil", "fred")
	vera := d.hireFor("vera", 1, models.RoleAdmin)
	zero := 0
	_, err := d.SetMember(ctx, vera, d.support.PublicID, d.agents["fred"].PublicID, MemberSettings{Tier: models.TierNormal, Limit: &zero})
	must(t, err)
	for _, name := range []string{"anna", "ben", "dora", "emil", "fred"} { // not chloe
		d.come(name)
	}
	must(t, d.SetAvailability(ctx, d.agents["dora"], models.Away))
	must(t, d.SetAccepting(ctx, d.agents["emil"], false))
	conv := d.start(d.visitor(), "hello")
	d.expect(conv, "active with anna")
	d.clock.pass(time.Second)
	d.pass(silentTime - time.Second)
	d.expect(conv, "active with ben")
	d.pass(silentTime)
	d.expect(conv, "queued")

	left := "chloe/offline dora/away emil/not_accepting fred/department_full"
	got := d.why(conv)
	var told []string
	for _, decision := range got.Decisions {
		told = append(told, decision.words())
	}
	want := []string{
		"assigned anna least_busy among anna ben without " + left,
		"assigned ben only_one among ben without anna/tried " + left,
	}
	if !reflect.DeepEqual(told, want) {
		t.Errorf("kept are\n%s", strings.Join(told, "\n"))
	}
	if got.Now == nil || got.Now.words() != "none nobody nobody among without anna/tried ben/tried "+left {
		t.Errorf("now it would be %+v", got.Now)
	}
	if at := got.Decisions[1].At; at != models.InstantOf(d.clock.now().Add(-silentTime)) {
		t.Errorf("the second was at %v", at)
	}
	first := got.Decisions[0].Facts
	if first.Department.Name != "Support" || first.Position != 1 || first.WaitedMS != 0 || first.Mode != models.ModeAuto || first.Strategy != models.LeastBusy {
		t.Errorf("the facts are %+v", first)
	}
	d.resume()
	if again := d.why(conv); !reflect.DeepEqual(again.Decisions, got.Decisions) {
		t.Errorf("after a restart %+v", again.Decisions)
	}
}

func TestWhyOneWaitsIsToldWhileTheyDo(t *testing.T) {
	tests := map[string]struct {
		set  func(d *desk, conv string)
		want string // "" for nothing
	}{
		"nobody is here": {func(*desk, string) {}, "none nobody nobody among without anna/offline"},
		"who is here is full": {func(d *desk, conv string) {
			_, err := d.SetLimit(context.Background(), d.agents["vera"], d.agents["anna"].PublicID, 0)
			must(d.t, err)
			d.come("anna")
		}, "none nobody nobody among without anna/full"},
		"agents pick": {func(d *desk, conv string) {
			d.set(func(to *models.Department) { to.Mode = models.ModePull })
			d.come("anna")
		}, "none nobody pull among anna without"},
		"somebody has it": {func(d *desk, conv string) { d.take("anna", conv) }, ""},
		"it rings": {func(d *desk, conv string) {
			d.set(func(to *models.Department) { to.Mode = models.ModeOffer })
			d.come("anna")
		}, ""},
		"it is a message": {func(d *desk, conv string) {
			d.begin(d.known[0], Start{CID: "m", Text: "call me", Kind: models.KindMessage})
		}, ""},
		"its visitor has ended": {func(d *desk, conv string) { must(d.t, d.End(context.Background(), d.known[0].Visitor, conv)) }, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			d.hireFor("vera", 1, models.RoleSupervisor)
			conv := d.start(d.visitor(), "hello")
			test.set(d, conv)
			now := d.why(conv).Now
			if now == nil && test.want != "" || now != nil && strings.TrimSpace(now.words()) != test.want {
				t.Errorf("it is told %+v", now)
			}
		})
	}
}

func TestOnlySupervisorsSeeWhy(t *testing.T) {
	d := newDesk(t, 1, "anna")
	conv := d.start(d.visitor(), "hello")
	for role, kind := range map[models.Role]models.Kind{
		models.RoleAgent: models.KindForbidden, models.RoleSupervisor: "", models.RoleAdmin: "", models.RoleOwner: "",
	} {
		_, err := d.Why(context.Background(), d.hireFor(string(role), 1, role), conv)
		refused(t, err, kind)
	}
	_, err := d.Why(context.Background(), d.agents["owner"], "nowhere")
	refused(t, err, models.KindNotFound)
}

// A department may have hundreds of members who have gone home: their names are not kept for each
// assignment.
func TestOfManyWhoAreLeftOutTheNumberIsKept(t *testing.T) {
	d := newDesk(t, 1, "anna")
	d.hireFor("vera", 1, models.RoleSupervisor)
	for i := range models.MaxLeftOut + 5 {
		d.hire(strconv.Itoa(i), 1)
	}
	d.come("anna")
	conv := d.start(d.visitor(), "hello")
	d.expect(conv, "active with anna")
	got := d.why(conv).Decisions[0]
	if len(got.LeftOut) != models.MaxLeftOut || !maps.Equal(got.More, map[string]int{"offline": 5}) {
		t.Errorf("%d are told, and %v more", len(got.LeftOut), got.More)
	}
}

func TestWhatAClockDecidesIsKeptAsWell(t *testing.T) {
	const wait = 5 * time.Minute
	for name, test := range map[string]struct {
		set  func(d *desk) string
		want string
	}{
		"given back by who declines": {func(d *desk) string {
			d.come("anna")
			conv := answered(d, d.visitor())
			d.come("vera")
			d.set(func(to *models.Department) { to.Mode = models.ModeOffer })
			d.transfer("anna", conv, Destination{Agent: d.agents["vera"].PublicID})
			_, err := d.Decline(context.Background(), d.agents["vera"], conv)
			must(d.t, err)
			return conv
		}, "assigned anna returned among without"},
		"given back by nobody": {func(d *desk) string {
			d.come("anna")
			conv := answered(d, d.visitor())
			d.add("Empty", "sam")
			d.changed(d.site.AccountID)
			d.transfer("anna", conv, Destination{Department: d.departmentCalled("Empty").PublicID})
			d.pass(testBack)
			return conv
		}, "assigned anna returned among without"},
		"overflow": {func(d *desk) string {
			other := d.add("Other", "sam")
			d.set(func(to *models.Department) {
				to.MaxWait, to.Then, to.OverflowID = int(wait.Seconds()), models.ThenOverflow, other.ID
			})
			conv := d.start(d.visitor(), "hello")
			d.pass(wait)
			return conv
		}, "overflow nobody waited among without"},
		"kept": {func(d *desk) string {
			d.set(func(to *models.Department) { to.MaxWait, to.Then = int(wait.Seconds()), models.ThenMessage })
			conv := d.start(d.visitor(), "hello")
			d.pass(wait)
			return conv
		}, "missed nobody waited among without"},
		"left by the visitor": {func(d *desk) string {
			v := d.visitor()
			conv := d.start(v, "hello")
			d.begin(v, Start{CID: "m", Text: "call me", Kind: models.KindMessage})
			return conv
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			d.hireFor("vera", 1, models.RoleSupervisor)
			conv := test.set(d)
			list := d.why(conv).Decisions
			if test.want == "" {
				if len(list) > 0 {
					t.Errorf("kept is %+v", list)
				}
				return
			}
			last := list[len(list)-1]
			if last.words() != test.want {
				t.Errorf("%s, want %s", last.words(), test.want)
			}
			if waits := last.What != "assigned"; last.Facts.Department == nil || last.Facts.Department.Name == "Other" || waits && last.Facts.WaitedMS != wait.Milliseconds() {
				t.Errorf("the facts are %+v", last.Facts)
			}
		})
	}
}
