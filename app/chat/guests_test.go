package chat

import (
	"context"
	"slices"
	"strings"
	"testing"

	"foyer/models"
)

// invited is a conversation of anna's with ben as a guest; chloe is here too, and vera supervises.
func invited(t *testing.T) (d *desk, v *visitor, conv string) {
	t.Helper()
	d = newDesk(t, 1, "anna", "ben", "chloe")
	d.hireFor("vera", 9, models.RoleSupervisor)
	for _, name := range []string{"anna", "ben", "chloe", "vera"} {
		d.come(name)
	}
	v = d.visitor()
	conv = answered(d, v)
	d.invite("anna", "ben", conv)
	return d, v, conv
}

func guests(c Summary) (names []string) {
	for _, g := range c.Guests {
		names = append(names, g.Name)
	}
	return names
}

func TestAGuestSpeaksAndIsHeardByAll(t *testing.T) {
	ctx := context.Background()
	d, v, conv := invited(t)
	v.ear.await(t, func(f map[string]any) bool {
		return f["kind"] == "joined" && f["agent"].(map[string]any)["name"] == "ben"
	})
	desks := map[string]*ear{}
	for _, name := range []string{"anna", "ben", "chloe"} {
		desks[name] = d.listen(TopicAgent(d.agents[name].ID))
	}
	said := func(text, by string) func(map[string]any) bool {
		return func(f map[string]any) bool {
			return f["t"] == "event" && f["text"] == text && f["from"].(map[string]any)["name"] == by
		}
	}
	for by, text := range map[string]string{"ben": "I am the specialist", "anna": "and I listen"} {
		_, err := d.SayAsAgent(ctx, d.agents[by], Line{Conv: conv, CID: by, Text: text})
		must(t, err)
		for _, ear := range []*ear{v.ear, desks["anna"], desks["ben"]} {
			ear.await(t, said(text, by))
		}
	}
	_, err := d.SayAsVisitor(ctx, v.Visitor, Line{Conv: conv, CID: "v", Text: "thank you both"})
	must(t, err)
	desks["ben"].await(t, said("thank you both", ""))
	must(t, d.TypingAsAgent(ctx, d.agents["ben"], conv))
	v.ear.await(t, func(f map[string]any) bool { return f["t"] == "typing" && f["from"].(map[string]any)["name"] == "ben" })
	if kinds := kinds(desks["chloe"].frames(t)); len(kinds) > 0 {
		t.Errorf("who has nothing to do with it hears %v", kinds)
	}
	if c := d.conv(conv); !slices.Equal(guests(c), []string{"ben"}) || c.Owner.Name != "anna" {
		t.Errorf("it is with %v and guests %v", c.Owner, c.Guests)
	}
	other := d.start(d.visitor(), "other") // being a guest fills no place
	d.expect(other, "active with ben")
}

func TestWhoIsInAConversationAndWhoIsNot(t *testing.T) {
	ctx := context.Background()
	type act = func(d *desk, conv string) error
	say := func(name string) act {
		return func(d *desk, conv string) error {
			_, err := d.SayAsAgent(ctx, d.agents[name], Line{Conv: conv, CID: "late", Text: "one more thing"})
			return err
		}
	}
	invite := func(by, guest string) act {
		return func(d *desk, conv string) error {
			_, err := d.Invite(ctx, d.agents[by], conv, d.agents[guest].PublicID)
			return err
		}
	}
	sendOff := func(by, guest string) act {
		return func(d *desk, conv string) error {
			_, err := d.Leave(ctx, d.agents[by], conv, d.agents[guest].PublicID)
			return err
		}
	}
	gone := func(name string, then act) act {
		return func(d *desk, conv string) error { d.leave(name); return then(d, conv) }
	}
	after := func(first, then act) act {
		return func(d *desk, conv string) error { must(d.t, first(d, conv)); return then(d, conv) }
	}
	ben := []string{"ben"}
	tests := map[string]struct {
		act    act
		kind   models.Kind
		guests []string
	}{
		"the guest leaves":                          {sendOff("ben", "ben"), "", nil},
		"the owner sends them off":                  {sendOff("anna", "ben"), "", nil},
		"a supervisor does":                         {sendOff("vera", "ben"), "", nil},
		"a colleague may not":                       {sendOff("chloe", "ben"), models.KindForbidden, ben},
		"nobody leaves who is not there":            {sendOff("chloe", "chloe"), models.KindNotFound, ben},
		"who left speaks no more":                   {after(sendOff("ben", "ben"), say("ben")), models.KindConflict, nil},
		"who was never there does not speak":        {say("chloe"), models.KindConflict, ben},
		"a guest invites":                           {invite("ben", "chloe"), "", []string{"ben", "chloe"}},
		"a supervisor invites themselves":           {invite("vera", "vera"), "", []string{"ben", "vera"}},
		"a colleague may not invite themselves":     {invite("chloe", "chloe"), models.KindForbidden, ben},
		"nobody is invited twice":                   {invite("anna", "ben"), models.KindConflict, ben},
		"nor the owner":                             {invite("ben", "anna"), models.KindConflict, ben},
		"who is not online is not invited":          {gone("chloe", invite("anna", "chloe")), models.KindNotEligible, ben},
		"the end is the end for guests":             {after(closeBy("anna"), say("ben")), models.KindClosed, ben},
		"nobody is invited after the end":           {after(closeBy("anna"), invite("anna", "chloe")), models.KindConflict, ben},
		"a guest may not close it":                  {closeBy("ben"), models.KindForbidden, ben},
		"a guest takes over by nobody's permission": {takeBy("ben"), models.KindConflict, ben},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d, _, conv := invited(t)
			refused(t, test.act(d, conv), test.kind)
			if got := guests(d.conv(conv)); !slices.Equal(got, test.guests) {
				t.Errorf("guests are %v, want %v", got, test.guests)
			}
		})
	}
}

func closeBy(name string) func(*desk, string) error {
	return func(d *desk, conv string) error {
		_, err := d.Close(context.Background(), d.agents[name], conv, "")
		return err
	}
}

func takeBy(name string) func(*desk, string) error {
	return func(d *desk, conv string) error {
		_, err := d.Take(context.Background(), d.agents[name], conv)
		return err
	}
}

// A guest knows what it is about: they come before the one who was lost, and before who is idle.
func TestAGuestHasWhatItsOwnerLost(t *testing.T) {
	d, _, conv := invited(t)
	_, err := d.Leave(context.Background(), d.agents["ben"], conv, d.agents["ben"].PublicID)
	must(t, err)
	d.invite("anna", "chloe", conv)
	from := d.conv(conv).LastSeq
	d.leave("anna")
	d.pass(testGrace)
	d.happened(conv, from, "agent_lost anna, left chloe, assigned auto chloe") // although it is ben's turn
	if c := d.conv(conv); len(c.Guests) > 0 {
		t.Errorf("an owner is a guest too: %v", c.Guests)
	}
}

func TestAGuestWhoIsInItNoMoreHearsOfItAndIsSeenToLeave(t *testing.T) {
	ctx := context.Background()
	for name, test := range map[string]struct {
		act  func(d *desk, conv string) error
		want string
	}{
		"sent off": {func(d *desk, conv string) error {
			_, err := d.Leave(ctx, d.agents["anna"], conv, d.agents["ben"].PublicID)
			return err
		}, "left ben"},
		"transferred to the department": {func(d *desk, conv string) error {
			d.leave("vera")
			_, err := d.Transfer(ctx, d.agents["anna"], conv, Destination{Department: d.support.PublicID})
			return err
		}, "transferred, left ben, left chloe, assigned auto ben"},
		"lost": {func(d *desk, conv string) error {
			d.leave("anna")
			d.leave("ben")
			d.leave("chloe")
			d.pass(testGrace)
			return nil
		}, "agent_lost anna, left ben, left chloe"},
		"taken over by the guest": {func(d *desk, conv string) error {
			_, err := d.Transfer(ctx, d.agents["anna"], conv, Destination{Agent: d.agents["ben"].PublicID})
			return err
		}, "transferred ben"},
		"closed": {closeBy("anna"), "closed agent"},
	} {
		t.Run(name, func(t *testing.T) {
			d, v, conv := invited(t)
			d.invite("anna", "chloe", conv)
			from := d.conv(conv).LastSeq
			ear := d.listen(TopicAgent(d.agents["ben"].ID))
			must(t, test.act(d, conv))
			d.settle()
			d.happened(conv, from, test.want)
			d.hub.Publish([]byte(`{"t":"mark"}`), TopicAgent(d.agents["ben"].ID))
			heard := ear.await(t, func(f map[string]any) bool { return f["t"] == "mark" })
			last := float64(from)
			told := slices.DeleteFunc(slices.Clone(heard), func(f map[string]any) bool {
				seq, _ := f["seq"].(float64)
				known := seq <= last // or told again, to a new owner
				last = max(last, seq)
				return known
			})
			seen := d.sent(v)
			want := strings.Split(test.want, ", ")
			for i := range want {
				want[i], _, _ = strings.Cut(want[i], " ")
			}
			if got := kinds(told); !slices.Equal(got, want) {
				t.Errorf("ben hears %v of %v", got, want)
			}
			if got := kinds(seen); !slices.Equal(got[len(got)-len(want):], want) {
				t.Errorf("the visitor hears %v at last, want %v", got, want)
			}
			for _, f := range append(heard, seen...) {
				if f["kind"] == "left" && (f["agent"].(map[string]any)["name"] == "" || f["from"].(map[string]any)["type"] == "visitor") {
					t.Errorf("who left is not said: %v", f)
				}
			}
		})
	}
}
