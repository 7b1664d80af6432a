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
		var heard []int64
		tell := func(seq int64, urgent bool) {
			s.tell(models.Summary{Conversation: models.Conversation{ID: 1, LastSeq: seq}}, urgent,
				func(c models.Summary) { heard = append(heard, c.LastSeq) })
		}
		expect := func(when string, want ...int64) {
			t.Helper()
			synctest.Wait()
			s.mu.Lock()
			defer s.mu.Unlock()
			if !slices.Equal(heard, want) {
				t.Errorf("%s: %v, want %v", when, heard, want)
			}
			heard = nil
		}
		for seq := range int64(100) {
			tell(seq, false)
		}
		expect("at once")
		<-time.After(beat)
		expect("within a beat", 99)
		tell(100, true)
		expect("what is urgent", 100)
		tell(101, false)
		tell(102, false)
		<-time.After(glance)
		expect("after a glance", 102)
		<-time.After(glance)
		expect("in silence")
		tell(103, false)
		<-time.After(beat)
		expect("after the silence", 103)
		<-time.After(2 * glance)
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.told) > 0 {
			t.Error("something is kept for ever")
		}
	})
}
