package routing_test

import (
	"slices"
	"testing"

	"foyer/app/routing"
	"foyer/models"
)

// pairs makes pairings of conversation, agent, conversation, agent...
func pairs(ids ...int64) (list []routing.Pairing) {
	for i := 0; i < len(ids); i += 2 {
		list = append(list, routing.Pairing{Conversation: ids[i], Agent: ids[i+1]})
	}
	return list
}

func TestMatch(t *testing.T) {
	const support, orders = 1, 2
	w := func(id int64, tried ...int64) routing.Waiting {
		return routing.Waiting{ID: id, Department: support, Tried: tried}
	}
	// agent makes one who is here and answers for support.
	agent := func(id int64, open, limit int, changes ...func(*routing.Agent)) routing.Agent {
		a := routing.Agent{ID: id, Departments: []int64{support}, Here: true, Open: open, Limit: limit}
		for _, change := range changes {
			change(&a)
		}
		return a
	}
	away := func(a *routing.Agent) { a.Here = false }
	assignedAt := func(at int64) func(*routing.Agent) {
		return func(a *routing.Agent) { a.LastAssignedAt = models.Instant(at) }
	}
	in := func(departments ...int64) func(*routing.Agent) {
		return func(a *routing.Agent) { a.Departments = departments }
	}
	tests := map[string]struct {
		waiting []routing.Waiting
		agents  []routing.Agent
		want    []routing.Pairing
	}{
		"nobody waits":                          {nil, []routing.Agent{agent(1, 0, 4)}, nil},
		"nobody works":                          {[]routing.Waiting{w(1)}, nil, nil},
		"one waits, one is free":                {[]routing.Waiting{w(1)}, []routing.Agent{agent(1, 0, 4)}, pairs(1, 1)},
		"nobody is here":                        {[]routing.Waiting{w(1)}, []routing.Agent{agent(1, 0, 4, away)}, nil},
		"a limit of none":                       {[]routing.Waiting{w(1)}, []routing.Agent{agent(1, 0, 0)}, nil},
		"a limit below none":                    {[]routing.Waiting{w(1)}, []routing.Agent{agent(1, 0, -1)}, nil},
		"everybody is full":                     {[]routing.Waiting{w(1)}, []routing.Agent{agent(1, 2, 2), agent(2, 1, 1)}, nil},
		"over a lowered limit":                  {[]routing.Waiting{w(1)}, []routing.Agent{agent(1, 5, 2)}, nil},
		"another department":                    {[]routing.Waiting{w(1)}, []routing.Agent{agent(1, 0, 4, in(orders))}, nil},
		"no department":                         {[]routing.Waiting{w(1)}, []routing.Agent{agent(1, 0, 4, in())}, nil},
		"two departments":                       {[]routing.Waiting{w(1)}, []routing.Agent{agent(1, 0, 4, in(orders, support))}, pairs(1, 1)},
		"who gave it back":                      {[]routing.Waiting{w(1, 7)}, []routing.Agent{agent(7, 0, 4)}, nil},
		"who gave back another":                 {[]routing.Waiting{w(1, 7), w(2)}, []routing.Agent{agent(7, 0, 4)}, pairs(2, 7)},
		"the first come":                        {[]routing.Waiting{w(9), w(3), w(5)}, []routing.Agent{agent(1, 0, 2)}, pairs(9, 1, 3, 1)},
		"the last place":                        {[]routing.Waiting{w(1), w(2)}, []routing.Agent{agent(1, 3, 4)}, pairs(1, 1)},
		"the least busy":                        {[]routing.Waiting{w(1)}, []routing.Agent{agent(1, 2, 9), agent(2, 1, 9), agent(3, 2, 9)}, pairs(1, 2)},
		"the least busy, not who has most room": {[]routing.Waiting{w(1)}, []routing.Agent{agent(1, 2, 99), agent(2, 1, 2)}, pairs(1, 2)},
		"the longest idle of the least busy": {[]routing.Waiting{w(1)},
			[]routing.Agent{agent(1, 1, 9, assignedAt(30)), agent(2, 1, 9, assignedAt(10)), agent(3, 2, 9, assignedAt(1))}, pairs(1, 2)},
		"who never had one is the longest idle": {[]routing.Waiting{w(1)},
			[]routing.Agent{agent(1, 0, 9, assignedAt(5)), agent(2, 0, 9)}, pairs(1, 2)},
		"all alike, the lowest id": {[]routing.Waiting{w(1)}, []routing.Agent{agent(3, 0, 9), agent(2, 0, 9)}, pairs(1, 2)},
		"one after the other": {[]routing.Waiting{w(1), w(2), w(3), w(4)},
			[]routing.Agent{agent(1, 0, 2, assignedAt(5)), agent(2, 0, 2, assignedAt(4))}, pairs(1, 2, 2, 1, 3, 2, 4, 1)},
		"a busy head does not hold up the rest": {[]routing.Waiting{{ID: 1, Department: orders}, w(2)},
			[]routing.Agent{agent(1, 0, 1)}, pairs(2, 1)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := routing.Match(test.waiting, test.agents); !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func BenchmarkMatch1000WaitingFor500Agents(b *testing.B) {
	var waiting []routing.Waiting
	for i := range int64(1000) {
		waiting = append(waiting, routing.Waiting{ID: i, Department: i % 5, Tried: []int64{i % 500}})
	}
	var agents []routing.Agent
	for i := range int64(500) {
		agents = append(agents, routing.Agent{
			ID: i, Departments: []int64{i % 5, (i + 1) % 5}, Here: i%7 > 0, Open: int(i % 3), Limit: 4, LastAssignedAt: models.Instant(i),
		})
	}
	for b.Loop() {
		if len(routing.Match(waiting, agents)) == 0 {
			b.Fatal("nobody was matched")
		}
	}
}
