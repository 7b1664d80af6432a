package store

import (
	"crypto/rand"
	"fmt"
	"slices"
	"sync"
	"testing"

	"foyer/models"
)

// heard is what was announced of each conversation, in the order it was.
type heard map[string][]int64

func (h heard) inOrder(t *testing.T, a *tenant) {
	t.Helper()
	for conv, seqs := range h {
		for i, seq := range seqs {
			if seq != int64(i)+1 {
				t.Fatalf("announcement %d of conversation %s is of seq %d", i+1, conv, seq)
			}
		}
		if now := a.now(conv); now.LastSeq != int64(len(seqs)) {
			t.Errorf("conversation %s has %d events, %d were announced", conv, now.LastSeq, len(seqs))
		}
		a.dense(conv)
	}
}

// changed runs a change that appends one event and notes its announcement.
func (h heard) changed(a *tenant, conv string, change func(tx *Tx, c *models.Conversation) (models.Message, error)) error {
	var event models.Message
	return a.account().Change(background, func(tx *Tx) error {
		c, err := tx.Conversation(conv)
		if err != nil {
			return err
		}
		event, err = change(tx, c)
		return err
	}, func() { h[conv] = append(h[conv], event.Seq) })
}

func appendNote(tx *Tx, c *models.Conversation) (models.Message, error) {
	event := models.Message{Kind: models.EventNote, AuthorType: models.BySystem, Text: "a note"}
	err := tx.Append(c, &event)
	return event, err
}

func TestAnnouncementsComeInTheOrderOfTheNumbers(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna := a.agent("Anna", 1000)
		h := heard{} // written by announcements alone, one at a time
		var convs []models.Conversation
		for range 4 {
			c := a.started()
			h[c.PublicID] = []int64{1}
			must(t, h.changed(a, c.PublicID, func(tx *Tx, c *models.Conversation) (models.Message, error) {
				before := *c
				event, err := assignTo(anna.ID)(tx, c)
				if err == nil {
					err = tx.Move(before, c, &event, models.EndAssigned)
				}
				return event, err
			}))
			convs = append(convs, c)
		}
		var all sync.WaitGroup
		for sender := range 32 {
			all.Go(func() {
				for i := range 20 {
					c := convs[(sender+i)%len(convs)]
					switch {
					case sender%4 == 0: // a change of the log
						wantKind(t, h.changed(a, c.PublicID, appendNote), "")
					case sender%4 == 1 && i%2 == 0: // one that fails: it must leave no hole
						_ = h.changed(a, c.PublicID, func(tx *Tx, c *models.Conversation) (models.Message, error) {
							event, _ := appendNote(tx, c)
							return event, models.Errorf(models.KindConflict, "no")
						})
					default:
						p := &Post{Conversation: c.PublicID, Author: visitorOf(c), CID: rand.Text(), Text: "hello"}
						err := a.account().Post(background, p, func() { h[c.PublicID] = append(h[c.PublicID], p.Message.Seq) })
						wantKind(t, err, "")
					}
				}
			})
		}
		all.Wait()
		h.inOrder(t, a)
	})
}

func TestPostsAndChangesOfOneBatchAreAnnouncedInTheOrderOfTheNumbers(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		c := a.started()
		h := heard{c.PublicID: {1}}
		var operations []func()
		for i := range 12 {
			operations = append(operations, func() {
				p := &Post{Conversation: c.PublicID, Author: visitorOf(c), CID: fmt.Sprint(i), Text: "hello"}
				err := a.account().Post(background, p, func() { h[c.PublicID] = append(h[c.PublicID], p.Message.Seq) })
				wantKind(t, err, "")
			}, func() { wantKind(t, h.changed(a, c.PublicID, appendNote), "") })
		}
		b.inOneBatch(t, operations...)
		h.inOrder(t, a)
	})
}

func TestChangesBegunInOrderAreMadeAndAnnouncedInOrder(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		c := a.started()
		const changes = 50
		var made, announced []int
		var ends []<-chan error
		for i := range changes {
			ends = append(ends, a.account().Begin(func(tx *Tx) error {
				now, err := tx.Conversation(c.PublicID)
				if err != nil {
					return err
				}
				if _, err = appendNote(tx, now); i%5 == 4 {
					return models.Errorf(models.KindConflict, "no")
				}
				made = append(made, i)
				return err
			}, func() { announced = append(announced, i) }))
		}
		for i, end := range ends {
			kind := models.Kind("")
			if i%5 == 4 {
				kind = models.KindConflict
			}
			wantKind(t, <-end, kind)
		}
		if !slices.IsSorted(made) || !slices.Equal(made, announced) || len(made) != changes*4/5 {
			t.Errorf("made are %v, announced %v", made, announced)
		}
		a.dense(c.PublicID)
		must(t, b.Close())
		wantKind(t, <-a.account().Begin(func(*Tx) error { return nil }, nil), models.KindUnavailable)
	})
}

func TestWhoeverIsAnsweredHasBeenAnnounced(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		c := a.started()
		for i := range 20 {
			announced := false // a race if the answer did not come after the announcement
			must(t, a.account().Post(background, &Post{
				Conversation: c.PublicID, Author: visitorOf(c), CID: fmt.Sprint(i), Text: "hello",
			}, func() { announced = true }))
			if !announced {
				t.Error("answered before it was announced")
			}
		}
	})
}
