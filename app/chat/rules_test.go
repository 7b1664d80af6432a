package chat

import (
	"context"
	"reflect"
	"testing"

	"foyer/models"
)

func TestTheFirstRuleThatFitsSetsPriorityAndSkills(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna")
	sales := d.add("Sales", "sam")
	shop := models.Site{Key: "shop", Name: "Shop", Enabled: true}
	must(t, d.account.CreateSite(ctx, &shop))
	owner := d.hireFor("olga", 1, models.RoleOwner)
	yes, no := true, false
	_, err := d.SetRouting(ctx, owner, RoutingSettings{Rules: []RoutingRule{
		{Page: "*/checkout*", Identified: &yes, Priority: 9},
		{Page: "*/checkout*", Priority: 5, Skills: []string{"Payments"}},
		{Department: sales.PublicID, Identified: &no, Priority: -9},
		{Site: shop.PublicID, Priority: 2},
		{Identified: &yes, Priority: 1},
	}})
	must(t, err)
	tests := map[string]struct {
		site       models.Site
		page       string
		email      string
		known      bool // the address is of an earlier visit
		department string
		priority   int
		skills     []string
	}{
		"none fits":                                {},
		"the page":                                 {page: "https://tea.test/checkout/2", priority: 5, skills: []string{"payments"}},
		"the page, by somebody who said who":       {page: "https://tea.test/checkout/2", email: "me@tea.test", priority: 9},
		"the page, by somebody who is known":       {page: "https://tea.test/checkout/2", email: "me@tea.test", known: true, priority: 9},
		"another page":                             {page: "https://tea.test/check"},
		"the department":                           {department: sales.PublicID, priority: -9},
		"the department, by somebody who said who": {department: sales.PublicID, email: "me@tea.test", priority: 1},
		"the site":                                 {site: shop, priority: 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			v := d.visitor()
			if test.site.ID != 0 {
				v.Visitor = models.Visitor{SiteID: test.site.ID, TokenHash: []byte(name)}
				must(t, d.account.CreateVisitor(ctx, &v.Visitor))
			}
			v.PageURL = test.page
			in := Start{CID: "a", Text: "hello", Department: test.department}
			if in.Person.Email = test.email; test.known {
				v.Email, in.Person.Email = test.email, ""
			}
			c, err := d.account.Conversation(ctx, d.begin(v, in))
			must(t, err)
			if c.Priority != test.priority || !reflect.DeepEqual(c.Skills, test.skills) {
				t.Errorf("it has priority %d and wants %v", c.Priority, c.Skills)
			}
		})
	}
}

// What a rule wants is what decides: the longer idle, the first in line, have to wait.
func TestRulesDecideWhoIsServedAndByWhom(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna", "ben")
	owner := d.hireFor("olga", 1, models.RoleOwner)
	_, err := d.SetRouting(ctx, owner, RoutingSettings{Rules: []RoutingRule{{Page: "*/pay", Priority: 1, Skills: []string{"payments"}}}})
	must(t, err)
	_, err = d.SetMember(ctx, owner, d.support.PublicID, d.agents["ben"].PublicID, MemberSettings{Tier: models.TierNormal, Skills: []string{"Payments"}})
	must(t, err)
	first := d.start(d.visitor(), "first")
	payer := d.visitor()
	payer.PageURL = "https://tea.test/pay"
	pays := d.start(payer, "pays")
	d.come("ben")
	d.expect(pays, "active with ben")
	d.expect(first, "queued")
	d.come("anna")
	d.expect(first, "active with anna")
}

func TestAReturningVisitorGetsWhoTheyHadIfTheAccountWants(t *testing.T) {
	ctx := context.Background()
	for name, test := range map[string]struct {
		wants bool
		set   func(d *desk)
		ends  string
	}{
		"they are free":             {true, func(*desk) {}, "active with ben"},
		"the account does not want": {false, func(*desk) {}, "active with anna"},
		"they have no room": {true, func(d *desk) {
			d.expect(d.start(d.visitor(), "one"), "active with anna")
			d.expect(d.start(d.visitor(), "two"), "active with ben")
			must(d.t, closeBy("anna")(d, d.mine("anna")))
		}, "active with anna"},
		"they are away":              {true, func(d *desk) { must(d.t, d.SetAvailability(ctx, d.agents["ben"], models.Away)) }, "active with anna"},
		"they were gone for the day": {true, func(d *desk) { d.leave("ben") }, "active with anna"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna", "ben")
			owner := d.hireFor("olga", 1, models.RoleOwner)
			_, err := d.SetRouting(ctx, owner, RoutingSettings{ReturnToLast: test.wants})
			must(t, err)
			d.come("ben")
			v := d.visitor()
			conv := d.start(v, "hello")
			d.expect(conv, "active with ben")
			must(t, closeBy("ben")(d, conv))
			d.come("anna") // who has never had anybody: her turn comes first
			d.settle()
			test.set(d)
			d.expect(d.start(v, "me again"), test.ends)
		})
	}
}

// mine is a conversation that an agent has.
func (d *desk) mine(name string) string {
	d.t.Helper()
	list, err := d.List(context.Background(), d.agents[name], Query{State: models.StateActive, Mine: true, Limit: 1})
	must(d.t, err)
	return list.Items[0].ID
}

// Whom nobody here speaks to in their language is spoken to in another one.
func TestAVisitorGetsWhoSpeaksTheirLanguage(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 2, "anna", "ben")
	owner := d.hireFor("olga", 1, models.RoleOwner)
	d.set(func(to *models.Department) { to.MatchLanguage = true })
	_, err := d.SetMember(ctx, owner, d.support.PublicID, d.agents["ben"].PublicID, MemberSettings{Tier: models.TierNormal, Languages: []string{"de"}})
	must(t, err)
	_, err = d.SetMember(ctx, owner, d.support.PublicID, d.agents["anna"].PublicID, MemberSettings{Tier: models.TierNormal, Languages: []string{"en"}})
	must(t, err)
	d.come("anna")
	d.come("ben")
	for _, test := range []struct{ locale, gets string }{{"de-AT", "ben"}, {"de_CH", "ben"}, {"en", "anna"}, {"fr", "anna"}} {
		v := d.visitor()
		v.Locale = test.locale
		conv := d.start(v, "hello in "+test.locale)
		d.expect(conv, "active with "+test.gets)
	}
}
