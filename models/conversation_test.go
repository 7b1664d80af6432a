package models_test

import (
	"fmt"
	"slices"
	"testing"

	"foyer/models"
)

const (
	anna, ben       = 7, 8
	support, orders = 1, 2
	then, now       = models.Instant(1000), models.Instant(2000)
)

// in makes a conversation in a state, with a deadline to lose.
func in(state models.State) models.Conversation {
	c := models.Conversation{
		ID: 1, State: state, DepartmentID: support, Fence: 5, ArrivedAt: then, QueuedAt: then,
		Tried: []int64{ben}, DueAt: then, DueWhat: models.DueAgentGrace,
	}
	if state == models.StateOffered || state == models.StateActive {
		c.AgentID, c.AssignedAt = anna, then
	}
	return c
}

var states = []models.State{models.StateQueued, models.StateOffered, models.StateActive, models.StateClosed}

func TestWhichChangesAStateAllows(t *testing.T) {
	changes := map[string]struct {
		do      func(*models.Conversation) error
		allowed []models.State
		want    func(c *models.Conversation) // what it makes of a conversation, beside the fence
	}{
		"assign": {
			func(c *models.Conversation) error { return c.Assign(ben, now) },
			[]models.State{models.StateQueued},
			func(c *models.Conversation) {
				c.State, c.AgentID, c.AssignedAt, c.Tried = models.StateActive, ben, now, nil
			},
		},
		"transfer": {
			func(c *models.Conversation) error { return c.Transfer(ben, now) },
			[]models.State{models.StateActive},
			func(c *models.Conversation) { c.AgentID, c.AssignedAt, c.Tried = ben, now, nil },
		},
		"requeue, of an agent who was lost": {
			func(c *models.Conversation) error { return c.Requeue(support, false, now) },
			[]models.State{models.StateActive},
			func(c *models.Conversation) {
				c.State, c.AgentID, c.QueuedAt, c.Tried = models.StateQueued, 0, now, nil
			},
		},
		"requeue, of an agent who gave it back": {
			func(c *models.Conversation) error { return c.Requeue(orders, true, now) },
			[]models.State{models.StateActive},
			func(c *models.Conversation) {
				c.State, c.AgentID, c.DepartmentID, c.QueuedAt, c.Tried = models.StateQueued, 0, orders, now, []int64{anna}
			},
		},
		"close": {
			func(c *models.Conversation) error { return c.Close(now) },
			[]models.State{models.StateQueued, models.StateOffered, models.StateActive},
			func(c *models.Conversation) { c.State, c.ClosedAt = models.StateClosed, now },
		},
	}
	for name, change := range changes {
		for _, state := range states {
			t.Run(fmt.Sprintf("%s while %s", name, state), func(t *testing.T) {
				c, want := in(state), in(state)
				err := change.do(&c)
				if slices.Contains(change.allowed, state) {
					change.want(&want)
					want.Fence++
					want.DueAt, want.DueWhat = 0, models.DueNothing
					if err != nil {
						t.Errorf("it is refused: %v", err)
					}
				} else if models.KindOf(err) != models.KindConflict {
					t.Errorf("error is %v, want a conflict", err)
				}
				if got, want := fmt.Sprintf("%+v", c), fmt.Sprintf("%+v", want); got != want {
					t.Errorf("it is   %s\nwant it %s", got, want)
				}
				if c.ArrivedAt != then {
					t.Error("it lost its place in the queue")
				}
			})
		}
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
		models.StateOffered: "this conversation already has an agent",
		models.StateClosed:  "this conversation is closed",
	} {
		c := in(state)
		if err := c.Transfer(ben, now); err == nil || err.Error() != want {
			t.Errorf("while %s: %v, want %s", state, err, want)
		}
	}
}

func TestWhoGaveItBackIsRememberedWhileItWaits(t *testing.T) {
	c := in(models.StateActive)
	must(t, c.Requeue(support, true, now))
	if !c.HasTried(anna) || c.HasTried(ben) {
		t.Errorf("tried are %v", c.Tried)
	}
	must(t, c.Assign(ben, now))
	if c.HasTried(anna) {
		t.Error("it is remembered after somebody took it")
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
	s := models.Summary{VisitorPublicID: "v", VisitorName: "Vera", AgentPublicID: "a", AgentName: "Anna"}
	for by, want := range map[models.AuthorType]string{models.ByVisitor: "v Vera", models.ByAgent: "a Anna"} {
		s.ShowLine(&models.Message{Text: "hello", At: now, AuthorType: by, VisibleSeq: 9})
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
