package store

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"foyer/models"
)

// poison makes the database refuse every line that says "poison".
func (b *bed) poison(t *testing.T) {
	t.Helper()
	refuse := "ALTER TABLE messages ADD CONSTRAINT poison CHECK (text <> 'poison')"
	if b.sqlite {
		refuse = `CREATE TRIGGER poison BEFORE INSERT ON messages WHEN NEW.text = 'poison'
			BEGIN SELECT RAISE(ABORT, 'poison'); END`
	}
	must(t, b.write.Exec(refuse).Error)
}

func TestALineTheDatabaseRefusesHarmsNoOther(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		c := a.active(a.agent("Anna", 1))
		b.poison(t)
		texts := []string{"one", "poison", "two", "three"}
		errs := make([]error, len(texts))
		announced := make([]bool, len(texts))
		operations := make([]func(), len(texts))
		for i, text := range texts {
			operations[i] = func() {
				p := &Post{Conversation: c.PublicID, Author: visitorOf(c), CID: text, Text: text}
				errs[i] = a.account().Post(background, p, func() { announced[i] = true })
			}
		}
		var assigned error
		waits, ben := a.started(), a.agent("Ben", 1)
		operations = append(operations, func() { assigned = a.assign(waits.PublicID, ben.ID) })
		b.inOneBatch(t, operations...)
		for i, text := range texts {
			kind := models.Kind("")
			if text == "poison" {
				kind = models.KindUnavailable
			}
			wantKind(t, errs[i], kind)
			if announced[i] != (kind == "") {
				t.Errorf("%q: announced is %v", text, announced[i])
			}
		}
		must(t, assigned)
		a.dense(c.PublicID)
		if log := a.log(c.PublicID); len(log) != 5 || log[4].Text != "three" {
			t.Errorf("the log is %+v", log)
		}
	})
}

func TestAChangeThatFailsIsUndoneAndItsNeighboursStay(t *testing.T) {
	failures := map[string]struct {
		fails func(a *tenant, tx *Tx, c *models.Conversation) error
		kind  models.Kind
	}{
		"for a reason of its own": {func(*tenant, *Tx, *models.Conversation) error {
			return models.Errorf(models.KindNotEligible, "no")
		}, models.KindNotEligible},
		"for a reason without a kind": {func(*tenant, *Tx, *models.Conversation) error {
			return errors.New("no")
		}, models.KindUnavailable},
		"because the guard does not hold": {func(_ *tenant, tx *Tx, c *models.Conversation) error {
			before := *c
			before.Fence--
			return tx.Move(before, c, &models.Message{Kind: models.EventClosed}, models.EndClosed)
		}, models.KindConflict},
		"because a row exists already": {func(a *tenant, tx *Tx, c *models.Conversation) error {
			return tx.Create(&models.Conversation{
				SiteID: a.site.ID, DepartmentID: a.support.ID, VisitorID: c.VisitorID, StartCID: "another tab",
			})
		}, models.KindConflict},
		"because the database refuses": {func(_ *tenant, tx *Tx, _ *models.Conversation) error {
			return tx.db.Exec("INSERT INTO nowhere VALUES (1)").Error
		}, models.KindUnavailable},
	}
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		anna := a.agent("Anna", 99)
		for name, test := range failures {
			t.Run(name, func(t *testing.T) {
				before, after, bad := a.started(), a.started(), a.active(anna)
				stands := fmt.Sprint(a.now(bad.PublicID))
				var errs [4]error
				told := false
				b.inOneBatch(t,
					func() { errs[0] = a.assign(before.PublicID, anna.ID) },
					func() {
						errs[1] = a.account().Change(background, func(tx *Tx) error {
							c, err := tx.Conversation(bad.PublicID)
							if err != nil {
								return err
							}
							if err := tx.Append(c, &models.Message{Kind: models.EventNote, Text: "kept?"}); err != nil {
								return err
							}
							return test.fails(a, tx, c)
						}, func() { told = true })
					},
					func() { errs[2] = a.assign(after.PublicID, anna.ID) },
					func() { _, errs[3] = a.post(after.PublicID, visitorOf(after), "1", "hello") })
				must(t, errs[0])
				wantKind(t, errs[1], test.kind)
				must(t, errs[2])
				must(t, errs[3])
				if told {
					t.Error("what was undone was announced")
				}
				if now := fmt.Sprint(a.now(bad.PublicID)); now != stands {
					t.Errorf("the conversation was %s\nis %s", stands, now)
				}
				for _, c := range []models.Conversation{before, after, bad} {
					a.dense(c.PublicID)
					if a.now(c.PublicID).State != models.StateActive {
						t.Errorf("conversation %d is %s", c.ID, a.now(c.PublicID).State)
					}
				}
			})
		}
	})
}

// SQLite undoes the whole transaction when the disk is full, and what follows in the batch would
// begin another: lines that came before must not be acknowledged by the end of that one.
func TestNothingIsAcknowledgedThatAFullDiskUndid(t *testing.T) {
	t.Parallel()
	b := onSQLite(t)
	a := newTenant(t, b)
	c := a.active(a.agent("Anna", 9))
	var pages int
	must(t, b.write.Raw("PRAGMA page_count").Row().Scan(&pages))
	must(t, b.write.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages+1)).Error)
	var errs [4]error
	fill := func(tx *Tx) error {
		c, err := tx.Conversation(c.PublicID)
		if err != nil {
			return err
		}
		return tx.Append(c, &models.Message{Kind: models.EventNote, Text: strings.Repeat("full ", 10_000)})
	}
	b.inOneBatch(t,
		func() { _, errs[0] = a.post(c.PublicID, visitorOf(c), "1", "before") },
		func() { errs[1] = a.account().Change(background, fill, nil) },
		func() { errs[2] = a.account().Change(background, func(*Tx) error { return nil }, nil) },
		func() { _, errs[3] = a.post(c.PublicID, visitorOf(c), "2", "after") })
	wantKind(t, errs[1], models.KindUnavailable)
	must(t, errs[2])
	texts := func() (all []string) {
		for _, e := range a.log(c.PublicID)[2:] {
			all = append(all, e.Text)
		}
		return all
	}
	for i, text := range map[int]string{0: "before", 3: "after"} {
		if stored := slices.Contains(texts(), text); stored != (errs[i] == nil) {
			t.Errorf("%q: stored is %v, answered %v", text, stored, errs[i])
		}
	}
	a.dense(c.PublicID)

	must(t, b.write.Exec("PRAGMA max_page_count = 1000000").Error) // somebody made room
	must(t, a.account().Change(background, fill, nil))
	for i, text := range []string{"before", "after"} {
		_, err := a.post(c.PublicID, visitorOf(c), fmt.Sprint(i+1), text) // as a client does
		must(t, err)
	}
	a.dense(c.PublicID)
}

func TestNothingIsAcknowledgedWhileTheDatabaseRefuses(t *testing.T) {
	refuses := map[string]func(b *bed) error{
		"it has gone away":   (*bed).breakDatabase,
		"a table is missing": func(b *bed) error { return b.write.Exec("ALTER TABLE messages RENAME TO m").Error },
	}
	for name, refuse := range refuses {
		t.Run(name, func(t *testing.T) {
			onEachDatabase(t, func(t *testing.T, b *bed) {
				a := newTenant(t, b)
				c, waits := a.active(a.agent("Anna", 9)), a.started()
				v := a.visitor()
				must(t, refuse(b))
				p := &Post{Conversation: c.PublicID, Author: visitorOf(c), CID: "1", Text: "hello"}
				announced := false
				wantKind(t, a.account().Post(background, p, func() { announced = true }), models.KindUnavailable)
				wantKind(t, a.assign(waits.PublicID, 1), models.KindUnavailable)
				_, err := a.start(v, "1")
				wantKind(t, err, models.KindUnavailable)
				var all sync.WaitGroup
				for i := range 20 {
					all.Go(func() {
						_, err := a.post(c.PublicID, visitorOf(c), fmt.Sprint("again ", i), "hello?")
						if models.KindOf(err) != models.KindUnavailable {
							t.Errorf("answered %v", err)
						}
					})
				}
				all.Wait()
				if announced {
					t.Error("a line that was not stored was announced")
				}
				if name != "a table is missing" {
					return
				}
				must(t, b.write.Exec("ALTER TABLE m RENAME TO messages").Error)
				must(t, a.account().Post(background, p, func() { announced = true }))
				if p.Dup || p.Message.Seq != 3 || !announced {
					t.Errorf("sent again it is %d (dup %v), announced %v", p.Message.Seq, p.Dup, announced)
				}
				a.dense(c.PublicID)
			})
		})
	}
}

func TestALineIsOnDiskWhenItIsAnnounced(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, b *bed) {
		a := newTenant(t, b)
		c := a.active(a.agent("Anna", 9))
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				p := &Post{Conversation: c.PublicID, Author: visitorOf(c), CID: rand.Text(), Text: "hello"}
				wantKind(t, a.account().Post(background, p, func() {
					var n int64
					if err := b.read.Model(&models.Message{}).Where("cid = ?", p.CID).Count(&n).Error; err != nil || n != 1 {
						t.Errorf("announced while %d of it are stored (%v)", n, err)
					}
				}), "")
			})
		}
		all.Wait()
	})
}
