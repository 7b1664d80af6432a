//go:build unix

package store

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"foyer/models"
)

// lockFile takes the lock that one Foyer holds on an SQLite database: there must be one writer.
// The system drops it when the process ends, however it ends.
func lockFile(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return nil, &models.Error{Kind: models.KindNotConfigured, Message: "database.dsn: cannot write beside the database", Err: err}
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, models.Errorf(models.KindNotConfigured,
				"another Foyer uses this database (%s is locked): stop it, or set database.dsn to another file", path)
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return func() { _ = f.Close() }, nil
}
