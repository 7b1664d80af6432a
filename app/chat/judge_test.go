package chat

import (
	"context"
	"fmt"
	"slices"

	"foyer/models"
)

// judge looks into the rows while nothing happens.
func (r *race) judge() {
	r.t.Helper()
	r.judgePlaces()
	r.judgeIntervals()
	r.judgeLimits()
	r.judgeWaiting()
}

// query reads rows of the race's account; where has the account's id for every %d.
func (r *race) query(text string, read func(scan func(...any) error) error) {
	r.t.Helper()
	rows, err := r.db.rows.Query(fmt.Sprintf(text, r.site.AccountID))
	must(r.t, err)
	defer rows.Close()
	for rows.Next() {
		must(r.t, read(rows.Scan))
	}
	must(r.t, rows.Err())
}

// judgePlaces: every conversation that was begun is in one place, and the rows of what is going on say
// the same.
func (r *race) judgePlaces() {
	r.t.Helper()
	n := 0
	r.query(`SELECT c.id, c.state, c.kind, c.agent_id,
		(SELECT COUNT(*) FROM queue_intervals q WHERE q.conversation_id = c.id AND q.ended_at = 0),
		(SELECT COUNT(*) FROM offers o WHERE o.conversation_id = c.id AND o.ended_at = 0),
		(SELECT COUNT(*) FROM assignments a WHERE a.conversation_id = c.id AND a.ended_at = 0),
		(SELECT COUNT(*) FROM offers o WHERE o.conversation_id = c.id AND o.ended_at = 0 AND o.agent_id = c.agent_id),
		(SELECT COUNT(*) FROM assignments a WHERE a.conversation_id = c.id AND a.ended_at = 0 AND a.agent_id = c.agent_id),
		(SELECT COUNT(*) FROM messages m WHERE m.conversation_id = c.id AND m.kind = 'closed')
		FROM conversations c WHERE c.account_id = %d`, func(scan func(...any) error) error {
		var id, agent int64
		var state models.State
		var kind models.ConversationKind
		var waits, rings, has, ringsThere, hasThere, closes int
		if err := scan(&id, &state, &kind, &agent, &waits, &rings, &has, &ringsThere, &hasThere, &closes); err != nil {
			return err
		}
		n++
		is := fmt.Sprint(waits, rings, has, ringsThere, hasThere, closes)
		want := map[models.State]string{models.StateQueued: "1 0 0 0 0 0", models.StateOffered: "1 1 0 1 0 0", models.StateActive: "0 0 1 0 1 0", models.StateClosed: "0 0 0 0 0 1"}[state]
		if kind == models.KindMessage && (state == models.StateQueued || state == models.StateOffered) { // nobody waits for an answer now
			want = "0" + want[1:]
		}
		if is != want {
			r.t.Errorf("conversation %d is %s, agent %d: it waits, rings, is somebody's (rings there, is theirs), was closed %s times; want %s", id, state, agent, is, want)
		}
		return nil
	})
	if n != len(r.convs) {
		r.t.Errorf("%d conversations are stored, %d were begun", n, len(r.convs))
	}
}

// judgeIntervals: nobody has a conversation while somebody else has it.
func (r *race) judgeIntervals() {
	r.t.Helper()
	for _, table := range []string{"assignments", "offers", "queue_intervals"} {
		var conv, ended int64
		r.query(`SELECT conversation_id, started_at, ended_at FROM `+table+` WHERE account_id = %d ORDER BY conversation_id, id`,
			func(scan func(...any) error) error {
				var c, from, to int64
				if err := scan(&c, &from, &to); err != nil {
					return err
				}
				if c == conv && (ended == 0 || from < ended) {
					r.t.Errorf("%s of conversation %d overlap: one ends at %d, the next begins at %d", table, c, ended, from)
				}
				if to != 0 && to < from {
					r.t.Errorf("%s: of conversation %d from %d to %d", table, c, from, to)
				}
				conv, ended = c, to
				return nil
			})
	}
}

// judgeLimits: whoever was given one had room for it when it was stored.
func (r *race) judgeLimits() {
	r.t.Helper()
	r.query(`SELECT conversation_id, agent_id, open, most, here, COALESCE(most_here, -1), able FROM audit WHERE account_id = %d`,
		func(scan func(...any) error) error {
			var conv, agent int64
			var open, most, here, mostHere, able int
			if err := scan(&conv, &agent, &open, &most, &here, &mostHere, &able); err != nil {
				return err
			}
			if open > most || mostHere != models.NoLimit && here > mostHere || able == 0 {
				r.t.Errorf("agent %d was given conversation %d: %d of %d, %d of %d in the department, could have it: %d", agent, conv, open, most, here, mostHere, able)
			}
			return nil
		})
}

// judgeWaiting: nobody waits while somebody who may have them has room.
func (r *race) judgeWaiting() {
	r.t.Helper()
	ctx := context.Background()
	queue, err := r.account.Queue(ctx, 0)
	must(r.t, err)
	f, err := r.account.Plan(ctx)
	must(r.t, err)
	staff, err := r.account.Staff(ctx)
	must(r.t, err)
	open, here := map[int64]int{}, map[[2]int64]int{}
	for _, l := range staff.Loads {
		open[l.AgentID] += l.Open
		here[[2]int64{l.AgentID, l.DepartmentID}] += l.Open
	}
	for _, c := range queue {
		d := f.Departments[slices.IndexFunc(f.Departments, func(d models.Department) bool { return d.ID == c.DepartmentID })]
		if c.State != models.StateQueued || d.Mode == models.ModePull {
			continue
		}
		for _, m := range f.Members {
			a := staff.Agents[slices.IndexFunc(staff.Agents, func(a models.Agent) bool { return a.ID == m.AgentID })]
			again := !c.AskAgainAt.IsZero() && c.AskAgainAt <= models.InstantOf(r.db.clock.now())
			if m.DepartmentID == c.DepartmentID && r.accepts(a, f.Account) && open[a.ID] < a.ChatLimit && (!c.HasTried(a.ID) || again) &&
				(m.ChatLimit == models.NoLimit || here[[2]int64{a.ID, d.ID}] < m.ChatLimit) {
				r.t.Errorf("conversation %d waits while %s has %d of %d", c.ID, a.Name, open[a.ID], a.ChatLimit)
			}
		}
	}
}
