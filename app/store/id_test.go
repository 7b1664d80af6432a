package store

import (
	"strings"
	"testing"
	"time"

	"foyer/models"
)

func TestIDsAreOrderedByTimeAndCannotBeGuessed(t *testing.T) {
	clock := newClock()
	seen := map[string]bool{}
	last := ""
	for range 50 {
		clock.pass(time.Millisecond)
		id := ""
		for range 50 {
			if id = NewID(clock.Now()); seen[id] || len(id) != 26 || id <= last {
				t.Fatalf("%s comes after %s (known: %v)", id, last, seen[id])
			}
			seen[id] = true
		}
		last = id[:10] + "ZZZZZZZZZZZZZZZZ" // whatever was made in that millisecond
	}
}

// What PostgreSQL can't store must be refused as input, not as an outage that is worth a retry.
func TestIDsThatCannotExistAreNotFound(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		c := a.active(a.agent("Anna", 1))
		for _, id := range []string{"", "\x00", "01J\x00", "\xff\xfe", strings.Repeat("0", 5000), "' OR 1=1 --"} {
			_, err := a.post(id, visitorOf(c), "1", "hello")
			wantKind(t, err, models.KindNotFound)
			_, err = a.account().Summary(background, id)
			wantKind(t, err, models.KindNotFound)
			_, err = a.account().AgentCalled(background, id)
			wantKind(t, err, models.KindNotFound)
			wantKind(t, a.assign(id, 1), models.KindNotFound)
			_, err = b.SiteByKey(background, id)
			wantKind(t, err, models.KindNotFound)
			if id != "" {
				_, err = a.account().DepartmentCalled(background, id)
				wantKind(t, err, models.KindNotFound)
			}
		}
	})
}
