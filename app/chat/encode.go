package chat

import (
	"strconv"
	"unicode/utf8"

	"foyer/models"
)

// What is said goes out by hand: of everything a message costs outside the database encoding/json
// was the most. The bytes are the same.

// roomy is what a frame with a line of usual length takes.
const roomy = 512

func (e Event) append(b []byte) []byte {
	if b == nil {
		b = make([]byte, 0, roomy+len(e.Text))
	}
	b = appendString(append(b, `{"t":`...), e.T)
	b = appendString(append(b, `,"conv":`...), e.Conv)
	b = strconv.AppendInt(append(b, `,"seq":`...), e.Seq, 10)
	b = appendString(append(b, `,"kind":`...), string(e.Kind))
	b = appendInstant(append(b, `,"at":`...), e.At)
	b = e.From.append(append(b, `,"from":`...))
	b = appendUnlessEmpty(b, `,"text":`, e.Text)
	b = appendUnlessEmpty(b, `,"cid":`, e.CID)
	if e.File != nil {
		b = append(append(b, `,"file":`...), frame(e.File)...)
	}
	if e.Agent != nil {
		b = append(append(b, `,"agent":`...), frame(e.Agent)...)
	}
	if e.Department != nil {
		b = append(append(b, `,"department":`...), frame(e.Department)...)
	}
	b = appendUnlessEmpty(b, `,"reason":`, e.Reason)
	b = appendUnlessEmpty(b, `,"cause":`, string(e.Cause))
	if e.Until != nil {
		b = appendInstant(append(b, `,"until":`...), *e.Until)
	}
	if e.Target != 0 {
		b = strconv.AppendInt(append(b, `,"target":`...), e.Target, 10)
	}
	if e.Deleted {
		b = append(b, `,"deleted":true`...)
	}
	return append(b, '}')
}

func (a Author) append(b []byte) []byte {
	b = appendString(append(b, `{"type":`...), string(a.Type))
	b = appendString(append(b, `,"id":`...), a.ID)
	b = appendString(append(b, `,"name":`...), a.Name)
	return append(b, '}')
}

func (a Ack) append(b []byte) []byte {
	b = appendString(append(b, `{"t":`...), a.T)
	b = appendString(append(b, `,"cid":`...), a.CID)
	b = appendString(append(b, `,"conv":`...), a.Conv)
	b = strconv.AppendInt(append(b, `,"seq":`...), a.Seq, 10)
	b = appendInstant(append(b, `,"at":`...), a.At)
	if a.Dup {
		b = append(b, `,"dup":true`...)
	}
	return append(b, '}')
}

func appendUnlessEmpty(b []byte, name, s string) []byte {
	if s == "" {
		return b
	}
	return appendString(append(b, name...), s)
}

func appendInstant(b []byte, at models.Instant) []byte {
	return append(at.AppendText(append(b, '"')), '"')
}

// appendString appends s as a JSON string. What is to be escaped is left to encoding/json.
func appendString(b []byte, s string) []byte {
	if !plain(s) {
		return append(b, frame(s)...)
	}
	return append(append(append(b, '"'), s...), '"')
}

// plain reports whether s is the same in JSON.
func plain(s string) bool {
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c < ' ' || c == '"' || c == '\\' {
				return false
			}
			i++
			continue
		}
		switch r, n := utf8.DecodeRuneInString(s[i:]); {
		case r == utf8.RuneError && n == 1, r == '\u2028', r == '\u2029': // JavaScript ends a line at the latter
			return false
		default:
			i += n
		}
	}
	return true
}
