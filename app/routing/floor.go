package routing

import (
	"cmp"
	"maps"
	"slices"

	"foyer/models"
)

// floor is the state of things while a queue is worked off.
type floor struct {
	departments map[int64]*department
	latest      models.Instant // of all assignments

	// What each decision fills anew: in a crowd, making them would take longer than deciding.
	here, tried, best, full, fullHere []*seat
}

type department struct {
	Department
	here   []*seat            // who can be given conversations, room or not; the best first
	absent map[string][]int64 // who can't, by the reason
	rooms  int                // how many of those here have room
}

// person is an agent with what they are given meanwhile.
type person struct {
	Agent
	seats []*seat // where they can be given conversations
}

// seat is what a person is in a department.
type seat struct {
	*person
	as   Member
	in   *department
	rank int    // of the tier
	full string // why they have no room, "" while they have
}

func newFloor(agents []Agent, departments []Department) *floor {
	f := &floor{departments: make(map[int64]*department, len(departments))}
	for _, d := range departments {
		f.departments[d.ID] = &department{Department: d, absent: map[string][]int64{}}
	}
	for _, a := range agents {
		p, absent := &person{Agent: a}, absence(a)
		f.latest = max(f.latest, a.LastAssignedAt)
		for _, m := range a.Members {
			d := f.departments[m.Department]
			if d == nil {
				continue
			}
			if absent != "" {
				d.absent[absent] = append(d.absent[absent], a.ID)
				continue
			}
			s := &seat{person: p, as: m, in: d, rank: m.Tier.Rank()}
			if s.full = s.fullness(); s.full == "" {
				d.rooms++
			}
			p.seats, d.here = append(p.seats, s), append(d.here, s)
		}
	}
	for _, d := range f.departments {
		slices.SortFunc(d.here, d.compare)
	}
	return f
}

// absence says why somebody can't have any conversation, room or not.
func absence(a Agent) string {
	switch {
	case a.Status == models.Away:
		return LeftAway
	case a.Status != models.Online:
		return LeftOffline
	case !a.Accepting:
		return LeftNotAccepting
	}
	return ""
}

// fullness says whether somebody has as many conversations as they may.
func (s *seat) fullness() string {
	switch {
	case s.Open >= s.Limit:
		return LeftFull
	case s.as.Limit != models.NoLimit && s.as.Open >= s.as.Limit:
		return LeftDepartmentFull
	}
	return ""
}

// give notes that somebody has one more.
func (f *floor) give(s *seat) {
	for _, other := range s.seats { // their places change
		d := other.in
		at := slices.Index(d.here, other)
		d.here = slices.Delete(d.here, at, at+1)
	}
	f.latest++ // later than all before, whatever the time is
	s.Open++
	s.as.Open++
	s.LastAssignedAt = f.latest
	for _, other := range s.seats {
		d, had := other.in, other.full == ""
		if other.full = other.fullness(); had && other.full != "" {
			d.rooms--
		}
		at, _ := slices.BinarySearchFunc(d.here, other, d.compare)
		d.here = slices.Insert(d.here, at, other)
	}
}

// decide chooses who should have w; the seat is nil if nobody can.
func (f *floor) decide(w Waiting) (Pairing, *seat) {
	p := Pairing{Conversation: w.ID, Why: WhyNobody, LeftOut: map[string][]int64{}}
	d := f.departments[w.Department]
	if d == nil {
		return p, nil
	}
	maps.Copy(p.LeftOut, d.absent)
	here := d.here
	f.tried = f.tried[:0]
	if len(w.Tried) > 0 {
		f.here = f.here[:0]
		for _, s := range d.here {
			if slices.Contains(w.Tried, s.ID) {
				f.tried = append(f.tried, s)
			} else {
				f.here = append(f.here, s)
			}
		}
		here = f.here
	}
	best, free := f.free(d, w, here, &p)
	if free == 0 && w.AskAgain {
		best, free = f.free(d, w, f.tried, &p)
	} else {
		p.leave(LeftTried, f.tried)
	}
	if free == 0 {
		return p, nil
	}
	return d.choose(w, best, free, p), best[0]
}

// leave notes why some can't have it.
func (p *Pairing) leave(why string, seats []*seat) {
	if len(seats) == 0 {
		return
	}
	ids := slices.Grow(p.LeftOut[why], len(seats))
	for _, s := range seats {
		ids = append(ids, s.ID)
	}
	p.LeftOut[why] = ids
}

// free returns the best of those who suit and have room, and how many there are. Whom nobody here
// suits need not wait for somebody who is not here: then all suit.
func (f *floor) free(d *department, w Waiting, here []*seat, p *Pairing) (best []*seat, n int) {
	suiting := here
	if d.MatchLanguage && w.Language != "" {
		suiting = narrow(w, suiting, p, LeftLanguage, func(s *seat) bool {
			return len(s.as.Languages) == 0 || slices.Contains(s.as.Languages, w.Language)
		})
	}
	for _, skill := range w.Skills {
		suiting = narrow(w, suiting, p, LeftSkill, func(s *seat) bool { return slices.Contains(s.as.Skills, skill) })
	}
	f.best, f.full, f.fullHere = f.best[:0], f.full[:0], f.fullHere[:0]
	for _, s := range suiting {
		switch {
		case s.full == LeftFull:
			f.full = append(f.full, s)
		case s.full != "":
			f.fullHere = append(f.fullHere, s)
		case s.ID == w.Prefer:
			f.best = slices.Insert(f.best, 0, s)
			n++
		default:
			if n++; len(f.best) < maxCandidates {
				f.best = append(f.best, s)
			}
		}
	}
	p.leave(LeftFull, f.full)
	p.leave(LeftDepartmentFull, f.fullHere)
	return f.best[:min(len(f.best), maxCandidates)], n
}

// narrow leaves out whom something wanted does not fit, unless it fits nobody. Who is preferred stays.
func narrow(w Waiting, from []*seat, p *Pairing, why string, fits func(*seat) bool) []*seat {
	if !slices.ContainsFunc(from, fits) {
		return from
	}
	var fitting, others []*seat
	for _, s := range from {
		if fits(s) || s.ID == w.Prefer {
			fitting = append(fitting, s)
		} else {
			others = append(others, s)
		}
	}
	p.leave(why, others)
	return fitting
}

// choose gives w to the best of those who can have it.
func (d *department) choose(w Waiting, best []*seat, free int, p Pairing) Pairing {
	p.Candidates = make([]models.Candidate, len(best))
	for i, s := range best {
		p.Candidates[i] = models.Candidate{AgentID: s.ID, Open: s.Open, Limit: s.Limit, Tier: s.as.Tier}
	}
	p.Agent, p.Offer = best[0].ID, d.Mode == models.ModeOffer
	switch {
	case p.Agent == w.Prefer:
		p.Why = WhyPreferred
	case free == 1:
		p.Why = WhyOnlyOne
	default:
		p.Why = Why(d.Strategy)
	}
	return p
}

// compare orders those who can be given conversations, the best first.
func (d *department) compare(a, b *seat) int {
	if d.Strategy == models.ByTiers && a.rank != b.rank {
		return a.rank - b.rank
	}
	if d.Strategy != models.RoundRobin && a.Open != b.Open {
		return a.Open - b.Open
	}
	return cmp.Or(cmp.Compare(a.LastAssignedAt, b.LastAssignedAt), cmp.Compare(a.ID, b.ID))
}
