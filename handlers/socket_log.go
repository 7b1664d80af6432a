package handlers

import (
	"context"
	"encoding/json"
	"time"

	"golang.org/x/time/rate"

	"foyer/app/chat"
	"foyer/app/hub"
)

// okOut is the frame `ok`.
type okOut struct {
	T    string `json:"t"`
	ID   string `json:"id"`
	Conv string `json:"conv,omitempty"`
}

func (o okOut) encode() []byte {
	o.T = "ok"
	return encodeFrame(o)
}

func encodeFrame(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and numbers
	}
	return b
}

// sendLog answers `get`: a part of a log, and what says that this was all of it.
func sendLog(ctx context.Context, client *hub.Client, frame []byte, read func(string, chat.Slice) ([]chat.Event, bool, error)) error {
	var in struct {
		ID, Conv      string
		After, Before int64
		Limit         int
	}
	if err := decodeFrame(frame, &in); err != nil {
		return err
	}
	events, more, err := read(in.Conv, chat.Slice{After: in.After, Before: in.Before, Limit: in.Limit})
	if err != nil {
		return err
	}
	end := chat.Sync{ID: in.ID, Conv: in.Conv, More: more}
	for _, e := range events {
		if err := client.SendWait(ctx, e.Encode()); err != nil {
			return err
		}
		if end.To = e.Seq; end.From == 0 {
			end.From = e.Seq
		}
	}
	return client.SendWait(ctx, end.Encode())
}

// byeSpread is how many connections come back per second after a planned stop, so that they do not
// all come at once.
const byeSpread = 500

// Spread is over how long those who are connected now are asked to come back after a planned stop.
func (w *Web) Spread() time.Duration {
	return max(5*time.Second, time.Duration(w.Hub.Len())*time.Second/byeSpread)
}

// Bye makes the frame that announces a planned stop: come back, spread over a time that fits how
// many you are.
func (w *Web) Bye() []byte { return bye("restart", 0, w.Spread()) }

// bye is the frame before a close after which one is to come back, but not at once.
func bye(code string, least, most time.Duration) []byte {
	return encodeFrame(struct {
		T       string   `json:"t"`
		Code    string   `json:"code"`
		RetryMS [2]int64 `json:"retry_ms"`
	}{"bye", code, [2]int64{least.Milliseconds(), most.Milliseconds()}})
}

// typingLimit lets `typing` through twice a second; the excess is dropped. Two may come close
// together, or the last words of somebody whose frames were delayed would be lost. It belongs to the reader, and
// costs nothing until somebody types.
type typingLimit struct{ bucket *rate.Limiter }

func (l *typingLimit) allow() bool {
	if l.bucket == nil {
		l.bucket = rate.NewLimiter(2, 2)
	}
	return l.bucket.Allow()
}
