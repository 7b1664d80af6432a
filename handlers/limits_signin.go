package handlers

import (
	"net/netip"
	"strings"
	"sync"
	"time"

	"foyer/app/config"
	"foyer/app/limits"
	"foyer/models"
)

// maxFamiliar is how many pairs of account and address are remembered.
const maxFamiliar = 50_000

// signIns holds guessing of passwords in bounds, without a lock that somebody else could turn: who
// signed in to an account from an address before has a count of their own, whatever others do to it.
// A right password costs nothing. Since a restart forgets who is familiar, it is the safe side on which it errs.
type signIns struct {
	accounts  *limits.Buckets[string]
	addresses *limits.Buckets[netip.Prefix]
	pairs     *limits.Buckets[pair]

	mu       *sync.Mutex
	familiar map[pair]struct{}
}

type pair struct {
	account string
	address netip.Prefix
}

func newSignIns(c config.Limits) signIns {
	perHour := func(n int) limits.Rate {
		return limits.Rate{PerSecond: float64(n) / time.Hour.Seconds(), Burst: max(n/5, 1)}
	}
	return signIns{
		accounts:  limits.NewBuckets[string](perHour(c.SignInAccount)),
		addresses: limits.NewBuckets[netip.Prefix](perHour(c.SignInAddress)),
		pairs:     limits.NewBuckets[pair](perHour(c.SignInAccount)),
		mu:        &sync.Mutex{}, familiar: map[pair]struct{}{},
	}
}

// try counts a password before it is looked at; right says that it was right, which gives the
// count back. A rateError means that it must not be looked at.
func (s *signIns) try(account string, from netip.Prefix, now time.Time) (right func(), err error) {
	account = models.Clip(strings.ToLower(account), models.MaxEmail)
	who := pair{account, from}
	if s.knows(who) {
		wait := s.pairs.Take(who, 1, now)
		return func() { s.pairs.Give(who, 1, now) }, tooFast(wait)
	}
	if wait := s.addresses.Take(from, 1, now); wait > 0 {
		return nil, &rateError{wait}
	}
	if wait := s.accounts.Take(account, 1, now); wait > 0 {
		s.addresses.Give(from, 1, now)
		return nil, &rateError{wait}
	}
	return func() {
		s.accounts.Give(account, 1, now)
		s.addresses.Give(from, 1, now)
		s.remember(who)
	}, nil
}

func (s *signIns) knows(who pair) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.familiar[who]
	return ok
}

func (s *signIns) remember(who pair) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.familiar) >= maxFamiliar {
		clear(s.familiar)
	}
	s.familiar[who] = struct{}{}
}
