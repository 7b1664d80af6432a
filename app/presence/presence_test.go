package presence_test

import (
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"foyer/app/presence"
)

// doors are the two ways in, which must not be mixed up.
var doors = map[string]struct {
	came, left func(*presence.Presence, int64) bool
	here       func(*presence.Presence, int64) bool
	otherHere  func(*presence.Presence, int64) bool
}{
	"agents": {
		(*presence.Presence).AgentCame, (*presence.Presence).AgentLeft,
		(*presence.Presence).Agent, (*presence.Presence).Visitor,
	},
	"visitors": {
		(*presence.Presence).VisitorCame, (*presence.Presence).VisitorLeft,
		(*presence.Presence).Visitor, (*presence.Presence).Agent,
	},
}

func TestSomebodyIsHereFromTheFirstConnectionToTheLast(t *testing.T) {
	for name, door := range doors {
		t.Run(name, func(t *testing.T) {
			var p presence.Presence
			steps := []struct {
				what       string
				do         func(*presence.Presence, int64) bool
				news, here bool
			}{
				{"the first tab", door.came, true, true},
				{"a second tab", door.came, false, true},
				{"a third tab", door.came, false, true},
				{"one tab is closed", door.left, false, true},
				{"another one", door.left, false, true},
				{"a new one", door.came, false, true},
				{"one is closed", door.left, false, true},
				{"the last one", door.left, true, false},
				{"and comes back", door.came, true, true},
				{"and leaves", door.left, true, false},
			}
			if door.here(&p, 1) {
				t.Error("somebody is here before anybody came")
			}
			for _, step := range steps {
				if news := step.do(&p, 1); news != step.news {
					t.Errorf("%s: news is %v", step.what, news)
				}
				if here := door.here(&p, 1); here != step.here {
					t.Errorf("%s: here is %v", step.what, here)
				}
				if door.here(&p, 2) || door.otherHere(&p, 1) {
					t.Errorf("%s: somebody else is here", step.what)
				}
			}
		})
	}
}

func TestPresenceSurvivesAChurn(t *testing.T) {
	for name, door := range doors {
		t.Run(name, func(t *testing.T) {
			var p presence.Presence
			const people = 5
			var arrivals, departures [people]atomic.Int64
			var all sync.WaitGroup
			for range 16 {
				all.Go(func() {
					for range 500 {
						id := rand.Int64N(people)
						if door.came(&p, id) {
							arrivals[id].Add(1)
						}
						if !door.here(&p, id) {
							t.Error("somebody with a connection is not here")
						}
						if door.left(&p, id) {
							departures[id].Add(1)
						}
					}
				})
			}
			all.Wait()
			for id := range people {
				if door.here(&p, int64(id)) {
					t.Errorf("%d is here after all have left", id)
				}
				if a, d := arrivals[id].Load(), departures[id].Load(); a != d || a == 0 {
					t.Errorf("%d arrived %d times and departed %d times", id, a, d)
				}
			}
		})
	}
}

func TestAllAgentsWhoAreHere(t *testing.T) {
	var p presence.Presence
	for _, id := range []int64{3, 1, 1, 2} {
		p.AgentCame(id)
	}
	p.VisitorCame(4)
	p.AgentLeft(1)
	p.AgentLeft(2)
	got := p.Agents()
	if slices.Sort(got); !slices.Equal(got, []int64{1, 3}) {
		t.Errorf("%v are here, want 1 and 3", got)
	}
}
