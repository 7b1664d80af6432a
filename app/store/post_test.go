package store

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"foyer/models"
)

func TestPostNumbersLinesAndShowsTheLastOne(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna := a.agent("Anna", 2)
		c := a.active(anna) // 1 queued, 2 assigned
		line, err := a.post(c.PublicID, visitorOf(c), "1", "where is my tea?")
		must(t, err)
		note, err := a.note(c.PublicID, byAgent(anna), "1", "again?")
		must(t, err)
		answer, err := a.post(c.PublicID, byAgent(anna), "2", "on its way")
		must(t, err)
		for _, test := range []struct {
			post         *Post
			seq, visible int64
			last         string
			who          string
		}{
			{line, 3, 3, "where is my tea?", "Vera"},
			{note, 4, 0, "where is my tea?", "Vera"}, // a note is nobody's last line
			{answer, 5, 4, "on its way", "Anna"},
		} {
			m, s := test.post.Message, test.post.Summary
			if m.Seq != test.seq || m.VisibleSeq != test.visible || m.At != b.clock.instant() || test.post.Dup {
				t.Errorf("%q is %d, %d at %d (dup %v)", m.Text, m.Seq, m.VisibleSeq, m.At, test.post.Dup)
			}
			if s.LastSeq != test.seq || s.LineText != test.last || s.LineAuthorName != test.who {
				t.Errorf("after %q the summary is at %d, last %q by %s", m.Text, s.LastSeq, s.LineText, s.LineAuthorName)
			}
		}
		if now := a.now(c.PublicID); fmt.Sprint(now) != fmt.Sprint(answer.Summary) {
			t.Errorf("told   %+v\nstored %+v", answer.Summary, now)
		}
		a.dense(c.PublicID)
	})
}

func TestSeqsAreDenseUnder64Senders(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna := a.agent("Anna", 3)
		convs := []models.Conversation{a.active(anna), a.active(anna), a.active(anna)}
		const senders, lines = 64, 10
		seqs := make([]map[int64]string, len(convs)) // seq -> the cid acknowledged with it
		for i := range seqs {
			seqs[i] = map[int64]string{}
		}
		var mu sync.Mutex
		var all sync.WaitGroup
		for sender := range senders {
			all.Go(func() {
				for i := range lines {
					n := (sender + i) % len(convs)
					c, cid := convs[n], fmt.Sprintf("%d-%d", sender, i)
					p := &Post{Conversation: c.PublicID, Author: visitorOf(c), CID: cid, Text: cid}
					if sender%2 == 1 {
						p.Author, p.Note = byAgent(anna), i%3 == 0
					}
					if err := a.account().Post(background, p, func() {}); err != nil {
						t.Error(err)
					}
					mu.Lock()
					if other, taken := seqs[n][p.Message.Seq]; taken {
						t.Errorf("%s and %s were both given seq %d", cid, other, p.Message.Seq)
					}
					seqs[n][p.Message.Seq] = cid
					mu.Unlock()
				}
			})
		}
		all.Wait()
		total := 0
		for n, c := range convs {
			a.dense(c.PublicID)
			for _, e := range a.log(c.PublicID)[2:] {
				total++
				if seqs[n][e.Seq] != e.CID {
					t.Errorf("seq %d holds %s, acknowledged was %s", e.Seq, e.CID, seqs[n][e.Seq])
				}
			}
		}
		if total != senders*lines {
			t.Errorf("%d lines are stored, %d were acknowledged", total, senders*lines)
		}
	})
}

func TestOneSendersLinesKeepTheirOrder(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		c := a.active(a.agent("Anna", 1))
		operations := make([]func(), 20)
		for i := range operations {
			operations[i] = func() { _, _ = a.post(c.PublicID, visitorOf(c), fmt.Sprint(i), fmt.Sprint(i)) }
		}
		b.inOneBatch(t, operations...)
		for i, e := range a.log(c.PublicID)[2:] {
			if e.Text != fmt.Sprint(i) {
				t.Errorf("line %d is %q", i, e.Text)
			}
		}
	})
}

func TestResendIsAnsweredWithTheFirstLine(t *testing.T) {
	between := map[string]func(a *tenant, c models.Conversation) error{
		"at once":         func(*tenant, models.Conversation) error { return nil },
		"after a restart": func(a *tenant, _ models.Conversation) error { a.restart(a.t); return nil },
		"after the end":   func(a *tenant, c models.Conversation) error { return a.close(c.PublicID) },
		"after other lines": func(a *tenant, c models.Conversation) error {
			_, err := a.post(c.PublicID, visitorOf(c), "2", "another line")
			return err
		},
		"in the same batch": nil,
	}
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna := a.agent("Anna", 99)
		for name, happens := range between {
			t.Run(name, func(t *testing.T) {
				c := a.active(anna)
				announced := 0
				send := func(p *Post) {
					*p = Post{Conversation: c.PublicID, Author: visitorOf(c), CID: "1", Text: "hello"}
					wantKind(t, a.account().Post(background, p, func() { announced++ }), "")
				}
				var first, second Post
				if happens == nil {
					b.inOneBatch(t, func() { send(&first) }, func() { send(&second) })
				} else {
					send(&first)
					must(t, happens(a, c))
					b.clock.pass(time.Minute)
					send(&second)
				}
				if first.Dup || !second.Dup {
					t.Errorf("the first is a dup: %v, the second: %v", first.Dup, second.Dup)
				}
				if first.Message != second.Message || first.Message.Seq != 3 {
					t.Errorf("answered first  %+v\nanswered again %+v", first.Message, second.Message)
				}
				if announced != 1 {
					t.Errorf("announced %d times", announced)
				}
				a.dense(c.PublicID)
			})
		}
	})
}

func TestOneCIDForTwoThingsIsRefusedAndChangesNothing(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna := a.agent("Anna", 1)
		c := a.active(anna)
		_, err := a.post(c.PublicID, byAgent(anna), "1", "hello")
		must(t, err)
		before := b.contents(t)

		_, err = a.post(c.PublicID, byAgent(anna), "1", "good bye")
		wantKind(t, err, models.KindCIDConflict)
		_, err = a.note(c.PublicID, byAgent(anna), "1", "hello")
		wantKind(t, err, models.KindCIDConflict)
		b.unchanged(t, before)

		var same, other error
		b.inOneBatch(t,
			func() { _, same = a.post(c.PublicID, visitorOf(c), "1", "mine") }, // another sender's cids are their own
			func() { _, other = a.post(c.PublicID, visitorOf(c), "1", "not mine") })
		must(t, same)
		wantKind(t, other, models.KindCIDConflict)
		if log := a.log(c.PublicID); len(log) != 4 || log[3].Text != "mine" {
			t.Errorf("the log is %+v", log)
		}
	})
}

func TestWhoMayWriteWhere(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a, foreign := newTenant(t, b), newTenant(t, b)
		anna, ben, eve := a.agent("Anna", 9), a.agent("Ben", 9), foreign.agent("Eve", 9)
		queued, active, closed, theirs := a.started(), a.active(anna), a.active(anna), foreign.active(eve)
		must(t, a.close(closed.PublicID))
		tests := map[string]struct {
			in   string
			by   models.Author
			note bool
			kind models.Kind
		}{
			"a visitor who waits":                {in: queued.PublicID, by: visitorOf(queued)},
			"a visitor who is served":            {in: active.PublicID, by: visitorOf(active)},
			"a visitor whose conversation ended": {in: closed.PublicID, by: visitorOf(closed), kind: models.KindClosed},
			"another visitor":                    {in: active.PublicID, by: visitorOf(queued), kind: models.KindNotFound},
			"a visitor of another account":       {in: theirs.PublicID, by: visitorOf(theirs), kind: models.KindNotFound},
			"a visitor, of nothing":              {in: "01JNOSUCHCONVERSATION00000", by: visitorOf(active), kind: models.KindNotFound},
			"a visitor, a note":                  {in: active.PublicID, by: visitorOf(active), note: true, kind: models.KindForbidden},
			"the owner":                          {in: active.PublicID, by: byAgent(anna)},
			"a colleague":                        {in: active.PublicID, by: byAgent(ben), kind: models.KindConflict},
			"an agent, before anybody took it":   {in: queued.PublicID, by: byAgent(anna), kind: models.KindConflict},
			"the last owner, after the end":      {in: closed.PublicID, by: byAgent(anna), kind: models.KindClosed},
			"an agent of another account":        {in: theirs.PublicID, by: byAgent(eve), kind: models.KindNotFound},
			"an agent, of nothing":               {in: "", by: byAgent(anna), kind: models.KindNotFound},
			"the owner, a note":                  {in: active.PublicID, by: byAgent(anna), note: true},
			"a colleague, a note":                {in: active.PublicID, by: byAgent(ben), note: true},
			"an agent, a note while it waits":    {in: queued.PublicID, by: byAgent(ben), note: true},
			"an agent, a note after the end":     {in: closed.PublicID, by: byAgent(ben), note: true},
		}
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				before := b.contents(t)
				p := &Post{Conversation: test.in, Author: test.by, CID: name, Text: name, Note: test.note}
				announced := false
				err := a.account().Post(background, p, func() { announced = true })
				wantKind(t, err, test.kind)
				if announced != (test.kind == "") {
					t.Errorf("announced is %v", announced)
				}
				if test.kind != "" {
					b.unchanged(t, before)
				}
				if test.kind == models.KindNotFound && err.Error() != "there is no such conversation" {
					t.Errorf("%q tells one that is not there from one that is not yours", err)
				}
			})
		}
		for _, c := range []models.Conversation{queued, active, closed} {
			a.dense(c.PublicID)
		}
		foreign.dense(theirs.PublicID)
	})
}
