package routing_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"foyer/app/routing"
	"foyer/models"
)

func TestMain(m *testing.M) {
	for name, value := range map[string]string{"rapid.checks": "2000", "rapid.nofailfile": "true"} { // the command line wins
		_ = flag.Set(name, value)
	}
	os.Exit(m.Run())
}

// floor is a queue and who is there to serve it, small enough to be crowded.
type floor struct {
	waiting []routing.Waiting
	agents  []routing.Agent
}

var floors = rapid.Custom(func(t *rapid.T) floor {
	var f floor
	ids := rapid.SliceOfNDistinct(rapid.Int64Range(1, 99), 0, 12, rapid.ID[int64])
	few := rapid.SliceOfDistinct(rapid.Int64Range(1, 3), rapid.ID[int64])
	for _, id := range ids.Draw(t, "agents") {
		f.agents = append(f.agents, routing.Agent{
			ID: id, Departments: few.Draw(t, "departments"), Here: rapid.IntRange(0, 4).Draw(t, "here") > 0,
			Open: rapid.IntRange(0, 4).Draw(t, "open"), Limit: rapid.IntRange(0, 5).Draw(t, "limit"),
			LastAssignedAt: models.Instant(rapid.Int64Range(0, 5).Draw(t, "last assigned")),
		})
	}
	for _, id := range ids.Draw(t, "waiting") {
		w := routing.Waiting{ID: id, Department: rapid.Int64Range(1, 3).Draw(t, "department")}
		for _, a := range f.agents {
			if rapid.IntRange(0, 5).Draw(t, "tried") == 0 {
				w.Tried = append(w.Tried, a.ID)
			}
		}
		f.waiting = append(f.waiting, w)
	}
	return f
})

func (f floor) agent(id int64) *routing.Agent {
	return &f.agents[slices.IndexFunc(f.agents, func(a routing.Agent) bool { return a.ID == id })]
}

// suits is the definition of who may have whom, room or not.
func suits(w routing.Waiting, a routing.Agent) bool {
	return a.Here && slices.Contains(a.Departments, w.Department) && !slices.Contains(w.Tried, a.ID)
}

// check draws floors and matches them; the floor a property gets is as it was before.
func check(t *testing.T, property func(t *rapid.T, f floor, pairings []routing.Pairing)) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		f := floors.Draw(t, "floor")
		property(t, f, routing.Match(f.waiting, f.agents))
	})
}

func TestNobodyIsGivenMoreThanTheirLimit(t *testing.T) {
	check(t, func(t *rapid.T, f floor, pairings []routing.Pairing) {
		for _, p := range pairings {
			if a := f.agent(p.Agent); a.Open >= a.Limit {
				t.Fatalf("agent %d has %d of %d and is given %d", a.ID, a.Open, a.Limit, p.Conversation)
			} else {
				a.Open++
			}
		}
	})
}

func TestOnlyWhoMayHaveAConversationIsGivenIt(t *testing.T) {
	check(t, func(t *rapid.T, f floor, pairings []routing.Pairing) {
		for _, p := range pairings {
			i := slices.IndexFunc(f.waiting, func(w routing.Waiting) bool { return w.ID == p.Conversation })
			if i < 0 || !suits(f.waiting[i], *f.agent(p.Agent)) {
				t.Fatalf("agent %+v is given conversation %d", *f.agent(p.Agent), p.Conversation)
			}
		}
	})
}

func TestNobodyIsGivenAwayTwiceAndTheOrderStays(t *testing.T) {
	check(t, func(t *rapid.T, f floor, pairings []routing.Pairing) {
		next := 0
		for _, p := range pairings {
			for next < len(f.waiting) && f.waiting[next].ID != p.Conversation {
				next++
			}
			if next == len(f.waiting) {
				t.Fatalf("%v is not in the order of %v", pairings, f.waiting)
			}
			next++
		}
	})
}

// Nobody is passed over: who is still waiting when their turn is over has nobody left with room, and
// so nobody behind them was given an agent they could have had.
func TestNobodyWaitsWhileSomebodyHasRoomForThem(t *testing.T) {
	check(t, func(t *rapid.T, f floor, pairings []routing.Pairing) {
		for _, w := range f.waiting {
			if len(pairings) > 0 && pairings[0].Conversation == w.ID {
				f.agent(pairings[0].Agent).Open++
				pairings = pairings[1:]
				continue
			}
			for _, a := range f.agents {
				if suits(w, a) && a.Open < a.Limit {
					t.Fatalf("%d waits while agent %d has %d of %d", w.ID, a.ID, a.Open, a.Limit)
				}
			}
		}
	})
}

func TestTheLeastBusyIsChosenAndOfThoseTheLongestIdle(t *testing.T) {
	check(t, func(t *rapid.T, f floor, pairings []routing.Pairing) {
		turn := models.Instant(1000) // later than any draw
		for _, p := range pairings {
			w := f.waiting[slices.IndexFunc(f.waiting, func(w routing.Waiting) bool { return w.ID == p.Conversation })]
			chosen := f.agent(p.Agent)
			for _, a := range f.agents {
				better := a.Open < chosen.Open || a.Open == chosen.Open && a.LastAssignedAt < chosen.LastAssignedAt
				if better && suits(w, a) && a.Open < a.Limit {
					t.Fatalf("%d is given to %+v before %+v", w.ID, *chosen, a)
				}
			}
			turn++
			chosen.Open, chosen.LastAssignedAt = chosen.Open+1, turn
		}
	})
}

func TestMatchChangesNothingAndAnswersAlike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := floors.Draw(t, "floor")
		before := fmt.Sprintf("%+v", f)
		first := routing.Match(f.waiting, f.agents)
		if after := fmt.Sprintf("%+v", f); after != before {
			t.Fatalf("the facts were\n%s\nand are\n%s", before, after)
		}
		shuffled := rapid.Permutation(f.agents).Draw(t, "agents in another order")
		for _, again := range [][]routing.Pairing{routing.Match(f.waiting, f.agents), routing.Match(f.waiting, shuffled)} {
			if !slices.Equal(first, again) {
				t.Fatalf("first %v, then %v", first, again)
			}
		}
	})
}
