package main

import (
	"path/filepath"
	"testing"
)

func TestCheckLogFindsWhatIsWrong(t *testing.T) {
	type entry struct {
		seq         int
		author, cid string
	}
	whole := []entry{{1, "system", ""}, {2, "visitor", "a"}, {3, "agent", "x"}, {4, "visitor", "b"}, {5, "visitor", "c"}}
	tests := map[string]struct {
		log           []entry
		lost, doubled int
		bad           bool
	}{
		"everything is there":           {log: whole},
		"an acknowledged line is lost":  {log: whole[:4], lost: 1},
		"a line is there twice":         {log: append(whole[:5:5], entry{6, "visitor", "a"}), doubled: 1},
		"another's line is no resend":   {log: append(whole[:5:5], entry{6, "agent", "a"})},
		"what was not acknowledged yet": {log: append(whole[:5:5], entry{6, "visitor", "d"})},
		"a number is missing":           {log: append(whole[:4:4], entry{6, "visitor", "c"}), bad: true},
		"the first number is missing":   {log: whole[1:], bad: true},
		"two lines have changed places": {log: []entry{{1, "visitor", "b"}, {2, "visitor", "a"}, {3, "visitor", "c"}}, bad: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			db, err := openDB(filepath.Join(t.TempDir(), "log.db"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			if _, err := db.Exec(`CREATE TABLE conversations (id INTEGER PRIMARY KEY, public_id TEXT);
				CREATE TABLE messages (conversation_id INTEGER, seq INTEGER, author_type TEXT, cid TEXT);
				INSERT INTO conversations VALUES (7, 'talk'), (8, 'other'); INSERT INTO messages VALUES (8, 1, 'visitor', 'a')`); err != nil {
				t.Fatal(err)
			}
			for _, e := range test.log {
				if _, err := db.Exec("INSERT INTO messages VALUES (7, ?, ?, ?)", e.seq, e.author, e.cid); err != nil {
					t.Fatal(err)
				}
			}
			lost, doubled, err := checkLog(db, "talk", "visitor", []string{"a", "b", "c"})
			if (err != nil) != test.bad || err == nil && (lost != test.lost || doubled != test.doubled) {
				t.Errorf("%d lost, %d doubled, error %v; want %d, %d, error %v", lost, doubled, err, test.lost, test.doubled, test.bad)
			}
		})
	}
}
