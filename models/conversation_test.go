package models_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"foyer/models"
)

const (
	anna, ben       = 7, 8
	chloe, dora     = 9, 10
	support, orders = 1, 2
	then, now       = models.Instant(1000), models.Instant(2000)
	later           = models.Instant(9000)
)

// in makes a conversation in a state, with something of everything to lose.
func in(state models.State) models.Conversation {
	c := models.Conversation{
		ID: 1, State: state, Kind: models.KindChat, DepartmentID: support, Fence: 5, ArrivedAt: then, QueuedAt: then,
		Tried: []int64{chloe}, AskAgainAt: then, PreferID: dora, BackID: dora,
	}
	c.SetDue(models.DueAgentGrace, then)
	c.SetDue(models.DueWait, then+1)
	c.SetDue(models.DueBack, then+3)
	switch state {
	case models.StateOffered:
		c.AgentID = anna
		c.SetDue(models.DueOffer, then+2)
	case models.StateActive:
		c.AgentID, c.AssignedAt, c.Guests = anna, then, []int64{ben, chloe}
	}
	return c
}

// message is in, of a conversation that is a message.
func message(state models.State) models.Conversation {
	c := in(state)
	c.Kind = models.KindMessage
	return c
}

var states = []models.State{models.StateQueued, models.StateOffered, models.StateActive, models.StateClosed}

// lost empties the deadlines, and what is known of a wait.
func lost(c *models.Conversation) {
	c.Deadlines, c.DueAt, c.DueWhat, c.PreferID, c.BackID = nil, 0, models.DueNothing, 0, 0
}

func TestWhichChangesAStateAllows(t *testing.T) {
	const queued, offered, active, closed = models.StateQueued, models.StateOffered, models.StateActive, models.StateClosed
	own := func(c *models.Conversation) {
		lost(c)
		if c.State, c.AgentID, c.AssignedAt = active, ben, now; c.Guests != nil {
			c.Guests = []int64{chloe}
		}
	}
	requeued := func(c *models.Conversation) {
		lost(c)
		c.State, c.AgentID, c.QueuedAt, c.Tried, c.AskAgainAt, c.Guests = queued, 0, now, nil, 0, nil
	}
	changes := map[string]struct {
		do      func(*models.Conversation) error
		allowed []models.State
		want    func(c *models.Conversation) // what it makes of a conversation, beside the fence
		kind    models.Kind                  // of a refusal, when it is no conflict
		message bool                         // of a message
	}{
		"assign":    {func(c *models.Conversation) error { return c.Assign(ben, now) }, []models.State{queued}, own, "", false},
		"transfer":  {func(c *models.Conversation) error { return c.Transfer(ben, now) }, []models.State{active}, own, "", false},
		"take over": {func(c *models.Conversation) error { return c.TakeOver(ben, now) }, []models.State{active, offered}, own, "", false},
		"take over by the owner": {
			func(c *models.Conversation) error { return c.TakeOver(anna, now) }, []models.State{offered},
			func(c *models.Conversation) { own(c); c.AgentID = anna }, models.KindNotEligible, false,
		},
		"accept": {
			func(c *models.Conversation) error { return c.Accept(anna, now) }, []models.State{offered},
			func(c *models.Conversation) { own(c); c.AgentID = anna }, "", false,
		},
		"accept by another": {func(c *models.Conversation) error { return c.Accept(ben, now) }, nil, nil, "", false},
		"offer": {
			func(c *models.Conversation) error { return c.Offer(ben, now, later) }, []models.State{queued, active},
			func(c *models.Conversation) {
				if c.State == active {
					lost(c)
					c.QueuedAt, c.Guests = now, nil
				}
				c.State, c.AgentID = offered, ben
				c.SetDue(models.DueOffer, later)
			}, "", false,
		},
		"offer to the owner": {
			func(c *models.Conversation) error { return c.Offer(anna, now, later) }, []models.State{queued},
			func(c *models.Conversation) {
				c.State, c.AgentID = offered, anna
				c.SetDue(models.DueOffer, later)
			}, models.KindNotEligible, false,
		},
		"withdraw": {
			func(c *models.Conversation) error { return c.Withdraw(later) }, []models.State{offered},
			func(c *models.Conversation) {
				c.State, c.AgentID, c.Tried, c.AskAgainAt = queued, 0, []int64{chloe, anna}, later
				c.Deadlines = models.Deadlines{models.DueWait: then + 1, models.DueBack: then + 3, models.DueAskAgain: later}
				c.DueAt, c.DueWhat = then+1, models.DueWait
			}, "", false,
		},
		"requeue": {func(c *models.Conversation) error { return c.Requeue(support, now) }, []models.State{active}, requeued, "", false},
		"requeue elsewhere": {
			func(c *models.Conversation) error { return c.Requeue(orders, now) }, []models.State{active},
			func(c *models.Conversation) { requeued(c); c.DepartmentID = orders }, "", false,
		},
		"give up": {
			func(c *models.Conversation) error { return c.GiveUp(now, later) }, []models.State{active},
			func(c *models.Conversation) {
				requeued(c)
				c.Tried, c.AskAgainAt = []int64{chloe, anna}, later
				c.SetDue(models.DueAskAgain, later)
			}, "", false,
		},
		"overflow": {
			func(c *models.Conversation) error { return c.Overflow(orders, now) }, []models.State{queued},
			func(c *models.Conversation) {
				requeued(c)
				c.DepartmentID, c.BackID = orders, dora
				c.SetDue(models.DueBack, then+3)
			}, "", false,
		},
		"overflow to where it is": {
			func(c *models.Conversation) error { return c.Overflow(support, now) }, nil, nil, models.KindNotEligible, false,
		},
		"keep": {
			func(c *models.Conversation) error { return c.Keep(now) }, []models.State{queued},
			func(c *models.Conversation) {
				c.Kind, c.Deadlines, c.DueAt, c.DueWhat = models.KindMessage, nil, 0, models.DueNothing
			}, "", false,
		},
		"keep a message": {func(c *models.Conversation) error { return c.Keep(now) }, nil, nil, "", true},
		"revive": {
			func(c *models.Conversation) error { return c.Revive(now) }, []models.State{queued},
			func(c *models.Conversation) {
				lost(c)
				c.Kind, c.ArrivedAt, c.QueuedAt, c.Guests, c.Tried, c.AskAgainAt = models.KindChat, now, now, nil, nil, 0
			}, "", true,
		},
		"revive a chat":  {func(c *models.Conversation) error { return c.Revive(now) }, nil, nil, "", false},
		"take a message": {func(c *models.Conversation) error { return c.Assign(ben, now) }, []models.State{queued}, own, "", true},
		"close": {
			func(c *models.Conversation) error { return c.Close(now) }, []models.State{queued, offered, active},
			func(c *models.Conversation) {
				if c.State == offered {
					c.AgentID = 0
				}
				c.State, c.ClosedAt, c.Deadlines, c.DueAt, c.DueWhat = closed, now, nil, 0, models.DueNothing
			}, "", false,
		},
		"invite": {
			func(c *models.Conversation) error { return c.Invite(dora) }, []models.State{active},
			func(c *models.Conversation) { c.Guests = []int64{ben, chloe, dora} }, "", false,
		},
		"invite the owner":       {func(c *models.Conversation) error { return c.Invite(anna) }, nil, nil, "", false},
		"invite who is there":    {func(c *models.Conversation) error { return c.Invite(ben) }, nil, nil, "", false},
		"leave who is not there": {func(c *models.Conversation) error { return c.Leave(dora) }, nil, nil, models.KindNotFound, false},
	}
	for name, change := range changes {
		for _, state := range states {
			t.Run(fmt.Sprintf("%s while %s", name, state), func(t *testing.T) {
				c, want := in(state), in(state)
				if change.message {
					c, want = message(state), message(state)
				}
				copied := c // moves must not reach through a copy: storage compares with it
				err := change.do(&c)
				switch kind := models.KindOf(err); {
				case slices.Contains(change.allowed, state):
					change.want(&want)
					want.Fence++
					if err != nil {
						t.Errorf("it is refused: %v", err)
					}
				case err == nil || kind != models.KindConflict && kind != change.kind:
					t.Errorf("error is %v (%s), want a conflict", err, kind)
				}
				if got, want := fmt.Sprintf("%+v", c), fmt.Sprintf("%+v", want); got != want {
					t.Errorf("it is   %s\nwant it %s", got, want)
				}
				was := in(state)
				if was.Kind = copied.Kind; fmt.Sprintf("%+v", copied) != fmt.Sprintf("%+v", was) {
					t.Errorf("a copy became %+v", copied)
				}
				if c.ArrivedAt != then && name != "revive" {
					t.Error("it lost its place in the queue")
				}
			})
		}
	}
}

func TestLeaving(t *testing.T) {
	c := in(models.StateActive)
	must(t, c.Leave(ben))
	must(t, c.Leave(chloe))
	if c.Guests != nil || c.Fence != 7 || !c.Has(anna) || c.Has(ben) {
		t.Errorf("it is %+v", c)
	}
	c = in(models.StateActive)
	must(t, c.Close(now))
	if err := c.Leave(ben); models.KindOf(err) != models.KindConflict || c.Has(anna) || c.Has(ben) {
		t.Errorf("after its end: %v; somebody may speak: %v", err, c.Has(anna) || c.Has(ben))
	}
}

func TestGuestsAreAFew(t *testing.T) {
	c := in(models.StateActive)
	c.Guests = nil
	for i := range models.MaxGuests {
		must(t, c.Invite(int64(100+i)))
	}
	if err := c.Invite(dora); models.KindOf(err) != models.KindInvalid || len(c.Guests) != models.MaxGuests {
		t.Errorf("one too many: %v", err)
	}
}

func TestWhatWaitsAndWhatIsInTheQueue(t *testing.T) {
	for state, kinds := range map[models.State][2]bool{ // waits, is in the queue
		models.StateQueued: {true, true}, models.StateOffered: {true, true}, models.StateActive: {}, models.StateClosed: {},
	} {
		c, m := in(state), message(state)
		if c.Waits() != kinds[0] || c.InQueue() != kinds[1] || m.Waits() != kinds[0] || m.InQueue() {
			t.Errorf("%s: waits %v, in the queue %v; as a message %v, %v", state, c.Waits(), c.InQueue(), m.Waits(), m.InQueue())
		}
	}
}

func TestWhatIsDueIsTheFirstDeadline(t *testing.T) {
	var c models.Conversation
	for i, step := range []struct {
		what models.DueWhat
		at   models.Instant
		due  models.DueWhat
		when models.Instant
	}{
		{models.DueWait, 50, models.DueWait, 50},
		{models.DueAbandoned, 40, models.DueAbandoned, 40},
		{models.DueClosing, 60, models.DueAbandoned, 40},
		{models.DueAbandoned, 70, models.DueWait, 50}, // put off
		{models.DueSilent, 50, models.DueSilent, 50},  // of one moment it is always the same
		{models.DueIdle, 0, models.DueSilent, 50},     // was not set
		{models.DueSilent, 0, models.DueWait, 50},
		{models.DueWait, 0, models.DueClosing, 60},
		{models.DueClosing, 0, models.DueAbandoned, 70},
		{models.DueAbandoned, 0, models.DueNothing, 0},
	} {
		copied, before := c, maps.Clone(c.Deadlines)
		c.SetDue(step.what, step.at)
		if c.DueWhat != step.due || c.DueAt != step.when {
			t.Errorf("step %d: due is %s at %d, want %s at %d", i, c.DueWhat, c.DueAt, step.due, step.when)
		}
		if !maps.Equal(copied.Deadlines, before) {
			t.Errorf("step %d changes a copy", i)
		}
	}
	if c.Deadlines != nil {
		t.Errorf("%v is left", c.Deadlines)
	}
}

func TestNobodyIsTransferredToThemselves(t *testing.T) {
	c := in(models.StateActive)
	if err := c.Transfer(anna, now); models.KindOf(err) != models.KindNotEligible || c.Fence != 5 {
		t.Errorf("error is %v, the fence %d", err, c.Fence)
	}
}

func TestARefusedChangeSaysWhatToDo(t *testing.T) {
	for state, want := range map[models.State]string{
		models.StateQueued:  "this conversation is waiting in the queue: take it first",
		models.StateOffered: "this conversation rings at an agent just now",
		models.StateClosed:  "this conversation is closed",
	} {
		c := in(state)
		if err := c.Transfer(ben, now); err == nil || err.Error() != want {
			t.Errorf("while %s: %v, want %s", state, err, want)
		}
	}
}

func TestWhoGaveItBackIsRememberedUntilItIsAnswered(t *testing.T) {
	c := in(models.StateQueued)
	must(t, c.Offer(anna, now, later))
	must(t, c.Withdraw(later))
	must(t, c.Offer(anna, now, later)) // nobody else was there
	must(t, c.Withdraw(later))
	must(t, c.Assign(ben, now))
	must(t, c.GiveUp(now, later)) // he did not answer either
	if !slices.Equal(c.Tried, []int64{chloe, anna, ben}) || !c.HasTried(anna) || c.HasTried(dora) {
		t.Errorf("tried are %v", c.Tried)
	}
	must(t, c.Assign(dora, now))
	must(t, c.Requeue(support, now)) // another episode
	if c.HasTried(anna) || c.HasTried(ben) || !c.AskAgainAt.IsZero() {
		t.Errorf("tried are still %v", c.Tried)
	}
}

func TestOnlyTheFourStatesAreValid(t *testing.T) {
	for _, s := range states {
		if !s.Valid() {
			t.Errorf("%q is not valid", s)
		}
	}
	for _, s := range []models.State{"", "Queued", "open", "queued "} {
		if s.Valid() {
			t.Errorf("%q is valid", s)
		}
	}
}

func TestAddNumbersAndCounts(t *testing.T) {
	c := models.Conversation{ID: 3, AccountID: 4}
	steps := []struct {
		kind                           models.EventKind
		by                             models.AuthorType
		visible, line, unread, visitor int64
	}{
		{models.EventQueued, models.BySystem, 1, 0, 0, 0},
		{models.EventMessage, models.ByVisitor, 2, 2, 1, 0},
		{models.EventAssigned, models.BySystem, 3, 2, 1, 0},
		{models.EventNote, models.ByAgent, 0, 2, 1, 0},
		{models.EventMessage, models.ByAgent, 4, 5, 1, 1},
		{models.EventTransferred, models.ByAgent, 5, 5, 1, 1},
		{models.EventNote, models.ByAgent, 0, 5, 1, 1},
		{models.EventMessage, models.ByVisitor, 6, 8, 2, 1},
		{models.EventClosed, models.ByVisitor, 7, 8, 2, 1},
	}
	for i, step := range steps {
		m := models.Message{Kind: step.kind, AuthorType: step.by}
		c.Add(&m)
		if m.Seq != int64(i)+1 || m.VisibleSeq != step.visible || m.ConversationID != 3 || m.AccountID != 4 {
			t.Errorf("event %d is %+v", i+1, m)
		}
		if c.LastSeq != m.Seq || c.LastLineSeq != step.line || c.Unread != step.unread || c.VisitorUnread != step.visitor {
			t.Errorf("after event %d the conversation counts %+v", i+1, c)
		}
	}
}

func TestTheLastLineIsShownWithWhoWroteIt(t *testing.T) {
	s := models.Summary{
		VisitorPublicID: "v", VisitorName: "Vera", AgentPublicID: "a", AgentName: "Anna",
		GuestAgents: []models.Agent{{ID: ben, PublicID: "b", Name: "Ben"}},
	}
	for author, want := range map[models.Author]string{
		{Type: models.ByVisitor, ID: ben}: "v Vera", // has the number of an agent
		{Type: models.ByAgent, ID: anna}:  "a Anna",
		{Type: models.ByAgent, ID: ben}:   "b Ben",
	} {
		by := author.Type
		s.ShowLine(&models.Message{Text: "hello", At: now, AuthorType: by, AuthorID: author.ID, VisibleSeq: 9})
		got := s.LineAuthorPublicID + " " + s.LineAuthorName
		if got != want || s.LineText != "hello" || s.LineAt != now || s.LineAuthorType != by || s.LineVisibleSeq != 9 {
			t.Errorf("a line of the %s is shown as %+v", by, s)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
