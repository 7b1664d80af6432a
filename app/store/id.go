package store

import (
	"crypto/rand"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/oklog/ulid/v2"
)

// NewID makes an id under which something is known outside: a ULID, 80 bits of it random. It is
// ordered by time, which keeps inserts cheap, but never counts up: a neighbour's can't be guessed.
func NewID(now time.Time) string {
	return ulid.MustNew(ulid.Timestamp(now), rand.Reader).String()
}

// askable returns an id or key that came from outside, or "", which nothing has, for one that
// PostgreSQL can't even be asked about: it would refuse the query, and with it the whole batch.
func askable(id string) string {
	if !utf8.ValidString(id) || strings.ContainsRune(id, 0) {
		return ""
	}
	return id
}
