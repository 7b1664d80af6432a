package store

import (
	"encoding/json"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm"

	"foyer/models"
)

// bare opens a database as it is, without bringing its schema up to date.
func (b *bed) bare(t *testing.T) *bed {
	t.Helper()
	bare := &bed{clock: b.clock, options: b.options, Store: &Store{sqlite: b.sqlite, now: b.clock.Now, unlock: func() {}}}
	open := bare.openPostgres
	if b.sqlite {
		open = bare.openSQLite
	}
	must(t, open(b.options))
	return bare
}

// anotherOf points a closed bed to an empty database with the schema of a version.
func (b *bed) anotherOf(t *testing.T, version int64) *bed {
	t.Helper()
	dialect, dir := goose.DialectPostgres, "migrations/postgres"
	if b.sqlite {
		dialect, dir = goose.DialectSQLite3, "migrations/sqlite"
		b.options.DSN = filepath.Join(t.TempDir(), "old.db")
	}
	bare := b.bare(t)
	if !b.sqlite {
		var schema string
		must(t, bare.write.Raw("SELECT current_schema()").Row().Scan(&schema))
		must(t, bare.write.Exec("DROP SCHEMA "+schema+" CASCADE").Error)
		must(t, bare.write.Exec("CREATE SCHEMA "+schema).Error)
	}
	files, err := fs.Sub(migrations, dir)
	must(t, err)
	pool, err := bare.write.DB()
	must(t, err)
	p, err := goose.NewProvider(dialect, pool, files, goose.WithLogger(goose.NopLogger()))
	must(t, err)
	_, err = p.UpTo(background, version)
	must(t, err)
	return bare
}

// version3 is what a server of before the queue may have left: an account with two departments, two
// agents, and a conversation of each sort.
var version3 = []string{
	`INSERT INTO meta (name, value) VALUES ('epoch', 'old'), ('alive_at', '1772441000000')`,
	`INSERT INTO accounts (id, public_id, name, created_at) VALUES (1, 'acc', 'Kettle', 1)`,
	`INSERT INTO sites (id, account_id, public_id, site_key, name, origins, enabled, typing_preview, created_at)
		VALUES (1, 1, 'site', 'key', 'Shop', '["https://shop.example"]', TRUE, FALSE, 1)`,
	`INSERT INTO departments (id, account_id, public_id, name, is_default, created_at) VALUES (1, 1, 'd1', 'Support', TRUE, 1), (2, 1, 'd2', 'Orders', FALSE, 1)`,
	`INSERT INTO agents (id, account_id, public_id, email, name, role, password_hash, chat_limit, availability, last_assigned_at, created_at)
		VALUES (1, 1, 'a1', 'anna@example.com', 'Anna', 'agent', 'x', 3, 'online', 5, 1), (2, 1, 'a2', 'ben@example.com', 'Ben', 'owner', 'x', 4, 'away', 0, 1)`,
	`INSERT INTO department_members (department_id, agent_id, account_id) VALUES (1, 1, 1), (2, 1, 1), (1, 2, 1)`,
	`INSERT INTO visitors (id, account_id, site_id, public_id, token_hash, name, email, locale, user_agent, page_url, page_title, page_referrer, fields, created_at, seen_at)
		VALUES (1, 1, 1, 'v1', 't1', 'Vera', '', 'de', '', '', '', '', '{"order":"42"}', 1, 1), (2, 1, 1, 'v2', 't2', '', '', '', '', '', '', '', NULL, 1, 1),
			(3, 1, 1, 'v3', 't3', '', '', '', '', '', '', '', NULL, 1, 1), (4, 1, 1, 'v4', 't4', '', '', '', '', '', '', '', NULL, 1, 1)`,
	`INSERT INTO conversations (id, account_id, site_id, visitor_id, department_id, public_id, start_cid, state, agent_id, fence, priority,
			arrived_at, queued_at, assigned_at, closed_at, tried, due_at, due_what, last_seq, last_visible_seq, last_line_seq,
			agent_read_seq, agent_read_seen, visitor_read_seq, unread, visitor_unread)
		VALUES (1, 1, 1, 1, 1, 'waits', 's', 'queued', 0, 3, 0, 100, 200, 150, 0, '[1]', 0, '', 1, 1, 0, 0, 0, 0, 0, 0),
			(2, 1, 1, 2, 2, 'active', 's', 'active', 1, 2, 0, 110, 110, 120, 0, NULL, 1772441005000, 'agent_grace', 3, 3, 3, 0, 0, 0, 1, 0),
			(3, 1, 1, 3, 1, 'closed', 's', 'closed', 2, 4, 0, 90, 90, 95, 99, NULL, 0, '', 1, 1, 0, 0, 0, 0, 0, 0),
			(4, 1, 1, 4, 1, 'urgent', 's', 'queued', 0, 1, 5, 300, 300, 0, 0, NULL, 0, '', 1, 1, 0, 0, 0, 0, 0, 0)`,
	`INSERT INTO messages (conversation_id, seq, visible_seq, account_id, kind, author_type, author_id, cid, text, agent_id, department_id, at)
		VALUES (1, 1, 1, 1, 'queued', 'system', 0, '', '', 0, 1, 100), (2, 1, 1, 1, 'queued', 'system', 0, '', '', 0, 2, 110),
			(2, 2, 2, 1, 'assigned', 'system', 0, '', '', 1, 0, 120), (2, 3, 3, 1, 'message', 'visitor', 2, 'c', 'where is my tea?', 0, 0, 130),
			(3, 1, 1, 1, 'closed', 'system', 0, '', 'spam', 0, 0, 99), (4, 1, 1, 1, 'queued', 'system', 0, '', '', 0, 1, 300)`,
	`INSERT INTO queue_intervals (account_id, conversation_id, department_id, started_at, ended_at, end_reason)
		VALUES (1, 1, 1, 100, 150, 'assigned'), (1, 1, 1, 200, 0, ''), (1, 2, 2, 110, 120, 'assigned'), (1, 3, 1, 90, 95, 'assigned'), (1, 4, 1, 300, 0, '')`,
	`INSERT INTO assignments (account_id, conversation_id, agent_id, started_at, ended_at, end_reason)
		VALUES (1, 1, 1, 150, 200, 'agent_lost'), (1, 2, 1, 120, 0, ''), (1, 3, 2, 95, 99, 'closed')`,
	`INSERT INTO presence_intervals (account_id, agent_id, status, started_at, ended_at) VALUES (1, 1, 'online', 100, 0)`,
	`INSERT INTO sessions (id, account_id, agent_id, token_hash, user_agent, created_at, expires_at) VALUES (1, 1, 1, 's1', '', 1, 9999999999999)`,
}

// rowsOf reads tables row by row, column by column.
func rowsOf(t *testing.T, db *gorm.DB, tables ...string) map[string][]map[string]any {
	t.Helper()
	all := map[string][]map[string]any{}
	for _, table := range tables {
		var rows []map[string]any
		must(t, db.Table(table).Order("1, 2").Find(&rows).Error)
		all[table] = rows
	}
	return all
}

func TestADatabaseOfBeforeTheQueueGoesOn(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		must(t, b.Close())
		old := b.anotherOf(t, 3)
		for _, q := range version3 {
			must(t, old.write.Exec(q).Error)
		}
		if !b.sqlite { // as if the rows had been made with the numbers they got
			for _, table := range []string{"accounts", "departments", "agents", "conversations", "visitors", "sites", "sessions"} {
				must(t, old.write.Exec("ALTER TABLE "+table+" ALTER COLUMN id RESTART WITH 100").Error)
			}
		}
		tables := []string{
			"meta", "accounts", "sites", "departments", "agents", "department_members", "visitors", "conversations", "messages",
			"queue_intervals", "assignments", "presence_intervals", "sessions",
		}
		before := rowsOf(t, old.read, tables...)
		must(t, old.Close())
		b.open(t)

		after := rowsOf(t, b.read, tables...)
		for table, rows := range before {
			for i, row := range rows {
				for column, value := range row {
					if column == "due_at" || column == "due_what" {
						continue // set anew at every start
					}
					was, _ := json.Marshal(value)
					is, _ := json.Marshal(after[table][i][column])
					if string(was) != string(is) || len(rows) != len(after[table]) {
						t.Errorf("%s, row %d: %s was %s, is %s", table, i, column, was, is)
					}
				}
			}
		}

		a := &tenant{bed: b, t: t, id: 1}
		var err error
		a.support, err = a.account().DepartmentCalled(background, "")
		must(t, err)
		a.site, err = b.SiteByKey(background, "key")
		must(t, err)
		want := models.NewDepartment("Support")
		want.ID, want.AccountID, want.PublicID, want.IsDefault, want.CreatedAt = 1, 1, "d1", true, 1
		if got, is := toJSON(t, want), toJSON(t, a.support); got != is || a.support.Check() != nil {
			t.Errorf("a department is %s\nwant %s", is, got)
		}
		if row, err := a.account().Account(background); err != nil || row.AutoAway != models.DefaultAutoAway || row.ReturnToLast {
			t.Errorf("the account is %+v (%v)", row, err)
		}
		members, err := a.account().Members(background)
		must(t, err)
		for _, m := range members {
			if m.Tier != models.TierNormal || m.ChatLimit != models.NoLimit || m.Check() != nil || len(members) != 3 {
				t.Errorf("%d members, one is %+v", len(members), m)
			}
		}

		for _, conv := range []string{"waits", "active", "closed", "urgent"} {
			a.consistent(conv) // also what is due
		}
		back := Return{Agents: b.clock.instant().Add(12 * time.Second), Visitors: b.clock.instant().Add(time.Minute)}
		must(t, b.Recover(background, back))
		for conv, want := range map[string]struct {
			at   models.Instant
			what models.DueWhat
		}{"waits": {back.Visitors, models.DueAbandoned}, "active": {back.Agents, models.DueAgentGrace}, "closed": {}} {
			a.consistent(conv)
			if c := a.now(conv); c.Kind != models.KindChat || c.DueAt != want.at || c.DueWhat != want.what {
				t.Errorf("%s is a %s, due at %d (%s), want %d (%s)", conv, c.Kind, c.DueAt, c.DueWhat, want.at, want.what)
			}
		}
		queue, err := a.account().Queue(background, 0)
		must(t, err)
		if len(queue) != 2 || queue[0].PublicID != "urgent" || queue[1].PublicID != "waits" || !queue[1].HasTried(1) {
			t.Errorf("the queue is %+v", queue)
		}
		anna, err := a.account().Agent(background, 1)
		must(t, err)
		if !anna.Accepting || anna.ChatLimit != 3 {
			t.Errorf("Anna is %+v", anna)
		}

		// And it goes on as any other.
		must(t, a.assign("waits", 2))
		must(t, a.invite("waits", 1))
		must(t, a.offer("active", 2, back.Agents))
		must(t, a.withdraw("active", models.EndMissed, 0))
		_, err = a.post("waits", models.Author{Type: models.ByAgent, ID: 1}, "1", "hello")
		must(t, err)
		a.orders, err = a.account().DepartmentCalled(background, "d2")
		must(t, err)
		a.consistent(a.active(a.agent("Chloe", 1)).PublicID)
		must(t, b.Close())
		b.open(t) // a second start has nothing to do
		must(t, b.Ping(background))
	})
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	must(t, err)
	return string(text)
}
