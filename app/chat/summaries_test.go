package chat

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"foyer/models"
)

func TestSummariesAreThinnedOutButEndWithTheTruth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s summaries
		var near, all []int64
		tell := func(seq int64, urgent bool) {
			s.tell(models.Summary{Conversation: models.Conversation{ID: 1, LastSeq: seq}}, urgent,
				func(c models.Summary, everybody bool) {
					if everybody {
						all = append(all, c.LastSeq)
					} else {
						near = append(near, c.LastSeq)
					}
				})
		}
		expect := func(when string, wantNear, wantAll []int64) {
			t.Helper()
			synctest.Wait()
			s.mu.Lock()
			defer s.mu.Unlock()
			if !slices.Equal(near, wantNear) || !slices.Equal(all, wantAll) {
				t.Errorf("%s: those near hear %v and everybody %v, want %v and %v", when, near, all, wantNear, wantAll)
			}
			near, all = nil, nil
		}
		type seqs = []int64
		for seq := range int64(100) {
			tell(seq, false)
		}
		expect("at once", nil, nil)
		<-time.After(beat)
		expect("within a beat", nil, seqs{99})
		tell(100, true)
		expect("what is urgent", nil, seqs{100})
		tell(101, false)
		tell(102, false)
		<-time.After(glance)
		expect("after a glance", seqs{102}, nil)
		<-time.After(glance)
		expect("in silence", nil, nil)
		tell(103, false)
		<-time.After(beat)
		expect("after the silence", seqs{103}, nil)
		<-time.After(round - 2*glance - beat)
		expect("after a round", nil, seqs{103})
		for seq := range int64(8) {
			<-time.After(glance - beat)
			tell(104+seq, false)
			<-time.After(beat)
		}
		expect("all along", seqs{104, 105, 106, 108, 109, 110}, seqs{107, 111})
		tell(112, false)
		tell(113, true)
		<-time.After(round)
		expect("what is urgent takes the place of what was to be told", nil, seqs{113})
		tell(114, false)
		<-time.After(beat)
		expect("after a long silence", nil, seqs{114})
		<-time.After(round)
		expect("in a long silence", nil, nil)
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.told) > 0 {
			t.Error("something is kept for ever")
		}
	})
}
