package store

import (
	"fmt"
	"testing"
)

// TestTheWALIsMovedBesideTheCommits writes more than is worth moving and much less than would make
// the writer do it.
func TestTheWALIsMovedBesideTheCommits(t *testing.T) {
	b := onSQLite(t)
	a := newTenant(t, b)
	c := a.active(a.agent("Anna", 9))
	for n, done := 0, int64(0); done == 0; n++ {
		_, err := a.post(c.PublicID, visitorOf(c), fmt.Sprint(n), "hello")
		must(t, err)
		var busy, pages int64
		must(t, b.read.Raw("PRAGMA wal_checkpoint(NOOP)").Row().Scan(&busy, &pages, &done))
		if pages > 15_000 {
			t.Fatalf("the WAL has %d pages and none of them is in the database", pages)
		}
	}
}
