package chat

import (
	"context"

	"foyer/models"
)

// Sync is the end of a replay. From and To are 0 when there was nothing.
type Sync struct {
	T    string `json:"t"`
	ID   string `json:"id,omitempty"`
	Conv string `json:"conv"`
	From int64  `json:"from"`
	To   int64  `json:"to"`
	More bool   `json:"more"`
}

// Encode returns the frame's bytes.
func (y Sync) Encode() []byte {
	y.T = "sync"
	return frame(y)
}

// Encode returns the frame's bytes.
func (e Event) Encode() []byte { return e.append(nil) }

// Encode returns the frame's bytes.
func (a Ack) Encode() []byte {
	a.T = "ack"
	return a.append(nil)
}

// Send hands over one frame of a replay, waiting until there is room for it.
type Send func(ctx context.Context, frame []byte) error

// ReplayToVisitor sends a visitor everything of their conversation after a number, then what says
// that this was all. Their place in the queue, if they wait, follows.
func (s *Service) ReplayToVisitor(ctx context.Context, c *models.Conversation, after int64, send Send) error {
	if err := s.replay(ctx, c, after, true, send); err != nil {
		return err
	}
	if c.InQueue() {
		s.retell(c)
	}
	return nil
}

// ReplayToAgent sends an agent everything of a conversation after a number, then what says that
// this was all. Another account's conversation is not found.
func (s *Service) ReplayToAgent(ctx context.Context, a models.Agent, conv string, after int64, send Send) error {
	c, err := s.store.For(a.AccountID).Summary(ctx, conv)
	if err != nil {
		return err
	}
	return s.replay(ctx, &c.Conversation, after, false, send)
}

func (s *Service) replay(ctx context.Context, c *models.Conversation, after int64, visitor bool, send Send) error {
	end := Sync{Conv: c.PublicID}
	if last := c.LastSeq; after > last || visitor && after > c.LastVisibleSeq { // no log of ours goes that far
		after = 0
		if err := send(ctx, s.Reset(c.PublicID)); err != nil {
			return err
		}
	}
	for more := true; more; {
		var events []Event
		var err error
		if events, more, err = s.log(ctx, c, Slice{After: max(0, after)}, visitor); err != nil {
			return err
		}
		for _, e := range events {
			if err := send(ctx, frame(e)); err != nil {
				return err
			}
			if after = e.Seq; end.From == 0 {
				end.From = e.Seq
			}
			end.To = e.Seq
		}
	}
	return send(ctx, end.Encode())
}

// Watch finds the conversation an agent wants to follow, and returns its id for TopicWatch.
func (s *Service) Watch(ctx context.Context, a models.Agent, conv string) (int64, error) {
	c, err := s.store.For(a.AccountID).Summary(ctx, conv)
	return c.ID, err
}
