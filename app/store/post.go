package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"foyer/models"
)

// Post is a line somebody wants to add to a conversation. The lower part is filled in when it has
// been stored.
type Post struct {
	Account      int64
	Conversation string // public id
	Author       models.Author
	CID          string
	Text         string
	File         string  // public id of the file it is, instead of Text
	Note         bool    // seen by agents only
	Stream       *Stream // whose other lines this one must not overtake; may be nil

	Message models.Message
	Summary models.Summary // as it stands after the line
	Sent    models.File    // what File names, unless Dup
	Dup     bool           // the line was stored before; Message is that one
}

// Stream is the lines of somebody who doesn't wait for one to be stored before they send the next.
// When one couldn't be stored, none that was handed over behind it is: sent again, it would come
// after them. The zero value is ready.
type Stream struct {
	broken bool // owned by the writer
}

// Post stores a line and then runs announce, before anything that is stored later is announced;
// announce must not call the Writer. The same cid with the same text is answered with the line
// that was stored first, and announced no second time.
func (a *Account) Post(_ context.Context, p *Post, announce func()) error {
	p.Account = a.id
	return <-a.store.do(&op{post: p, announce: func() {
		if !p.Dup {
			announce()
		}
	}})
}

// BeginPost is Post without waiting. then runs when the line is stored, before anything that is
// stored later is announced, or with the reason why it isn't; it must not call the Writer, nor wait
// for anything. What is begun in a row is stored, and answered, in this order.
func (a *Account) BeginPost(p *Post, then func(error)) {
	p.Account = a.id
	a.store.submit(&op{post: p, answer: then})
}

// errLookAgain asks for a batch to be carried out once more, with a look at what was stored before.
var errLookAgain = errors.New("store: one of these lines may have been stored before")

// postAll carries out all posts of a batch with a few statements. What is wrong with one is set
// as its error; an error returned is the storage's.
//
// Few lines are sent twice, so whether one was stored before is not asked first, unless look is
// set: the database refuses a second line with the same key, and then errLookAgain is returned. It
// is also returned for what may not be written, which may have been written when it still could.
func (w *Writer) postAll(db *gorm.DB, ops []*op, look bool) error {
	if len(ops) == 0 {
		return nil
	}
	heads, err := w.store.heads(db, ops)
	if err != nil {
		return err
	}
	earlier := map[lineKey]*models.Message{}
	if look {
		if earlier, err = w.store.earlier(db, ops, heads); err != nil {
			return err
		}
	}
	files, err := filesOf(db, ops)
	if err != nil {
		return err
	}
	now := models.InstantOf(w.store.now())
	rows := make([]*models.Message, 0, len(ops))
	touched := make(map[int64]*models.Summary, len(heads))
	for _, o := range ops {
		head := heads[o.post.Conversation]
		o.err = o.post.place(head, earlier, files[o.post.File], now)
		if o.err != nil && !look && !o.post.hopeless(o.err) {
			return errLookAgain
		}
		if o.err == nil && !o.post.Dup {
			rows = append(rows, &o.post.Message)
			touched[head.ID] = head
		}
	}
	if err := w.lines.add(db, rows, touched); err != nil {
		if !look {
			return errors.Join(errLookAgain, err)
		}
		return err
	}
	if err := keepFiles(db, rows); err != nil {
		return err
	}
	for _, o := range ops { // the last state of a conversation, also for those that came earlier in the batch
		if o.err == nil {
			o.post.Summary = *heads[o.post.Conversation]
		}
	}
	return nil
}

// heads reads, and holds until the transaction ends, the conversations that are written to.
func (s *Store) heads(db *gorm.DB, ops []*op) (map[string]*models.Summary, error) {
	heads := make(map[string]*models.Summary, len(ops))
	ids := make([]string, 0, len(ops))
	for _, o := range ops {
		if _, known := heads[o.post.Conversation]; !known {
			heads[o.post.Conversation] = nil
			ids = append(ids, askable(o.post.Conversation))
		}
	}
	return heads, inShapes(ids, func(part []string) error {
		list, err := many(db, s.forUpdate("c.public_id IN ?"), part)
		for i := range list {
			heads[list[i].PublicID] = &list[i]
		}
		return err
	})
}

func (s *Store) forUpdate(where string) string {
	if s.sqlite {
		return where
	}
	return where + " FOR UPDATE OF c"
}

type lineKey struct {
	conversation int64
	author       models.Author
	cid          string
}

// earlier finds lines that were stored before under one of the client ids. Each is looked up by the
// whole of its key, so that the length of a conversation doesn't matter. SQLite takes a CROSS JOIN
// in the order written: with many keys it would otherwise read all messages there are.
func (s *Store) earlier(db *gorm.DB, ops []*op, heads map[string]*models.Summary) (map[lineKey]*models.Message, error) {
	var keys strings.Builder
	var args []any
	for _, o := range ops {
		head := heads[o.post.Conversation]
		if head == nil {
			continue
		}
		if keys.Len() > 0 {
			keys.WriteString(", ")
		}
		keys.WriteString("(CAST(? AS BIGINT), ?, CAST(? AS BIGINT), ?)")
		args = append(args, head.ID, o.post.Author.Type, o.post.Author.ID, o.post.CID)
	}
	found := map[lineKey]*models.Message{}
	if len(args) == 0 {
		return found, nil
	}
	var list []models.Message
	err := db.Raw(`WITH k (conversation_id, author_type, author_id, cid) AS (VALUES `+keys.String()+`)
		SELECT m.* FROM k CROSS JOIN messages m WHERE m.conversation_id = k.conversation_id AND m.author_type = k.author_type
			AND m.author_id = k.author_id AND m.cid = k.cid AND m.cid <> ''`, args...).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("look for earlier lines: %w", err)
	}
	for i := range list {
		found[lineKey{list[i].ConversationID, list[i].Author(), list[i].CID}] = &list[i]
	}
	return found, nil
}

// place decides what becomes of a post: an error, the line that was stored before, or a new line
// with the next numbers, which is then among the earlier ones. file is what p.File names, if there
// is such a file at all.
func (p *Post) place(head *models.Summary, earlier map[lineKey]*models.Message, file *models.File, now models.Instant) error {
	p.Dup = false
	if p.Stream != nil && p.Stream.broken {
		return errUnavailable
	}
	if err := p.reaches(head); err != nil {
		return err
	}
	line := models.Message{
		Kind: p.kind(), AuthorType: p.Author.Type, AuthorID: p.Author.ID, CID: p.CID, Text: p.Text, At: now,
	}
	if file != nil {
		line.FileID, line.Text = file.ID, file.Name
	}
	key := lineKey{head.ID, p.Author, p.CID}
	if first := earlier[key]; first != nil {
		if first.Kind != line.Kind || (first.Text != line.Text || first.FileID != line.FileID) && !first.Deleted { // of what was deleted nothing is left to compare
			return models.Errorf(models.KindCIDConflict, "this cid was used for another text: make a new one for each message")
		}
		p.Message, p.Dup = *first, true
		return nil
	}
	if err := p.allowed(head); err != nil {
		return err
	}
	if p.File != "" {
		if err := p.take(file, head, now); err != nil {
			return err
		}
	}
	p.Message = line
	head.Add(&p.Message)
	if !p.Note {
		head.ShowLine(&p.Message)
	}
	earlier[key] = &p.Message
	return nil
}

// hopeless reports whether a refusal stands, whatever was stored under the post's cid before.
func (p *Post) hopeless(err error) bool {
	kind := models.KindOf(err)
	return kind == models.KindUnavailable || kind == models.KindNotFound && p.File == ""
}

// kind is what sort of event the post becomes.
func (p *Post) kind() models.EventKind {
	switch {
	case p.Note:
		return models.EventNote
	case p.File != "":
		return models.EventFile
	default:
		return models.EventMessage
	}
}

// reaches says not found unless there is a conversation its author may know of.
func (p *Post) reaches(head *models.Summary) error {
	if head == nil || head.AccountID != p.Account || p.Author.Type == models.ByVisitor && head.VisitorID != p.Author.ID {
		return models.Errorf(models.KindNotFound, "there is no such conversation")
	}
	return nil
}

// allowed says why an author may not write to a conversation, if so.
func (p *Post) allowed(head *models.Summary) error {
	switch {
	case p.Note && p.File != "":
		return models.Errorf(models.KindInvalid, "a file can't be a note: the visitor sees every file")
	case p.Note && p.Author.Type == models.ByAgent:
		return nil
	case p.Note:
		return models.Errorf(models.KindForbidden, "only agents write notes")
	case head.State == models.StateClosed:
		return models.Errorf(models.KindClosed, "this conversation is closed")
	case p.Author.Type == models.ByAgent && head.AgentID == 0:
		return models.Errorf(models.KindConflict, "nobody has this conversation: take it before you answer")
	case p.Author.Type == models.ByAgent && head.State == models.StateOffered && head.AgentID == p.Author.ID:
		return models.Errorf(models.KindConflict, "this conversation rings at you: accept it before you answer")
	case p.Author.Type == models.ByAgent && head.State == models.StateOffered:
		return models.Errorf(models.KindConflict, "this conversation rings at %s just now", head.AgentName)
	case p.Author.Type == models.ByAgent && !head.Has(p.Author.ID):
		return models.Errorf(models.KindConflict, "%s has this conversation now", head.AgentName)
	}
	return nil
}
