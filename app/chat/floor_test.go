package chat

import (
	"context"
	"testing"
	"time"

	"foyer/app/store"
	"foyer/models"
)

func TestWhatNobodyAsksForIsForgotten(t *testing.T) {
	var s sites
	now := models.InstantOf(time.Now())
	for i := range 100 {
		_, turn, _ := s.get(int64(i), now)
		s.put(answering{at: now, of: models.Account{ID: int64(i)}}, turn)
	}
	_, turn, _ := s.get(7, now)
	s.put(answering{at: now.Add(sweepEvery), of: models.Account{ID: 7}}, turn)
	if len(s.known) != 1 {
		t.Errorf("%d accounts are remembered", len(s.known))
	}
}

func TestPlansThatNobodyAsksForAreForgotten(t *testing.T) {
	d := newDesk(t, 1, "anna")
	d.plans = plans{known: map[int64]knownPlan{}}
	for i := range 100 {
		d.plans.known[int64(1000+i)] = knownPlan{store.Plan{}, time.Now().Add(-planAge)}
	}
	_, err := d.plan(context.Background(), d.site.AccountID)
	must(t, err)
	if len(d.plans.known) != 1 {
		t.Errorf("%d accounts are remembered", len(d.plans.known))
	}
}
