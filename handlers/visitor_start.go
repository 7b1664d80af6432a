package handlers

import (
	"context"

	"foyer/app/chat"
	"foyer/models"
)

func (p *visitorProtocol) start(ctx context.Context, frame []byte) error {
	var in struct {
		ID, CID, Text, Department string
		Fields                    map[string]string
	}
	if err := decodeFrame(frame, &in); err != nil {
		return err
	}
	if in.ID == "" {
		return badFrame("start needs an id")
	}
	if err := p.fill(ctx, in.Fields); err != nil {
		return err
	}
	p.client.Hold() // ok comes before the events it brings about
	defer p.client.Release()
	conv, err := p.web.Chat.Start(ctx, p.visitor, chat.Start{CID: in.CID, Text: in.Text, Department: in.Department})
	if err != nil {
		return err
	}
	p.client.Reply(okOut{ID: in.ID, Conv: conv}.encode())
	return nil
}

// fill keeps what a visitor filled in before the conversation.
func (p *visitorProtocol) fill(ctx context.Context, fields map[string]string) error {
	if len(fields) == 0 {
		return nil
	}
	if len(fields) > models.MaxFields {
		return models.Errorf(models.KindInvalid, "fields has %d entries: at most %d are allowed", len(fields), models.MaxFields)
	}
	v := p.visitor
	v.Fields = map[string]string{}
	for name, value := range fields {
		switch value = models.Clip(value, models.MaxField); name {
		case "name":
			v.Name = models.Clip(value, models.MaxName)
		case "email":
			email, err := models.NormalEmail(value)
			if value != "" && err != nil {
				return err
			}
			v.Email = email
		default:
			v.Fields[models.Clip(name, models.MaxName)] = value
		}
	}
	if err := p.web.Chat.SaveVisitor(ctx, &v); err != nil {
		return err
	}
	p.visitor = v
	return nil
}
