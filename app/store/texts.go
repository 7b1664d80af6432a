package store

import (
	"gorm.io/gorm"

	"foyer/models"
)

// texts are the statements by which conversations move. Somebody waits for each of them, so they are
// made once and not by GORM every time.
type texts struct {
	conversation *whole
	message      *table
	wait         *table
	offer        *table
	assignment   *table
	decision     *table
	lock         string // what makes a SELECT hold its rows
}

func textsOf(s *Store) (*texts, error) {
	t := &texts{}
	var err error
	if t.conversation, err = wholeOf(s.write, &models.Conversation{}, "account_id", "id", "state", "fence"); err != nil {
		return nil, err
	}
	for row, table := range map[any]**table{
		&models.Message{}: &t.message, &models.QueueInterval{}: &t.wait, &models.Offer{}: &t.offer,
		&models.Assignment{}: &t.assignment, &models.Decision{}: &t.decision,
	} {
		if *table, err = tableOf(s.write, row); err != nil {
			return nil, err
		}
	}
	if !s.sqlite { // where one connection writes, nothing needs to be held
		t.lock = " FOR UPDATE"
	}
	return t, nil
}

// insert stores one row of a table.
func insert[T any](tx *Tx, t *table, row *T) error {
	return insertAll(tx.db.Statement.Context, tx.db.Statement.ConnPool, t, []*T{row})
}

// first returns the first row of a query, nil when there is none.
func first[T any](query *gorm.DB) (*T, error) {
	list, err := readAll[T](query)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}
