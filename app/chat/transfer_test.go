package chat

import (
	"context"
	"reflect"
	"testing"

	"foyer/models"
)

func TestTransferIsRefusedWithTheReason(t *testing.T) {
	d := newDesk(t, 1, "anna", "ben", "chloe", "dora")
	d.come("anna")
	conv := d.start(d.visitor(), "hello")
	d.come("ben")
	d.start(d.visitor(), "fills ben")
	d.come("dora")
	must(t, d.SetAvailability(context.Background(), d.agents["dora"], models.Away))
	d.settle()
	tests := map[string]struct {
		by, to string
		kind   models.Kind
	}{
		"to oneself":            {"anna", "anna", models.KindNotEligible},
		"to somebody full":      {"anna", "ben", models.KindAtCapacity},
		"to somebody not here":  {"anna", "chloe", models.KindNotEligible},
		"to somebody away":      {"anna", "dora", models.KindNotEligible},
		"of a colleague's":      {"ben", "dora", models.KindForbidden},
		"to nobody there is":    {"anna", "", models.KindNotFound},
		"to neither one at all": {"anna", "-", models.KindInvalid},
	}
	before := d.conv(conv)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			to := Destination{Agent: d.agents[test.to].PublicID}
			if test.to == "" {
				to.Agent = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
			}
			_, err := d.Transfer(context.Background(), d.agents[test.by], conv, to)
			if models.KindOf(err) != test.kind {
				t.Errorf("%v, want %s", err, test.kind)
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
