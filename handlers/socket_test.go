package handlers

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

const helloFrame = `{"t":"hello"}`

func textFrames(frames ...string) []byte {
	var out []byte
	for _, frame := range frames {
		out = append(out, masked(0x80|opText, []byte(frame))...)
	}
	return out
}

func TestSocketCloses(t *testing.T) {
	fail := func(how string) []byte { return textFrames(fmt.Sprintf(`{"t":"fail","fail":%q}`, how)) }
	tests := map[string]struct {
		greet bool // say hello first
		send  []byte
		hears []string
		code  int
	}{
		"a binary frame":                  {true, masked(0x80|opBinary, []byte("{}")), nil, 1003},
		"text that isn't UTF-8":           {true, textFrames("{\"t\":\"\xff\"}"), nil, 1007},
		"half a character at the end":     {true, textFrames("{\"t\":\"\xe4\xbd"), nil, 1007},
		"a frame that is too big":         {true, textFrames(strings.Repeat(" ", 16<<10+1)), nil, 1009},
		"one far too big, read in part":   {true, textFrames(strings.Repeat(" ", 8<<20)), nil, 1009},
		"fragments that are too big":      {true, append(masked(opText, make([]byte, 10<<10)), masked(0x80, make([]byte, 10<<10))...), nil, 1009},
		"a length with the high bit set":  {true, []byte{0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1}, nil, 1002},
		"an unknown opcode":               {true, masked(0x83, nil), nil, 1002},
		"an unmasked frame":               {true, appendTextFrame(nil, []byte("{}")), nil, 1002},
		"a compressed frame":              {true, masked(0xc1, []byte("{}")), nil, 1002},
		"a fragmented ping":               {true, masked(opPing, nil), nil, 1002},
		"a ping that is too long":         {true, masked(0x80|opPing, make([]byte, 126)), nil, 1002},
		"a continuation of nothing":       {true, masked(0x80, []byte("{}")), nil, 1002},
		"a close with a forbidden code":   {true, masked(0x80|opClose, []byte{1005 >> 8, 1005 & 0xff}), nil, 1002},
		"a close":                         {true, masked(0x80|opClose, []byte{1001 >> 8, 1001 & 0xff}), nil, 1001},
		"something else before hello":     {false, textFrames(`{"t":"say","text":"x"}`), nil, 4301},
		"a pong before hello":             {false, textFrames(`{"t":"pong","n":1}`), nil, 4301},
		"a panic in hello":                {false, textFrames(`{"t":"hello","fail":"panic"}`), nil, 1011},
		"a panic in a frame":              {true, fail("panic"), nil, 1011},
		"an error that is our bug":        {true, fail("bug"), nil, 1011},
		"an error that closes":            {true, fail("close"), nil, 4003},
		"an error that closes at hello":   {false, textFrames(`{"t":"hello","fail":"close"}`), nil, 4003},
		"an answer right before the end":  {true, append(textFrames(`{"t":"say","text":"last word"}`), fail("bug")...), []string{"last word"}, 1011},
		"a frame after one that ended it": {true, append(fail("bug"), textFrames(`{"t":"say","text":"x"}`)...), nil, 1011},
	}
	s := serveSockets(t, testLimits)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, other := s.open(t)
			if tt.greet {
				p.write(textFrames(helloFrame))
				p.hears("welcome")
			}
			p.write(tt.send)
			p.hears(tt.hears...)
			reason := p.isClosed(tt.code)
			if strings.Contains(reason, "hunter2") || len(reason) > 123 {
				t.Errorf("the reason is %q", reason)
			}
			if tt.greet {
				other.gone(t)
			}
		})
	}
	ctx, cancel := context.WithTimeout(t.Context(), testWait)
	defer cancel()
	if err := s.hub.Shutdown(ctx, nil); err != nil { // waits until every socket has left
		t.Error(err)
	}
}

func TestSocketAnswersErr(t *testing.T) {
	long := fmt.Sprintf(`{"t":"say","text":%q}`, strings.Repeat("x", 1000))
	tests := map[string]struct {
		frame string
		want  errOut
	}{
		"not JSON":                {`{"t":"say",`, errOut{Code: "bad_frame"}},
		"an array":                {`["say"]`, errOut{Code: "bad_frame"}},
		"null":                    {`null`, errOut{Code: "bad_frame"}},
		"a pong that is not JSON": {`{"t":"pong","n":x}`, errOut{Code: "bad_frame"}},
		"a pong of nothing":       {`{"t":"pong","n":}`, errOut{Code: "bad_frame"}},
		"no type":                 {`{"id":"7"}`, errOut{Code: "bad_frame", ID: "7"}},
		"a type that is a number": {`{"t":1,"cid":"c"}`, errOut{Code: "bad_frame", CID: "c"}},
		"an unknown type":         {`{"t":"dance","id":"8","cid":3}`, errOut{Code: "bad_frame", ID: "8"}},
		"a field of a wrong type": {`{"t":"say","id":"9","text":{}}`, errOut{Code: "bad_frame", ID: "9"}},
		"a second hello":          {helloFrame, errOut{Code: "bad_frame"}},
		"refused as invalid":      {`{"t":"fail","fail":"invalid","cid":"d"}`, errOut{Code: "bad_frame", CID: "d"}},
		"refused as unknown":      {`{"t":"fail","fail":"unauthorized"}`, errOut{Code: "forbidden"}},
		"refused as not set up":   {`{"t":"fail","fail":"not_configured"}`, errOut{Code: "forbidden"}},
		"refused as not found":    {`{"t":"fail","fail":"not_found","id":"10"}`, errOut{Code: "not_found", ID: "10"}},
	}
	s := serveSockets(t, testLimits)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, _ := s.greet(t, "")
			p.say(tt.frame)
			p.hearsErr(tt.want)
			p.say(`{"t":"pong","n":1}`) // swallowed
			p.say(long)
			p.hears(strings.Repeat("x", 1000))
		})
	}
}

func TestUnavailableIsAnsweredAndCloses(t *testing.T) {
	s := serveSockets(t, testLimits)
	for _, when := range []string{"fail", "fail later"} {
		p, _ := s.greet(t, "")
		p.say(fmt.Sprintf(`{"t":%q,"fail":"unavailable","cid":"c"}`, when))
		p.hearsErr(errOut{Code: "unavailable", CID: "c"})
		p.isClosed(1013)
	}
}

func TestFiveBadFramesClose(t *testing.T) {
	s := serveSockets(t, testLimits)
	p, _ := s.greet(t, "")
	for range 20 { // refusals don't count
		p.say(`{"t":"fail","fail":"invalid"}`)
		p.hearsErr(errOut{Code: "bad_frame"})
	}
	for range 5 {
		p.say(`nonsense`)
		p.hearsErr(errOut{Code: "bad_frame"})
	}
	p.isClosed(1008)
}

func TestBadFramesAreForgivenAfterAWhile(t *testing.T) {
	var s socket
	now := time.Now()
	for i := range 50 {
		now = now.Add(nonsensePeriod / (nonsenseLimit - 1))
		if end := s.countNonsense(now); end != nil {
			t.Fatalf("closed at frame %d, although never %d came within %v", i, nonsenseLimit, nonsensePeriod)
		}
	}
	if end := s.countNonsense(now); end == nil || end.Code != 1008 {
		t.Errorf("the fifth within %v got %v, want 1008", nonsensePeriod, end)
	}
}

func TestHelloMayBeTriedAgain(t *testing.T) {
	p, other := serveSockets(t, testLimits).open(t)
	p.say(`{"t":"hello","fail":"forbidden"}`)
	p.hearsErr(errOut{Code: "forbidden"})
	p.say(helloFrame)
	p.hears("welcome")
	p.Close()
	other.gone(t)
}

func TestUnsendableCodeIsNotSent(t *testing.T) {
	p, _ := serveSockets(t, testLimits).greet(t, "")
	p.say(`{"t":"fail","fail":"unsendable"}`)
	if rest, _ := io.ReadAll(p.r); len(rest) > 0 {
		t.Errorf("1005 was sent as %x", rest)
	}
}

func TestNothingOfAPanicIsSent(t *testing.T) {
	s := serveSockets(t, testLimits)
	for _, how := range []string{"panic", "bug", "unavailable", "not_found"} {
		p, _ := s.greet(t, "")
		p.say(fmt.Sprintf(`{"t":"fail","fail":%q}`, how))
		p.write(masked(0x80|opClose, []byte{1000 >> 8, 1000 & 0xff}))
		if all, _ := io.ReadAll(p.r); strings.Contains(string(all), "hunter2") {
			t.Errorf("after %s the peer heard %q", how, all)
		}
	}
}
