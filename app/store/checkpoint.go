package store

import (
	"context"
	"database/sql"
	"log/slog"
	"time"

	"gorm.io/gorm"
)

const (
	// inlineLimit, in pages, is from where on the writer itself moves the WAL into the database, and
	// keeps everybody waiting for that: a checkpoint beside it never ends while it does not pause.
	inlineLimit = "20000"
	// walLimit, in bytes, is more than a WAL of inlineLimit needs: one that is cut off has to be
	// allocated again, at the cost of the commits.
	walLimit = "134217728"

	checkEvery  = 250 * time.Millisecond // while there are commits
	worthMoving = 1000                   // pages
)

// checkpointer moves what SQLite has in its WAL into the database, on a connection of its own, so that
// commits seldom wait for that.
type checkpointer struct {
	// Static after construction.
	db   *gorm.DB
	disk *writing
	news chan struct{} // something was committed
	end  context.CancelFunc
	done chan struct{}
}

func startCheckpointer(db *gorm.DB, disk *writing) *checkpointer {
	ctx, end := context.WithCancel(context.Background())
	c := &checkpointer{db: db, disk: disk, news: make(chan struct{}, 1), end: end, done: make(chan struct{})}
	go c.run(ctx)
	return c
}

// committed says that the WAL has grown.
func (c *checkpointer) committed() {
	if c == nil {
		return
	}
	select {
	case c.news <- struct{}{}:
	default:
	}
}

// stop ends it and waits for that.
func (c *checkpointer) stop() {
	c.end()
	<-c.done
}

func (c *checkpointer) run(ctx context.Context) {
	defer close(c.done)
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-pause.C:
		case <-ctx.Done():
			return
		}
		select {
		case <-c.news:
			c.move()
		case <-ctx.Done():
			return
		}
		pause.Reset(checkEvery)
	}
}

// move does a checkpoint if it is worth it. That fails at the same things as a commit does.
func (c *checkpointer) move() {
	waiting, err := c.checkpoint("NOOP") // only counts
	if err == nil && waiting >= worthMoving {
		_, err = c.checkpoint("PASSIVE")
	}
	if err = c.disk.note(err); err != nil {
		slog.Warn("the write-ahead log could not be moved into the database", "error", err)
	}
}

// checkpoint returns how many pages of the WAL are not in the database after it. See
// https://www.sqlite.org/pragma.html#pragma_wal_checkpoint.
func (c *checkpointer) checkpoint(mode string) (waiting int64, err error) {
	if err := c.disk.sound(); err != nil {
		return 0, err
	}
	var busy, pages, moved sql.NullInt64
	err = c.db.Raw("PRAGMA wal_checkpoint("+mode+")").Row().Scan(&busy, &pages, &moved)
	return pages.Int64 - moved.Int64, err
}
