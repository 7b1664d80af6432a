package chat

import (
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
		var out []string
		if offers {
			d.expect(conv, "offered to anna")
			anna := d.agents["anna"]
			_, err := d.SayAsAgent(ctx, anna, Line{Conv: conv, CID: "n", Text: "not mine", Note: true})
			must(t, err)
			must(t, d.TypingAsAgent(ctx, anna, conv))
			must(t, d.ReceivedByAgent(ctx, anna, conv, 9))
			must(t, d.ReadAsAgent(ctx, anna, conv, 9))
		}
		out = append(out, d.welcome(v)) // while it rings, or waits
		if offers {
			_, err := d.Decline(ctx, d.agents["anna"], conv)
			must(t, err)
			d.settle()
		}
		d.pass(offerTime) // rings in vain
		get := d.Take
		if offers {
			get = d.Accept
		}
		_, err := get(ctx, d.agents["chloe"], conv)
		must(t, err)
		v.ear.await(t, isKind(models.EventAssigned))
		out = append(out, d.welcome(v))
		v.ear.mu.Lock()
		defer v.ear.mu.Unlock()
		for _, f := range v.ear.heard {
			out = append(out, string(f))
		}
		sent := ids.ReplaceAllString(strings.Join(out, "\n"), "ID")
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
			sent := d.welcome(v)
			must(t, test.ends(d, conv))
			d.settle()
			n := 1
			if test.kind == models.EventAssigned {
				n = 2 // anna was the first
			}
			sent += fmt.Sprint(v.ear.awaitNth(t, n, isKind(test.kind)))
			if strings.Contains(sent, "ben") != test.told {
				t.Errorf("the visitor was sent %s", sent)
			}
		})
	}
}
