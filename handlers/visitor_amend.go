package handlers

import "context"

// edit gives a line of the visitor another text.
func (p *visitorProtocol) edit(ctx context.Context, frame []byte) error {
	var in struct {
		ID, Conv, Text string
		Seq            int64
	}
	if err := decodeFrame(frame, &in); err != nil {
		return err
	}
	return p.amended(in.ID, func() error {
		return p.web.Chat.EditAsVisitor(ctx, p.visitor, in.Conv, in.Seq, in.Text)
	})
}

// delete takes a line of the visitor back.
func (p *visitorProtocol) delete(ctx context.Context, frame []byte) error {
	var in struct {
		ID, Conv string
		Seq      int64
	}
	if err := decodeFrame(frame, &in); err != nil {
		return err
	}
	return p.amended(in.ID, func() error {
		return p.web.Chat.DeleteAsVisitor(ctx, p.visitor, in.Conv, in.Seq)
	})
}

func (p *visitorProtocol) amended(id string, amend func() error) error {
	p.client.Hold() // ok comes before the event
	defer p.client.Release()
	if err := amend(); err != nil {
		return err
	}
	p.client.Reply(okOut{ID: id}.encode())
	return nil
}
