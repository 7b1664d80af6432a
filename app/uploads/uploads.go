// Package uploads keeps what people send to each other besides words: it takes an upload in, makes
// sure of what it is, stores its bytes, and hands them out to who may see the conversation. What an
// HTTP request looks like it does not know, nor what becomes of the line that sends a file: that is
// app/chat's.
package uploads

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"time"

	"foyer/app/store"
	"foyer/models"
)

// Settings are where files are kept and how many bytes they may have.
type Settings struct {
	URL   string // a folder, or an s3:// address
	Max   int64  // of one file
	Quota store.Quota
}

// Service is the files of all accounts.
type Service struct {
	// Static after New.
	store    *store.Store
	bucket   *bucket
	key      []byte // signs links
	now      func() time.Time
	settings Settings
	easel    chan struct{} // holds the pictures being redrawn: each takes up to maxMemory

	door door
}

// New opens the place where files are kept. Errors of kind not_configured say what the operator has to do.
func New(ctx context.Context, s *store.Store, now func() time.Time, settings Settings) (*Service, error) {
	b, err := openBucket(ctx, settings.URL)
	if err != nil {
		return nil, err
	}
	key, err := s.LinkKey(ctx)
	if err != nil {
		return nil, err
	}
	return &Service{store: s, bucket: b, key: key, now: now, settings: settings, easel: make(chan struct{}, maxDrawn)}, nil
}

// Close ends the connection to where files are kept.
func (s *Service) Close() error { return s.bucket.Close() }

// Party is who uploads or fetches: an agent or a visitor of an account.
type Party struct {
	Account int64
	models.Author
}

// Keep stores what was received, as a file for one conversation. A picture is drawn anew, so that
// nothing but its pixels remains; anything else is kept as it is. The Spool stays the caller's.
func (s *Service) Keep(ctx context.Context, who Party, conv, name string, in *Spool) (models.File, error) {
	f := models.File{
		AuthorType: who.Type, AuthorID: who.ID, Name: models.CleanFileName(name), Blob: newBlob(),
	}
	out, err := s.inspect(ctx, &f, in)
	if err != nil {
		return f, err
	}
	if out != in {
		defer out.Close()
	}
	f.Size = out.size
	// The row first: it expires by itself, whereas bytes that no row names would stay for ever.
	account := s.store.For(who.Account)
	if err := account.AddFile(ctx, conv, &f, s.settings.Quota); err != nil {
		return f, err
	}
	if err := s.bucket.put(ctx, f.Blob, out); err != nil {
		if dropErr := account.DropFile(context.WithoutCancel(ctx), f.ID); dropErr != nil {
			slog.Warn("file without bytes stays until it expires", "file", f.PublicID, "error", dropErr)
		}
		return f, &models.Error{Kind: models.KindUnavailable, Message: "this file could not be stored: try again in a moment", Err: err}
	}
	return f, nil
}

// inspect finds out what a file is, and returns what of it is to be stored.
func (s *Service) inspect(ctx context.Context, f *models.File, in *Spool) (*Spool, error) {
	var err error
	if f.Type, err = in.sniff(); err != nil {
		return nil, err
	}
	decode, is := decoders[f.Type]
	if !is {
		return in, nil
	}
	select {
	case s.easel <- struct{}{}:
		defer func() { <-s.easel }()
	case <-ctx.Done():
		return nil, &models.Error{Kind: models.KindUnavailable, Message: "too many pictures are being drawn anew: try again in a moment", Err: ctx.Err()}
	}
	return redraw(f, in, decode)
}

// newBlob makes a name under which bytes are stored: 128 random bits, in a folder of many.
func newBlob() string {
	name := rand.Text()
	return name[:2] + "/" + name
}

// Open returns a file that was sent, and its bytes, to somebody who may see the conversation. Whatever
// else there may be is not found.
func (s *Service) Open(ctx context.Context, who Party, id string) (models.File, io.ReadCloser, error) {
	f, err := s.find(ctx, who, id)
	if err != nil {
		return f, nil, err
	}
	r, err := s.bucket.get(ctx, f.Blob)
	return f, r, err
}

// find reads a file that somebody may see: agents those of their account, visitors those of their own conversations.
func (s *Service) find(ctx context.Context, who Party, id string) (models.File, error) {
	f, visitor, err := s.store.For(who.Account).SentFile(ctx, id)
	if err == nil && who.Type != models.ByAgent && visitor != who.ID {
		return models.File{}, models.Errorf(models.KindNotFound, "there is no such file")
	}
	return f, err
}
