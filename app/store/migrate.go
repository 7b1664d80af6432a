package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm"

	"foyer/models"
)

//go:embed migrations
var migrations embed.FS

// migrate brings the schema up to date: numbered SQL files, only ever added, each in its own
// transaction. A database that is newer than the program is left alone.
func (s *Store) migrate(ctx context.Context) error {
	dialect, dir := goose.DialectPostgres, "migrations/postgres"
	if s.sqlite {
		dialect, dir = goose.DialectSQLite3, "migrations/sqlite"
	}
	files, err := fs.Sub(migrations, dir)
	if err != nil {
		return err
	}
	pool, err := s.write.DB()
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(dialect, pool, files, goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	has, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	sources := p.ListSources()
	if knows := sources[len(sources)-1].Version; has > knows {
		return models.Errorf(models.KindNotConfigured,
			"the database has schema %d, this program knows %d: use a newer Foyer, or restore a backup made by this one", has, knows)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("bring the schema up to date: %w", err)
	}
	return nil
}

// loadEpoch reads the epoch, making it on the first start.
func (s *Store) loadEpoch(ctx context.Context) error {
	db := s.write.WithContext(ctx)
	err := db.Exec("INSERT INTO meta (name, value) VALUES ('epoch', ?) ON CONFLICT DO NOTHING", NewID(s.now())).Error
	if err != nil {
		return fmt.Errorf("keep the epoch: %w", err)
	}
	return db.Raw("SELECT value FROM meta WHERE name = 'epoch'").Row().Scan(&s.epoch)
}

// missing turns GORM's word for a row that is not there into ours.
func missing(err error, message string) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return &models.Error{Kind: models.KindNotFound, Message: message}
	}
	return err
}
