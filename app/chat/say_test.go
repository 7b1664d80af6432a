package chat

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"sync"
	"testing"
	"time"

	"foyer/models"
)

func TestStartIsOneConversationHoweverOftenItIsSaid(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna")
	d.come("anna")
	v := d.visitor()
	first, err := d.Start(ctx, v.Visitor, Start{CID: "a", Text: "hello"})
	must(t, err)
	again, err := d.Start(ctx, v.Visitor, Start{CID: "a", Text: "hello"})
	must(t, err)
	other, err := d.Start(ctx, v.Visitor, Start{CID: "b", Text: "from another tab"})
	must(t, err)
	if again != first || other != first {
		t.Errorf("three conversations: %s, %s, %s", first, again, other)
	}
	d.settle()
	var lines []string
	for _, f := range v.ear.await(t, func(f map[string]any) bool { return f["text"] == "from another tab" }) {
		if f["kind"] == "message" {
			lines = append(lines, f["text"].(string))
		}
	}
	if len(lines) != 2 {
		t.Errorf("said %q", lines)
	}
	_, err = d.Close(ctx, d.agents["anna"], first, "")
	must(t, err)
	if late, err := d.Start(ctx, v.Visitor, Start{CID: "a", Text: "hello"}); err != nil || late != first {
		t.Errorf("a resent start after the end made %s, %v", late, err)
	}
	if next, err := d.Start(ctx, v.Visitor, Start{CID: "c", Text: "again"}); err != nil || next == first {
		t.Errorf("a new start after the end: %s, %v", next, err)
	}
}

func TestTabsThatStartAtOnceShareOneConversation(t *testing.T) {
	d := newDesk(t, 1, "anna")
	v := d.visitor()
	var mu sync.Mutex
	made := map[string]bool{}
	var tabs sync.WaitGroup
	for i := range 16 {
		tabs.Go(func() {
			conv, err := d.Start(context.Background(), v.Visitor, Start{CID: fmt.Sprint(i), Text: fmt.Sprint("tab ", i)})
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			made[conv] = true
			mu.Unlock()
		})
	}
	tabs.Wait()
	if len(made) != 1 {
		t.Fatalf("%d conversations", len(made))
	}
	for conv := range made {
		if c := d.conv(conv); c.LastSeq != 17 { // queued and 16 lines
			t.Errorf("%d events in the log", c.LastSeq)
		}
	}
}

// What a visitor is sent depends on what they may see and on nothing else: the same conversation
// with and without notes is the same to the byte.
func TestNotesChangeNoByteForTheVisitor(t *testing.T) {
	ids := regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{26}`)
	play := func(notes bool) []byte {
		ctx := context.Background()
		d := newDesk(t, 1, "anna")
		d.come("anna")
		v := d.visitor()
		conv := d.start(v, "hello")
		anna := d.agents["anna"]
		note := func(n int) {
			if notes {
				for i := range n {
					ack, err := d.SayAsAgent(ctx, anna, Line{Conv: conv, CID: fmt.Sprint("n", n, i), Text: "hidden", Note: true})
					must(t, err)
					must(t, d.EditAsAgent(ctx, anna, conv, ack.Seq, "hidden better"))
					must(t, d.DeleteAsAgent(ctx, anna, conv, ack.Seq))
				}
			}
		}
		note(1)
		for i := range 3 {
			_, err := d.SayAsAgent(ctx, anna, Line{Conv: conv, CID: fmt.Sprint("a", i), Text: "answer"})
			must(t, err)
			note(2 + i)
			_, err = d.SayAsVisitor(ctx, v.Visitor, Line{Conv: conv, CID: fmt.Sprint("v", i), Text: "question"})
			must(t, err)
			must(t, d.ReceivedByAgent(ctx, anna, conv, d.conv(conv).LastSeq))
			must(t, d.ReadAsVisitor(ctx, v.Visitor, conv, int64(i+4)))
			must(t, d.ReadAsAgent(ctx, anna, conv, d.conv(conv).LastSeq))
		}
		note(9)
		if notes {
			must(t, d.ReceivedByAgent(ctx, anna, conv, d.conv(conv).LastSeq))
			must(t, d.ReadAsAgent(ctx, anna, conv, d.conv(conv).LastSeq))
		}
		_, err := d.Close(ctx, anna, conv, "done")
		must(t, err)
		v.ear.await(t, isKind(models.EventClosed))
		welcome, c, err := d.WelcomeVisitor(ctx, v.Visitor, d.site, "", conv, Beat{})
		must(t, err)
		out := [][]byte{welcome}
		must(t, d.ReplayToVisitor(ctx, c, 0, func(_ context.Context, f []byte) error { out = append(out, f); return nil }))
		v.ear.mu.Lock()
		defer v.ear.mu.Unlock()
		return ids.ReplaceAll(bytes.Join(append(out, v.ear.heard...), []byte("\n")), []byte("ID"))
	}
	if with, without := play(true), play(false); !bytes.Equal(with, without) {
		t.Errorf("with notes:\n%s\n\nwithout:\n%s", with, without)
	}
}

func TestReadingIsTheOwnersAndNeverGoesBack(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna", "ben")
	d.come("anna")
	v := d.visitor()
	conv := d.start(v, "one")
	_, err := d.SayAsVisitor(ctx, v.Visitor, Line{Conv: conv, CID: "2", Text: "two"})
	must(t, err)
	must(t, d.ReadAsAgent(ctx, d.agents["ben"], conv, 99))
	if c := d.conv(conv); c.Unread != 2 {
		t.Errorf("ben's look counted: %d unread", c.Unread)
	}
	must(t, d.ReadAsAgent(ctx, d.agents["anna"], conv, 2))
	if c := d.conv(conv); c.Unread != 1 {
		t.Errorf("%d unread after the first line was read", c.Unread)
	}
	must(t, d.ReadAsAgent(ctx, d.agents["anna"], conv, 99))
	must(t, d.ReadAsAgent(ctx, d.agents["anna"], conv, 1))
	if c := d.conv(conv); c.Unread != 0 {
		t.Errorf("%d unread after all was read", c.Unread)
	}
	v.ear.await(t, func(f map[string]any) bool { return f["t"] == "read" && f["seq"] == 4.0 })
}

func TestTypingReachesTheOtherSideOnly(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna")
	d.come("anna")
	v := d.visitor()
	conv := d.start(v, "hello")
	anna := d.listen(TopicAgent(d.agents["anna"].ID))
	must(t, d.TypingAsVisitor(ctx, v.Visitor, d.site, conv, "I wonder"))
	anna.await(t, func(f map[string]any) bool { return f["t"] == "typing" && f["text"] == "I wonder" })
	shy := d.site
	shy.TypingPreview = false
	must(t, d.TypingAsVisitor(ctx, v.Visitor, shy, conv, "a secret"))
	anna.await(t, func(f map[string]any) bool { return f["t"] == "typing" && f["text"] == nil })
	must(t, d.TypingAsAgent(ctx, d.agents["anna"], conv))
	v.ear.await(t, func(f map[string]any) bool { return f["t"] == "typing" })
}

func TestSayingIsCheckedBeforeItIsStored(t *testing.T) {
	d := newDesk(t, 1, "anna")
	v := d.visitor()
	conv := d.start(v, "hello")
	d.clock.pass(time.Second)
	tests := map[string]struct {
		line Line
		kind models.Kind
	}{
		"no text":          {Line{Conv: conv, CID: "1"}, models.KindInvalid},
		"only white space": {Line{Conv: conv, CID: "1", Text: " \n"}, models.KindInvalid},
		"no cid":           {Line{Conv: conv, Text: "x"}, models.KindInvalid},
		"too long":         {Line{Conv: conv, CID: "1", Text: string(make([]byte, models.MaxMessage+1))}, models.KindTooLong},
		"nowhere":          {Line{Conv: "nowhere", CID: "1", Text: "x"}, models.KindNotFound},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := d.SayAsVisitor(context.Background(), v.Visitor, test.line); models.KindOf(err) != test.kind {
				t.Errorf("%v, want %s", err, test.kind)
			}
		})
	}
	if c := d.conv(conv); c.LastSeq != 2 {
		t.Errorf("something was stored: %d events", c.LastSeq)
	}
}
