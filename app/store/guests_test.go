package store

import (
	"encoding/json"
	"fmt"
	"testing"

	"foyer/models"
)

func TestWhoMaySpeak(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna, ben, chloe := a.agent("Anna", 9), a.agent("Ben", 9), a.agent("Chloe", 9)
		c := a.started()
		n := 0
		says := func(why string, anna_, ben_, chloe_ models.Kind) {
			t.Helper()
			n++
			for agent, want := range map[int64]models.Kind{anna.ID: anna_, ben.ID: ben_, chloe.ID: chloe_} {
				_, err := a.post(c.PublicID, models.Author{Type: models.ByAgent, ID: agent}, fmt.Sprint("line ", n), "hello")
				if models.KindOf(err) != want {
					t.Errorf("%s: agent %d is answered %v, want kind %q", why, agent-anna.ID, err, want)
				}
				_, err = a.note(c.PublicID, models.Author{Type: models.ByAgent, ID: agent}, fmt.Sprint("note ", n), "hello")
				wantKind(t, err, "")
			}
			if _, err := a.post(c.PublicID, visitorOf(c), fmt.Sprint("visitor ", n), "hello"); err != nil && why != "closed" {
				t.Errorf("%s: the visitor is answered %v", why, err)
			}
		}
		const conflict = models.KindConflict
		says("nobody's", conflict, conflict, conflict)
		must(t, a.offer(c.PublicID, anna.ID, b.clock.instant()))
		says("rings at Anna", conflict, conflict, conflict)
		must(t, a.accept(c.PublicID, anna.ID))
		says("Anna's", "", conflict, conflict)
		must(t, a.invite(c.PublicID, ben.ID))
		says("Ben was invited", "", "", conflict)
		line, err := a.post(c.PublicID, byAgent(ben), "who", "it is me")
		must(t, err)
		if now := a.now(c.PublicID); now.LineAuthorName != "Ben" || line.Summary.LineAuthorName != "Ben" || now.GuestAgents[0].Name != "Ben" {
			t.Errorf("the last line is of %s, told as of %s; guests are %+v", now.LineAuthorName, line.Summary.LineAuthorName, now.GuestAgents)
		}
		must(t, a.transfer(c.PublicID, chloe.ID))
		says("Chloe's, with Ben", conflict, "", "")
		must(t, a.transfer(c.PublicID, ben.ID)) // a guest becomes the owner
		says("Ben's", conflict, "", conflict)
		must(t, a.invite(c.PublicID, anna.ID))
		must(t, a.leave(c.PublicID, anna.ID))
		says("Anna left", conflict, "", conflict)
		must(t, a.invite(c.PublicID, anna.ID))
		must(t, a.requeue(c.PublicID, models.EndAgentLost))
		says("Ben was lost", conflict, conflict, conflict)
		must(t, a.assign(c.PublicID, chloe.ID))
		must(t, a.invite(c.PublicID, anna.ID))
		must(t, a.close(c.PublicID))
		says("closed", models.KindClosed, models.KindClosed, models.KindClosed)
		a.dense(c.PublicID)
	})
}

func TestGuestsAreOfTheAccount(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a, other := newTenant(t, b), newTenant(t, b)
		anna, dora := a.agent("Anna", 9), other.agent(canary, 9)
		c := a.active(anna)
		must(t, a.invite(c.PublicID, dora.ID)) // app/chat looks first
		if text, err := json.Marshal(a.now(c.PublicID)); err != nil || len(a.now(c.PublicID).GuestAgents) > 0 {
			t.Errorf("a guest of another account is shown: %s (%v)", text, err)
		}
	})
}
