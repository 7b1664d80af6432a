package models_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"foyer/models"
)

func TestClipLeavesNothingThatPretends(t *testing.T) {
	tests := map[string]struct {
		in    string
		limit int
		want  string
	}{
		"a name":                          {"Anna", 80, "Anna"},
		"spaces around":                   {"  Anna \t\n", 80, "Anna"},
		"spaces within":                   {"Anna  Maria", 80, "Anna  Maria"},
		"longer than allowed":             {"Annabelle", 4, "Anna"},
		"characters, not bytes":           {"张伟张伟", 3, "张伟张"},
		"emoji":                           {"👋🏽!", 2, "👋🏽"},
		"control characters":              {"An\x00n\x07a\x1b[31m", 80, "Anna[31m"},
		"line breaks":                     {"Anna\r\nBcc: x", 80, "AnnaBcc: x"},
		"what does not count is not paid": {"\x00\x00Anna", 4, "Anna"},
		"turned around":                   {"\u202etroppuS\u202c", 80, "troppuS"},
		"all bidi controls":               {"a\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069b", 80, "ab"},
		"right to left letters stay":      {"שלום", 80, "שלום"},
		"bytes that are no text":          {"A\xffn\xc3na", 80, "Anna"},
		"nothing":                         {"", 80, ""},
		"spaces alone":                    {" \u3000 ", 80, ""},
		"spaces behind bidi controls":     {"\u202e Anna \u202c", 80, "Anna"},
		"nothing behind bidi controls":    {"\u202e \u202c", 80, ""},
		"a space where it is cut":         {"Anna Maria", 5, "Anna"},
		"a limit of nothing":              {"Anna", 0, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := models.Clip(test.in, test.limit); got != test.want {
				t.Errorf("Clip(%q, %d) is %q, want %q", test.in, test.limit, got, test.want)
			}
		})
	}
}

func TestNormalEmail(t *testing.T) {
	good := map[string]string{
		"anna@example.com":                        "anna@example.com",
		" Anna@Example.COM\n":                     "anna@example.com",
		"a+b.c@sub.example.co":                    "a+b.c@sub.example.co",
		"李@例子.公司":                                 "李@例子.公司",
		strings.Repeat("a", 242) + "@example.com": strings.Repeat("a", 242) + "@example.com",
	}
	for in, want := range good {
		if got, err := models.NormalEmail(in); err != nil || got != want {
			t.Errorf("NormalEmail(%q) is %q, %v; want %q", in, got, err, want)
		}
	}
	bad := map[string]string{
		"nothing": "", "a blank": " ", "no domain": "anna@", "nobody": "@example.com", "no at": "anna.example.com",
		"with a name": "Anna <anna@example.com>", "in brackets": "<anna@example.com>", "two": "a@example.com, b@example.com",
		"a header": "anna@example.com\r\nBcc: x@example.com", "a space": "anna b@example.com", "NUL": "an\x00na@example.com",
		"a comment": "anna(x)@example.com", "too long": strings.Repeat("a", 243) + "@example.com",
	}
	for name, in := range bad {
		if got, err := models.NormalEmail(in); models.KindOf(err) != models.KindInvalid {
			t.Errorf("%s: NormalEmail(%q) is %q, %v", name, in, got, err)
		}
	}
}

func TestTextsAreCountedInCharacters(t *testing.T) {
	full := strings.Repeat("茶", models.MaxMessage) // three bytes each
	tests := map[string]struct {
		text string
		kind models.Kind
	}{
		"a line":                  {"hello", ""},
		"as long as allowed":      {full, ""},
		"one character more":      {full + "!", models.KindTooLong},
		"emoji":                   {strings.Repeat("👋", models.MaxMessage), ""},
		"line breaks and tabs":    {"a\n\tb", ""},
		"nothing":                 {"", models.KindInvalid},
		"blanks alone":            {" \n\t\u3000", models.KindInvalid},
		"blanks beyond the limit": {strings.Repeat(" ", models.MaxMessage+1), models.KindTooLong},
		"NUL":                     {"a\x00b", models.KindInvalid},
		"bytes that are no text":  {"a\xffb", models.KindInvalid},
	}
	for name, test := range tests {
		if err := models.CheckText(test.text); models.KindOf(err) != test.kind || test.kind == "" && err != nil {
			t.Errorf("%s: %v, want kind %q", name, err, test.kind)
		}
	}
}

func TestCIDsAreShort(t *testing.T) {
	for cid, good := range map[string]bool{
		"6f1a1a3e-2f7b-4d0e-9d0a-0c9a3f1b2c4d": true, "1": true, strings.Repeat("a", models.MaxCID): true,
		"": false, strings.Repeat("a", models.MaxCID+1): false, "a\x00": false, "\xff": false,
	} {
		if err := models.CheckCID(cid); (err == nil) != good || !good && models.KindOf(err) != models.KindInvalid {
			t.Errorf("CheckCID(%q): %v", cid, err)
		}
	}
}

func TestInstantsGoThroughJSONUnchanged(t *testing.T) {
	for _, want := range []models.Instant{0, 1, 999, 1_700_000_000_123, models.InstantOf(time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC))} {
		text, err := json.Marshal(want)
		must(t, err)
		var got models.Instant
		must(t, json.Unmarshal(text, &got))
		if got != want {
			t.Errorf("%d went out as %s and came back as %d", want, text, got)
		}
	}
	text, err := json.Marshal(map[string]models.Instant{"at": 1_700_000_000_120})
	must(t, err)
	if string(text) != `{"at":"2023-11-14T22:13:20.120Z"}` {
		t.Errorf("the wire has %s", text)
	}
}

func TestInstantsAreReadFromAnyZone(t *testing.T) {
	for text, want := range map[string]models.Instant{
		"2023-11-14T22:13:20Z": 1_700_000_000_000, "2023-11-15T06:13:20.5+08:00": 1_700_000_000_500,
	} {
		var got models.Instant
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%s is %d (%v), want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "yesterday", "1700000000", "2023-11-14", "2023-11-14T22:13:20"} {
		got := models.Instant(7)
		if err := got.UnmarshalText([]byte(text)); err == nil || got != 7 {
			t.Errorf("%q is %d (%v)", text, got, err)
		}
	}
}

func TestInstantsAreCountedInMilliseconds(t *testing.T) {
	at := models.InstantOf(time.Date(2026, 3, 2, 10, 0, 0, 1_999_999, time.FixedZone("", 3600)))
	if at.Time() != time.Date(2026, 3, 2, 9, 0, 0, 1e6, time.UTC) {
		t.Errorf("it is %s", at.Time())
	}
	if later := at.Add(1500*time.Millisecond + 999); later.Sub(at) != 1500*time.Millisecond {
		t.Errorf("later by %s", later.Sub(at))
	}
	if at.IsZero() || !models.Instant(0).IsZero() {
		t.Error("never is 0 alone")
	}
}

func TestKindsAreFoundWhereverTheyAreWrapped(t *testing.T) {
	cause := errors.New("disk full")
	inner := &models.Error{Kind: models.KindUnavailable, Message: "try again", Err: cause}
	wrapped := fmt.Errorf("post: %w", inner)
	if models.KindOf(wrapped) != models.KindUnavailable || !errors.Is(wrapped, cause) {
		t.Errorf("%v is of kind %q", wrapped, models.KindOf(wrapped))
	}
	if inner.Error() != "try again: disk full" || models.Errorf(models.KindInvalid, "no %d", 1).Error() != "no 1" {
		t.Errorf("they read %q", inner)
	}
	if models.KindOf(nil) != "" || models.KindOf(cause) != "" {
		t.Error("an error of nobody's has a kind")
	}
}

func TestRolesAndAvailabilities(t *testing.T) {
	supervises := map[models.Role]bool{
		models.RoleOwner: true, models.RoleAdmin: true, models.RoleSupervisor: true, models.RoleAgent: false, "": false, "root": false,
	}
	for role, want := range supervises {
		if role.Supervises() != want {
			t.Errorf("%q supervises: %v", role, role.Supervises())
		}
		if known := role != "" && role != "root"; role.Valid() != known {
			t.Errorf("%q is valid: %v", role, role.Valid())
		}
	}
	for a, want := range map[models.Availability]bool{models.Online: true, models.Away: true, models.Offline: true, "": false, "busy": false} {
		if a.Valid() != want {
			t.Errorf("%q is valid: %v", a, a.Valid())
		}
	}
}
