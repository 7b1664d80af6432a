package chat

import (
	"testing"

	"pgregory.net/rapid"

	"foyer/models"
)

// TestWhatIsSaidIsEncodedAsTheRest compares what is encoded by hand with encoding/json, byte for byte.
func TestWhatIsSaidIsEncodedAsTheRest(t *testing.T) {
	same := func(t *rapid.T, got, want []byte) {
		if string(got) != string(want) {
			t.Fatalf("%s\nwant %s", got, want)
		}
	}
	text := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("a\"\\/<>&\x00\x1f\x7f\n\u2028\u2029\ufffd é茶🫖"))),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
	number := rapid.Int64()
	named := rapid.Ptr(rapid.Custom(func(t *rapid.T) Named { return Named{text.Draw(t, "id"), text.Draw(t, "name")} }), true)
	at := rapid.Int64Range(0, 250_000_000_000_000)
	rapid.Check(t, func(t *rapid.T) {
		e := Event{
			T: text.Draw(t, "t"), Conv: text.Draw(t, "conv"), Seq: number.Draw(t, "seq"), Kind: models.EventKind(text.Draw(t, "kind")),
			At:   models.Instant(at.Draw(t, "at")),
			From: Author{models.AuthorType(text.Draw(t, "type")), text.Draw(t, "id"), text.Draw(t, "name")},
			Text: text.Draw(t, "text"), CID: text.Draw(t, "cid"), Agent: named.Draw(t, "agent"), Department: named.Draw(t, "department"),
			Reason: text.Draw(t, "reason"), Target: number.Draw(t, "target"), Deleted: rapid.Bool().Draw(t, "deleted"),
		}
		if rapid.Bool().Draw(t, "file") {
			e.File = &File{ID: text.Draw(t, "file id"), Name: text.Draw(t, "file name")}
		}
		same(t, e.Encode(), frame(e))
		a := Ack{CID: e.CID, Conv: e.Conv, Seq: e.Seq, At: e.At, Dup: e.Deleted}
		got := a.Encode()
		a.T = "ack"
		same(t, got, frame(a))
	})
}
