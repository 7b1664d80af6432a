package chat

import (
	"sync"
	"time"

	"foyer/models"
)

// How often agents hear of a conversation in which only another line was said. Who has it, or
// follows it, hears of each line by its event as well. The others see it in a list, where more would
// only flicker, and every agent of the account would pay for it.
const (
	glance = 500 * time.Millisecond // who has the conversation, or follows it
	round  = 2 * time.Second        // everybody
)

// beat is how far apart the moments are at which agents hear of further lines: those of all
// conversations at once, so that it is one write to each of them and not one for each line.
const beat = 50 * time.Millisecond

// next is how long it is from now, or some time from now, to such a moment.
func next(after time.Duration) time.Duration {
	return max(after, 0) + beat - time.Duration(time.Now().UnixNano())%beat
}

// summaries thins out the frames that tell all agents of an account how a conversation stands. The
// zero value is ready.
type summaries struct {
	// Guarded by mu.
	mu   sync.Mutex
	told map[int64]*told // by conversation; only those with news, or told of less than a round ago
}

// told is a conversation that has news or was told of not long ago.
type told struct {
	latest models.Summary
	near   pace        // of who has it or follows it
	far    pace        // of everybody
	timer  *time.Timer // never later than what is to be told
}

// pace is when some may be told again.
type pace struct {
	news bool
	from time.Time
}

func (p pace) ready(now time.Time) bool { return p.news && !now.Before(p.from) }

// publish tells everybody how a conversation stands, or only those near it.
type publish func(c models.Summary, everybody bool)

// tell publishes how a conversation stands: at once to everybody if that is urgent, else within a
// beat to those who were told nothing for as long as their pace says, and to the others at the end
// of that; as it stands then.
func (s *summaries) tell(c models.Summary, urgent bool, publish publish) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.told[c.ID]
	if t == nil {
		if s.told == nil {
			s.told = map[int64]*told{}
		}
		t = &told{}
		s.told[c.ID] = t
	}
	t.latest = c
	switch {
	case urgent:
		t.tellEverybody(time.Now(), publish)
		s.plan(t, publish)
	case !t.near.news: // else it is planned when to tell of it
		t.near.news, t.far.news = true, true
		s.plan(t, publish)
	}
}

// plan sees to it that later is called when something is to be told, or to be forgotten. mu must be
// held.
func (s *summaries) plan(t *told, publish publish) {
	due := t.far.from
	if t.near.news && t.near.from.Before(due) {
		due = t.near.from
	}
	if id := t.latest.ID; t.timer == nil {
		t.timer = time.AfterFunc(next(time.Until(due)), func() { s.later(id, publish) })
	} else {
		t.timer.Reset(next(time.Until(due)))
	}
}

// later publishes what has become news meanwhile, or forgets a conversation that has none.
func (s *summaries) later(id int64, publish publish) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, now := s.told[id], time.Now()
	switch {
	case t == nil: // it was put off when it had begun already
		return
	case t.far.ready(now):
		t.tellEverybody(now, publish)
	case t.near.ready(now):
		publish(t.latest, false)
		t.near = pace{from: now.Add(glance - beat)}
	case !t.far.news && !now.Before(t.far.from):
		delete(s.told, id)
		return
	}
	s.plan(t, publish)
}

func (t *told) tellEverybody(now time.Time, publish publish) {
	publish(t.latest, true)
	t.near, t.far = pace{from: now.Add(glance - beat)}, pace{from: now.Add(round - beat)}
}
