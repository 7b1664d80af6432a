package handlers

import (
	"context"

	"foyer/app/chat"
	"foyer/models"
)

func (p *visitorProtocol) start(ctx context.Context, frame []byte) error {
	var in struct {
		ID, CID, Text, Department, Kind string
		Fields                          map[string]string
	}
	if err := decodeFrame(frame, &in); err != nil {
		return err
	}
	if in.ID == "" {
		return badFrame("start needs an id")
	}
	person, err := personOf(in.Fields)
	if err != nil {
		return err
	}
	p.client.Hold() // ok comes before the events it brings about
	defer p.client.Release()
	conv, err := p.web.Chat.Start(ctx, p.visitor, chat.Start{
		CID: in.CID, Text: in.Text, Department: in.Department, Person: person, Kind: models.ConversationKind(in.Kind),
	})
	if err != nil {
		return err
	}
	p.client.Reply(okOut{ID: in.ID, Conv: conv}.encode())
	return nil
}

// personOf reads what a visitor filled in before the conversation.
func personOf(fields map[string]string) (models.Person, error) {
	if len(fields) > models.MaxFields {
		return models.Person{}, models.Errorf(models.KindInvalid, "fields has %d entries: at most %d are allowed", len(fields), models.MaxFields)
	}
	person := models.Person{Fields: map[string]string{}}
	for name, value := range fields {
		switch value = models.Clip(value, models.MaxField); name {
		case "name":
			person.Name = models.Clip(value, models.MaxName)
		case "email":
			email, err := models.NormalEmail(value)
			if value != "" && err != nil {
				return models.Person{}, err
			}
			person.Email = email
		default:
			person.Fields[models.Clip(name, models.MaxName)] = value
		}
	}
	return person, nil
}
