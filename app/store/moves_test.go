package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"foyer/models"
)

// The moves of a conversation beside those in tenant_test.go, each decided as app/chat does.

func (a *tenant) offer(conv string, agent int64, until models.Instant) error {
	_, err := a.move(conv, models.EndTransferred, func(tx *Tx, c *models.Conversation) (models.Message, error) {
		told := models.Message{Kind: models.EventOffered, AgentID: agent, Until: until}
		if err := hasRoom(tx, agent, c); err != nil {
			return told, err
		}
		return told, c.Offer(agent, tx.Now(), until)
	})
	return err
}

func (a *tenant) accept(conv string, agent int64) error {
	_, err := a.move(conv, models.EndAssigned, func(tx *Tx, c *models.Conversation) (models.Message, error) {
		return models.Message{Kind: models.EventAssigned, AgentID: agent}, c.Accept(agent, tx.Now())
	})
	return err
}

func (a *tenant) withdraw(conv string, why models.EndReason, askAgain models.Instant) error {
	_, err := a.move(conv, why, func(_ *Tx, c *models.Conversation) (models.Message, error) {
		told := models.Message{Kind: models.EventDeclined, AgentID: c.AgentID}
		return told, c.Withdraw(askAgain)
	})
	return err
}

func (a *tenant) takeOver(conv string, agent int64) error {
	_, err := a.move(conv, models.EndAssigned, func(tx *Tx, c *models.Conversation) (models.Message, error) {
		told := models.Message{Kind: models.EventTransferred, AgentID: agent}
		if c.State != models.StateOffered || c.AgentID != agent { // what rings at them is counted already
			if err := hasRoom(tx, agent, c); err != nil {
				return told, err
			}
		}
		return told, c.TakeOver(agent, tx.Now())
	})
	return err
}

func (a *tenant) giveUp(conv string, askAgain models.Instant) error {
	_, err := a.move(conv, models.EndSilent, func(tx *Tx, c *models.Conversation) (models.Message, error) {
		told := models.Message{Kind: models.EventAgentSilent, AgentID: c.AgentID, DepartmentID: c.DepartmentID}
		return told, c.GiveUp(tx.Now(), askAgain)
	})
	return err
}

func (a *tenant) overflow(conv string, department int64) error {
	_, err := a.move(conv, models.EndOverflow, func(tx *Tx, c *models.Conversation) (models.Message, error) {
		return models.Message{Kind: models.EventTransferred, DepartmentID: department}, c.Overflow(department, tx.Now())
	})
	return err
}

func (a *tenant) keep(conv string) error {
	_, err := a.move(conv, models.EndMessage, func(tx *Tx, c *models.Conversation) (models.Message, error) {
		return models.Message{Kind: models.EventMissed}, c.Keep(tx.Now())
	})
	return err
}

func (a *tenant) revive(conv string) error {
	_, err := a.move(conv, "", func(tx *Tx, c *models.Conversation) (models.Message, error) {
		return models.Message{Kind: models.EventQueued, DepartmentID: c.DepartmentID}, c.Revive(tx.Now())
	})
	return err
}

func (a *tenant) invite(conv string, agent int64) error {
	_, err := a.move(conv, "", func(_ *Tx, c *models.Conversation) (models.Message, error) {
		return models.Message{Kind: models.EventJoined, AgentID: agent}, c.Invite(agent)
	})
	return err
}

func (a *tenant) leave(conv string, agent int64) error {
	_, err := a.move(conv, "", func(_ *Tx, c *models.Conversation) (models.Message, error) {
		return models.Message{Kind: models.EventLeft, AgentID: agent}, c.Leave(agent)
	})
	return err
}

// save changes what of a conversation is neither state nor owner.
func (a *tenant) save(conv string, change func(c *models.Conversation)) error {
	return a.account().Change(background, func(tx *Tx) error {
		c, err := tx.Conversation(conv)
		if err != nil {
			return err
		}
		change(c)
		return tx.Save(c)
	}, nil)
}

// changed moves a conversation by a change alone.
func (a *tenant) changed(conv string, change func(c *models.Conversation) error) error {
	_, err := a.move(conv, models.EndTransferred, func(_ *Tx, c *models.Conversation) (models.Message, error) {
		return models.Message{Kind: models.EventTransferred}, change(c)
	})
	return err
}

// staleSave saves a conversation as it was before it last moved.
func (a *tenant) staleSave(c models.Conversation) error {
	c.Fence--
	c.Priority = 9
	return a.account().Change(background, func(tx *Tx) error { return tx.Save(&c) }, nil)
}
func TestAWaitIsOneHoweverOftenItRings(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna, ben, boss := a.agent("Anna", 9), a.agent("Ben", 9), a.agent("Boss", 9)
		start := b.clock.instant()
		minute := func(n int) models.Instant { return start.Add(time.Duration(n) * time.Minute) }
		c := a.started()
		for _, move := range []func() error{
			func() error { return a.offer(c.PublicID, anna.ID, minute(2)) },                // 1
			func() error { return a.withdraw(c.PublicID, models.EndMissed, minute(9)) },    // 2
			func() error { return a.offer(c.PublicID, ben.ID, minute(4)) },                 // 3
			func() error { return a.accept(c.PublicID, ben.ID) },                           // 4
			func() error { return a.invite(c.PublicID, anna.ID) },                          // 5
			func() error { return a.offer(c.PublicID, anna.ID, minute(7)) },                // 6: a transfer
			func() error { return a.takeOver(c.PublicID, boss.ID) },                        // 7: while it rings
			func() error { return a.takeOver(c.PublicID, ben.ID) },                         // 8
			func() error { return a.giveUp(c.PublicID, minute(20)) },                       // 9
			func() error { return a.overflow(c.PublicID, a.orders.ID) },                    // 10
			func() error { return a.offer(c.PublicID, anna.ID, minute(12)) },               // 11
			func() error { return a.withdraw(c.PublicID, models.EndDeclined, minute(20)) }, // 12
			func() error { return a.keep(c.PublicID) },                                     // 13
			func() error { return a.revive(c.PublicID) },                                   // 14
			func() error { return a.offer(c.PublicID, boss.ID, minute(16)) },               // 15
			func() error { return a.close(c.PublicID) },                                    // 16
		} {
			b.clock.pass(time.Minute)
			fence := a.now(c.PublicID).Fence
			must(t, move())
			a.consistent(c.PublicID)
			if now := a.now(c.PublicID).Fence; now != fence+1 {
				t.Errorf("the fence went from %d to %d", fence, now)
			}
		}
		agent := func(who models.Agent, from, to int, why models.EndReason) span {
			return span{fmt.Sprint("agent ", who.ID), minute(from), minute(to), why}
		}
		wait := func(d models.Department, from, to int, why models.EndReason) span {
			return span{fmt.Sprint("department ", d.ID), minute(from), minute(to), why}
		}
		want := []span{
			wait(a.support, 0, 4, models.EndAssigned), agent(ben, 4, 6, models.EndTransferred),
			wait(a.support, 6, 7, models.EndAssigned), agent(boss, 7, 8, models.EndTransferred), agent(ben, 8, 9, models.EndSilent),
			wait(a.support, 9, 10, models.EndOverflow), wait(a.orders, 10, 13, models.EndMessage), wait(a.orders, 14, 16, models.EndClosed),
		}
		if got := a.spans(c.ID); !slices.Equal(got, want) {
			t.Errorf("intervals are\n%+v, want\n%+v", got, want)
		}
		rang := []span{
			agent(anna, 1, 2, models.EndMissed), agent(ben, 3, 4, models.EndAssigned), agent(anna, 6, 7, models.EndTransferred),
			agent(anna, 11, 12, models.EndDeclined), agent(boss, 15, 16, models.EndClosed),
		}
		if got := a.offers(c.ID); !slices.Equal(got, rang) {
			t.Errorf("it rang\n%+v, want\n%+v", got, rang)
		}
	})
}

func TestAMoveThatFailsLeavesNothingHalfChanged(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna := a.agent("Anna", 1)
		has, rings, waits := a.active(anna), a.started(), a.started()
		must(t, a.account().SetLimit(background, anna.ID, 2))
		must(t, a.offer(rings.PublicID, anna.ID, b.clock.instant()))
		before := b.contents(t)
		for name, err := range map[string]error{
			"an offer over the limit":        a.offer(waits.PublicID, anna.ID, 1),
			"an offer to nobody":             a.offer(waits.PublicID, 4711, 1),
			"an offer of what rings":         a.offer(rings.PublicID, anna.ID, 1),
			"accepting for another":          a.accept(rings.PublicID, 4711),
			"accepting what does not ring":   a.accept(waits.PublicID, anna.ID),
			"withdrawing it":                 a.withdraw(waits.PublicID, models.EndMissed, 1),
			"overflow to nowhere":            a.overflow(waits.PublicID, 4711),
			"overflow to where it is":        a.overflow(waits.PublicID, a.support.ID),
			"a transfer to nowhere":          a.changed(has.PublicID, func(c *models.Conversation) error { return c.Requeue(4711, 1) }),
			"an assignment to nobody":        a.changed(waits.PublicID, func(c *models.Conversation) error { return c.Assign(4711, 1) }),
			"a transfer to nobody":           a.changed(has.PublicID, func(c *models.Conversation) error { return c.Transfer(4711, 1) }),
			"keeping what rings":             a.keep(rings.PublicID),
			"reviving a chat":                a.revive(waits.PublicID),
			"inviting to what waits":         a.invite(waits.PublicID, anna.ID),
			"leaving without being there":    a.leave(has.PublicID, anna.ID),
			"giving up what waits":           a.giveUp(waits.PublicID, 1),
			"taking over what waits":         a.takeOver(waits.PublicID, anna.ID),
			"taking over one's own":          a.takeOver(has.PublicID, anna.ID),
			"a conversation that isn't":      a.close("01ARZ3NDEKTSV4RRFFQ69G5FAV"),
			"a save decided on an older one": a.staleSave(has),
		} {
			if err == nil || models.KindOf(err) == "" {
				t.Errorf("%s ended with %v", name, err)
			}
		}
		b.unchanged(t, before)
	})
}
