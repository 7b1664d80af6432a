package chat

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"foyer/app/store"
	"foyer/models"
)

// A conversation has to look to everybody like one register of state, owner and fence, on which one
// thing happens after the other, each at some moment between its being asked for and its being
// answered.

type operation = porcupine.Operation

// action is what can be done to a conversation.
type action string

const (
	begin    action = "begin"
	take     action = "take"
	accept   action = "accept"
	decline  action = "decline"
	transfer action = "transfer"
	finish   action = "close"
	rank     action = "priority"
	leave    action = "end" // by the visitor, who is told nothing but that it is so
	read     action = "read"
	system   action = "system" // by the assigner or the sweeper, or for an agent who wants nothing any more
)

type input struct {
	what  action
	by    string // an agent's name
	boss  bool
	to    string           // transfer: the agent; "" is a department
	event models.EventKind // system: the event that tells of it
	agent string           // system: whom that is about
	n     int              // system: the how manieth of the conversation
}

// register is a conversation as everybody has to see it. owner is who it rings at while it is offered.
type register struct {
	state models.State
	owner string
	fence int64
	n     int // moves of the system so far
}

// output is what somebody was told.
type output struct {
	refused bool
	state   models.State
	owner   string
	fence   int64
}

func outputOf(c Summary) output {
	out := output{state: c.State, fence: c.Fence}
	if c.Owner != nil && (c.State == models.StateOffered || c.State == models.StateActive) {
		out.owner = c.Owner.Name
	}
	return out
}

// registers is what conversations have to be like.
var registers = porcupine.Model{
	Init:              func() any { return register{} },
	Step:              func(state, in, out any) (bool, any) { return state.(register).step(in.(input), out.(output)) },
	DescribeOperation: func(in, out any) string { return fmt.Sprintf("%+v -> %+v", in, out) },
}

func (r register) step(in input, out output) (bool, register) {
	if out.refused {
		return true, r
	}
	told := output{state: r.state, owner: r.owner, fence: r.fence}
	free := r.state == models.StateOffered || r.state == models.StateActive // somebody's
	may := !free || r.owner == in.by || in.boss
	switch in.what {
	case read:
		return out == told, r
	case system:
		return r.systemStep(in)
	case leave:
		if r.state == models.StateClosed {
			return true, r
		}
		return r.fence > 0, r.to(models.StateClosed, "")
	case begin:
		return r.fence == 0, register{state: models.StateQueued, fence: 1}
	case take, accept:
		if r.state == models.StateActive && r.owner == in.by { // asked for twice
			return out == told, r
		}
		possible := r.state == models.StateOffered && r.owner == in.by ||
			in.what == take && (r.state == models.StateQueued || free && in.boss)
		return possible && r.to(models.StateActive, in.by).tells(out), r.to(models.StateActive, in.by)
	case decline: // what it does its event tells, as when an agent goes home while it rings at them
		return true, r
	case transfer:
		next := r.to(models.StateQueued, "")
		if in.to != "" {
			next = r.to(out.state, in.to)
		}
		right := in.to == "" || out.state == models.StateActive || out.state == models.StateOffered
		return right && r.state == models.StateActive && may && r.owner != in.to && next.tells(out), next
	case rank: // whoever decided on the conversation as it was has to look again
		if out == told { // it had this one
			return r.fence > 0 && r.state != models.StateClosed, r
		}
		next := r.to(r.state, r.owner)
		return r.fence > 0 && r.state != models.StateClosed && next.tells(out), next
	case finish:
		next := r.to(models.StateClosed, "")
		return r.fence > 0 && r.state != models.StateClosed && may && next.tells(out), next
	}
	return false, r
}

// systemStep is what the assigner or the sweeper does; they do one thing after the other.
func (r register) systemStep(in input) (bool, register) {
	if r.n != in.n || r.fence == 0 {
		return false, r
	}
	r.n++
	switch theirs := r.owner == in.agent; in.event {
	case models.EventAssigned, models.EventReturned:
		return r.state == models.StateQueued, r.to(models.StateActive, in.agent)
	case models.EventOffered:
		return r.state == models.StateQueued, r.to(models.StateOffered, in.agent)
	case models.EventDeclined:
		return r.state == models.StateOffered && theirs, r.to(models.StateQueued, "")
	case models.EventAgentLost, models.EventAgentSilent:
		return r.state == models.StateActive && theirs, r.to(models.StateQueued, "")
	case models.EventMissed, models.EventTransferred:
		return r.state == models.StateQueued, r.to(models.StateQueued, "")
	case models.EventClosed:
		return r.state != models.StateClosed, r.to(models.StateClosed, "")
	}
	return false, r
}

func (r register) to(state models.State, owner string) register {
	r.state, r.owner, r.fence = state, owner, r.fence+1
	return r
}

func (r register) tells(out output) bool {
	return out == output{state: r.state, owner: r.owner, fence: r.fence}
}

// history is what everybody asked for and was told, by conversation.
type history struct {
	tick atomic.Int64
	// Guarded by mu.
	mu         sync.Mutex
	operations map[string][]operation
}

// note does something and takes it down.
func (h *history) note(in input, do func() (conv string, out output)) output {
	call := h.tick.Add(1)
	conv, out := do()
	ended := h.tick.Add(1)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.operations[conv] = append(h.operations[conv], operation{Input: in, Call: call, Output: out, Return: ended})
	return out
}

func (h *history) start(r *race, v models.Visitor, department string) string {
	var conv string
	h.note(input{what: begin}, func() (string, output) {
		var err error
		conv, err = r.Start(context.Background(), v, Start{CID: "start", Department: department})
		r.fine(err)
		return conv, output{}
	})
	return conv
}

func (h *history) end(r *race, v models.Visitor, conv string) {
	h.note(input{what: leave}, func() (string, output) {
		err := r.End(context.Background(), v, conv)
		r.fine(err)
		return conv, output{refused: err != nil}
	})
}

func (h *history) read(r *race, a models.Agent, conv string) output {
	return h.note(input{what: read}, func() (string, output) {
		c, err := r.Summary(context.Background(), a, conv)
		r.fine(err)
		return conv, outputOf(c)
	})
}

func (h *history) do(r *race, a models.Agent, conv string, in input, do func(context.Context) (Summary, error)) {
	in.by, in.boss = a.Name, a.Role.Supervises()
	h.note(in, func() (string, output) {
		c, err := do(context.Background())
		r.fine(err)
		if err != nil {
			return conv, output{refused: true}
		}
		return conv, outputOf(c)
	})
}

// check adds what the assigner and the sweeper did, in the order of the logs, and looks whether all of
// it can have happened to registers. When they did it, between the beginning and now, nobody knows.
func (h *history) check(r *race) {
	r.t.Helper()
	names := map[int64]string{r.boss.ID: r.boss.Name}
	for _, a := range r.agents {
		names[a.ID] = a.Name
	}
	end := h.tick.Add(1)
	n := map[string]int{}
	r.query(`SELECT c.public_id, m.kind, m.agent_id FROM messages m JOIN conversations c ON c.id = m.conversation_id
		WHERE c.account_id = %d AND (m.author_type = 'system' OR m.kind = 'declined') AND m.seq > 1 AND m.kind NOT IN ('idle', 'left') ORDER BY c.id, m.seq`,
		func(scan func(...any) error) error {
			var conv string
			var kind models.EventKind
			var agent int64
			if err := scan(&conv, &kind, &agent); err != nil {
				return err
			}
			in := input{what: system, event: kind, agent: names[agent], n: n[conv]}
			n[conv]++
			h.operations[conv] = append(h.operations[conv], operation{Input: in, Call: h.operations[conv][0].Call, Output: output{}, Return: end})
			return nil
		})
	for conv, list := range h.operations {
		if result := porcupine.CheckOperationsTimeout(registers, list, 30*time.Second); result != porcupine.Ok {
			r.t.Errorf("what happened to conversation %s is not one thing after the other (%s):\n%s", conv, result, asked(list))
		}
	}
}

func asked(list []operation) (text string) {
	for _, o := range list {
		text += fmt.Sprintf("%5d-%-5d %+v -> %+v\n", o.Call, o.Return, o.Input, o.Output)
	}
	return text
}

func (t *tally) add(r *race) {
	t.conversations.Add(int64(len(r.convs)))
	for _, list := range r.history.operations {
		for _, o := range list {
			switch in := o.Input.(input); {
			case in.what == system:
				t.moves.Add(1)
				if in.event == models.EventAssigned || in.event == models.EventOffered {
					t.given.Add(1)
				}
			case in.what == read:
				t.reads.Add(1)
			case o.Output.(output).refused:
				t.refused.Add(1)
			default:
				t.done.Add(1)
			}
		}
	}
}

// A claim that looks neither at the state nor at the fence gives a conversation to a second agent,
// whose rows are in order: only who asked for what, and was told what, shows it.
func TestADoubleClaimIsFound(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		guarded bool
		want    porcupine.CheckResult
	}{"as it is": {true, porcupine.Ok}, "without a guard": {false, porcupine.Illegal}} {
		t.Run(name, func(t *testing.T) {
			r := newRace(t, onSQLite(t), 1)
			defer r.Stop()
			v := models.Visitor{SiteID: r.site.ID, TokenHash: []byte("v")}
			must(t, r.account.CreateVisitor(context.Background(), &v))
			conv := r.history.start(r, v, r.departments[0].PublicID)
			r.running.Wait()
			var both sync.WaitGroup
			for _, a := range r.agents[:2] {
				both.Go(func() {
					r.history.do(r, a, conv, input{what: take}, func(ctx context.Context) (Summary, error) {
						if test.guarded {
							return r.Take(ctx, a, conv)
						}
						return r.takeUnguarded(a, conv)
					})
				})
			}
			both.Wait()
			r.running.Wait()
			if got := porcupine.CheckOperationsTimeout(registers, r.history.operations[conv], time.Minute); got != test.want {
				t.Errorf("the history is %s, want %s:\n%s", got, test.want, asked(r.history.operations[conv]))
			}
		})
	}
}

// takeUnguarded is Take without a look at who has the conversation.
func (r *race) takeUnguarded(a models.Agent, conv string) (Summary, error) {
	after, err := r.do(&move{
		account: a.AccountID, conv: conv, by: authorOf(a), byID: a.ID, why: models.EndAssigned,
		decide: func(tx *store.Tx, c *models.Conversation) (models.Message, error) {
			c.State, c.AgentID, c.AssignedAt = models.StateActive, a.ID, tx.Now()
			c.Fence++
			return models.Message{Kind: models.EventAssigned, Cause: models.CauseTaken, AgentID: a.ID}, nil
		},
	})
	return r.summary(after), err
}

// A transfer that was asked for on an old screen is refused once the conversation waits, where agents
// are asked as well as where they are not.
func TestWhatWaitsIsTakenNotTransferred(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna", "ben")
	d.support.Mode = models.ModeOffer
	must(t, d.account.SaveDepartment(ctx, &d.support))
	d.come("anna")
	d.come("ben")
	conv := d.start(d.visitor(), "hello")
	for range 2 {
		_, err := d.Decline(ctx, d.agents[d.owner(conv)], conv)
		must(t, err)
		d.settle()
	}
	before := d.conv(conv)
	_, err := d.Transfer(ctx, d.agents["anna"], conv, Destination{Agent: d.agents["ben"].PublicID})
	if models.KindOf(err) != models.KindConflict {
		t.Errorf("error is %v, want a conflict", err)
	}
	if after := d.conv(conv); before.State != models.StateQueued || !reflect.DeepEqual(before, after) {
		t.Errorf("before it is %+v\nafter it      %+v", before, after)
	}
}
