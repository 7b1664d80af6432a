package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"foyer/models"
)

func TestAgentsAreListedByNameWithWhatTheyHave(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		ben, anna := a.agent("Ben", 9), a.agent("Anna", 2)
		a.active(ben)
		must(t, a.close(a.active(ben).PublicID))
		must(t, a.account().Change(background, func(tx *Tx) error { return tx.SetAvailability(anna.ID, models.Away) }, nil))
		list, err := a.account().Agents(background)
		must(t, err)
		got := ""
		for _, c := range list {
			got += fmt.Sprintf("%s is %s with %d of %d. ", c.Name, c.Availability, c.Open, c.ChatLimit)
		}
		if want := "Anna is away with 0 of 2. Ben is online with 1 of 9. "; got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
		want := func(who string) {
			t.Helper()
			agents, err := a.account().WantOnline(background)
			must(t, err)
			got := ""
			for _, agent := range agents {
				got += map[int64]string{anna.ID: "Anna", ben.ID: "Ben"}[agent.ID]
				if len(agent.PasswordHash) > 0 || agent.Email != "" {
					t.Errorf("who wants to be online is remembered with %q", agent.Email)
				}
			}
			if got != who {
				t.Errorf("online want to be %q, want %q", got, who)
			}
		}
		want("Ben")
		accepting := func(agent models.Agent, to bool) {
			t.Helper()
			must(t, a.account().Change(background, func(tx *Tx) error { return tx.SetAccepting(agent.ID, to) }, nil))
		}
		accepting(ben, false) // apart from being online
		want("")
		accepting(ben, true)
		want("Ben")
		members, err := a.account().Members(background)
		must(t, err)
		answers := []int64{}
		for _, m := range members {
			if m.AgentID == anna.ID && m.Tier == models.TierNormal && m.ChatLimit == models.NoLimit {
				answers = append(answers, m.DepartmentID)
			}
		}
		if !slices.Equal(answers, []int64{a.support.ID, a.orders.ID}) {
			t.Errorf("Anna answers for %v", answers)
		}
	})
}

func TestAnAgentWhoCannotBeMadeLeavesNothingBehind(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna := a.agent("Anna", 1)
		before := b.contents(t)
		twin := models.Agent{Email: anna.Email, Name: "Twin", Availability: models.Online}
		if err := a.account().CreateAgent(background, &twin, a.support); err == nil {
			t.Error("two agents have one address")
		}
		lost := models.Agent{Email: "lost@example.com", Name: "Lost", Availability: models.Online}
		wantKind(t, a.account().CreateAgent(background, &lost, a.support, models.Department{ID: 4711}), models.KindNotFound)
		b.unchanged(t, before)
	})
}

func TestTheFirstDepartmentIsTheDefault(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		for _, a := range []*tenant{newTenant(t, b), newTenant(t, b)} { // each account has one
			for id, want := range map[string]int64{"": a.support.ID, a.orders.PublicID: a.orders.ID} {
				if d, err := a.account().DepartmentCalled(background, id); err != nil || d.ID != want {
					t.Errorf("%q is department %d (%v), want %d", id, d.ID, err, want)
				}
			}
		}
	})
}

func TestWhatAVisitorTellsIsKept(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		v, other := a.visitor(), a.visitor()
		b.clock.pass(time.Minute)
		v.Name, v.Email, v.Locale, v.PageURL = "张伟", "wei@example.com", "zh-CN", "https://shop.example/茶"
		v.Fields = map[string]string{"order": "42", "ordered": "昨天 \u2028 \"quoted\""}
		must(t, a.account().SaveVisit(background, &v))
		must(t, a.account().Change(background, func(tx *Tx) error {
			if err := tx.SavePerson(v.ID, models.Person{Name: "张伟", Fields: map[string]string{"order": "42"}}); err != nil {
				return err
			}
			// What is not told now stays.
			return tx.SavePerson(v.ID, models.Person{Email: v.Email, Fields: map[string]string{"ordered": v.Fields["ordered"]}})
		}, nil))
		got, err := a.account().VisitorByToken(background, a.site.ID, v.TokenHash)
		must(t, err)
		if fmt.Sprint(got) != fmt.Sprint(v) || got.SeenAt != b.clock.instant() || got.CreatedAt == got.SeenAt {
			t.Errorf("kept is %+v\nwant    %+v", got, v)
		}
		if got, err := a.account().Visitor(background, other.ID); err != nil || fmt.Sprint(got) != fmt.Sprint(other) {
			t.Errorf("another visitor is now %+v (%v)", got, err)
		}
	})
}

func TestAnIDOfZeroMeansNobodyAndNotEverybody(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		a.active(a.agent("Anna", 1))
		before := b.contents(t)
		_ = a.account().SaveVisit(background, &models.Visitor{PageTitle: "Mallory"})
		_ = a.account().SetOrigins(background, 0, []string{"https://evil.example"})
		_ = a.account().DeleteSession(background, 0)
		_ = a.account().SetLimit(background, 0, 7)
		_ = a.account().DeleteMember(background, 0, 0)
		_ = a.account().SaveDepartment(background, &models.Department{Name: "Mallory"})
		_ = a.account().SaveMember(background, models.DepartmentMember{})
		_ = a.account().Change(background, func(tx *Tx) error {
			var c models.Conversation
			_ = tx.update(&c, c)
			_ = tx.SetAvailability(0, models.Away)
			_ = tx.SetAccepting(0, false)
			_ = tx.SetActive(0)
			_ = tx.Save(&c)
			return tx.SetPresence(0, models.Online, 0)
		}, nil)
		b.unchanged(t, before)
	})
}

func TestWhatIsDoneWholeIsAllOrNothing(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		err := b.Whole(background, func(db *Store) error {
			if _, err := db.CreateAccount(background, "half"); err != nil {
				return err
			}
			return models.Errorf(models.KindInvalid, "and then it ended")
		})
		wantKind(t, err, models.KindInvalid)
		if empty, err := b.Empty(background); err != nil || !empty {
			t.Errorf("something is left: %v", err)
		}
	})
}
