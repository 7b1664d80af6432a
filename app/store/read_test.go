package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"foyer/models"
)

// talk writes lines to a conversation: v by the visitor, a by the agent, n a note of the agent.
func (a *tenant) talk(c models.Conversation, agent models.Agent, lines string) {
	a.t.Helper()
	for i, who := range lines {
		p := &Post{Conversation: c.PublicID, Author: byAgent(agent), CID: fmt.Sprint(lines, i), Text: fmt.Sprintf("%c%d", who, i)}
		if p.Note = who == 'n'; who == 'v' {
			p.Author = visitorOf(c)
		}
		must(a.t, a.account().Post(background, p, func() {}))
	}
}

// readTo notes how far somebody has read and reports whether that is news.
func (a *tenant) readTo(conv string, seq int64, mark func(*Tx, *models.Conversation, int64) (bool, error)) (news bool) {
	a.t.Helper()
	must(a.t, a.account().Change(background, func(tx *Tx) error {
		c, err := tx.Conversation(conv)
		if err == nil {
			news, err = mark(tx, c, seq)
		}
		return err
	}, nil))
	return news
}

func TestReadingCountsDown(t *testing.T) {
	// The log: 1 queued, 2 assigned, then as below. In the visitor's count notes are left out.
	//        3 v1  4 note  5 v2  6 a1  7 note  8 v3  9 a2
	const lines = "vnvanva"
	tests := map[string]struct {
		owner, visitor []int64 // read up to, one after the other
		news           bool    // of the last one
		unread, seq    int64   // what the owner has not read; where they are
		seen           int64   // the same in the visitor's count
		visitorUnread  int64
		visitorSeq     int64
	}{
		"nobody has read":                       {unread: 3, visitorUnread: 2},
		"the owner has read one line":           {owner: []int64{3}, news: true, unread: 2, seq: 3, seen: 3, visitorUnread: 2},
		"the owner has read up to a note":       {owner: []int64{4}, news: true, unread: 2, seq: 4, seen: 3, visitorUnread: 2},
		"the owner has read beyond two notes":   {owner: []int64{8}, news: true, unread: 0, seq: 8, seen: 6, visitorUnread: 2},
		"the owner has read before any line":    {owner: []int64{1}, news: true, unread: 3, seq: 1, seen: 1, visitorUnread: 2},
		"the owner reads on":                    {owner: []int64{3, 5}, news: true, unread: 1, seq: 5, seen: 4, visitorUnread: 2},
		"the owner reads backwards":             {owner: []int64{5, 3}, unread: 1, seq: 5, seen: 4, visitorUnread: 2},
		"the owner says it twice":               {owner: []int64{5, 5}, unread: 1, seq: 5, seen: 4, visitorUnread: 2},
		"the owner reads beyond the end":        {owner: []int64{4711}, news: true, unread: 0, seq: 9, seen: 7, visitorUnread: 2},
		"the owner reads nothing":               {owner: []int64{0}, unread: 3, visitorUnread: 2},
		"the owner reads less than nothing":     {owner: []int64{-5}, unread: 3, visitorUnread: 2},
		"the visitor has read their own line":   {visitor: []int64{3}, news: true, unread: 3, visitorUnread: 2, visitorSeq: 3},
		"the visitor has read the first answer": {visitor: []int64{5}, news: true, unread: 3, visitorUnread: 1, visitorSeq: 6},
		"the visitor reads backwards":           {visitor: []int64{5, 2}, unread: 3, visitorUnread: 1, visitorSeq: 6},
		"the visitor reads beyond the end":      {visitor: []int64{99}, news: true, unread: 3, visitorUnread: 0, visitorSeq: 9},
		"the visitor reads nothing":             {visitor: []int64{0}, unread: 3, visitorUnread: 2},
		"the visitor reads less than nothing":   {visitor: []int64{-1}, unread: 3, visitorUnread: 2},
		"both read":                             {owner: []int64{9}, visitor: []int64{7}, news: true, seq: 9, seen: 7, visitorSeq: 9},
	}
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna := a.agent("Anna", 99)
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				c := a.active(anna)
				a.talk(c, anna, lines)
				fence, news := a.now(c.PublicID).Fence, false
				for _, seq := range test.owner {
					news = a.readTo(c.PublicID, seq, (*Tx).ReadByOwner)
				}
				for _, seq := range test.visitor {
					news = a.readTo(c.PublicID, seq, (*Tx).ReadByVisitor)
				}
				now := a.now(c.PublicID)
				got := fmt.Sprint(news, now.Unread, now.AgentReadSeq, now.AgentReadSeen, now.VisitorUnread, now.VisitorReadSeq)
				want := fmt.Sprint(test.news, test.unread, test.seq, test.seen, test.visitorUnread, test.visitorSeq)
				if got != want {
					t.Errorf("news, unread, read seq, seen, visitor's unread, visitor's read seq: %s, want %s", got, want)
				}
				if now.Fence != fence {
					t.Error("reading moved the fence")
				}
				a.talk(c, anna, "vaa") // what comes later counts again
				later := a.now(c.PublicID)
				if later.Unread != test.unread+1 || later.VisitorUnread != test.visitorUnread+2 {
					t.Errorf("after three more lines unread are %d and %d", later.Unread, later.VisitorUnread)
				}
			})
		}
	})
}

func TestEventsAreReadByThePageInBothDirections(t *testing.T) {
	// 1 queued, 2 assigned, 3 v, 4 note, 5 note, 6 a, 7 v, 8 note, 9 a; the visitor sees 1 2 3 6 7 9.
	tests := map[string]struct {
		part Range
		want []int64 // seqs
		more bool
	}{
		"all":                         {Range{Limit: 9}, []int64{1, 2, 3, 4, 5, 6, 7, 8, 9}, false},
		"the first page":              {Range{Limit: 4}, []int64{1, 2, 3, 4}, true},
		"the next page":               {Range{Limit: 4, After: 4}, []int64{5, 6, 7, 8}, true},
		"the last page":               {Range{Limit: 4, After: 8}, []int64{9}, false},
		"a page that just fits":       {Range{Limit: 5, After: 4}, []int64{5, 6, 7, 8, 9}, false},
		"after the end":               {Range{Limit: 4, After: 9}, nil, false},
		"far after the end":           {Range{Limit: 4, After: 4711}, nil, false},
		"before one":                  {Range{Limit: 3, Before: 7}, []int64{4, 5, 6}, true},
		"before the second":           {Range{Limit: 3, Before: 2}, []int64{1}, false},
		"before the first":            {Range{Limit: 3, Before: 1}, nil, false},
		"before what is to come":      {Range{Limit: 3, Before: 100}, []int64{7, 8, 9}, true},
		"all the visitor sees":        {Range{Limit: 9, Visible: true}, []int64{1, 2, 3, 6, 7, 9}, false},
		"the visitor's first page":    {Range{Limit: 2, Visible: true}, []int64{1, 2}, true},
		"the visitor's next page":     {Range{Limit: 2, After: 2, Visible: true}, []int64{3, 6}, true},
		"the visitor's last page":     {Range{Limit: 2, After: 4, Visible: true}, []int64{7, 9}, false},
		"the visitor, before":         {Range{Limit: 2, Before: 5, Visible: true}, []int64{3, 6}, true},
		"the visitor, before the 3rd": {Range{Limit: 2, Before: 3, Visible: true}, []int64{1, 2}, false},
	}
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna := a.agent("Anna", 9)
		c, other := a.active(anna), a.active(anna)
		a.talk(c, anna, "vnnavna")
		a.talk(other, anna, "vvvvvvvvvvv")
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				events, more, err := a.account().Events(background, &c, test.part)
				must(t, err)
				var got []int64
				for _, e := range events {
					got = append(got, e.Seq)
				}
				if !slices.Equal(got, test.want) || more != test.more {
					t.Errorf("%v, more is %v; want %v, %v", got, more, test.want, test.more)
				}
			})
		}
	})
}

func TestEventsComeWithTheirNames(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna, ben := a.agent("Anna", 9), a.agent("Ben", 9)
		c := a.active(anna)
		a.talk(c, anna, "va")
		must(t, a.transfer(c.PublicID, ben.ID))
		want := []string{
			"queued by  in Support to ", "assigned by  in  to Anna", "message by Vera in  to ",
			"message by Anna in  to ", "transferred by  in  to Ben",
		}
		for i, e := range a.log(c.PublicID) {
			if got := fmt.Sprintf("%s by %s in %s to %s", e.Kind, e.AuthorName, e.DepartmentName, e.AgentName); got != want[i] {
				t.Errorf("event %d is %s, want %s", i+1, got, want[i])
			}
		}
	})
}

func TestListPagesStayWhatTheyAreWhileNewOnesCome(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna, ben := a.agent("Anna", 99), a.agent("Ben", 99)
		var want []int64
		for i := range 9 {
			c := a.active([]models.Agent{anna, ben}[i%2])
			if i%3 == 0 {
				must(t, a.close(c.PublicID))
			}
			want = append([]int64{c.ID}, want...)
			b.clock.pass(time.Second)
		}
		var got []int64
		f := Filter{Limit: 4}
		for len(got) < 20 {
			page, err := a.account().List(background, f)
			must(t, err)
			if len(page) == 0 {
				break
			}
			for _, c := range page {
				got = append(got, c.ID)
			}
			f.Before = got[len(got)-1]
			a.started() // meanwhile somebody comes
		}
		if !slices.Equal(got, want) {
			t.Errorf("page by page: %v, want %v", got, want)
		}
		for _, test := range []struct {
			f    Filter
			want int
		}{
			{Filter{Limit: 99}, 12}, {Filter{Limit: 99, State: models.StateClosed}, 3}, {Filter{Limit: 99, State: models.StateQueued}, 3},
			{Filter{Limit: 99, OwnerID: anna.ID}, 5}, {Filter{Limit: 99, OwnerID: anna.ID, State: models.StateActive}, 3},
		} {
			if list, err := a.account().List(background, test.f); err != nil || len(list) != test.want {
				t.Errorf("%+v finds %d (%v), want %d", test.f, len(list), err, test.want)
			}
		}
	})
}

func TestTheQueueIsServedByPriorityThenFirstArrival(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna := a.agent("Anna", 9)
		returned := a.active(anna)
		b.clock.pass(time.Minute)
		first, second := a.started(), a.started() // at the same moment
		b.clock.pass(time.Minute)
		urgent := a.started()
		must(t, b.write.Exec("UPDATE conversations SET priority = 5 WHERE id = ?", urgent.ID).Error)
		must(t, a.requeue(returned.PublicID, models.EndAgentLost)) // comes back to where it was
		want := []int64{urgent.ID, returned.ID, first.ID, second.ID}
		queue, err := a.account().Queue(background, 0)
		must(t, err)
		open, err := a.account().Open(background)
		must(t, err)
		for i, id := range want {
			if queue[i].ID != id || open[i].ID != id {
				t.Errorf("place %d: %d in the queue, %d in the list, want %d", i+1, queue[i].ID, open[i].ID, id)
			}
		}
		must(t, a.assign(urgent.PublicID, anna.ID))
		must(t, a.offer(returned.PublicID, anna.ID, b.clock.instant().Add(time.Minute))) // keeps its place while it rings
		must(t, a.keep(first.PublicID))                                                  // waits no more
		queue, err = a.account().Queue(background, 0)
		must(t, err)
		if len(queue) != 2 || queue[0].ID != returned.ID || queue[1].ID != second.ID {
			t.Errorf("%d wait, want the one that rings and the second", len(queue))
		}
		b.clock.pass(time.Minute)
		must(t, a.revive(first.PublicID)) // waits from now on
		queue, err = a.account().Queue(background, 0)
		must(t, err)
		if len(queue) != 3 || queue[2].ID != first.ID {
			t.Errorf("%d wait, want the one that came back last", len(queue))
		}
		if some, err := a.account().Queue(background, 2); err != nil || len(some) != 2 || some[0].ID != returned.ID {
			t.Errorf("the first two are %d (%v)", len(some), err)
		}
	})
}
