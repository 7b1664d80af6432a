package chat

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"foyer/models"
)

func TestWhoMayChangeSettings(t *testing.T) {
	ctx := context.Background()
	acts := map[string]struct {
		act        func(d *desk, by models.Agent) error
		supervisor bool
	}{
		"add a department": {func(d *desk, by models.Agent) error { _, err := d.AddDepartment(ctx, by, usual("New")); return err }, false},
		"change one": {func(d *desk, by models.Agent) error {
			_, err := d.SetDepartment(ctx, by, d.support.PublicID, usual("Support"))
			return err
		}, false},
		"add to one": {func(d *desk, by models.Agent) error {
			_, err := d.SetMember(ctx, by, d.support.PublicID, by.PublicID, MemberSettings{Tier: models.TierFirst})
			return err
		}, false},
		"take out of one": {func(d *desk, by models.Agent) error {
			_, err := d.RemoveMember(ctx, by, d.support.PublicID, d.agents["anna"].PublicID)
			return err
		}, false},
		"set a limit": {func(d *desk, by models.Agent) error {
			_, err := d.SetLimit(ctx, by, d.agents["anna"].PublicID, 100)
			return err
		}, true},
		"set routing": {func(d *desk, by models.Agent) error { _, err := d.SetRouting(ctx, by, RoutingSettings{}); return err }, false},
	}
	for name, test := range acts {
		for _, role := range []models.Role{models.RoleOwner, models.RoleAdmin, models.RoleSupervisor, models.RoleAgent} {
			t.Run(name+" as "+string(role), func(t *testing.T) {
				d := newDesk(t, 1, "anna")
				d.hireFor("olga", 1, models.RoleOwner)
				by := d.hireFor("by", 1, role)
				before := d.settings()
				kind := models.KindForbidden
				if role == models.RoleOwner || role == models.RoleAdmin || test.supervisor && role == models.RoleSupervisor {
					kind = ""
				}
				refused(t, test.act(d, by), kind)
				if after := d.settings(); kind != "" && !reflect.DeepEqual(before, after) {
					t.Errorf("half changed:\n%+v\n%+v", before, after)
				}
			})
		}
	}
}

func TestOverflowDoesNotGoRoundInACircle(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna")
	olga := d.hireFor("olga", 1, models.RoleOwner)
	ids := []string{d.support.PublicID, d.add("Sales", "sam").PublicID, d.add("Service", "sue").PublicID}
	to := func(from, next int) error {
		settings := usual([]string{"Support", "Sales", "Service"}[from])
		settings.Then, settings.Overflow = models.ThenOverflow, ids[next]
		_, err := d.SetDepartment(ctx, olga, ids[from], settings)
		return err
	}
	must(t, to(0, 1))
	must(t, to(1, 2))
	before := d.settings()
	if err := to(2, 0); models.KindOf(err) != models.KindInvalid || !strings.Contains(err.Error(), "leads back") {
		t.Errorf("%v", err)
	}
	if after := d.settings(); !reflect.DeepEqual(before, after) {
		t.Errorf("half changed:\n%+v\n%+v", before, after)
	}
}

// What was set is what is read, and what counts from then on.
func TestSettingsAreKeptAndCountAtOnce(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 0, "anna")
	olga := d.hireFor("olga", 1, models.RoleOwner)
	conv := d.start(d.visitor(), "hello")
	d.come("anna")
	d.expect(conv, "queued")
	to := usual("Help")
	to.TimeZone, to.Hours = "Europe/Berlin", hours(8*60, 17*60)
	to.Holidays = []models.Holiday{{Date: "2026-12-25", Name: "Christmas", Hours: []models.Span{}}}
	to.Strategy, to.QueueLimit, to.MaxWait, to.Then = models.ByTiers, 5, 60, models.ThenMessage
	to.OfferTime, to.SilentTime, to.IdleWarn, to.IdleClose, to.MatchLanguage = 30, 60, 120, 60, true
	set, err := d.SetDepartment(ctx, olga, d.support.PublicID, to)
	must(t, err)
	d.resume()
	read, err := d.Department(ctx, olga, d.support.PublicID)
	must(t, err)
	if !reflect.DeepEqual(set, read) || !reflect.DeepEqual(read.DepartmentSettings, to) || !read.Open || !read.Default {
		t.Errorf("%+v\nwas set as\n%+v", read, to)
	}
	d.expect(conv, "queued")
	colleague, err := d.SetLimit(ctx, olga, d.agents["anna"].PublicID, 1)
	must(t, err)
	d.settle()
	if d.expect(conv, "active with anna"); colleague.Limit != 1 {
		t.Errorf("her limit was answered as %d", colleague.Limit)
	}
}

// Who is made a member has what waits there; who is one no longer keeps what they have.
func TestMembersComeAndGo(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna")
	olga := d.hireFor("olga", 1, models.RoleOwner)
	sales := d.add("Sales", "sam")
	d.come("anna")
	one := d.begin(d.visitor(), Start{CID: "a", Department: sales.PublicID})
	d.expect(one, "queued")
	got, err := d.SetMember(ctx, olga, sales.PublicID, d.agents["anna"].PublicID, MemberSettings{Tier: models.TierLast, Skills: []string{"Tea ", "tea"}})
	must(t, err)
	d.settle()
	if d.expect(one, "active with anna"); len(got.Members) != 2 || !reflect.DeepEqual(got.Members[0].Skills, []string{"tea"}) {
		t.Errorf("its members are %+v", got.Members)
	}
	for _, name := range []string{"anna", "sam"} {
		_, err = d.RemoveMember(ctx, olga, sales.PublicID, d.agents[name].PublicID)
		must(t, err)
	}
	d.settle()
	d.expect(one, "active with anna")
	two := d.begin(d.visitor(), Start{CID: "b", Text: "anybody?", Department: sales.PublicID}) // of nobody now
	d.expect(two, "message queued")
}

// Nobody is left to wait where nobody will ever come.
func TestTheLastMemberStaysWhileTheyAreNeeded(t *testing.T) {
	ctx := context.Background()
	for name, test := range map[string]struct {
		need func(d *desk, sales models.Department)
		kind models.Kind
		says string
	}{
		"nothing waits": {func(*desk, models.Department) {}, "", ""},
		"a message does": {func(d *desk, sales models.Department) {
			d.begin(d.visitor(), Start{CID: "m", Text: "call me", Kind: models.KindMessage, Department: sales.PublicID})
		}, "", ""},
		"somebody waits": {func(d *desk, sales models.Department) {
			d.begin(d.visitor(), Start{CID: "a", Text: "hello", Department: sales.PublicID})
		}, models.KindNotEligible, "somebody waits"},
		"another overflows into it": {func(d *desk, sales models.Department) {
			d.set(func(to *models.Department) { to.Then, to.OverflowID = models.ThenOverflow, sales.ID })
		}, models.KindNotEligible, "overflows into it"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			olga := d.hireFor("olga", 1, models.RoleOwner)
			sales := d.add("Sales", "sam", "sue")
			test.need(d, sales)
			_, err := d.RemoveMember(ctx, olga, sales.PublicID, d.agents["sue"].PublicID)
			must(t, err)
			_, err = d.RemoveMember(ctx, olga, sales.PublicID, d.agents["sam"].PublicID)
			if refused(t, err, test.kind); err != nil && !strings.Contains(err.Error(), test.says) {
				t.Error(err)
			}
			got, err := d.Department(ctx, olga, sales.PublicID)
			must(t, err)
			if stays := len(got.Members) == 1; stays != (test.kind != "") {
				t.Errorf("its members are %+v", got.Members)
			}
		})
	}
}
