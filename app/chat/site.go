package chat

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"foyer/models"
)

// SiteInfo is what the panel learns of its site.
type SiteInfo struct {
	Name          string          `json:"name"`
	Online        bool            `json:"online"`             // somebody is here who accepts conversations
	Open          bool            `json:"open"`               // the default department, by its hours
	OpensAt       *models.Instant `json:"opens_at,omitempty"` // while it is closed; absent when it never opens
	TypingPreview bool            `json:"typing_preview"`
}

// sitesAge is for how long it is not looked up again whether somebody is here: after a restart
// thousands of visitors ask within seconds. What happens here is forgotten at once.
const sitesAge = time.Second

// sites remembers who answers in an account. The zero value is ready.
type sites struct {
	// Guarded by mu.
	mu    sync.Mutex
	known map[int64]answering
	turn  int // how often one was forgotten
	swept models.Instant
}

// sweepEvery is how often what is too old to be used is forgotten: of accounts that nobody asks about.
const sweepEvery = time.Minute

// answering is who answers in an account, as it was known some time ago.
type answering struct {
	at         models.Instant
	agents     []models.Agent // who want to
	of         models.Account
	department models.Department
}

func (s *sites) forget(accountID int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, accountID)
	s.turn++
}

// get returns what is known, if it is fresh, and the turn for put.
func (s *sites) get(accountID int64, now models.Instant) (a answering, turn int, fresh bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.known[accountID]
	return a, s.turn, ok && now >= a.at && now.Sub(a.at) < sitesAge
}

// put remembers what was read since get, unless it may have been read before what is to be forgotten.
func (s *sites) put(a answering, turn int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.turn != turn {
		return
	}
	if s.known == nil {
		s.known = map[int64]answering{}
	}
	if a.at.Sub(s.swept) >= sweepEvery {
		s.swept = a.at
		maps.DeleteFunc(s.known, func(_ int64, old answering) bool { return a.at.Sub(old.at) >= sitesAge })
	}
	s.known[a.of.ID] = a
}

func (s *Service) siteInfo(ctx context.Context, accountID int64, site models.Site) (SiteInfo, error) {
	now := models.InstantOf(s.now())
	a, turn, fresh := s.sites.get(accountID, now)
	if !fresh {
		var err error
		if a, err = s.answering(ctx, accountID, now); err != nil {
			return SiteInfo{}, err
		}
		s.sites.put(a, turn)
	}
	info := SiteInfo{
		Name: site.Name, TypingPreview: site.TypingPreview,
		Online: slices.ContainsFunc(a.agents, func(agent models.Agent) bool { return s.accepts(agent, a.of) }),
	}
	var next models.Instant
	if info.Open, next = a.department.Turn(now); !info.Open {
		info.OpensAt = unlessNever(next)
	}
	return info, nil
}

func (s *Service) answering(ctx context.Context, accountID int64, now models.Instant) (a answering, err error) {
	account := s.store.For(accountID)
	if a.of, err = account.Account(ctx); err != nil {
		return a, err
	}
	a.department, err = account.DepartmentCalled(ctx, "")
	if err != nil && models.KindOf(err) != models.KindNotFound {
		return a, err
	}
	a.at = now
	a.agents, err = account.WantOnline(ctx)
	return a, err
}
