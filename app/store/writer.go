package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"

	"gorm.io/gorm"

	"foyer/models"
)

const (
	maxWaiting = 8192 // operations that may wait for the writer
	maxBatch   = 2048 // operations in one transaction
	breath     = 16   // announcements between which the sockets have their turn
)

// Writer makes every change to conversations and their logs. It takes whatever waits, carries it
// out in one transaction, and when that is on disk announces each change in the same order. What
// queues up meanwhile is the next transaction: an idle server adds no delay, a busy one does few
// fsyncs.
type Writer struct {
	store *Store
	lines *lines
	texts *texts
	ops   chan *op
	done  chan struct{} // closed when the last operation has been announced

	// Guarded by mu.
	mu      sync.RWMutex
	stopped bool
}

// op is one thing to do: a post or a change, never both.
type op struct {
	post     *Post
	change   func(*Tx) error
	announce func()      // after the commit, in order; may be nil
	answer   func(error) // called once, after the announcement
	err      error
}

var errUnavailable = models.Errorf(models.KindUnavailable, "this could not be stored: try again in a moment")

func startWriter(s *Store) (*Writer, error) {
	lines, err := linesOf(s.write)
	if err != nil {
		return nil, err
	}
	texts, err := textsOf(s)
	if err != nil {
		return nil, err
	}
	w := &Writer{store: s, lines: lines, texts: texts, ops: make(chan *op, maxWaiting), done: make(chan struct{})}
	committed := make(chan []*op, 4)
	go w.write(committed)
	go w.announce(committed)
	return w, nil
}

// stop refuses new operations, waits until those that were accepted are done, and returns.
func (w *Writer) stop() {
	w.mu.Lock()
	if !w.stopped {
		w.stopped = true
		close(w.ops)
	}
	w.mu.Unlock()
	<-w.done
}

// do hands an operation to the writer and returns a channel that gets its end. There is no way to
// call it off: an operation that was accepted may be on disk before anybody could say so.
func (w *Writer) do(o *op) <-chan error {
	end := make(chan error, 1)
	o.answer = func(err error) { end <- err }
	w.submit(o)
	return end
}

// submit hands an operation to the writer, or answers at once that it can't be.
func (w *Writer) submit(o *op) {
	if !w.accept(o) {
		o.answer(errUnavailable)
	}
}

func (w *Writer) accept(o *op) bool {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.stopped {
		return false
	}
	select {
	case w.ops <- o:
		return true
	default:
		return false
	}
}

func (w *Writer) write(committed chan<- []*op) {
	defer close(committed)
	for first := range w.ops {
		batch := w.gather(first)
		kept, err := w.commit(batch)
		if err != nil {
			slog.Error("transaction failed", "operations", len(batch), "error", err)
			kept = max(kept, w.oneByOne(batch))
		}
		committed <- batch
		w.store.check.committed()
		if kept == maybe && w.store.doubt != nil {
			w.store.doubt()
		}
	}
}

// gather adds whatever else waits, without waiting for more. Posts come first, as they are
// carried out first: the order of announcements must be that of the numbers given.
func (w *Writer) gather(first *op) []*op {
	batch := []*op{first}
	for len(batch) < maxBatch {
		select {
		case o, ok := <-w.ops:
			if !ok {
				return postsFirst(batch)
			}
			batch = append(batch, o)
		default:
			return postsFirst(batch)
		}
	}
	return postsFirst(batch)
}

func postsFirst(batch []*op) []*op {
	slices.SortStableFunc(batch, func(a, b *op) int {
		switch {
		case a.post != nil && b.post == nil:
			return -1
		case a.post == nil && b.post != nil:
			return 1
		}
		return 0
	})
	return batch
}

// fate is what became of a transaction.
type fate int

const (
	certain fate = iota // kept without an error, else not kept
	maybe               // PostgreSQL did not answer the COMMIT
)

// commit carries out a batch in one transaction. What one operation does wrong is undone without
// harm to the others; an error means that nothing of the batch was kept, as far as one can know.
func (w *Writer) commit(batch []*op) (fate, error) {
	kept, err := w.try(batch, false)
	if errors.Is(err, errLookAgain) {
		kept, err = w.try(batch, true)
	}
	return kept, err
}

func (w *Writer) try(batch []*op, look bool) (fate, error) {
	committing := false
	err := w.store.write.Transaction(func(db *gorm.DB) error {
		posts := 0
		for posts < len(batch) && batch[posts].post != nil {
			posts++
		}
		if err := w.postAll(db, batch[:posts], look); err != nil {
			return err
		}
		for _, o := range batch[posts:] {
			if err := w.within(db, o); err != nil {
				return err
			}
		}
		committing = true
		return nil
	})
	if err != nil && committing && !w.store.sqlite {
		return maybe, err
	}
	return certain, err
}

// within carries out a change so that it can be undone alone. The error it returns is the
// transaction's: SQLite ends one by itself when the disk is full, and whatever is done after that
// would begin another. GORM's own savepoints do not tell.
func (w *Writer) within(db *gorm.DB, o *op) error {
	if err := db.Exec("SAVEPOINT change").Error; err != nil {
		return fmt.Errorf("begin a change: %w", err)
	}
	end := "RELEASE SAVEPOINT change"
	if o.err = o.change(&Tx{db: db, texts: w.texts, now: models.InstantOf(w.store.now())}); o.err != nil {
		end = "ROLLBACK TO SAVEPOINT change"
	}
	if err := db.Exec(end).Error; err != nil {
		return fmt.Errorf("end a change: %w", errors.Join(err, o.err))
	}
	return nil
}

// oneByOne gives each operation a transaction of its own, so that one which can't be stored does
// not take the others with it.
func (w *Writer) oneByOne(batch []*op) (worst fate) {
	for _, o := range batch {
		kept, err := w.commit([]*op{o})
		if err != nil {
			o.err = &models.Error{Kind: models.KindUnavailable, Message: errUnavailable.Error(), Err: err}
			if o.post != nil && o.post.Stream != nil {
				o.post.Stream.broken = true
			}
		}
		worst = max(worst, kept)
	}
	return worst
}

// announce tells the world of committed operations and answers those who wait for them, while the
// next transaction is under way.
func (w *Writer) announce(committed <-chan []*op) {
	defer close(w.done)
	for batch := range committed {
		for i, o := range batch {
			if o.err == nil && o.announce != nil {
				o.announce()
			}
			o.answer(o.err)
			if i%breath == breath-1 {
				runtime.Gosched() // the sockets' writers have their turn, or a large batch would overrun them
			}
		}
	}
}

// Change runs fn in the writer's next transaction. When fn returns an error, what it did is undone
// and the error returned. Otherwise announce, which may be nil, runs after the commit and before
// anything that is committed later is announced; it must not call the Writer.
func (a *Account) Change(_ context.Context, fn func(*Tx) error, announce func()) error {
	return <-a.Begin(fn, announce)
}

// Begin is Change without waiting for its end, which the channel tells: changes that are begun one
// after the other are carried out and announced in this order, in as few transactions as can be.
func (a *Account) Begin(fn func(*Tx) error, announce func()) <-chan error {
	return a.store.do(&op{
		change: func(tx *Tx) error {
			tx.account = a.id
			return ours(fn(tx))
		},
		announce: announce,
	})
}

// ours gives a database's refusal the kind that callers know; what already has one is kept.
func ours(err error) error {
	if err == nil || models.KindOf(err) != "" {
		return err
	}
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return &models.Error{Kind: models.KindConflict, Message: "this was done already", Err: err}
	}
	return &models.Error{Kind: models.KindUnavailable, Message: errUnavailable.Error(), Err: err}
}
