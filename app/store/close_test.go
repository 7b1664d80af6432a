package store

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"foyer/models"
)

func TestAfterCloseEverythingIsRefusedAndNothingHangs(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		c, v := a.started(), a.visitor()
		must(t, b.Close())
		_, err := a.post(c.PublicID, visitorOf(c), "1", "hello")
		wantKind(t, err, models.KindUnavailable)
		_, err = a.start(v, "1")
		wantKind(t, err, models.KindUnavailable)
		wantKind(t, a.close(c.PublicID), models.KindUnavailable)
		wantKind(t, a.account().CreateVisitor(background, &models.Visitor{SiteID: a.site.ID}), models.KindUnavailable)
		wantKind(t, a.account().SaveVisit(background, &v), models.KindUnavailable)
		if _, err := a.account().Summary(background, c.PublicID); err == nil || models.KindOf(err) == models.KindNotFound {
			t.Errorf("reading is answered %v", err)
		}
		if b.Ping(background) == nil {
			t.Error("a closed database answers")
		}
		_ = b.Close() // again: nothing happens
	})
}

func TestWhatWasAcceptedBeforeCloseIsKept(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		c := a.active(a.agent("Anna", 1))
		var acknowledged, announced sync.Map
		var n atomic.Int64
		enough := make(chan struct{})
		var all sync.WaitGroup
		for sender := range 32 {
			all.Go(func() {
				for i := 0; ; i++ {
					p := &Post{Conversation: c.PublicID, Author: visitorOf(c), CID: fmt.Sprintf("%d-%d", sender, i), Text: "hello"}
					err := a.account().Post(background, p, func() { announced.Store(p.CID, true) })
					if err != nil {
						wantKind(t, err, models.KindUnavailable)
						return
					}
					acknowledged.Store(p.CID, p.Message.Seq)
					if n.Add(1) == 100 {
						close(enough)
					}
				}
			})
		}
		<-enough
		old := b.Store
		must(t, old.Close())
		all.Wait()
		b.open(t)
		a.dense(c.PublicID)
		stored := map[any]any{}
		for _, e := range a.log(c.PublicID)[2:] {
			stored[e.CID] = e.Seq
		}
		acknowledged.Range(func(cid, seq any) bool {
			if stored[cid] != seq {
				t.Errorf("%v was acknowledged as %v and is stored as %v", cid, seq, stored[cid])
			}
			delete(stored, cid)
			return true
		})
		if len(stored) > 0 { // what is accepted is answered
			t.Errorf("stored without an answer: %v", stored)
		}
	})
}

func TestCloseWaitsForWhatWaits(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		c := a.started()
		occupied, release := make(chan struct{}), make(chan struct{})
		var all sync.WaitGroup
		all.Go(func() {
			wantKind(t, a.account().Change(background, func(*Tx) error {
				close(occupied)
				<-release
				return nil
			}, nil), "")
		})
		<-occupied
		const lines = 20
		for i := range lines {
			all.Go(func() {
				_, err := a.post(c.PublicID, visitorOf(c), fmt.Sprint(i), "hello")
				wantKind(t, err, "")
			})
		}
		for len(b.ops) < lines {
			runtime.Gosched()
		}
		all.Go(func() { wantKind(t, b.Close(), "") })
		for stopped := false; !stopped; runtime.Gosched() {
			b.mu.RLock()
			stopped = b.stopped
			b.mu.RUnlock()
		}
		close(release)
		all.Wait()
		b.open(t)
		a.dense(c.PublicID)
		if n := a.now(c.PublicID).LastSeq; n != 1+lines {
			t.Errorf("of %d lines %d are stored", lines, n-1)
		}
	})
}

func TestAWriterWithTooMuchToDoSaysSo(t *testing.T) {
	t.Parallel()
	b := onSQLite(t)
	a := newTenant(t, b)
	c := a.started()
	occupied, release := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		wantKind(t, a.account().Change(background, func(*Tx) error {
			close(occupied)
			<-release
			return nil
		}, nil), "")
	})
	<-occupied
	answers := make(chan error, maxWaiting)
	for range maxWaiting {
		b.ops <- &op{change: func(*Tx) error { return nil }, answer: func(err error) { answers <- err }}
	}
	_, err := a.post(c.PublicID, visitorOf(c), "1", "one too many")
	wantKind(t, err, models.KindUnavailable)
	close(release)
	all.Wait()
	for range maxWaiting {
		wantKind(t, <-answers, "")
	}
	_, err = a.post(c.PublicID, visitorOf(c), "1", "one too many")
	must(t, err)
	a.dense(c.PublicID)
}
