package uploads

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"foyer/models"
)

const (
	sweepEvery = 10 * time.Minute
	maxSwept   = 100 // files at a time
)

// Run deletes files that were uploaded and not sent in time, until ctx ends.
func (s *Service) Run(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
			slog.Error("unsent files could not be deleted", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Sweep deletes every file whose time is over, past those that can't be deleted now.
func (s *Service) Sweep(ctx context.Context) error {
	for {
		list, err := s.store.ExpiredFiles(ctx, maxSwept)
		if err != nil || len(list) == 0 {
			return err
		}
		var failed []error
		for _, f := range list {
			if err := s.forget(ctx, f); err != nil {
				failed = append(failed, fmt.Errorf("%s: %w", f.PublicID, err))
			}
		}
		if len(failed) == len(list) {
			return errors.Join(failed...)
		}
	}
}

// forget deletes a file: the bytes first, since only the row knows where they are.
func (s *Service) forget(ctx context.Context, f models.File) error {
	if err := s.bucket.remove(ctx, f.Blob); err != nil {
		return err
	}
	return s.store.DeleteExpiredFile(ctx, f.ID)
}
