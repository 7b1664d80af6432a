package store

import (
	"context"
	"fmt"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"foyer/models"
)

func (s *Store) openPostgres(o Options) error {
	for _, pool := range []struct {
		db          **gorm.DB
		connections int
	}{{&s.write, 2}, {&s.read, o.Readers}} { // apart: a slow reader must not keep the writer waiting
		db, err := gorm.Open(postgres.Open(o.DSN), gormConfig())
		if err != nil {
			return &models.Error{Kind: models.KindNotConfigured, Err: err,
				Message: "cannot reach PostgreSQL: check that it runs and that database.dsn names it rightly"}
		}
		*pool.db = db
		if err := limit(db, pool.connections); err != nil {
			return err
		}
	}
	return nil
}

// Alone makes sure that this is the only server on the database, until it is closed: who is
// connected is known to one process only, and another would take their conversations away. On
// SQLite Open has done so; on PostgreSQL a lock is held by a connection kept for that.
func (s *Store) Alone(ctx context.Context) error {
	if s.sqlite {
		return nil
	}
	pool, err := s.read.DB()
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(pool.Stats().MaxOpenConnections + 1)
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	s.unlock = func() { _ = conn.Close() }
	var alone bool
	err = conn.QueryRowContext(ctx,
		"SELECT pg_try_advisory_lock(hashtext('foyer'), hashtext(current_schema()))").Scan(&alone)
	if err != nil {
		return fmt.Errorf("lock the database: %w", err)
	}
	if !alone {
		return models.Errorf(models.KindNotConfigured,
			"another Foyer uses this PostgreSQL database: stop it, or name another one in database.dsn")
	}
	return nil
}
