package store

import (
	"crypto/rand"
	"sync"
	"testing"
	"time"

	"foyer/models"
)

var plenty = Quota{Visitor: 1 << 40, Site: 1 << 40}

// uploaded stores a file of the visitor of a conversation.
func (a *tenant) uploaded(c models.Conversation) models.File {
	a.t.Helper()
	f := models.File{
		AuthorType: models.ByVisitor, AuthorID: c.VisitorID, Name: "tea.png", Type: "image/png", Size: 1000, Width: 3, Height: 2, Blob: rand.Text(),
	}
	must(a.t, a.account().AddFile(background, c.PublicID, &f, plenty))
	return f
}

// postFile sends a file as the visitor.
func (a *tenant) postFile(c models.Conversation, cid string, f models.File) (*Post, error) {
	p := &Post{Conversation: c.PublicID, Author: visitorOf(c), CID: cid, File: f.PublicID}
	return p, a.account().Post(background, p, func() {})
}

func TestAFileIsALine(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		c := a.active(a.agent("Anna", 2))
		f := a.uploaded(c)
		if _, _, err := a.account().SentFile(background, f.PublicID); models.KindOf(err) != models.KindNotFound {
			t.Errorf("there before it was sent: %v", err)
		}
		first, err := a.postFile(c, "1", f)
		must(t, err)
		if first.Message.Kind != models.EventFile || first.Message.Text != "tea.png" || first.Sent.PublicID != f.PublicID || first.Summary.Unread != 1 {
			t.Errorf("sent as %+v, %d unread", first.Message, first.Summary.Unread)
		}
		kept, visitor, err := a.account().SentFile(background, f.PublicID)
		if err != nil || kept.Blob != f.Blob || visitor != c.VisitorID {
			t.Errorf("kept as %+v of %d: %v", kept, visitor, err)
		}
		log := a.log(c.PublicID)
		if last := log[len(log)-1]; last.FilePublicID != f.PublicID || last.FileSize != 1000 || last.FileWidth != 3 || last.FileHeight != 2 {
			t.Errorf("the log has %+v", last)
		}
		again, err := a.postFile(c, "1", f)
		if err != nil || !again.Dup || again.Message.Seq != first.Message.Seq {
			t.Errorf("sent again: %+v, %v", again.Message, err)
		}
		a.dense(c.PublicID)
	})
}

func TestAFileIsSentOnceByItsOwnerWhereItBelongs(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna := a.agent("Anna", 4)
		c, other := a.active(anna), a.active(anna)
		f, second := a.uploaded(c), a.uploaded(c)
		post := func(in models.Conversation, by models.Author, cid string, note bool) error {
			p := &Post{Conversation: in.PublicID, Author: by, CID: cid, File: f.PublicID, Note: note}
			return a.account().Post(background, p, func() {})
		}
		wantKind(t, post(other, visitorOf(other), "1", false), models.KindNotFound)
		wantKind(t, post(c, byAgent(anna), "2", false), models.KindNotFound)
		hers := models.File{AuthorType: models.ByAgent, AuthorID: anna.ID, Name: "x", Blob: "x"}
		must(t, a.account().AddFile(background, c.PublicID, &hers, plenty))
		p := &Post{Conversation: other.PublicID, Author: byAgent(anna), CID: "2", File: hers.PublicID}
		wantKind(t, a.account().Post(background, p, func() {}), models.KindNotFound)
		wantKind(t, post(c, byAgent(anna), "3", true), models.KindInvalid)
		wantKind(t, post(c, visitorOf(c), "4", false), "")
		wantKind(t, post(c, visitorOf(c), "5", false), models.KindConflict)
		_, err := a.postFile(c, "4", second) // the same cid
		wantKind(t, err, models.KindCIDConflict)
		_, err = a.post(c.PublicID, visitorOf(c), "4", "tea.png")
		wantKind(t, err, models.KindCIDConflict)
		b.clock.pass(UnsentFor)
		_, err = a.postFile(c, "6", second)
		wantKind(t, err, models.KindNotFound)
		must(t, a.close(c.PublicID))
		closed := models.File{AuthorType: models.ByVisitor, AuthorID: c.VisitorID, Blob: "x"}
		wantKind(t, a.account().AddFile(background, c.PublicID, &closed, plenty), models.KindClosed)
		a.dense(c.PublicID)
	})
}

func TestTwoPostsOfABatchCannotBothSendAFile(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		c := a.started()
		f := a.uploaded(c)
		var mu sync.Mutex
		kinds := map[models.Kind]int{}
		try := func(cid string) func() {
			return func() {
				_, err := a.postFile(c, cid, f)
				mu.Lock()
				defer mu.Unlock()
				kinds[models.KindOf(err)]++
			}
		}
		b.inOneBatch(t, try("1"), try("2"))
		if kinds[""] != 1 || kinds[models.KindConflict] != 1 {
			t.Errorf("ended as %v", kinds)
		}
	})
}

func TestOnlyUnsentFilesExpire(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		c := a.started()
		sent, forgotten := a.uploaded(c), a.uploaded(c)
		_, err := a.postFile(c, "1", sent)
		must(t, err)
		b.clock.pass(UnsentFor - time.Millisecond)
		if list, err := b.ExpiredFiles(background, 9); err != nil || len(list) != 0 {
			t.Errorf("a moment before: %v, %v", list, err)
		}
		must(t, b.DeleteExpiredFile(background, forgotten.ID))
		b.clock.pass(time.Millisecond)
		list, err := b.ExpiredFiles(background, 9)
		if err != nil || len(list) != 1 || list[0].ID != forgotten.ID {
			t.Fatalf("expired: %v, %v", list, err)
		}
		must(t, b.DeleteExpiredFile(background, forgotten.ID))
		must(t, b.DeleteExpiredFile(background, sent.ID))
		if list, err = b.ExpiredFiles(background, 9); err != nil || len(list) != 0 {
			t.Errorf("still there: %v, %v", list, err)
		}
		if _, _, err := a.account().SentFile(background, sent.PublicID); err != nil {
			t.Errorf("what was sent is gone: %v", err)
		}
	})
}

func TestTheKeyOfLinksStaysTheSame(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		first, err := b.LinkKey(background)
		must(t, err)
		b.restart(t)
		second, err := b.LinkKey(background)
		if err != nil || string(first) != string(second) || len(first) != 32 {
			t.Errorf("%x, then %x: %v", first, second, err)
		}
	})
}

func TestVisitorsOfASiteThatIsOffAreUnknown(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		on := a.visitor()
		shut := models.Site{Key: rand.Text(), Name: "Shut"}
		must(t, a.account().CreateSite(background, &shut))
		off := models.Visitor{SiteID: shut.ID, TokenHash: []byte(rand.Text())}
		must(t, a.account().CreateVisitor(background, &off))
		for _, v := range []models.Visitor{on, off} {
			want := models.Kind("")
			if v.SiteID == shut.ID {
				want = models.KindNotFound
			}
			_, err := b.VisitorWithToken(background, v.TokenHash)
			wantKind(t, err, want)
			_, err = b.VisitorCalled(background, v.PublicID)
			wantKind(t, err, want)
		}
	})
}
