package uploads

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"image"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"foyer/app/store"
	"foyer/models"
)

var background = context.Background()

// house is a service on a real database and a real folder, whose clock the test moves.
type house struct {
	*Service
	t       *testing.T
	db      *store.Store
	account *store.Account
	site    models.Site
	visitor models.Visitor
	conv    models.Conversation
	folder  string
	clock   time.Time
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, folder: filepath.Join(t.TempDir(), "uploads"), clock: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	now := func() time.Time { return h.clock }
	var err error
	h.db, err = store.Open(background, store.Options{Driver: "sqlite", DSN: filepath.Join(t.TempDir(), "foyer.db"), Readers: 2, Now: now})
	h.must(err)
	t.Cleanup(func() { _ = h.db.Close() })
	h.Service, err = New(background, h.db, now, Settings{URL: h.folder, Max: 1 << 20, Quota: store.Quota{Visitor: 1 << 30, Site: 1 << 30}})
	h.must(err)
	row, err := h.db.CreateAccount(background, "Kettle & Leaf")
	h.must(err)
	h.account = h.db.For(row.ID)
	support, err := h.account.CreateDepartment(background, models.NewDepartment("Support"))
	h.must(err)
	h.site = models.Site{Key: rand.Text(), Name: "Shop", Enabled: true}
	h.must(h.account.CreateSite(background, &h.site))
	h.visitor = models.Visitor{SiteID: h.site.ID, TokenHash: []byte(rand.Text())}
	h.must(h.account.CreateVisitor(background, &h.visitor))
	h.conv = models.Conversation{SiteID: h.site.ID, VisitorID: h.visitor.ID, DepartmentID: support.ID, StartCID: "1"}
	h.must(h.account.Change(background, func(tx *store.Tx) error { return tx.Create(&h.conv) }, nil))
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) party() Party {
	return Party{h.visitor.AccountID, models.Author{Type: models.ByVisitor, ID: h.visitor.ID}}
}

func (h *house) keep(content string) (models.File, error) {
	h.t.Helper()
	in, err := h.Receive(strings.NewReader(content))
	h.must(err)
	defer in.Close()
	return h.Keep(background, h.party(), h.conv.PublicID, "a.txt", in)
}

func (h *house) send(f models.File) {
	h.t.Helper()
	p := &store.Post{Conversation: h.conv.PublicID, Author: h.party().Author, CID: f.PublicID, File: f.PublicID}
	h.must(h.account.Post(background, p, func() {}))
}

// blobs counts what lies in the folder.
func (h *house) blobs() (n int) {
	h.t.Helper()
	h.must(filepath.WalkDir(h.folder, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			n++
		}
		return err
	}))
	return n
}

func TestALinkEnds(t *testing.T) {
	for name, end := range map[string]func(h *house, f models.File){
		"after five minutes":          func(h *house, _ models.File) { h.clock = h.clock.Add(LinkFor) },
		"when the bytes are gone":     func(h *house, f models.File) { h.must(h.bucket.remove(background, f.Blob)) },
		"when the key is another one": func(h *house, _ models.File) { h.key = []byte("another") },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			f, err := h.keep("hello")
			h.must(err)
			h.send(f)
			l, err := h.Link(background, h.visitor, f.PublicID)
			h.must(err)
			h.clock = h.clock.Add(LinkFor - time.Second)
			_, r, err := h.Follow(background, l)
			h.must(err)
			text, err := io.ReadAll(r)
			h.must(errors.Join(err, r.Close()))
			if string(text) != "hello" {
				t.Errorf("fetched %q", text)
			}
			end(h, f)
			if _, _, err := h.Follow(background, l); models.KindOf(err) != models.KindNotFound {
				t.Errorf("it still leads somewhere: %v", err)
			}
		})
	}
}

func TestWhatIsNotSentIsDeleted(t *testing.T) {
	h := newHouse(t)
	sent, err := h.keep("sent")
	h.must(err)
	h.send(sent)
	unsent, err := h.keep("unsent")
	h.must(err)
	h.clock = h.clock.Add(store.UnsentFor - time.Second)
	h.must(h.Sweep(background))
	if n := h.blobs(); n != 2 {
		t.Fatalf("a second before there are %d files", n)
	}
	h.clock = h.clock.Add(time.Second)
	h.must(h.Sweep(background))
	if n := h.blobs(); n != 1 {
		t.Errorf("after a day there are %d files", n)
	}
	if list, err := h.db.ExpiredFiles(background, 9); err != nil || len(list) != 0 {
		t.Errorf("rows that are left: %v, %v", list, err)
	}
	if _, _, err := h.Open(background, h.party(), sent.PublicID); err != nil {
		t.Errorf("what was sent: %v", err)
	}
	if _, _, err := h.Open(background, h.party(), unsent.PublicID); models.KindOf(err) != models.KindNotFound {
		t.Errorf("what was not: %v", err)
	}
}

// Without a place for its bytes there is no file, and it can be tried again: it counts for no quota.
func TestStorageThatRefuses(t *testing.T) {
	for name, spoil := range map[string]func(h *house){
		"at once":                     func(h *house) { h.must(h.bucket.Close()) },
		"when the bytes were written": func(h *house) { h.bucket.folder = filepath.Join(h.folder, "nowhere") }, // can't be flushed
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.settings.Quota.Visitor = 5
			spoil(h)
			lost, err := h.keep("hello")
			if models.KindOf(err) != models.KindUnavailable {
				t.Errorf("kept: %v", err)
			}
			h.bucket, err = openBucket(background, h.folder) // it works again
			h.must(err)
			p := &store.Post{Conversation: h.conv.PublicID, Author: h.party().Author, CID: "1", File: lost.PublicID}
			if err := h.account.Post(background, p, func() {}); models.KindOf(err) != models.KindNotFound {
				t.Errorf("sent without its bytes: %v", err)
			}
			again, err := h.keep("hello")
			h.must(err)
			h.send(again)
			h.must(h.Sweep(background))
			if n := h.blobs(); n != 1 {
				t.Errorf("there are the bytes of %d files", n)
			}
			h.clock = h.clock.Add(2 * store.UnsentFor)
			if list, err := h.db.ExpiredFiles(background, 9); err != nil || len(list) != 0 {
				t.Errorf("a row stayed: %v, %v", list, err)
			}
		})
	}
}

// What a process had written of a file when it was killed goes with the file.
func TestNothingStaysOfAHalfWrittenFile(t *testing.T) {
	h := newHouse(t)
	f, err := h.keep("hello")
	h.must(err)
	h.must(h.bucket.remove(background, f.Blob))
	w, err := h.bucket.NewWriter(background, f.Blob, nil) // never closed: so a kill leaves it
	h.must(err)
	defer func() { _ = w.Close() }()
	_, err = w.Write(bytes.Repeat([]byte("x"), 1<<20))
	h.must(err)
	if n := h.blobs(); n != 1 {
		t.Fatalf("there are %d files", n)
	}
	h.clock = h.clock.Add(store.UnsentFor)
	h.must(h.Sweep(background))
	if n := h.blobs(); n != 0 {
		t.Errorf("%d files stayed", n)
	}
}

// A file that can't be deleted keeps none of the others.
func TestOneBadFileKeepsNoOther(t *testing.T) {
	h := newHouse(t)
	bad, err := h.keep("bad")
	h.must(err)
	h.must(h.bucket.remove(background, bad.Blob))
	blocked := filepath.Join(h.folder, filepath.FromSlash(bad.Blob))
	h.must(os.MkdirAll(filepath.Join(blocked, "x"), 0o750)) // no os.Remove takes that away
	for range maxSwept + 1 {
		h.clock = h.clock.Add(time.Second) // the bad one is the oldest
		_, err := h.keep("good")
		h.must(err)
	}
	h.clock = h.clock.Add(store.UnsentFor)
	if err := h.Sweep(background); err == nil || !strings.Contains(err.Error(), bad.PublicID) {
		t.Errorf("swept: %v", err)
	}
	if n := h.blobs(); n != 0 {
		t.Errorf("%d others stayed", n)
	}
	h.must(os.RemoveAll(blocked))
	h.must(h.Sweep(background))
	if list, err := h.db.ExpiredFiles(background, 9); err != nil || len(list) != 0 {
		t.Errorf("rows that are left: %v, %v", list, err)
	}
}

// Two pictures are drawn at a time, and who waits longer than they may gives up.
func TestPicturesWaitForTheirTurn(t *testing.T) {
	h := newHouse(t)
	var picture bytes.Buffer
	h.must(png.Encode(&picture, image.NewGray(image.Rect(0, 0, 2, 2))))
	in, err := h.Receive(&picture)
	h.must(err)
	defer in.Close()
	keep := func(ctx context.Context) error {
		_, err := h.Keep(ctx, h.party(), h.conv.PublicID, "a.png", in)
		return err
	}
	if cap(h.easel) != 2 {
		t.Fatalf("%d are drawn at a time", cap(h.easel))
	}
	h.easel <- struct{}{} // another is being drawn
	h.must(keep(background))
	h.easel <- struct{}{}
	patience, leave := context.WithCancel(background)
	leave()
	if err := keep(patience); models.KindOf(err) != models.KindUnavailable {
		t.Errorf("a third one: %v", err)
	}
	<-h.easel
	h.must(keep(background))
}

func TestNothingIsKeptOfWhatIsRefused(t *testing.T) {
	h := newHouse(t)
	h.conv.PublicID = "another"
	if _, err := h.keep("hello"); models.KindOf(err) != models.KindNotFound {
		t.Errorf("kept: %v", err)
	}
	if _, err := h.Receive(io.MultiReader(strings.NewReader("a"), &broken{})); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("received: %v", err)
	}
	if n := h.blobs(); n != 0 {
		t.Errorf("there are %d files", n)
	}
}

type broken struct{}

func (*broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestWhereFilesCannotBeKept(t *testing.T) {
	for _, address := range []string{"/proc/nowhere", "ftp://x", "s3://"} {
		if _, err := openBucket(background, address); models.KindOf(err) != models.KindNotConfigured {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// However a picture lies about itself, it is drawn or refused; nothing else happens.
func FuzzRedraw(f *testing.F) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 2, 2))); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x1eExif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\xff\xd9"))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00II*\x00\xff\xff\xff\xff"))
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"))
	f.Add([]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))
	f.Fuzz(func(t *testing.T, content []byte) {
		s := Service{settings: Settings{Max: 1 << 20}, easel: make(chan struct{}, maxDrawn)}
		in, err := s.Receive(bytes.NewReader(content))
		if err != nil {
			return
		}
		defer in.Close()
		var file models.File
		out, err := s.inspect(background, &file, in)
		if err != nil && models.KindOf(err) == "" {
			t.Errorf("failed with %v", err)
		}
		if out != nil && out != in {
			defer out.Close()
			if !file.Picture() || out.size == 0 || file.Type != "image/png" && file.Type != "image/jpeg" {
				t.Errorf("drawn as %+v, %d bytes", file, out.size)
			}
		}
	})
}
