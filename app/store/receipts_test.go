package store

import (
	"fmt"
	"testing"
)

func TestWhatWasReceivedIsCountedForBothSides(t *testing.T) {
	// The log: 1 queued, 2 assigned, 3 v1, 4 note, 5 v2, 6 a1, 7 note, 8 v3, 9 a2; for the visitor
	// 1 to 3 the same, 4 v2, 5 a1, 6 v3, 7 a2.
	const lines = "vnvanva"
	tests := map[string]struct {
		owner, visitor []int64 // received up to, one after the other
		news           bool    // of the last one
		seq, seen      int64   // what the owner has, in their count and the visitor's
		visitorSeq     int64
	}{
		"nothing":                           {},
		"the owner has the first line":      {owner: []int64{3}, news: true, seq: 3, seen: 3},
		"the owner has a note":              {owner: []int64{4}, news: true, seq: 4, seen: 3},
		"the owner has a line behind it":    {owner: []int64{4, 5}, news: true, seq: 5, seen: 4},
		"the owner's other device lags":     {owner: []int64{5, 3}, seq: 5, seen: 4},
		"the owner claims what is not":      {owner: []int64{99}, news: true, seq: 9, seen: 7},
		"the owner claims nothing":          {owner: []int64{-7}},
		"the visitor has the first answer":  {visitor: []int64{5}, news: true, visitorSeq: 6},
		"the visitor's other tab lags":      {visitor: []int64{5, 2}, visitorSeq: 6},
		"the visitor claims what is not":    {visitor: []int64{99}, news: true, visitorSeq: 9},
		"the visitor claims less than none": {visitor: []int64{-7}},
		"the visitor claims hidden ones":    {visitor: []int64{0}}, // notes have that number
		"both":                              {owner: []int64{8}, visitor: []int64{6}, news: true, seq: 8, seen: 6, visitorSeq: 8},
	}
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna := a.agent("Anna", 99)
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				c := a.active(anna)
				a.talk(c, anna, lines)
				before, news := a.now(c.PublicID), false
				for _, seq := range test.owner {
					news = a.readTo(c.PublicID, seq, (*Tx).ReceivedByOwner)
				}
				for _, seq := range test.visitor {
					news = a.readTo(c.PublicID, seq, (*Tx).ReceivedByVisitor)
				}
				now := a.now(c.PublicID)
				got := fmt.Sprint(news, now.AgentReceivedSeq, now.AgentReceivedSeen, now.VisitorReceivedSeq)
				if want := fmt.Sprint(test.news, test.seq, test.seen, test.visitorSeq); got != want {
					t.Errorf("news, the owner's seq, seen, the visitor's seq: %s, want %s", got, want)
				}
				if now.Fence != before.Fence || now.Unread != before.Unread || now.VisitorUnread != before.VisitorUnread {
					t.Error("receiving is not reading, and moves no fence")
				}
			})
		}
	})
}
