package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync/atomic"
	"syscall"

	"github.com/mattn/go-sqlite3"
	"gorm.io/gorm"

	"foyer/models"
)

// ErrDisk is what every write fails with once the disk has failed in a way that leaves unknown
// what is on it. Only a new process may write again: it reads what is there.
var ErrDisk error = &models.Error{
	Kind: models.KindUnavailable, Message: "the disk has failed: nothing is stored until this server is restarted",
}

// unknownOnDisk reports whether after an error of SQLite nobody can say what is on the disk: an fsync
// has failed, after which the kernel may have dropped what it was to write and call the next
// fsync a success, or a write or truncation has, other than for lack of room.
// See https://wiki.postgresql.org/wiki/Fsync_Errors and https://www.sqlite.org/rescode.html.
func unknownOnDisk(err error) bool {
	failed, ok := errors.AsType[sqlite3.Error](err)
	if !ok || failed.Code != sqlite3.ErrIoErr {
		return false
	}
	switch failed.ExtendedCode {
	case sqlite3.ErrIoErrFsync, sqlite3.ErrIoErrDirFsync:
		return true
	case sqlite3.ErrIoErrWrite, sqlite3.ErrIoErrTruncate:
		return failed.SystemErrno != syscall.ENOSPC && failed.SystemErrno != syscall.EDQUOT && failed.SystemErrno != syscall.EFBIG
	}
	return false
}

// writing is SQLite's connection for writing. It lets nothing through any more once the disk has
// failed. PostgreSQL does the same by itself: it ends, and recovers from its log.
type writing struct {
	*sql.DB
	failed atomic.Bool
	tell   func(error) // called once, when the disk has failed; may be nil
}

// note looks at how a write has ended.
func (w *writing) note(err error) error {
	if unknownOnDisk(err) && !w.failed.Swap(true) {
		slog.Error("the disk has failed, nothing is stored any more until a restart", "error", err)
		if w.tell != nil {
			w.tell(ErrDisk)
		}
	}
	return err
}

// sound returns ErrDisk once the disk has failed.
func (w *writing) sound() error {
	if w != nil && w.failed.Load() {
		return ErrDisk
	}
	return nil
}

// GetDBConn implements gorm.GetDBConnector.
func (w *writing) GetDBConn() (*sql.DB, error) { return w.DB, nil }

// BeginTx implements gorm.ConnPoolBeginner.
func (w *writing) BeginTx(ctx context.Context, o *sql.TxOptions) (gorm.ConnPool, error) {
	if err := w.sound(); err != nil {
		return nil, err
	}
	tx, err := w.DB.BeginTx(ctx, o)
	if err != nil {
		return nil, w.note(err)
	}
	return &writingTx{Tx: tx, over: w}, nil
}

// ExecContext implements gorm.ConnPool.
func (w *writing) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := w.sound(); err != nil {
		return nil, err
	}
	res, err := w.DB.ExecContext(ctx, query, args...)
	return res, w.note(err)
}

// writingTx is a transaction of writing.
type writingTx struct {
	*sql.Tx
	over *writing
}

// ExecContext implements gorm.ConnPool.
func (t *writingTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	res, err := t.Tx.ExecContext(ctx, query, args...)
	return res, t.over.note(err)
}

// Commit implements gorm.TxCommitter.
func (t *writingTx) Commit() error { return t.over.note(t.Tx.Commit()) }
