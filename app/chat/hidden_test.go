package chat

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"foyer/models"
)

// What a visitor is sent depends on what they may see and on nothing else: whether it rang at somebody
// before, and at whom, changes no byte.
func TestOffersChangeNoByteForTheVisitor(t *testing.T) {
	ctx := context.Background()
	ids := regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{26}`)
	play := func(offers bool) string {
		d := newDesk(t, 1, "anna", "ben", "chloe")
		if offers {
			d.set(func(to *models.Department) { to.Mode = models.ModeOffer })
		} else {
			d.set(func(to *models.Department) { to.Mode = models.ModePull })
		}
		for _, name := range []string{"anna", "ben", "chloe"} {
			d.come(name)
		}
		v := d.visitor()
		conv := d.start(v, "hello")
		welcomed := func() []byte {
			frame, c, err := d.WelcomeVisitor(ctx, v.Visitor, d.site, "", "", Beat{})
			must(t, err)
			out := [][]byte{frame}
			must(t, d.ReplayToVisitor(ctx, c, 0, func(_ context.Context, f []byte) error { out = append(out, f); return nil }))
			d.settle()
			return bytes.Join(out, []byte("\n"))
		}
		var out [][]byte
		if offers {
			d.expect(conv, "offered to anna")
			_, err := d.SayAsAgent(ctx, d.agents["anna"], Line{Conv: conv, CID: "n", Text: "not mine", Note: true})
			must(t, err)
		}
		out = append(out, welcomed()) // while it rings, or waits
		if offers {
			_, err := d.Decline(ctx, d.agents["anna"], conv)
			must(t, err)
			d.settle()
		}
		d.pass(offerTime) // rings in vain
		_, err := d.Accept(ctx, d.agents["chloe"], conv)
		if !offers {
			_, err = d.Take(ctx, d.agents["chloe"], conv)
		}
		must(t, err)
		v.ear.await(t, isKind(models.EventAssigned))
		out = append(out, welcomed())
		v.ear.mu.Lock()
		out = append(out, v.ear.heard...)
		v.ear.mu.Unlock()
		sent := string(ids.ReplaceAll(bytes.Join(out, []byte("\n")), []byte("ID")))
		return strings.ReplaceAll(sent, `"cause":"taken"`, `"cause":"accepted"`)
	}
	with, without := play(true), play(false)
	if with != without {
		t.Errorf("with offers:\n%s\n\nwithout:\n%s", with, without)
	}
	for _, secret := range []string{"anna", "ben", "offered", "declined", "note"} {
		if strings.Contains(with, secret) {
			t.Errorf("the visitor was sent %q", secret)
		}
	}
}

// Who is only asked whether they take over is nobody the visitor knows of until they do.
func TestAtWhomATransferRingsIsNotTold(t *testing.T) {
	ctx := context.Background()
	for name, test := range map[string]struct {
		ends func(d *desk, conv string) error
		kind models.EventKind
		told bool
	}{
		"declined": {func(d *desk, conv string) error { _, err := d.Decline(ctx, d.agents["ben"], conv); return err }, models.EventReturned, false},
		"missed":   {func(d *desk, _ string) error { d.pass(offerTime); return nil }, models.EventReturned, false},
		"accepted": {func(d *desk, conv string) error { _, err := d.Accept(ctx, d.agents["ben"], conv); return err }, models.EventAssigned, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna", "ben")
			d.come("anna")
			d.come("ben")
			v := d.visitor()
			conv := ringingAtBen(d, v)
			v.ear.await(t, isKind(models.EventTransferred))
			welcome, c, err := d.WelcomeVisitor(ctx, v.Visitor, d.site, "", "", Beat{})
			must(t, err)
			var sent bytes.Buffer
			sent.Write(welcome)
			must(t, d.ReplayToVisitor(ctx, c, 0, func(_ context.Context, f []byte) error { sent.Write(f); return nil }))
			must(t, test.ends(d, conv))
			d.settle()
			n := 1
			if test.kind == models.EventAssigned {
				n = 2 // anna was the first
			}
			fmt.Fprint(&sent, v.ear.awaitNth(t, n, isKind(test.kind)))
			if strings.Contains(sent.String(), `ben`) != test.told {
				t.Errorf("the visitor was sent %s", sent.String())
			}
		})
	}
}
