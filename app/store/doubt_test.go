package store

import (
	"os"
	"testing"

	"foyer/models"
)

// refuseAtCommit makes PostgreSQL refuse the COMMIT of every transaction in which a line says
// "doubtful", which is like an answer to it that got lost: what became of it is not known.
func (b *bed) refuseAtCommit(t *testing.T) {
	t.Helper()
	for _, statement := range []string{
		`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''refused''; END'`,
		`CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON messages DEFERRABLE INITIALLY DEFERRED
			FOR EACH ROW WHEN (NEW.text = 'doubtful') EXECUTE FUNCTION refuse()`,
	} {
		must(t, b.write.Exec(statement).Error)
	}
}

// What may be stored without having been announced must not stay unknown to who listens.
func TestSocketsAreToldToResumeWhenACommitIsInDoubt(t *testing.T) {
	dsn := os.Getenv(postgresEnv)
	if dsn == "" {
		t.Skip(postgresEnv + " names no PostgreSQL")
	}
	tests := map[string]struct {
		lines []string // of one batch
		doubt bool
	}{
		"a commit was refused":                          {[]string{"hello", "doubtful"}, true},
		"it was, after the batch had failed before it":  {[]string{"poison", "doubtful"}, true},
		"a line was refused, which leaves nothing open": {[]string{"hello", "poison"}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := onPostgres(t, dsn)
			doubts := make(chan struct{}, 9)
			b.options.Doubt = func() { doubts <- struct{}{} }
			b.restart(t)
			a := newTenant(t, b)
			c := a.active(a.agent("Anna", 1))
			b.refuseAtCommit(t)
			b.poison(t)
			var operations []func()
			for _, text := range test.lines {
				operations = append(operations, func() {
					_, err := a.post(c.PublicID, visitorOf(c), text, text)
					kind := models.KindUnavailable
					if text == "hello" {
						kind = ""
					}
					wantKind(t, err, kind)
				})
			}
			b.inOneBatch(t, operations...)
			must(t, b.Close()) // the writer has come to its end
			if got := len(doubts) > 0; got != test.doubt {
				t.Errorf("told to resume: %v", got)
			}
			b.open(t)
			a.dense(c.PublicID)
		})
	}
}
