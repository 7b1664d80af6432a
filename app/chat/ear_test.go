package chat

import (
	"encoding/json"
	"sync"
	"testing"
	"time"

	"foyer/app/hub"
	"foyer/models"
)

// ear is a hub client that writes down what it is sent.
type ear struct {
	mu    sync.Mutex
	heard [][]byte
	more  chan struct{}
}

func (d *desk) listen(topics ...hub.Topic) *ear {
	e := &ear{more: make(chan struct{}, 1)}
	d.hub.Join(hub.NewClient(e, hub.Limits{Frames: 10000, Bytes: 1 << 24}), topics...)
	return e
}

func (e *ear) WriteFrames(payloads [][]byte) error {
	e.mu.Lock()
	e.heard = append(e.heard, payloads...)
	e.mu.Unlock()
	select {
	case e.more <- struct{}{}:
	default:
	}
	return nil
}

func (e *ear) Shut(int, string) {}

// await returns everything heard, once the last of it fits.
func (e *ear) await(t *testing.T, fits func(map[string]any) bool) []map[string]any {
	t.Helper()
	return e.awaitNth(t, 1, fits)
}

// awaitNth returns everything heard, once the last of it is the nth that fits.
func (e *ear) awaitNth(t *testing.T, n int, fits func(map[string]any) bool) []map[string]any {
	t.Helper()
	late := time.After(10 * time.Second)
	for {
		frames := e.frames(t)
		fitting := 0
		for i, f := range frames {
			if fits(f) {
				fitting++
			}
			if fitting == n {
				return frames[:i+1]
			}
		}
		select {
		case <-e.more:
		case <-late:
			t.Fatalf("not heard in time; heard %v", frames)
		}
	}
}

func (e *ear) frames(t *testing.T) []map[string]any {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	frames := make([]map[string]any, len(e.heard))
	for i, b := range e.heard {
		must(t, json.Unmarshal(b, &frames[i]))
	}
	return frames
}

// kinds lists the kinds of the events among frames.
func kinds(frames []map[string]any) []string {
	var out []string
	for _, f := range frames {
		if f["t"] == "event" {
			out = append(out, f["kind"].(string))
		}
	}
	return out
}

func isKind(kind models.EventKind) func(map[string]any) bool {
	return func(f map[string]any) bool { return f["kind"] == string(kind) }
}
