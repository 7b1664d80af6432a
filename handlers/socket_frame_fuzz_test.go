package handlers

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"foyer/app/chat"
	"foyer/app/hub"
	"foyer/models"
)

// spoken has every field of every frame that is decoded, with its type.
type spoken struct {
	ID, CID, Conv, Text, Token, Epoch, Locale, Department, URL, Title string
	Seq, Before                                                       int64
	Limit                                                             int
	Note                                                              bool
	Page                                                              *visitorPage
	Fields                                                            map[string]string
}

// hostileFrames are the seeds: what parsers are known to trip over, and one of each frame.
var hostileFrames = []string{
	``, ` `, `null`, `{}`, `[]`, `"t"`, `{"t":null}`, `{"t":{}}`, `{"t":"send"`, `{"t":"send"}{"t":"send"}`,
	`{"t":"hello","token":"x","epoch":"e","conv":"c","after":3,"locale":"en","page":{"url":"u","title":"t","referrer":"r"}}`,
	`{"t":"hello","after":{"01ARZ3NDEKTSV4RRFFQ69G5FAV":12}}`,
	`{"t":"start","id":"1","cid":"c","text":"hi","department":"d","fields":{"name":"n","email":"a@b.c"}}`,
	`{"t":"send","conv":"c","cid":"i","text":"hello","note":true}`,
	`{"t":"read","conv":"c","seq":9}`, `{"t":"typing","conv":"c","text":"..."}`, `{"t":"end","id":"1","conv":"c"}`,
	`{"t":"get","id":"1","conv":"c","after":1,"before":2,"limit":200}`, `{"t":"page","url":"u","title":"t"}`, `{"t":"pong","n":1}`,
	`{"t":"watch","id":"1","conv":"c"}`,
	// one field twice, by another case, by an escape
	`{"t":"send","t":"read","text":"a","text":"b"}`, `{"T":"send","t":"read"}`, `{"\u0074":"send"}`, `{"ſeq":1,"Seq":2}`,
	// numbers
	`{"seq":1e0}`, `{"seq":1e400}`, `{"seq":-0}`, `{"seq":0.1}`, `{"seq":NaN}`, `{"seq":Infinity}`, `{"seq":01}`, `{"seq":0x1}`,
	`{"seq":9223372036854775807}`, `{"seq":9223372036854775808}`, `{"seq":-9223372036854775808}`, `{"seq":` + strings.Repeat("9", 4000) + `}`,
	`{"after":"1","before":null,"limit":true}`,
	// texts
	`{"text":"\ud800"}`, `{"text":"\udc00\ud800"}`, `{"text":"\u2028\u2029\u0000"}`, "{\"text\":\"\u2028\"}", "{\"text\":\"\xff\"}", "{\"text\":\"\x00\"}",
	`{"text":"\x"}`, `{"text":"` + strings.Repeat(`\u0041`, 2000) + `"}`, "\ufeff{\"t\":\"send\"}",
	// other types than expected
	`{"text":{},"conv":[],"cid":1,"fields":"x","page":3,"after":[]}`, `{"fields":{"a":1}}`, `{"fields":{"a":{"b":"c"}}}`, `{"__proto__":{"t":"send"}}`,
	// depth and width
	strings.Repeat(`[`, 8000), strings.Repeat(`{"t":`, 3000), `{"x":` + strings.Repeat(`[`, 4000) + strings.Repeat(`]`, 4000) + `}`,
	`{` + strings.Repeat(`"a":1,`, 2500) + `"t":"send"}`,
}

// FuzzFrame feeds the decoder: it never panics, takes no more memory than its input explains, answers
// with a frame or an error that is the peer's fault, and what it took in means the same when it is
// said again.
func FuzzFrame(f *testing.F) {
	for _, seed := range hostileFrames {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		if about, err := openEnvelope(frame); err != nil {
			isBadFrame(t, err)
		} else if about.T == "" || len(about.T)+len(about.ID)+len(about.CID) > 3*len(frame) { // a bad byte becomes three
			t.Errorf("%q opens as %+v", frame, about)
		}
		for _, shape := range []func() any{
			func() any { return &spoken{} }, func() any { return &chat.Line{} },
			func() any { return &struct{ After int64 }{} }, func() any { return &struct{ After map[string]int64 }{} },
		} {
			first := shape()
			if err := decodeFrame(frame, first); err != nil {
				isBadFrame(t, err)
				continue
			}
			again := shape()
			said := encodeFrame(first)
			if err := decodeFrame(said, again); err != nil || !reflect.DeepEqual(first, again) || len(said) > 1000+6*len(frame) {
				t.Errorf("%q means %+v, said again %+v (%v)", frame, first, again, err)
			}
		}
	})
}

// FuzzSaid says a frame, whatever its type, as everything a visitor and an agent can say, to the real
// server: what is wrong with it is told to the peer, and never our bug.
func FuzzSaid(f *testing.F) {
	for _, seed := range hostileFrames {
		f.Add([]byte(seed))
	}
	w := newPremises(f, "sqlite", f.TempDir()+"/foyer.db")
	site, _, tokens := w.found(f, "anna")
	ctx := context.Background()
	f.Fuzz(func(t *testing.T, frame []byte) {
		if !utf8.Valid(frame) || len(frame) > w.web.Config.Socket.MaxFrameVisitor {
			return // the socket has closed before
		}
		client := hub.NewClient(nowhere{}, hub.Limits{Frames: 1 << 20, Bytes: 1 << 30})
		defer client.Wait()
		defer client.Close(1000, "")
		visitor := newVisitorProtocol(w.web, client, site, siteRight{ID: site.ID}, request{})
		isPeersFault(t, visitor.Hello(ctx, frame))
		if visitor.visitor.ID == 0 {
			isPeersFault(t, visitor.Hello(ctx, []byte(helloFrame)))
		}
		about, _ := openEnvelope(frame)
		for name := range visitorFrames {
			about.T = onlyString(name)
			isPeersFault(t, visitor.Frame(ctx, about, frame))
		}
		visitor.Left()
		agent := newAgentProtocol(w.web, client, tokens["anna"])
		if err := agent.Hello(ctx, frame); err != nil {
			isPeersFault(t, err)
			agent.token = tokens["anna"]
			if err := agent.Hello(ctx, []byte(helloFrame)); err != nil {
				t.Fatal(err)
			}
		}
		for name := range agentFrames {
			about.T = onlyString(name)
			isPeersFault(t, agent.Frame(ctx, about, frame))
		}
		agent.Left()
	})
}

// nowhere is a connection to nobody.
type nowhere struct{}

func (nowhere) WriteFrames([][]byte) error { return nil }
func (nowhere) Shut(int, string)           {}

// isPeersFault fails for an error that would close the socket with 1011 or 1013.
func isPeersFault(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if _, ok := errors.AsType[*closeError](err); ok {
		return
	}
	if refused, ok := errors.AsType[*models.Error](err); ok {
		if refused.Kind == models.KindUnavailable || refused.Message == "" {
			t.Errorf("refused with %v: %v", err, refused.Err)
		}
		return
	}
	isBadFrame(t, err)
}

func isBadFrame(t *testing.T, err error) {
	t.Helper()
	bad, ok := errors.AsType[*frameError](err)
	if !ok || bad.message == "" || strings.ContainsAny(bad.message, "\n\x00") {
		t.Errorf("the error is %#v", err)
	}
}
