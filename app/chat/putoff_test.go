package chat

import (
	"context"
	"testing"
	"time"

	"foyer/models"
)

// What fell due while it rang is done when it no longer does, not when it would have stopped ringing.
func TestWhatWasPutOffForAnOfferEndsWithIt(t *testing.T) {
	ctx := context.Background()
	tests := map[string]struct {
		change func(*models.Department)
		from   func(*desk, string)
		tells  string
	}{
		"the longest wait": {
			func(to *models.Department) { to.MaxWait, to.Then = 60, models.ThenMessage }, nil,
			"queued, offered ben, declined declined ben, missed waited",
		},
		"a transfer": {
			func(*models.Department) {},
			func(d *desk, conv string) {
				d.transfer("anna", conv, Destination{Department: d.conv(conv).Department.ID})
			},
			"transferred, offered ben, declined declined ben, returned anna",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna", "ben")
			var conv string
			var after int64
			if test.from != nil {
				d.come("anna")
				conv = answered(d, d.visitor())
				after = d.conv(conv).LastSeq
			}
			d.set(func(to *models.Department) {
				to.Mode, to.OfferTime = models.ModeOffer, models.MaxOfferTime
				test.change(to)
			})
			if test.from == nil {
				conv = d.start(d.visitor(), "hello")
			} else {
				test.from(d, conv)
			}
			d.come("ben")
			d.expect(conv, "offered to ben")
			d.pass(time.Minute)
			d.pass(time.Second)
			d.expect(conv, "offered to ben")
			_, err := d.Decline(ctx, d.agents["ben"], conv)
			must(t, err)
			d.settle()
			d.pass(time.Millisecond)
			d.happened(conv, after, test.tells)
		})
	}
}
