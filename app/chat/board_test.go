package chat

import (
	"cmp"
	"context"
	"testing"
	"time"

	"foyer/app/store"
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

// Who comes back to the queue has waited since they came.
func TestTheLongestWaitIsCountedFromFirstArrival(t *testing.T) {
	d := newDesk(t, 1, "anna")
	d.come("anna")
	d.start(d.visitor(), "hello")
	d.leave("anna")
	d.pass(testGrace)
	d.clock.pass(time.Minute)
	board, err := d.Board(context.Background(), d.agents["anna"])
	must(t, err)
	if got := board.Departments[0]; got.Waiting != 1 || got.LongestWait != (testGrace+time.Minute).Milliseconds() {
		t.Errorf("%+v", got)
	}
}

// How the queues are arranged is remembered for a while: a department may be newer than that.
func TestADepartmentThatHasJustComeIsCounted(t *testing.T) {
	ctx := context.Background()
	for name, add := range map[string]func(d *desk) (id string){
		"by us": func(d *desk) string {
			made, err := d.AddDepartment(ctx, d.agents["olga"], usual("New"))
			must(t, err)
			return made.ID
		},
		"by another machine": func(d *desk) string {
			made, err := d.account.CreateDepartment(ctx, models.NewDepartment("New"))
			must(t, err)
			must(t, d.account.SaveMember(ctx, models.NewMember(made.ID, d.agents["anna"].ID)))
			return made.PublicID
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			d.hireFor("olga", 1, models.RoleOwner)
			d.come("anna")
			_, err := d.Board(ctx, d.agents["anna"]) // from here on it is known
			must(t, err)
			department := add(d)
			account := d.db.For(d.site.AccountID)
			in, err := account.DepartmentCalled(ctx, department)
			must(t, err)
			waiting := models.Conversation{SiteID: d.site.ID, VisitorID: d.visitor().ID, DepartmentID: in.ID}
			taken := models.Conversation{SiteID: d.site.ID, VisitorID: d.visitor().ID, DepartmentID: in.ID}
			must(t, account.Change(ctx, func(tx *store.Tx) error { return cmp.Or(tx.Create(&waiting), tx.Create(&taken)) }, nil))
			d.take("anna", taken.PublicID)
			board, err := d.Board(ctx, d.agents["anna"])
			must(t, err)
			counted := false
			for _, line := range board.Departments {
				counted = counted || line.Department.Name == "New" && line.Waiting == 1 && line.Active == 1
			}
			if counted != (name == "by us") {
				t.Errorf("the board is %+v", board.Departments)
			}
			_, err = d.Why(ctx, d.agents["olga"], waiting.PublicID)
			must(t, err)
		})
	}
}
