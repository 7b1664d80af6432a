package routing_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"foyer/app/routing"
	"foyer/models"
)

const support, orders = 1, 2

// change says what is special about an agent.
type change func(*routing.Agent)

// agent makes one who is here for support, with open conversations of limit.
func agent(id int64, open, limit int, changes ...change) routing.Agent {
	a := routing.Agent{ID: id, Status: models.Online, Accepting: true, Open: open, Limit: limit, Members: []routing.Member{member(support)}}
	for _, c := range changes {
		c(&a)
	}
	return a
}

func member(department int64) routing.Member {
	return routing.Member{Department: department, Tier: models.TierNormal, Limit: models.NoLimit}
}

func status(s models.Availability) change { return func(a *routing.Agent) { a.Status = s } }

func busy(a *routing.Agent) { a.Accepting = false }

func assignedAt(at int64) change {
	return func(a *routing.Agent) { a.LastAssignedAt = models.Instant(at) }
}

func in(departments ...int64) change {
	return func(a *routing.Agent) {
		a.Members = nil
		for _, d := range departments {
			a.Members = append(a.Members, member(d))
		}
	}
}

func tier(t models.Tier) change { return func(a *routing.Agent) { a.Members[0].Tier = t } }

func speaks(languages ...string) change {
	return func(a *routing.Agent) { a.Members[0].Languages = languages }
}

func can(skills ...string) change {
	return func(a *routing.Agent) { a.Members[0].Skills = skills }
}

// here gives somebody a limit in their first department, and conversations of it.
func here(open, limit int) change {
	return func(a *routing.Agent) { a.Members[0].Open, a.Members[0].Limit = open, limit }
}

// w makes one who waits for support.
func w(id int64, tried ...int64) routing.Waiting {
	return routing.Waiting{ID: id, Department: support, Tried: tried}
}

func again(w routing.Waiting) routing.Waiting { w.AskAgain = true; return w }

func prefers(w routing.Waiting, agent int64) routing.Waiting { w.Prefer = agent; return w }

func wants(w routing.Waiting, language string, skills ...string) routing.Waiting {
	w.Language, w.Skills = language, skills
	return w
}

type agents = []routing.Agent
type waiting = []routing.Waiting

func TestMatch(t *testing.T) {
	const anna, ben, cleo = 1, 2, 3
	tests := map[string]struct {
		department routing.Department // support's, where it is not the usual
		waiting    waiting
		agents     agents
		want       string // conversation>agent, in their order, and why
	}{
		"nobody waits":              {waiting: nil, agents: agents{agent(anna, 0, 4)}},
		"nobody works":              {waiting: waiting{w(1)}},
		"one waits, one is free":    {waiting: waiting{w(1)}, agents: agents{agent(anna, 0, 4)}, want: "1>1 only_one"},
		"nobody is connected":       {waiting: waiting{w(1)}, agents: agents{agent(anna, 0, 4, status(models.Offline))}},
		"somebody is away":          {waiting: waiting{w(1)}, agents: agents{agent(anna, 0, 4, status(models.Away))}},
		"somebody accepts none":     {waiting: waiting{w(1)}, agents: agents{agent(anna, 0, 4, busy)}},
		"a limit of none":           {waiting: waiting{w(1)}, agents: agents{agent(anna, 0, 0)}},
		"a limit below none":        {waiting: waiting{w(1)}, agents: agents{agent(anna, 0, -1)}},
		"everybody is full":         {waiting: waiting{w(1)}, agents: agents{agent(anna, 2, 2), agent(ben, 1, 1)}},
		"over a lowered limit":      {waiting: waiting{w(1)}, agents: agents{agent(anna, 5, 2)}},
		"full in the department":    {waiting: waiting{w(1)}, agents: agents{agent(anna, 1, 4, here(1, 1))}},
		"none of the department":    {waiting: waiting{w(1)}, agents: agents{agent(anna, 0, 4, here(0, 0))}},
		"room in the department":    {waiting: waiting{w(1), w(2)}, agents: agents{agent(anna, 2, 9, here(1, 2))}, want: "1>1 only_one"},
		"another department":        {waiting: waiting{w(1)}, agents: agents{agent(anna, 0, 4, in(orders))}},
		"no department":             {waiting: waiting{w(1)}, agents: agents{agent(anna, 0, 4, in())}},
		"a department that is gone": {waiting: waiting{{ID: 1, Department: 99}}, agents: agents{agent(anna, 0, 4, in(99))}},
		"two departments":           {waiting: waiting{w(1)}, agents: agents{agent(anna, 0, 4, in(orders, support))}, want: "1>1 only_one"},
		"two departments, one agent": {waiting: waiting{w(1), {ID: 2, Department: orders}, w(3)},
			agents: agents{agent(anna, 0, 2, in(orders, support))}, want: "1>1 only_one, 2>1 only_one"},
		"the first come": {waiting: waiting{w(9), w(3), w(5)}, agents: agents{agent(anna, 0, 2)}, want: "9>1 only_one, 3>1 only_one"},
		"the last place": {waiting: waiting{w(1), w(2)}, agents: agents{agent(anna, 3, 4)}, want: "1>1 only_one"},
		"a busy head does not hold up the rest": {waiting: waiting{{ID: 1, Department: orders}, w(2)},
			agents: agents{agent(anna, 0, 1)}, want: "2>1 only_one"},

		"the least busy":                        {waiting: waiting{w(1)}, agents: agents{agent(anna, 2, 9), agent(ben, 1, 9), agent(cleo, 2, 9)}, want: "1>2 least_busy"},
		"the least busy, not who has most room": {waiting: waiting{w(1)}, agents: agents{agent(anna, 2, 99), agent(ben, 1, 2)}, want: "1>2 least_busy"},
		"the longest idle of the least busy": {waiting: waiting{w(1)}, want: "1>2 least_busy",
			agents: agents{agent(anna, 1, 9, assignedAt(30)), agent(ben, 1, 9, assignedAt(10)), agent(cleo, 2, 9, assignedAt(1))}},
		"who never had one is the longest idle": {waiting: waiting{w(1)}, agents: agents{agent(anna, 0, 9, assignedAt(5)), agent(ben, 0, 9)}, want: "1>2 least_busy"},
		"all alike, the lowest id":              {waiting: waiting{w(1)}, agents: agents{agent(cleo, 0, 9), agent(ben, 0, 9)}, want: "1>2 least_busy"},
		"one after the other": {waiting: waiting{w(1), w(2), w(3), w(4)}, agents: agents{agent(anna, 0, 2, assignedAt(5)), agent(ben, 0, 2, assignedAt(4))},
			want: "1>2 least_busy, 2>1 least_busy, 3>2 least_busy, 4>1 only_one"},

		"in turn, busy or not": {department: routing.Department{Strategy: models.RoundRobin}, waiting: waiting{w(1), w(2), w(3)},
			agents: agents{agent(anna, 0, 9, assignedAt(30)), agent(ben, 5, 9, assignedAt(10)), agent(cleo, 1, 9, assignedAt(20))},
			want:   "1>2 round_robin, 2>3 round_robin, 3>1 round_robin"},
		"the first tier, busy or not": {department: routing.Department{Strategy: models.ByTiers}, waiting: waiting{w(1), w(2), w(3), w(4)},
			agents: agents{agent(anna, 0, 1, tier(models.TierLast)), agent(ben, 0, 1), agent(cleo, 3, 5, tier(models.TierFirst))},
			want:   "1>3 tiers, 2>3 tiers, 3>2 tiers, 4>1 only_one"},
		"the least busy of a tier": {department: routing.Department{Strategy: models.ByTiers}, waiting: waiting{w(1)},
			agents: agents{agent(anna, 2, 9), agent(ben, 1, 9), agent(cleo, 0, 9, tier(models.TierLast))}, want: "1>2 tiers"},
		"tiers are nothing to the least busy": {waiting: waiting{w(1)},
			agents: agents{agent(anna, 1, 9, tier(models.TierFirst)), agent(ben, 0, 9, tier(models.TierLast))}, want: "1>2 least_busy"},

		"who had it before, busy or not": {waiting: waiting{prefers(w(1), anna)}, agents: agents{agent(anna, 3, 9), agent(ben, 0, 9)}, want: "1>1 preferred"},
		"who had it before is full":      {waiting: waiting{prefers(w(1), anna)}, agents: agents{agent(anna, 3, 3), agent(ben, 0, 9)}, want: "1>2 only_one"},
		"who had it before has gone": {waiting: waiting{prefers(w(1), anna)}, want: "1>2 only_one",
			agents: agents{agent(anna, 0, 3, status(models.Offline)), agent(ben, 0, 9)}},
		"who had it before does not speak the language": {department: routing.Department{MatchLanguage: true}, want: "1>1 preferred",
			waiting: waiting{prefers(wants(w(1), "de"), anna)}, agents: agents{agent(anna, 3, 9, speaks("en")), agent(ben, 0, 9, speaks("de"))}},

		"who gave it back":                {waiting: waiting{w(1, anna)}, agents: agents{agent(anna, 0, 4)}},
		"who gave back another":           {waiting: waiting{w(1, anna), w(2)}, agents: agents{agent(anna, 0, 4)}, want: "2>1 only_one"},
		"who gave it back, once more":     {waiting: waiting{again(w(1, anna))}, agents: agents{agent(anna, 0, 4)}, want: "1>1 only_one"},
		"somebody else is asked first":    {waiting: waiting{again(w(1, anna))}, agents: agents{agent(anna, 0, 4), agent(ben, 3, 4)}, want: "1>2 only_one"},
		"somebody else, but they're full": {waiting: waiting{again(w(1, anna))}, agents: agents{agent(anna, 0, 4), agent(ben, 4, 4)}, want: "1>1 only_one"},

		"who speaks the language": {department: routing.Department{MatchLanguage: true}, waiting: waiting{wants(w(1), "de")},
			agents: agents{agent(anna, 0, 9, speaks("en")), agent(ben, 5, 9, speaks("fr", "de"))}, want: "1>2 only_one"},
		"who speaks any": {department: routing.Department{MatchLanguage: true}, waiting: waiting{wants(w(1), "de")},
			agents: agents{agent(anna, 0, 9, speaks("en")), agent(ben, 5, 9)}, want: "1>2 only_one"},
		"who speaks the language is busy, so they wait": {department: routing.Department{MatchLanguage: true}, waiting: waiting{wants(w(1), "de")},
			agents: agents{agent(anna, 0, 9, speaks("en")), agent(ben, 9, 9, speaks("de"))}},
		"who speaks the language has gone, so anybody": {department: routing.Department{MatchLanguage: true}, waiting: waiting{wants(w(1), "de")},
			agents: agents{agent(anna, 0, 9, speaks("en")), agent(ben, 0, 9, speaks("de"), status(models.Away))}, want: "1>1 only_one"},
		"the language does not matter here": {waiting: waiting{wants(w(1), "de")},
			agents: agents{agent(anna, 0, 9, speaks("en")), agent(ben, 5, 9, speaks("de"))}, want: "1>1 least_busy"},
		"an unknown language": {department: routing.Department{MatchLanguage: true}, waiting: waiting{w(1)},
			agents: agents{agent(anna, 0, 9, speaks("en")), agent(ben, 5, 9, speaks("de"))}, want: "1>1 least_busy"},
		"who has the skill": {waiting: waiting{wants(w(1), "", "tax")}, agents: agents{agent(anna, 0, 9), agent(ben, 5, 9, can("tax"))}, want: "1>2 only_one"},
		"nobody here has it": {waiting: waiting{wants(w(1), "", "tax")}, want: "1>1 only_one",
			agents: agents{agent(anna, 0, 9), agent(ben, 0, 9, can("tax"), busy)}},
		"two skills that nobody has together": {waiting: waiting{wants(w(1), "", "tax", "law")},
			agents: agents{agent(anna, 0, 9, can("law")), agent(ben, 5, 9, can("tax"))}, want: "1>2 only_one"},

		"it rings":                    {department: routing.Department{Mode: models.ModeOffer}, waiting: waiting{w(1)}, agents: agents{agent(anna, 0, 4)}, want: "1>1 only_one offer"},
		"agents pick":                 {department: routing.Department{Mode: models.ModePull}, waiting: waiting{w(1)}, agents: agents{agent(anna, 0, 4)}},
		"agents pick here, not there": {department: routing.Department{Mode: models.ModePull}, waiting: waiting{w(1), {ID: 2, Department: orders}}, agents: agents{agent(anna, 0, 4, in(support, orders))}, want: "2>1 only_one"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, p := range routing.Match(test.waiting, test.agents, departments(test.department)) {
				got = append(got, told(p))
			}
			want := test.want
			if text := joined(got); text != want {
				t.Errorf("got  %s\nwant %s", text, want)
			}
		})
	}
}

// departments are orders, which is as usual, and support, which is so where it does not say otherwise.
func departments(d routing.Department) []routing.Department {
	d.ID = support
	if d.Strategy == "" {
		d.Strategy = models.LeastBusy
	}
	if d.Mode == "" {
		d.Mode = models.ModeAuto
	}
	return []routing.Department{d, {ID: orders, Strategy: models.LeastBusy, Mode: models.ModeAuto}}
}

func told(p routing.Pairing) string {
	s := fmt.Sprintf("%d>%d %s", p.Conversation, p.Agent, p.Why)
	if p.Offer {
		s += " offer"
	}
	return s
}

func joined(list []string) (text string) {
	for i, s := range list {
		if i > 0 {
			text += ", "
		}
		text += s
	}
	return text
}

func TestWhyNobodyElse(t *testing.T) {
	waits := wants(w(1, 4), "de", "tax")
	p := routing.Explain(waits, agents{
		agent(1, 0, 4, status(models.Offline)), agent(2, 0, 4, status(models.Away)), agent(3, 0, 4, busy), agent(4, 0, 4),
		agent(5, 0, 4, speaks("en"), can("tax")), agent(6, 0, 4, can("law")), agent(7, 4, 4, can("tax")), agent(8, 1, 4, can("tax"), here(1, 1)),
		agent(9, 3, 4, can("tax")), agent(10, 2, 4, can("tax"), tier(models.TierFirst)), agent(11, 0, 4, in(orders)),
	}, departments(routing.Department{MatchLanguage: true}))
	if want := "1>10 least_busy"; told(p) != want {
		t.Errorf("chosen is %s, want %s", told(p), want)
	}
	want := map[string][]int64{
		"offline": {1}, "away": {2}, "not_accepting": {3}, "tried": {4}, "language": {5}, "skill": {6}, "full": {7}, "department_full": {8},
	}
	if !maps.EqualFunc(p.LeftOut, want, slices.Equal) {
		t.Errorf("left out are %v\nwant         %v", p.LeftOut, want)
	}
	candidates := []models.Candidate{{AgentID: 10, Open: 2, Limit: 4, Tier: models.TierFirst}, {AgentID: 9, Open: 3, Limit: 4, Tier: models.TierNormal}}
	if !slices.Equal(p.Candidates, candidates) {
		t.Errorf("candidates are %v, want %v", p.Candidates, candidates)
	}
}

func TestWhyNobody(t *testing.T) {
	for name, test := range map[string]struct {
		mode models.Mode
		w    routing.Waiting
		want string
	}{
		"agents pick":               {models.ModePull, w(1), "1>0 pull"},
		"everybody is full":         {models.ModeAuto, w(1, 1), "1>0 nobody"},
		"a department that is gone": {models.ModeAuto, routing.Waiting{ID: 1, Department: 99}, "1>0 nobody"},
	} {
		t.Run(name, func(t *testing.T) {
			got := routing.Explain(test.w, agents{agent(1, 0, 4), agent(2, 4, 4)}, departments(routing.Department{Mode: test.mode}))
			if told(got) != test.want {
				t.Errorf("got %s, want %s", told(got), test.want)
			}
		})
	}
}
