package store

import (
	"crypto/rand"
	"time"

	"github.com/oklog/ulid/v2"
)

// NewID makes an id under which something is known outside: a ULID, 80 bits of it random. It is
// ordered by time, which keeps inserts cheap, but never counts up: a neighbour's can't be guessed.
func NewID(now time.Time) string {
	return ulid.MustNew(ulid.Timestamp(now), rand.Reader).String()
}
