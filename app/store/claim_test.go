package store

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"foyer/models"
)

// atOnce runs things at the same moment and returns how each ended.
func atOnce(n int, do func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			errs[i] = do(i)
		})
	}
	close(start)
	all.Wait()
	return errs
}

// won counts those without an error and reports errors of other kinds than those of losing.
func won(t *testing.T, errs []error, losing ...models.Kind) (winners int) {
	t.Helper()
	for _, err := range errs {
		if err == nil {
			winners++
		} else if !slices.Contains(losing, models.KindOf(err)) {
			t.Errorf("lost with %v (kind %q), want kind %q", err, models.KindOf(err), losing)
		}
	}
	return winners
}

func TestOfManyWhoClaimAConversationOneGetsIt(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		agents := make([]models.Agent, 64)
		for i := range agents {
			agents[i] = a.agent(fmt.Sprint("Agent ", i), 100)
		}
		for _, rivals := range []int{8, 64} {
			c := a.started()
			errs := atOnce(rivals, func(i int) error { return a.assign(c.PublicID, agents[i].ID) })
			if n := won(t, errs, models.KindConflict); n != 1 {
				t.Errorf("%d of %d got it", n, rivals)
			}
			now := a.now(c.PublicID)
			for i, err := range errs {
				if err == nil && now.AgentID != agents[i].ID {
					t.Errorf("%s was told to have it, %s has it", agents[i].Name, now.AgentName)
				}
			}
			if now.Fence != c.Fence+1 || now.LastSeq != 2 {
				t.Errorf("the fence went from %d to %d, %d events", c.Fence, now.Fence, now.LastSeq)
			}
			a.dense(c.PublicID)
			a.consistent(c.PublicID)
		}
	})
}

func TestAnAgentsLastPlacesAreFilledOnce(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna := a.agent("Anna", 3)
		a.active(anna)
		waiting := make([]models.Conversation, 16)
		for i := range waiting {
			waiting[i] = a.started()
		}
		errs := atOnce(len(waiting), func(i int) error { return a.assign(waiting[i].PublicID, anna.ID) })
		if n := won(t, errs, models.KindAtCapacity); n != 2 {
			t.Errorf("%d conversations went to 2 places", n)
		}
		owned, err := a.account().OwnedBy(background, anna.ID)
		must(t, err)
		if len(owned) != 3 {
			t.Errorf("Anna has %d conversations of 3", len(owned))
		}
	})
}

func TestOfManyChangesDecidedOnOneStateOneIsMade(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna := a.agent("Anna", 9)
		c := a.active(anna)
		log := a.now(c.PublicID).LastSeq
		errs := atOnce(16, func(int) error {
			return a.account().Change(background, func(tx *Tx) error {
				mine := c // read before, as a machine does that then was slow
				if err := mine.Close(tx.Now()); err != nil {
					return err
				}
				return tx.Move(c, &mine, &models.Message{Kind: models.EventClosed}, models.EndClosed)
			}, nil)
		})
		n := 0
		for _, err := range errs {
			if err == nil {
				n++
			}
		}
		if n != 1 || a.now(c.PublicID).LastSeq != log+1 {
			t.Errorf("it was closed %d times, and has %d more events", n, a.now(c.PublicID).LastSeq-log)
		}
		a.dense(c.PublicID)
		a.consistent(c.PublicID)
	})
}

func TestAVisitorHasOneOpenConversation(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		v := a.visitor()
		errs := atOnce(16, func(i int) error {
			_, err := a.start(v, fmt.Sprint("tab ", i))
			return err
		})
		if n := won(t, errs, models.KindConflict); n != 1 {
			t.Errorf("%d of 16 tabs started one", n)
		}
		open, err := a.account().OpenOf(background, v.ID)
		must(t, err)
		must(t, a.close(open.PublicID))
		_, err = a.account().OpenOf(background, v.ID)
		wantKind(t, err, models.KindNotFound)
		_, err = a.start(v, open.StartCID) // a start that was answered already
		wantKind(t, err, models.KindConflict)
		_, err = a.start(v, "a new day")
		must(t, err)
		if n, err := a.account().ConversationsOf(background, v.ID); err != nil || n != 2 {
			t.Errorf("the visitor began %d (%v)", n, err)
		}
	})
}

// Two machines may also lose to each other by a deadlock, which is unavailable: try again.
func TestTwoMachinesShareADatabaseWithoutHarm(t *testing.T) {
	dsn := os.Getenv(postgresEnv)
	if dsn == "" {
		t.Skip(postgresEnv + " names no PostgreSQL")
	}
	t.Parallel()
	b := onPostgres(t, dsn)
	other := &bed{clock: b.clock, options: b.options}
	other.open(t)
	t.Cleanup(func() { _ = other.Close() })
	if other.Epoch() != b.Epoch() {
		t.Error("the machines disagree on the epoch")
	}
	a := newTenant(t, b)
	machines := []*tenant{a, {bed: other, t: t, id: a.id, site: a.site, support: a.support, orders: a.orders}}
	anna, ben := a.agent("Anna", 3), a.agent("Ben", 99)

	waiting := make([]models.Conversation, 12)
	for i := range waiting {
		waiting[i] = a.started()
	}
	wins := make([]atomic.Int64, len(waiting))
	won(t, atOnce(24, func(i int) error {
		err := machines[i%2].assign(waiting[i/2].PublicID, ben.ID)
		if err == nil {
			wins[i/2].Add(1)
		}
		return err
	}), models.KindConflict, models.KindUnavailable)
	for i, c := range waiting {
		a.consistent(c.PublicID)
		if owned := a.now(c.PublicID).AgentID == ben.ID; wins[i].Load() > 1 || owned != (wins[i].Load() == 1) {
			t.Errorf("conversation %d was won %d times; that Ben has it is %v", i, wins[i].Load(), owned)
		}
		waiting[i] = a.started()
	}
	errs := atOnce(12, func(i int) error { return machines[i%2].assign(waiting[i].PublicID, anna.ID) })
	won(t, errs, models.KindAtCapacity, models.KindUnavailable)
	for _, c := range waiting {
		_ = a.assign(c.PublicID, anna.ID) // again, for those who lost by a deadlock
	}
	if owned, err := a.account().OwnedBy(background, anna.ID); err != nil || len(owned) != 3 {
		t.Errorf("%d conversations went to 3 places (%v)", len(owned), err)
	}

	c := a.active(ben)
	twice := func(i int) error { // each line is sent to both
		_, err := machines[i%2].post(c.PublicID, visitorOf(c), fmt.Sprint(i/2), fmt.Sprint(i/2))
		return err
	}
	won(t, atOnce(64, twice), models.KindUnavailable)
	for i := range 64 {
		must(t, twice(i))
	}
	a.dense(c.PublicID)
	if n := a.now(c.PublicID).LastSeq; n != 2+32 {
		t.Errorf("32 lines, each sent twice, made %d", n-2)
	}
}
