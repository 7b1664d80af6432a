package chat

import (
	"context"
	"testing"
	"time"

	"foyer/models"
)

// Who transferred to a department has it back when nobody there takes it, whichever clock ends the wait.
func TestATransferFallsBackWhateverEndsTheWait(t *testing.T) {
	tests := map[string]struct {
		set   func(d *desk, sales *models.Department)
		runs  time.Duration
		does  func(*desk)
		story string
		ends  string
	}{
		"the longest wait, then a message": {
			func(_ *desk, sales *models.Department) { sales.MaxWait, sales.Then = 10, models.ThenMessage },
			10 * time.Second, func(*desk) {}, "returned anna", "active with anna",
		},
		"the longest wait, then another department": {
			func(d *desk, sales *models.Department) {
				sales.MaxWait, sales.Then, sales.OverflowID = 10, models.ThenOverflow, d.add("Third", "tim").ID
			},
			10 * time.Second, func(*desk) {}, "returned anna", "active with anna",
		},
		"the longest wait, and who transferred it is gone": {
			func(_ *desk, sales *models.Department) { sales.MaxWait, sales.Then = 10, models.ThenMessage },
			10 * time.Second, func(d *desk) { d.leave("anna") }, "missed waited", "message queued",
		},
		"closing time": {
			func(_ *desk, sales *models.Department) { sales.Hours = hours(8*60, 9*60+1) },
			15 * time.Second, func(*desk) {}, "returned anna", "active with anna",
		},
		"closing time, and who transferred it is gone": {
			func(_ *desk, sales *models.Department) { sales.Hours = hours(8*60, 9*60+1) },
			15 * time.Second, func(d *desk) { d.leave("anna") }, "missed closed", "message queued",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d, conv, from := transferred(t, test.set)
			test.does(d)
			d.pass(test.runs - time.Millisecond)
			d.happened(conv, from, "")
			d.pass(time.Millisecond)
			d.happened(conv, from, test.story)
			d.expect(conv, test.ends)
		})
	}
}

func TestWhatOverflowedStillFallsBack(t *testing.T) {
	d, conv, from := transferred(t, func(d *desk, sales *models.Department) {
		sales.MaxWait, sales.Then, sales.OverflowID = 10, models.ThenOverflow, d.add("Third", "tim").ID
	})
	d.leave("anna")
	d.pass(10 * time.Second)
	d.happened(conv, from, "transferred overflow")
	d.come("anna")
	d.pass(testBack - 10*time.Second)
	d.happened(conv, from, "transferred overflow, returned anna")
	d.expect(conv, "active with anna")
}

// transferred is a conversation that anna had and has transferred to a department where nobody is, a
// quarter of a minute before the clock's next minute.
func transferred(t *testing.T, set func(d *desk, sales *models.Department)) (d *desk, conv string, from int64) {
	t.Helper()
	d = newDesk(t, 1, "anna")
	sales := d.add("Sales", "sam")
	set(d, &sales)
	must(t, d.account.SaveDepartment(context.Background(), &sales))
	d.changed(d.site.AccountID)
	d.come("anna")
	d.clock.pass(45 * time.Second)
	conv = answered(d, d.visitor())
	d.transfer("anna", conv, Destination{Department: sales.PublicID})
	d.expect(conv, "queued")
	return d, conv, d.conv(conv).LastSeq
}

func TestATransferToAnAgentWhoIsLostFallsBackUnlessTheyHaveAnswered(t *testing.T) {
	for name, test := range map[string]struct {
		does  func(d *desk, conv string)
		story string
	}{
		"before a word":          {func(*desk, string) {}, "agent_lost ben, returned anna"},
		"after one":              {func(d *desk, conv string) { d.answer("ben", conv) }, "agent_lost ben, assigned auto chloe"},
		"and who had it is gone": {func(d *desk, _ string) { d.leave("anna") }, "agent_lost ben, assigned auto chloe"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 2, "anna", "ben", "chloe")
			d.come("anna")
			conv := answered(d, d.visitor())
			d.come("ben")
			d.transfer("anna", conv, Destination{Agent: d.agents["ben"].PublicID})
			d.start(d.visitor(), "keeps anna busier") // than chloe
			d.come("chloe")
			test.does(d, conv)
			from := d.conv(conv).LastSeq
			d.leave("ben")
			d.pass(testGrace)
			d.happened(conv, from, test.story)
		})
	}
}
