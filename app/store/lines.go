package store

import (
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"foyer/models"
)

// lines adds to the logs.
type lines struct {
	table  *table
	counts map[int]string // UPDATE, by number of rows
}

func linesOf(db *gorm.DB) (*lines, error) {
	messages, err := tableOf(db, &models.Message{})
	return &lines{table: messages, counts: shaped(`WITH k (id, last_seq, last_visible_seq, last_line_seq, unread, visitor_unread) AS (VALUES %s)
		UPDATE conversations SET last_seq = k.last_seq, last_visible_seq = k.last_visible_seq, last_line_seq = k.last_line_seq,
			unread = k.unread, visitor_unread = k.visitor_unread
		FROM k WHERE conversations.id = k.id`, slices.Repeat([]string{"CAST(? AS BIGINT)"}, 6))}, err
}

// add inserts lines and stores the counts of the conversations they belong to.
func (l *lines) add(db *gorm.DB, rows []*models.Message, touched map[int64]*models.Summary) error {
	if len(rows) == 0 {
		return nil
	}
	ctx, pool := db.Statement.Context, db.Statement.ConnPool
	if err := insertAll(ctx, pool, l.table, rows); err != nil {
		return fmt.Errorf("insert %d lines: %w", len(rows), err)
	}
	var args []any
	err := inShapes(slices.Collect(maps.Values(touched)), func(part []*models.Summary) error {
		args = args[:0]
		for _, c := range part {
			args = append(args, c.ID, c.LastSeq, c.LastVisibleSeq, c.LastLineSeq, c.Unread, c.VisitorUnread)
		}
		_, err := pool.ExecContext(ctx, l.counts[len(part)], args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("count lines of %d conversations: %w", len(touched), err)
	}
	return nil
}
