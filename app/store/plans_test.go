package store

import (
	"strings"
	"testing"
)

// What somebody waits for, or runs every second, must not read what is closed: there are a million of
// those. SQLite says how it goes about a statement; the sweeper's once read all conversations there
// are, because the index leaves out those without a deadline and the statement did not say so too.
func TestWhatRunsAllTheTimeReadsOnlyWhatIsOpen(t *testing.T) {
	b := onSQLite(t)
	for name, test := range map[string]struct {
		statement string
		args      []any
		index     string
	}{
		"deadlines that have passed":       {passedDue, []any{1, 1}, "conversations_due"},
		"the next deadline":                {nextDue, []any{1}, "conversations_due"},
		"the queue":                        {"SELECT " + queueColumns + inQueue + " LIMIT ?", []any{1, 1}, "conversations_queue"},
		"places":                           {"SELECT id, public_id, visitor_id, department_id, queued_at" + inQueue, []any{1}, "conversations_queue"},
		"how much agents have to do":       {loads, []any{1}, "conversations_load"},
		"messages nobody has taken":        {messagesLeft, []any{1}, "conversations_messages"},
		"accounts in which somebody waits": {accountsWaiting, nil, "conversations_queue"},
	} {
		t.Run(name, func(t *testing.T) {
			var plan []struct{ Detail string }
			must(t, b.read.Raw("EXPLAIN QUERY PLAN "+test.statement, test.args...).Scan(&plan).Error)
			for _, step := range plan {
				if strings.Contains(step.Detail, "conversations") && !strings.Contains(step.Detail, "INDEX "+test.index) {
					t.Errorf("it does %q, want it by %s", step.Detail, test.index)
				}
			}
		})
	}
}
