package handlers

import (
	"encoding/json"
	"errors"
	"fmt"

	"foyer/models"
)

// closeError is returned by a protocol to end the socket with a close code of docs/protocol.md.
type closeError struct {
	Code   int
	Reason string
}

// Error returns code and reason.
func (e *closeError) Error() string { return fmt.Sprintf("close %d %s", e.Code, e.Reason) }

// frameError says that a frame makes no sense. It is answered `bad_frame`, and a peer that sends
// several is closed, unlike one whose frame is merely refused.
type frameError struct{ message string }

// Error returns what is wrong with the frame.
func (e *frameError) Error() string { return e.message }

// badFrame returns a frameError: an unknown `t`, a field of the wrong type.
func badFrame(format string, args ...any) error {
	return &frameError{message: fmt.Sprintf(format, args...)}
}

// decodeFrame decodes a frame's own fields into a struct; unknown ones are ignored. Its error is
// for Hello and Frame to return as it is.
func decodeFrame(frame []byte, into any) error {
	err := json.Unmarshal(frame, into)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return badFrame("%q has the wrong type", wrong.Field)
	}
	if err != nil {
		return badFrame("this frame can't be read")
	}
	return nil
}

// envelope is what the transport reads of a frame: its type, and what an answer refers to.
type envelope struct {
	T   onlyString `json:"t"`
	ID  onlyString `json:"id"`
	CID onlyString `json:"cid"`
}

// onlyString stays empty when the JSON value is not a string, so that a wrong type in one field
// does not hide the others.
type onlyString string

// UnmarshalJSON implements json.Unmarshaler.
func (s *onlyString) UnmarshalJSON(value []byte) error {
	if value[0] != '"' {
		*s = ""
		return nil
	}
	return json.Unmarshal(value, (*string)(s))
}

// openEnvelope reads the envelope of a frame.
func openEnvelope(frame []byte) (envelope, error) {
	var about envelope
	if err := json.Unmarshal(frame, &about); err != nil {
		return envelope{}, badFrame("a frame is one JSON object")
	}
	if about.T == "" {
		return about, badFrame("a frame needs its type, a string, in \"t\"")
	}
	return about, nil
}

// errOut is the frame `err`.
type errOut struct {
	T       string `json:"t"`
	ID      string `json:"id,omitempty"`
	CID     string `json:"cid,omitempty"`
	Code    string `json:"code"`
	Message string `json:"message"`
	RetryMS int64  `json:"retry_ms,omitempty"`
}

// encode returns the frame's bytes.
func (e errOut) encode() []byte {
	e.T = "err"
	return encodeFrame(e)
}

// refusal is the answer to the frame that about tells of.
func refusal(about envelope, code, message string) []byte {
	return errOut{ID: string(about.ID), CID: string(about.CID), Code: code, Message: message}.encode()
}

// codeOf is the `err` code that tells of a kind of failure.
func codeOf(kind models.Kind) string {
	switch kind {
	case models.KindInvalid:
		return codeBadFrame
	case models.KindUnauthorized, models.KindNotConfigured:
		return string(models.KindForbidden)
	default:
		return string(kind)
	}
}
