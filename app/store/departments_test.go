package store

import (
	"encoding/json"
	"fmt"
	"testing"

	"foyer/models"
)

// settings are of a department that differs from a new one in everything.
func (a *tenant) settings(d *models.Department) {
	d.Name, d.TimeZone = "Büro 茶", "Asia/Kathmandu"
	d.Hours = models.Hours{"mon": {{From: 540, To: 720}, {From: 780, To: 1440}}, "tue": nil}
	d.Holidays = []models.Holiday{{Date: "2026-12-25", Name: "Christmas \u2028 \"day\""}, {Date: "2026-12-31", Hours: []models.Span{{From: 1, To: 2}}}}
	d.Strategy, d.Mode, d.QueueLimit, d.MaxWait, d.Then, d.OverflowID = models.ByTiers, models.ModePull, 1, 2, models.ThenOverflow, a.orders.ID
	d.OfferTime, d.SilentTime, d.IdleWarn, d.IdleClose, d.MatchLanguage = 5, 6, 7, 8, true
}

func TestADepartmentsSettingsAreKept(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		same := func(what string, want models.Department) {
			t.Helper()
			byID, err := a.account().Department(background, want.ID)
			must(t, err)
			called, err := a.account().DepartmentCalled(background, want.PublicID)
			must(t, err)
			for _, got := range []models.Department{byID, called} {
				if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) || (got.Hours == nil) != (want.Hours == nil) {
					t.Errorf("%s: kept is %+v\nwant %+v", what, got, want)
				}
			}
		}
		same("new", a.support)
		d := a.support
		a.settings(&d)
		must(t, d.Check())
		must(t, a.account().SaveDepartment(background, &d))
		same("changed", d)
		same("a colleague's", a.orders)
		d.Hours = models.Hours{} // never open
		must(t, a.account().SaveDepartment(background, &d))
		same("never open", d)
		d.Hours, d.Holidays, d.MatchLanguage, d.QueueLimit, d.SilentTime, d.Then, d.OverflowID = nil, nil, false, 0, 0, models.ThenWait, 0
		must(t, a.account().SaveDepartment(background, &d))
		same("nothing set", d)
		stray := d
		stray.IsDefault, stray.PublicID, stray.CreatedAt, stray.AccountID = false, "x", 1, 0
		must(t, a.account().SaveDepartment(background, &stray))
		same("what is no setting", d)

		made := models.NewDepartment("")
		a.settings(&made)
		made.Name = "Made so"
		made, err := a.account().CreateDepartment(background, made)
		must(t, err)
		same("made so", made)
		if made.IsDefault || made.ID == 0 || made.PublicID == "" {
			t.Errorf("it is %+v", made)
		}
	})
}

func TestTwoDepartmentsDoNotShareAName(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a, other := newTenant(t, b), newTenant(t, b) // other accounts have the same names
		before := b.contents(t)
		_, err := a.account().CreateDepartment(background, models.NewDepartment(a.orders.Name))
		wantKind(t, err, models.KindConflict)
		says(t, err, "another department has this name")
		d := a.support
		a.settings(&d)
		d.Name = a.orders.Name
		wantKind(t, a.account().SaveDepartment(background, &d), models.KindConflict)
		b.unchanged(t, before)
		d = a.support
		must(t, a.account().SaveDepartment(background, &d)) // its own name is no conflict
		b.unchanged(t, before)
		d.Name = "Renamed"
		must(t, a.account().SaveDepartment(background, &d))
		if _, err := a.account().CreateDepartment(background, models.NewDepartment("Support")); err != nil {
			t.Errorf("a name that is free again: %v", err)
		}
		if d, err := other.account().Department(background, other.support.ID); err != nil || d.Name != "Support" {
			t.Errorf("another account's is %q (%v)", d.Name, err)
		}
	})
}

// into makes a department overflow into another, or only name it.
func (a *tenant) into(from, to models.Department, then models.Then) error {
	d, err := a.account().Department(background, from.ID)
	must(a.t, err)
	d.Then, d.OverflowID = then, to.ID
	return a.account().SaveDepartment(background, &d)
}

func TestOverflowLeadsNowhereInACircle(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		one, two := a.support, a.orders
		var rest []models.Department
		for _, name := range []string{"three", "four", "five"} {
			d, err := a.account().CreateDepartment(background, models.NewDepartment(name))
			must(t, err)
			rest = append(rest, d)
		}
		three, four, five := rest[0], rest[1], rest[2]
		const over = models.ThenOverflow
		refused := func(err error, kind models.Kind, before map[string]string) {
			t.Helper()
			wantKind(t, err, kind)
			b.unchanged(t, before)
		}
		before := b.contents(t)
		refused(a.into(one, one, over), models.KindInvalid, before)
		refused(a.into(one, models.Department{ID: 4711}, over), models.KindNotFound, before)
		refused(a.into(one, models.Department{ID: 4711}, models.ThenWait), models.KindNotFound, before)
		lost := models.NewDepartment("lost")
		lost.Then, lost.OverflowID = over, 4711
		_, err := a.account().CreateDepartment(background, lost)
		refused(err, models.KindNotFound, before)

		must(t, a.into(one, two, over))
		before = b.contents(t)
		refused(a.into(two, one, over), models.KindInvalid, before)
		must(t, a.into(two, three, over))
		must(t, a.into(three, four, over))
		must(t, a.into(five, three, over)) // two into one is no circle
		before = b.contents(t)
		for _, d := range []models.Department{one, two, three, five} {
			refused(a.into(four, d, over), models.KindInvalid, before)
		}
		must(t, a.into(four, one, models.ThenMessage)) // named, and not used
		before = b.contents(t)
		refused(a.into(four, one, over), models.KindInvalid, before)
		must(t, a.into(two, three, models.ThenWait)) // opens the circle
		must(t, a.into(four, one, over))
		before = b.contents(t)
		refused(a.into(two, three, over), models.KindInvalid, before) // and would close it again
	})
}

func TestTwoWhoChangeDepartmentsAtOnceMakeNoCircle(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		pair := []models.Department{a.support, a.orders}
		for range 20 {
			for _, d := range pair {
				must(t, a.into(d, models.Department{}, models.ThenWait))
			}
			errs := atOnce(2, func(i int) error { return a.into(pair[i], pair[1-i], models.ThenOverflow) })
			if n := won(t, errs, models.KindInvalid); n != 1 {
				t.Fatalf("%d of 2 overflow into each other", n)
			}
		}
	})
}

func TestMembers(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna := a.agent("Anna", 3)
		list := func() string {
			t.Helper()
			members, err := a.account().Members(background)
			must(t, err)
			text, err := json.Marshal(members)
			must(t, err)
			return string(text)
		}
		both := list()
		m := models.DepartmentMember{
			AccountID: a.id, DepartmentID: a.support.ID, AgentID: anna.ID, Tier: models.TierLast, ChatLimit: 0,
			Skills: []string{"billing", "\"茶\""}, Languages: []string{"de"},
		}
		must(t, a.account().SaveMember(background, m))
		seat := a.seat(anna, a.support)
		if fmt.Sprint(*seat.Member) != fmt.Sprint(m) {
			t.Errorf("kept is %+v, want %+v", *seat.Member, m)
		}
		if seat := a.seat(anna, a.orders); seat.Member.Tier != models.TierNormal || seat.Member.ChatLimit != models.NoLimit {
			t.Errorf("in the other department she is %+v", seat.Member)
		}
		must(t, a.account().SaveMember(background, models.NewMember(a.support.ID, anna.ID)))
		if got := list(); got != both {
			t.Errorf("members are %s, want %s", got, both)
		}
		c := a.active(anna)
		must(t, a.account().DeleteMember(background, a.support.ID, anna.ID))
		if seat := a.seat(anna, a.support); seat.Member != nil || seat.Open != 1 || a.now(c.PublicID).AgentID != anna.ID {
			t.Errorf("after she left she is %+v of %+v", seat.Member, seat)
		}
		before := b.contents(t)
		wantKind(t, a.account().DeleteMember(background, a.support.ID, anna.ID), models.KindNotFound)
		wantKind(t, a.account().SaveMember(background, models.NewMember(a.support.ID, 4711)), models.KindNotFound)
		wantKind(t, a.account().SaveMember(background, models.NewMember(4711, anna.ID)), models.KindNotFound)
		wantKind(t, a.account().SetLimit(background, 4711, 3), models.KindNotFound)
		b.unchanged(t, before)
	})
}

// seat reads what decides whether an agent can be given a conversation.
func (a *tenant) seat(agent models.Agent, d models.Department) (s Seat) {
	a.t.Helper()
	must(a.t, a.account().Change(background, func(tx *Tx) (err error) {
		s, err = tx.Seat(agent.ID, d.ID)
		return err
	}, nil))
	return s
}

func TestLimitsAndRoutingAreTheAccounts(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a, other := newTenant(t, b), newTenant(t, b)
		anna, dora := a.agent("Anna", 3), other.agent("Dora", 3)
		must(t, a.account().SetLimit(background, anna.ID, 0))
		if got := a.seat(anna, a.support).ChatLimit; got != 0 {
			t.Errorf("her limit is %d", got)
		}
		if got := other.seat(dora, other.support).ChatLimit; got != 3 {
			t.Errorf("another's limit is %d", got)
		}
		row, err := a.account().Account(background)
		must(t, err)
		if row.ReturnToLast || row.AutoAway != models.DefaultAutoAway || row.Rules != nil {
			t.Errorf("a new account is %+v", row)
		}
		no := false
		row.ReturnToLast, row.AutoAway = true, 0
		row.Rules = []models.RoutingRule{{SiteID: a.site.ID, Page: "*/茶*", Identified: &no, Priority: -9, Skills: []string{"vip"}}, {}}
		stray := row
		stray.ID, stray.Name, stray.PublicID = other.id, "Mallory", "x"
		must(t, a.account().SaveRouting(background, stray))
		got, err := a.account().Account(background)
		must(t, err)
		want, _ := json.Marshal(row)
		if text, _ := json.Marshal(got); string(text) != string(want) {
			t.Errorf("kept is %s\nwant    %s", text, want)
		}
		must(t, a.account().SaveRouting(background, models.Account{}))
		if got, err := a.account().Account(background); err != nil || got.ReturnToLast || got.Rules != nil || got.Name != row.Name {
			t.Errorf("taken back: %+v (%v)", got, err)
		}
		if got, err := other.account().Account(background); err != nil || got.ReturnToLast || got.AutoAway != models.DefaultAutoAway {
			t.Errorf("another's is %+v (%v)", got, err)
		}
	})
}
