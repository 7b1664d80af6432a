package identity

import (
	"fmt"
	"slices"
	"testing"

	"foyer/models"
)

func (h *house) demo(want bool, origins ...string) {
	h.t.Helper()
	if got, err := h.Demo(h.t.Context(), origins); err != nil || got != want {
		h.t.Errorf("there is a demo: %v (%v), want %v", got, err, want)
	}
}

// What a newcomer reads in the README must be there.
func TestDemoHasWhatItPromises(t *testing.T) {
	h := empty(t)
	h.demo(true, "http://localhost:8080")
	site, err := h.Site(t.Context(), "demo")
	must(t, err)
	account := h.store.For(site.AccountID)
	if row, err := account.Account(t.Context()); err != nil || row.Name != "Demo" {
		t.Errorf("the account is %q (%v)", row.Name, err)
	}
	if !slices.Equal(site.Origins, []string{"http://localhost:8080"}) {
		t.Errorf("the widget may stand on %q", site.Origins)
	}
	departments, err := account.Departments(t.Context())
	must(t, err)
	members, err := account.Members(t.Context())
	must(t, err)
	agents, err := account.Agents(t.Context())
	must(t, err)
	roles := map[string]models.Role{
		"owner@demo.test": models.RoleOwner, "anna@demo.test": models.RoleAgent,
		"ben@demo.test": models.RoleAgent, "chloe@demo.test": models.RoleAgent,
	}
	for _, a := range agents {
		answers := 0
		for _, m := range members {
			if m.AgentID == a.ID {
				answers++
			}
		}
		if a.Role != roles[a.Email] || a.ChatLimit < 1 || a.Availability != models.Online || !a.Accepting || answers != len(departments) {
			t.Errorf("%s is %+v of %d departments", a.Email, a, answers)
		}
		delete(roles, a.Email)
	}
	if len(roles) > 0 || len(agents) != 4 || len(departments) == 0 {
		t.Errorf("missing are %v; there are %d agents, %d departments", roles, len(agents), len(departments))
	}
	for _, email := range []string{"owner@demo.test", "chloe@demo.test"} {
		_, p, err := h.SignIn(t.Context(), email, "foyer-demo", "")
		if err != nil || p.Agent.Email != email {
			t.Errorf("%s can't sign in: %v", email, err)
		}
	}
}

func TestDemoAgainKeepsWhatIsThereAndAddsOrigins(t *testing.T) {
	h := empty(t)
	h.demo(true, "http://localhost:8080", "http://127.0.0.1:8080")
	before, err := h.Site(t.Context(), DemoSiteKey)
	must(t, err)
	h.demo(true, "http://localhost:8080", "http://localhost:9090")
	h.demo(true)
	after, err := h.Site(t.Context(), DemoSiteKey)
	must(t, err)
	if want := []string{"http://localhost:8080", "http://127.0.0.1:8080", "http://localhost:9090"}; !slices.Equal(after.Origins, want) {
		t.Errorf("the widget may stand on %q, want %q", after.Origins, want)
	}
	before.Origins = after.Origins
	if fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("the site was %+v\nis           %+v", before, after)
	}
	if agents, err := h.store.For(after.AccountID).Agents(t.Context()); err != nil || len(agents) != 4 {
		t.Errorf("there are %d agents (%v)", len(agents), err)
	}
}

func TestDemoLeavesOthersDatabasesAlone(t *testing.T) {
	h := open(t)
	h.demo(false, "http://localhost:8080")
	if _, err := h.Site(t.Context(), DemoSiteKey); models.KindOf(err) != models.KindNotFound {
		t.Errorf("there is a demo site (%v)", err)
	}
	if _, _, err := h.SignIn(t.Context(), "owner@demo.test", DemoPassword, ""); models.KindOf(err) != models.KindUnauthorized {
		t.Errorf("a well-known password opens somebody's database (%v)", err)
	}
	if agents, err := h.store.For(h.anna.AccountID).Agents(t.Context()); err != nil || len(agents) != 1 {
		t.Errorf("there are %d agents (%v)", len(agents), err)
	}
}
