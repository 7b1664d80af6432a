package store

import (
	"fmt"
	"testing"

	"foyer/models"
)

// batched is a line of one large batch and what is to become of it.
type batched struct {
	Post
	told int // how often it was announced
	err  error

	kind models.Kind // of the error, if it is refused
	dup  bool
}

// TestOneBatchOfEverything has more lines than one statement takes, and all that can be wrong with
// one among them.
func TestOneBatchOfEverything(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a, foreign := newTenant(t, b), newTenant(t, b)
		anna := a.agent("Anna", 999)
		closed, theirs := a.active(anna), foreign.active(foreign.agent("Eve", 1))
		_, err := a.post(closed.PublicID, visitorOf(closed), "stored", "stored before")
		must(t, err)
		must(t, a.close(closed.PublicID))
		var lines []*batched
		add := func(c models.Conversation, by models.Author, cid, text string) *batched {
			l := &batched{Post: Post{Conversation: c.PublicID, Author: by, CID: cid, Text: text}}
			lines = append(lines, l)
			return l
		}
		var convs []models.Conversation
		for i := range 23 {
			c := a.active(anna)
			convs = append(convs, c)
			_, err := a.post(c.PublicID, visitorOf(c), "stored", "stored before")
			must(t, err)
			for j := range i % 5 { // some conversations have many lines, some none
				add(c, visitorOf(c), fmt.Sprint(j), "from the visitor")
				add(c, byAgent(anna), fmt.Sprint(j), "from the agent").Note = j%2 == 0
			}
		}
		c := convs[3]
		add(c, visitorOf(c), "stored", "stored before").dup = true
		add(c, visitorOf(c), "stored", "another text").kind = models.KindCIDConflict
		add(c, visitorOf(c), "0", "from the visitor").dup = true // stored by this batch
		add(c, visitorOf(c), "0", "another text").kind = models.KindCIDConflict
		add(c, byAgent(anna), "stored", "another sender's cid")
		add(convs[0], visitorOf(convs[0]), "stored", "stored before").dup = true // the only one of its conversation
		add(closed, visitorOf(closed), "stored", "stored before").dup = true
		add(closed, visitorOf(closed), "late", "too late").kind = models.KindClosed
		add(theirs, visitorOf(theirs), "1", "not ours").kind = models.KindNotFound
		add(c, visitorOf(c), "last", "the last word")

		var operations []func()
		for _, l := range lines {
			operations = append(operations, func() {
				l.err = a.account().Post(background, &l.Post, func() { l.told++ })
			})
		}
		b.inOneBatch(t, operations...)

		for i, l := range lines {
			wantKind(t, l.err, l.kind)
			wanted := 1
			if l.dup || l.kind != "" {
				wanted = 0
			}
			if l.Dup != l.dup || l.told != wanted {
				t.Errorf("line %d (%s %q): dup %v, announced %d times", i, l.CID, l.Text, l.Dup, l.told)
			}
			if l.err != nil {
				continue
			}
			if told, stored := fmt.Sprint(l.Summary), fmt.Sprint(a.now(l.Conversation)); told != stored {
				t.Errorf("after line %d\ntold   %s\nstored %s", i, told, stored)
			}
			if stored := a.log(l.Conversation)[l.Message.Seq-1].Message; stored != l.Message {
				t.Errorf("line %d\nanswered %+v\nstored   %+v", i, l.Message, stored)
			}
		}
		for _, c := range append(convs, closed) {
			a.dense(c.PublicID)
		}
		if len(lines) <= shapes[0]+shapes[1] {
			t.Errorf("%d lines are too few to need statements of every shape", len(lines))
		}
	})
}

// TestBatchesOfEverySize is for the remainders: no line may fall between two statements.
func TestBatchesOfEverySize(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		var convs []models.Conversation
		anna := a.agent("Anna", 99)
		for range 6 {
			convs = append(convs, a.active(anna))
		}
		for _, size := range []int{1, 2, 3, 4, 5, 15, 16, 17, 21, 63, 64, 65, 85} {
			operations := make([]func(), size)
			for i := range operations {
				c := convs[i%len(convs)]
				operations[i] = func() {
					_, err := a.post(c.PublicID, visitorOf(c), fmt.Sprint(size, " ", i), fmt.Sprint(i))
					wantKind(t, err, "")
				}
			}
			b.inOneBatch(t, operations...)
		}
		total := int64(0)
		for _, c := range convs {
			a.dense(c.PublicID)
			now := a.now(c.PublicID)
			total += now.LastSeq - 2
			if now.Unread != now.LastSeq-2 {
				t.Errorf("%d lines, %d unread", now.LastSeq-2, now.Unread)
			}
		}
		if total != 361 {
			t.Errorf("%d lines are stored, want 361", total)
		}
	})
}

// begun hands over lines without waiting for one before the next, and returns their ends, of which
// there is one for each.
func (a *tenant) begun(c models.Conversation, of *Stream, texts ...string) <-chan error {
	ends := make(chan error, len(texts))
	for _, text := range texts {
		p := &Post{Conversation: c.PublicID, Author: visitorOf(c), CID: text, Text: text, Stream: of}
		a.account().BeginPost(p, func(err error) { ends <- err })
	}
	return ends
}

func TestLinesBegunInARowAreStoredAndAnsweredInOrder(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		c := a.active(a.agent("Anna", 9))
		const total = 300
		answered := make(chan int64, total)
		var stream Stream
		for i := range total {
			p := &Post{Conversation: c.PublicID, Author: visitorOf(c), CID: fmt.Sprint(i), Text: fmt.Sprint(i), Stream: &stream}
			a.account().BeginPost(p, func(err error) {
				wantKind(t, err, "")
				answered <- p.Message.Seq
			})
		}
		for i := range total {
			if seq := <-answered; seq != int64(i)+3 {
				t.Fatalf("answer %d is for seq %d", i, seq)
			}
		}
		for i, e := range a.log(c.PublicID)[2:] {
			if e.Text != fmt.Sprint(i) {
				t.Fatalf("line %d is %q", i, e.Text)
			}
		}
		a.dense(c.PublicID)
		must(t, b.Close())
		wantKind(t, <-a.begun(c, &stream, "too late"), models.KindUnavailable)
	})
}

// Whoever sent a line that could not be stored sends it again, and so it must not find behind it,
// stored already, what they said after it.
func TestNoLineOvertakesOneThatCouldNotBeStored(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		c := a.active(a.agent("Anna", 9))
		b.poison(t)
		var first, another, again Stream
		var broken, whole <-chan error
		b.inOneBatch(t, func() { broken = a.begun(c, &first, "one", "poison", "two") },
			func() {}, func() {}, // the batch has three operations of the first
			func() { whole = a.begun(c, &another, "three") })
		for _, kind := range []models.Kind{"", models.KindUnavailable, models.KindUnavailable} {
			wantKind(t, <-broken, kind)
		}
		must(t, <-whole)
		for range 2 { // nor in a batch of its own
			wantKind(t, <-a.begun(c, &first, "two"), models.KindUnavailable)
		}
		must(t, <-a.begun(c, &again, "two"))
		var texts []string
		for _, e := range a.log(c.PublicID)[2:] {
			texts = append(texts, e.Text)
		}
		if got := fmt.Sprint(texts); got != "[one three two]" {
			t.Errorf("the log is %s", got)
		}
		a.dense(c.PublicID)
	})
}
