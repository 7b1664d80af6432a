package chat

import (
	"context"
	"sync"
	"time"

	"foyer/app/store"
	"foyer/models"
)

const (
	activeEvery = 30 * time.Second // how often it is stored that an agent is at their desk
	signsAge    = time.Hour        // how long a sign is kept
)

// signs are small signs of life that are worth no line in a log: who pressed a key, and when. They are
// kept in memory: after a restart the clocks that look at them run a little sooner. The zero value is
// ready.
type signs struct {
	// Guarded by mu.
	mu     sync.Mutex
	keys   map[keys]models.Instant
	active map[int64]models.Instant // by agent: when it was last stored that they are at their desk
	pruned models.Instant
}

// keys are those of an agent, or of the visitor with agent 0, in a conversation.
type keys struct{ conversation, agent int64 }

// pressed notes that somebody is typing.
func (g *signs) pressed(conversation, agent int64, now models.Instant) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.keys == nil {
		g.keys = map[keys]models.Instant{}
	}
	g.keys[keys{conversation, agent}] = now
	if now.Sub(g.pruned) < signsAge {
		return
	}
	g.pruned = now
	for k, at := range g.keys {
		if now.Sub(at) > signsAge {
			delete(g.keys, k)
		}
	}
}

// typed is when somebody last pressed a key in a conversation, 0 when that is long ago.
func (g *signs) typed(conversation, agent int64) models.Instant {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.keys[keys{conversation, agent}]
}

// due reports whether it is time to store that an agent is at their desk.
func (g *signs) due(agent int64, now models.Instant) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	at, ok := g.active[agent]
	return !ok || now.Sub(at) >= activeEvery
}

// stored notes that it was.
func (g *signs) stored(agent int64, now models.Instant) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.active == nil {
		g.active = map[int64]models.Instant{}
	}
	g.active[agent] = now
}

// Active notes that an agent is at their desk.
func (s *Service) Active(ctx context.Context, a models.Agent) error {
	now := models.InstantOf(s.now())
	if !s.signs.due(a.ID, now) {
		return nil
	}
	wasAway := false
	err := s.store.For(a.AccountID).Change(ctx, func(tx *store.Tx) error {
		of, err := tx.Account()
		if err != nil {
			return err
		}
		seat, err := tx.Seat(a.ID, 0)
		if err != nil {
			return err
		}
		wasAway = s.idle(seat.Agent, of)
		return tx.SetActive(a.ID)
	}, func() { s.signs.stored(a.ID, now) })
	if err != nil || !wasAway {
		return err
	}
	return s.agentChanged(ctx, a, change{})
}
