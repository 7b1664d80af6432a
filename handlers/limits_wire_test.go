package handlers

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"
)

func TestFloodsThatSayNothingAreCut(t *testing.T) {
	flood := func(frame []byte, bytesEach int) []byte {
		return bytes.Repeat(frame, 2*(chatterBytes+int(testLimits.MaxFrame))/bytesEach)
	}
	many := func(frame []byte) []byte { return flood(frame, len(frame)) }
	const unfinished = 0x00 // a fragment, not the last
	tests := map[string]struct{ first, flood []byte }{
		"pings":                      {nil, many(masked(0x80|opPing, []byte("are you there?")))},
		"empty pings":                {nil, many(masked(0x80|opPing, nil))},
		"pongs of the protocol":      {nil, many(masked(0x80|opPong, nil))},
		"pongs of ours":              {nil, many(textFrames(`{"t":"pong","n":1}`))},
		"empty fragments":            {masked(opText, nil), many(masked(unfinished, nil))},
		"empty fragments in a frame": {masked(opText, []byte(`{"t"`)), many(masked(unfinished, nil))},
		"pings between fragments":    {masked(opText, []byte(`{"t"`)), many(masked(0x80|opPing, nil))},
	}
	s := serveSockets(t, testLimits)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, other := s.greet(t, "")
			go func() { _, _ = p.Write(append(tt.first, tt.flood...)) }() // the server stops reading
			for {
				opcode, payload, err := p.next()
				if err != nil {
					t.Fatalf("ended with %v, without a close frame", err)
				}
				if opcode == opClose {
					if code := binary.BigEndian.Uint16(payload); code != closeNonsense {
						t.Errorf("closed with %d %s", code, payload[2:])
					}
					break
				}
			}
			other.gone(t)
		})
	}
}

func TestWhoSaysSomethingIsNotCut(t *testing.T) {
	c, now := &chatter{most: chatterBytes + 16<<10}, time.Now()
	hear := func(n int) {
		t.Helper()
		if err := c.hear(n, now); err != nil {
			t.Fatal(err)
		}
	}
	for range 100_000 { // much, but it is frames
		hear(20 + 8)
		c.heard("send", 20)
		now = now.Add(2 * time.Millisecond)
	}
	for range 10 { // the largest frames there may be, in many pieces
		for range 16 << 10 {
			hear(1)
		}
		c.heard("send", 16<<10)
	}
	for range 1000 { // a day of pings
		hear(200)
		now = now.Add(time.Minute)
	}
}
