package models

import (
	"fmt"
	"time"
)

// Instant is a point in time as unix milliseconds, UTC; 0 means never. It is kept as an integer
// because SQLite compares times as text, zone and all, and PostgreSQL keeps only microseconds.
type Instant int64

// InstantOf turns a time into an Instant.
func InstantOf(t time.Time) Instant { return Instant(t.UnixMilli()) }

// Time returns the Instant as a time in UTC.
func (i Instant) Time() time.Time { return time.UnixMilli(int64(i)).UTC() }

// Add returns the Instant d later; parts of a millisecond are dropped.
func (i Instant) Add(d time.Duration) Instant { return i + Instant(d.Milliseconds()) }

// Sub returns how much later i is than u.
func (i Instant) Sub(u Instant) time.Duration { return time.Duration(i-u) * time.Millisecond }

// IsZero reports whether the Instant is never.
func (i Instant) IsZero() bool { return i == 0 }

const wireTime = "2006-01-02T15:04:05.000Z"

// MarshalText writes RFC 3339 in UTC with milliseconds, as the wire wants it.
func (i Instant) MarshalText() ([]byte, error) { return i.AppendText(nil), nil }

// AppendText appends what MarshalText returns.
func (i Instant) AppendText(b []byte) []byte { return i.Time().AppendFormat(b, wireTime) }

// UnmarshalText reads any RFC 3339 time.
func (i *Instant) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.RFC3339Nano, string(text))
	if err != nil {
		return fmt.Errorf("%q is not an RFC 3339 time", text)
	}
	*i = InstantOf(t)
	return nil
}
