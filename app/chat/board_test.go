package chat

import (
	"context"
	"testing"
	"time"

	"foyer/models"
)

func TestTheBoardCountsWhatIsSo(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 3, "anna", "ben", "chloe", "dora")
	sales := d.add("Sales", "sam")
	olga := d.hireFor("olga", 1, models.RoleOwner)
	two := 2
	_, err := d.SetMember(ctx, olga, d.support.PublicID, d.agents["ben"].PublicID, MemberSettings{Tier: models.TierNormal, Limit: &two})
	must(t, err)
	for _, name := range []string{"anna", "ben", "chloe"} { // not dora
		d.come(name)
	}
	must(t, d.SetAccepting(ctx, d.agents["chloe"], false))
	taken := d.start(d.visitor(), "one")
	d.set(func(to *models.Department) { to.Mode = models.ModeOffer })
	ringing := d.start(d.visitor(), "two")
	d.set(func(to *models.Department) { to.Mode = models.ModePull })
	d.clock.pass(time.Second)
	d.start(d.visitor(), "three")
	d.begin(d.visitor(), Start{CID: "m", Text: "call me", Kind: models.KindMessage})
	d.begin(d.visitor(), Start{CID: "s", Department: sales.PublicID})
	d.clock.pass(time.Second)
	d.expect(taken, "active with anna")
	d.expect(ringing, "offered to ben")
	want := map[string]BoardLine{
		"Support": {
			Open: true, Waiting: 2, LongestWait: 2000, Offered: 1, Active: 1, Messages: 1,
			Online: 3, Accepting: 2, FreeSlots: 2 + 1, // anna has one of three, ben rings with one of two
		},
		"Sales": {Open: true, Waiting: 1, LongestWait: 1000},
	}
	board, err := d.Board(ctx, d.agents["anna"])
	must(t, err)
	for _, line := range board.Departments {
		w := want[line.Department.Name]
		if w.Department = line.Department; line != w {
			t.Errorf("%+v\nwant %+v", line, w)
		}
	}
	if len(board.Departments) != 2 || board.At != models.InstantOf(d.clock.now()) {
		t.Errorf("it is of %v, with %d departments", board.At, len(board.Departments))
	}
}
