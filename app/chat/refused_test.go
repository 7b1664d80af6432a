package chat

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"foyer/models"
)

// settings is all that can be set of an account, as its agents see it.
func (d *desk) settings() []any {
	d.t.Helper()
	ctx, a := context.Background(), d.agents["olga"]
	departments, err := d.Departments(ctx, a)
	must(d.t, err)
	colleagues, err := d.Colleagues(ctx, a)
	must(d.t, err)
	routing, err := d.Routing(ctx, a)
	must(d.t, err)
	return []any{departments, colleagues, routing}
}

// usual are settings of a department that nobody refuses.
func usual(name string) DepartmentSettings {
	return settingsOf(models.NewDepartment(name), "")
}

func TestBadSettingsAreRefusedWithTheReasonAndChangeNothing(t *testing.T) {
	ctx := context.Background()
	type act = func(d *desk) error
	const overlapping = "overlap"
	department := func(change func(d *desk, to *DepartmentSettings)) act {
		return func(d *desk) error {
			to := usual("Support")
			to.Name, to.QueueLimit = "Renamed", 7 // what is good of it is not kept either
			change(d, &to)
			if _, err := d.AddDepartment(ctx, d.agents["olga"], to); err == nil {
				d.t.Error("a new one may be what an old one may not")
			}
			_, err := d.SetDepartment(ctx, d.agents["olga"], d.support.PublicID, to)
			return err
		}
	}
	set := func(change func(to *DepartmentSettings)) act {
		return department(func(_ *desk, to *DepartmentSettings) { change(to) })
	}
	limit := func(n int) act {
		return func(d *desk) error {
			_, err := d.SetLimit(ctx, d.agents["olga"], d.agents["anna"].PublicID, n)
			return err
		}
	}
	member := func(to MemberSettings) act {
		return func(d *desk) error {
			_, err := d.SetMember(ctx, d.agents["olga"], d.support.PublicID, d.agents["anna"].PublicID, to)
			return err
		}
	}
	memberLimit := func(n int) act { return member(MemberSettings{Tier: models.TierLast, Limit: &n}) }
	rule := func(r RoutingRule) act {
		return func(d *desk) error {
			_, err := d.SetRouting(ctx, d.agents["olga"], RoutingSettings{ReturnToLast: true, Rules: []RoutingRule{{Priority: 1}, r}})
			return err
		}
	}
	span := func(from, to models.Minute) models.Span { return models.Span{From: from, To: to} }
	tests := map[string]struct {
		act    act
		reason string
	}{
		"a limit below 0":              {limit(-1), "0 to 100"},
		"a limit above 100":            {limit(101), "0 to 100"},
		"a department's limit below 0": {memberLimit(-2), "0 to 100"},
		"none is not -1":               {memberLimit(models.NoLimit), "0 to 100"},
		"a department's above 100":     {memberLimit(101), "0 to 100"},
		"a tier there is not":          {member(MemberSettings{Tier: "best"}), "first, normal or last"},
		"an empty skill":               {member(MemberSettings{Tier: models.TierFirst, Skills: []string{"a", " "}}), "empty"},
		"hours that overlap":           {set(func(to *DepartmentSettings) { to.Hours = models.Hours{"tue": {span(540, 720), span(700, 800)}} }), overlapping},
		"hours of a holiday that do": {set(func(to *DepartmentSettings) {
			to.Holidays = []models.Holiday{{Date: "2026-12-24", Hours: []models.Span{span(540, 720), span(600, 601)}}}
		}), overlapping},
		"hours that end before":     {set(func(to *DepartmentSettings) { to.Hours = models.Hours{"tue": {span(540, 540)}} }), "before"},
		"hours beyond the day":      {set(func(to *DepartmentSettings) { to.Hours = models.Hours{"tue": {span(540, 25*60)}} }), "before"},
		"a day there is not":        {set(func(to *DepartmentSettings) { to.Hours = models.Hours{"monday": nil} }), "days are"},
		"a holiday that is no date": {set(func(to *DepartmentSettings) { to.Holidays = []models.Holiday{{Date: "2026-02-30"}} }), "not a date"},
		"a holiday twice": {set(func(to *DepartmentSettings) {
			to.Holidays = []models.Holiday{{Date: "2026-12-24"}, {Date: "2026-12-24"}}
		}), "twice"},
		"an unknown zone":         {set(func(to *DepartmentSettings) { to.TimeZone = "Europe/Nowhere" }), "Europe/Nowhere"},
		"a zone that is a path":   {set(func(to *DepartmentSettings) { to.TimeZone = "../../etc/passwd" }), "not known"},
		"no zone":                 {set(func(to *DepartmentSettings) { to.TimeZone = "" }), "IANA"},
		"no name":                 {set(func(to *DepartmentSettings) { to.Name = " " }), "name"},
		"a strategy there is not": {set(func(to *DepartmentSettings) { to.Strategy = "random" }), "least_busy"},
		"a mode there is not":     {set(func(to *DepartmentSettings) { to.Mode = "push" }), "auto"},
		"a then there is not":     {set(func(to *DepartmentSettings) { to.Then = "hang up" }), "message"},
		"a queue below 0":         {set(func(to *DepartmentSettings) { to.QueueLimit = -1 }), "queue_limit"},
		"an offer for no time":    {set(func(to *DepartmentSettings) { to.OfferTime = 0 }), "offer_s"},
		"a wait below 0":          {set(func(to *DepartmentSettings) { to.MaxWait = -1 }), "max_wait_s"},
		"a silence beyond a day":  {set(func(to *DepartmentSettings) { to.SilentTime = models.MaxSeconds + 1 }), "silent_s"},
		"a warning and no end":    {set(func(to *DepartmentSettings) { to.IdleClose = 0 }), "idle_close_s"},
		"overflow to nowhere":     {set(func(to *DepartmentSettings) { to.Then = models.ThenOverflow }), "overflow"},
		"overflow to what is not": {set(func(to *DepartmentSettings) { to.Then, to.Overflow = models.ThenOverflow, "nowhere" }), "no such department"},
		"overflow to itself": {func(d *desk) error {
			to := usual("Support")
			to.Then, to.Overflow = models.ThenOverflow, d.support.PublicID
			_, err := d.SetDepartment(ctx, d.agents["olga"], d.support.PublicID, to)
			return err
		}, "another department"},
		"overflow to where nobody is": {department(func(d *desk, to *DepartmentSettings) {
			to.Then, to.Overflow = models.ThenOverflow, d.departmentCalled("Empty").PublicID
		}), "nobody answers for Empty"},
		"a name that is taken": {func(d *desk) error {
			_, err := d.AddDepartment(ctx, d.agents["olga"], usual("Empty"))
			return err
		}, "another department"},
		"a member of nothing": {func(d *desk) error {
			_, err := d.SetMember(ctx, d.agents["olga"], "", d.agents["anna"].PublicID, MemberSettings{Tier: models.TierFirst})
			return err
		}, "no such department"},
		"a member who is nobody": {func(d *desk) error {
			_, err := d.SetMember(ctx, d.agents["olga"], d.support.PublicID, "nobody", MemberSettings{Tier: models.TierFirst})
			return err
		}, "no such agent"},
		"somebody removed who is not there": {func(d *desk) error {
			_, err := d.RemoveMember(ctx, d.agents["olga"], d.support.PublicID, d.agents["olga"].PublicID)
			return err
		}, "not in the department"},
		"a rule's priority":           {rule(RoutingRule{Priority: 10}), "rule 2: priority"},
		"a rule for a site not there": {rule(RoutingRule{Site: "nowhere"}), "rule 2: there is no such site"},
		"a rule for no department":    {rule(RoutingRule{Department: "nowhere"}), "rule 2: there is no such department"},
		"a rule with an endless page": {rule(RoutingRule{Page: strings.Repeat("*", models.MaxField+1)}), "rule 2: page"},
		"too many rules": {func(d *desk) error {
			_, err := d.SetRouting(ctx, d.agents["olga"], RoutingSettings{Rules: make([]RoutingRule, models.MaxRules+1)})
			return err
		}, "at most 100"},
		"away before it began": {func(d *desk) error {
			_, err := d.SetRouting(ctx, d.agents["olga"], RoutingSettings{AutoAway: -1})
			return err
		}, "auto_away_s"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			d.add("Empty")
			d.hireFor("olga", 1, models.RoleOwner)
			before := d.settings()
			err := test.act(d)
			if kind := models.KindOf(err); err == nil || kind == models.KindUnavailable || kind == "" || !strings.Contains(err.Error(), test.reason) {
				t.Errorf("%v (%s), want %q", err, kind, test.reason)
			}
			if after := d.settings(); !reflect.DeepEqual(before, after) {
				t.Errorf("half changed:\n%+v\n%+v", before, after)
			}
		})
	}
}
