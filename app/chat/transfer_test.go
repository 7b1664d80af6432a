package chat

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"foyer/models"
)

func TestTransferIsRefusedWithTheReason(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, 1, "anna", "ben", "chloe", "dora", "emil")
	empty := d.add("Empty")
	d.come("anna")
	conv := d.start(d.visitor(), "hello")
	d.come("ben")
	d.start(d.visitor(), "fills ben")
	d.come("dora")
	must(t, d.SetAvailability(ctx, d.agents["dora"], models.Away))
	d.come("emil")
	must(t, d.SetAccepting(ctx, d.agents["emil"], false))
	d.settle()
	agent := func(name string) Destination { return Destination{Agent: d.agents[name].PublicID} }
	tests := map[string]struct {
		by   string
		to   Destination
		kind models.Kind
	}{
		"to oneself":                      {"anna", agent("anna"), models.KindNotEligible},
		"to somebody full":                {"anna", agent("ben"), models.KindAtCapacity},
		"to somebody not here":            {"anna", agent("chloe"), models.KindNotEligible},
		"to somebody away":                {"anna", agent("dora"), models.KindNotEligible},
		"to somebody who takes nothing":   {"anna", agent("emil"), models.KindNotEligible},
		"of a colleague's":                {"ben", agent("dora"), models.KindForbidden},
		"to nobody there is":              {"anna", Destination{Agent: "01ARZ3NDEKTSV4RRFFQ69G5FAV"}, models.KindNotFound},
		"to neither one at all":           {"anna", Destination{}, models.KindInvalid},
		"to both":                         {"anna", Destination{Agent: d.agents["dora"].PublicID, Department: empty.PublicID}, models.KindInvalid},
		"to a department without members": {"anna", Destination{Department: empty.PublicID}, models.KindNotEligible},
		"to a department there is not":    {"anna", Destination{Department: "nowhere"}, models.KindNotFound},
		"with a note that is too long":    {"anna", Destination{Department: d.support.PublicID, Note: strings.Repeat("x", models.MaxMessage+1)}, models.KindTooLong},
	}
	for _, mode := range []models.Mode{models.ModeAuto, models.ModeOffer} {
		d.set(func(to *models.Department) { to.Mode = mode })
		before := d.conv(conv)
		for name, test := range tests {
			t.Run(name+" in mode "+string(mode), func(t *testing.T) {
				_, err := d.Transfer(ctx, d.agents[test.by], conv, test.to)
				refused(t, err, test.kind)
				if after := d.conv(conv); !reflect.DeepEqual(before, after) {
					t.Errorf("half changed: %+v", after)
				}
			})
		}
	}
}

func TestOnlyWhatSomebodyHasIsTransferred(t *testing.T) {
	ctx := context.Background()
	for name, set := range map[string]func(*desk, *visitor) string{
		"what waits":     func(d *desk, v *visitor) string { d.leave("anna"); return d.start(v, "hello") },
		"what rings":     ringing,
		"what is closed": over,
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna")
			d.hireFor("vera", 1, models.RoleSupervisor)
			d.hireFor("emil", 1, models.RoleAgent)
			d.come("anna")
			d.come("emil")
			conv := set(d, d.visitor())
			before := d.conv(conv)
			for _, to := range []Destination{{Agent: d.agents["emil"].PublicID}, {Department: d.support.PublicID}} {
				_, err := d.Transfer(ctx, d.agents["vera"], conv, to)
				refused(t, err, models.KindConflict)
			}
			if after := d.conv(conv); !reflect.DeepEqual(before, after) {
				t.Errorf("half changed: %+v", after)
			}
		})
	}
}

func TestTransferToADepartmentDoesNotComeStraightBack(t *testing.T) {
	d := newDesk(t, 2, "anna")
	d.come("anna")
	v := d.visitor()
	conv := d.start(v, "hello")
	_, err := d.Transfer(context.Background(), d.agents["anna"], conv, Destination{Department: d.support.PublicID, Note: "not mine"})
	must(t, err)
	d.settle()
	if c := d.conv(conv); c.State != models.StateQueued {
		t.Errorf("it is %s with %v", c.State, c.Owner)
	}
	d.hire("ben", 1)
	d.come("ben")
	if owner := d.owner(conv); owner != "ben" {
		t.Errorf("%q has it", owner)
	}
	for _, k := range kinds(v.ear.await(t, func(f map[string]any) bool {
		return f["kind"] == "assigned" && f["agent"].(map[string]any)["name"] == "ben"
	})) {
		if k == "note" {
			t.Error("the visitor got the note")
		}
	}
}

// What rings at one of a department is not refused by the department: the others are asked until the
// time is up.
func TestATransferToADepartmentAsksAllOfIt(t *testing.T) {
	ctx := context.Background()
	begin := func(t *testing.T) (d *desk, conv string, from int64) {
		t.Helper()
		d = newDesk(t, 1, "anna")
		sales := d.add("Sales", "sam", "sue")
		sales.Mode = models.ModeOffer
		must(t, d.account.SaveDepartment(ctx, &sales))
		d.changed(d.site.AccountID)
		d.come("anna")
		d.come("sam")
		d.come("sue")
		conv = answered(d, d.visitor())
		from = d.conv(conv).LastSeq
		d.transfer("anna", conv, Destination{Department: sales.PublicID})
		d.expect(conv, "offered to sam")
		_, err := d.Decline(ctx, d.agents["sam"], conv)
		must(t, err)
		d.settle()
		d.expect(conv, "offered to sue")
		return d, conv, from
	}
	t.Run("the second takes it", func(t *testing.T) {
		d, conv, from := begin(t)
		_, err := d.Accept(ctx, d.agents["sue"], conv)
		must(t, err)
		d.answer("sue", conv)
		d.pass(silentTime)
		d.happened(conv, from, "transferred, offered sam, declined declined sam, offered sue, assigned accepted sue")
		d.expect(conv, "active with sue")
	})
	t.Run("nobody does", func(t *testing.T) {
		d, conv, from := begin(t)
		d.pass(offerTime)
		d.expect(conv, "queued")
		d.pass(testBack - offerTime)
		d.happened(conv, from, "transferred, offered sam, declined declined sam, offered sue, declined missed sue, returned anna")
		d.expect(conv, "active with anna")
	})
	t.Run("it rings when the time is up", func(t *testing.T) {
		d, conv, _ := begin(t)
		d.pass(offerTime)
		d.hireFor("sid", 1, models.RoleAgent, d.departmentCalled("Sales"))
		d.come("sid")
		d.pass(testBack - offerTime)
		d.expect(conv, "offered to sid")
		d.pass(offerTime - (testBack - offerTime))
		d.expect(conv, "active with anna")
	})
}

func (d *desk) departmentCalled(name string) models.Department {
	d.t.Helper()
	list, err := d.account.Departments(context.Background())
	must(d.t, err)
	return list[slices.IndexFunc(list, func(d models.Department) bool { return d.Name == name })]
}

func TestATransferToAnAgentIsTheirsOnceTheyAcceptIt(t *testing.T) {
	ctx := context.Background()
	tests := map[string]struct {
		does  func(d *desk, conv string) error
		story string
		ends  string
	}{
		"accepted": {
			func(d *desk, conv string) error { _, err := d.Accept(ctx, d.agents["ben"], conv); return err },
			"assigned accepted ben", "active with ben",
		},
		"declined": {
			func(d *desk, conv string) error { _, err := d.Decline(ctx, d.agents["ben"], conv); return err },
			"declined declined ben, returned anna", "active with anna",
		},
		"declined, and who had it is gone": {
			func(d *desk, conv string) error {
				d.leave("anna")
				_, err := d.Decline(ctx, d.agents["ben"], conv)
				return err
			},
			"declined declined ben, offered chloe", "offered to chloe",
		},
		"declined, and who had it has no room": {
			func(d *desk, conv string) error {
				d.expect(d.start(d.visitor(), "another"), "offered to anna")
				_, err := d.Decline(ctx, d.agents["ben"], conv)
				return err
			},
			"declined declined ben, offered chloe", "offered to chloe",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, 1, "anna", "ben", "chloe")
			d.come("anna")
			d.come("ben")
			conv := ringingAtBen(d, d.visitor())
			from := d.conv(conv).LastSeq
			must(t, test.does(d, conv))
			d.settle()
			d.come("chloe")
			d.happened(conv, from, test.story)
			d.expect(conv, test.ends)
		})
	}
}
