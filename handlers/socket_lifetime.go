package handlers

import (
	"context"
	"time"

	"foyer/app/hub"
)

// lifetime is the context of what a client asks for: it ends when the client is closed. Unlike one
// of the library's it costs nothing to have, and keeps nothing of those that were derived from it.
type lifetime struct{ client *hub.Client }

// Deadline implements context.Context.
func (l lifetime) Deadline() (time.Time, bool) { return time.Time{}, false }

// Done implements context.Context.
func (l lifetime) Done() <-chan struct{} { return l.client.Done() }

// Err implements context.Context.
func (l lifetime) Err() error {
	if isDone(l.client) {
		return context.Canceled
	}
	return nil
}

// Value implements context.Context.
func (l lifetime) Value(any) any { return nil }
