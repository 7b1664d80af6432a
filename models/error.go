package models

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of failure an Error is. Its text is the code that clients see, on the
// socket (docs/protocol.md, `err`) as well as in the problem documents of the HTTP API.
type Kind string

// The kinds of failure a caller may be told of. Everything else is our own bug and stays in the log.
const (
	KindInvalid       Kind = "invalid"        // the caller's input is wrong
	KindTooLong       Kind = "too_long"       // a text is longer than its limit
	KindUnauthorized  Kind = "unauthorized"   // nobody we know
	KindForbidden     Kind = "forbidden"      // known, but not allowed
	KindNotFound      Kind = "not_found"      // not there, or not yours: alike in every way
	KindConflict      Kind = "conflict"       // somebody else was faster
	KindNotEligible   Kind = "not_eligible"   // this agent can't have this conversation
	KindAtCapacity    Kind = "at_capacity"    // this agent has as many conversations as they may
	KindCIDConflict   Kind = "cid_conflict"   // this client id was used for another text
	KindClosed        Kind = "closed"         // the conversation is over
	KindRateLimited   Kind = "rate_limited"   // too much in too short a time
	KindUnavailable   Kind = "unavailable"    // storage refused; nothing was kept
	KindNotConfigured Kind = "not_configured" // the operator has to change a setting
)

// Error is a failure the caller is meant to see. Message is safe to show; Err is the cause and
// goes to the log only.
type Error struct {
	Kind    Kind
	Message string
	Err     error
	Wait    time.Duration // of rate_limited: after it trying again makes sense
}

// Error returns the message and, for the log, its cause.
func (e *Error) Error() string {
	if e.Err != nil {
		return e.Message + ": " + e.Err.Error()
	}
	return e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error of a kind with a message that is safe to show.
func Errorf(kind Kind, format string, args ...any) error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// KindOf returns the kind of the first Error in err's chain, or "" when there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}
