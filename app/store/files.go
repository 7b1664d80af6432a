package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"time"

	"gorm.io/gorm"

	"foyer/models"
)

// UnsentFor is how long a file is kept that was uploaded and not sent.
const UnsentFor = 24 * time.Hour

// Quota is how many bytes visitors may upload in 24 hours.
type Quota struct {
	Visitor int64 // one of them
	Site    int64 // all of one site together
}

// AddFile stores that its author uploads a file to a conversation, if they may write there and the
// quota has room for it. What is stored expires unless it is sent. It is for the caller to say what
// the file is; where it belongs and what it is called outside is filled in.
func (a *Account) AddFile(ctx context.Context, conv string, f *models.File, quota Quota) error {
	return a.Change(ctx, func(tx *Tx) error {
		c, err := tx.Conversation(conv)
		if err != nil {
			return err
		}
		head, err := tx.Summary(c.ID)
		if err != nil {
			return err
		}
		p := Post{Account: a.id, Author: f.Author()}
		if err := p.reaches(&head); err != nil {
			return err
		}
		if err := p.allowed(&head); err != nil {
			return err
		}
		f.ID = 0 // an attempt before may have set it
		f.AccountID, f.SiteID, f.ConversationID = a.id, c.SiteID, c.ID
		f.PublicID, f.CreatedAt, f.ExpiresAt = NewID(tx.now.Time()), tx.now, tx.now.Add(UnsentFor)
		if err := hasQuota(tx.db, f, quota); err != nil {
			return err
		}
		return tx.db.Create(f).Error
	}, nil)
}

func hasQuota(db *gorm.DB, f *models.File, quota Quota) error {
	if f.AuthorType != models.ByVisitor {
		return nil
	}
	var own, all int64
	err := db.Raw(`SELECT CAST(COALESCE(SUM(CASE WHEN author_id = ? THEN size END), 0) AS BIGINT), CAST(COALESCE(SUM(size), 0) AS BIGINT)
		FROM files WHERE site_id = ? AND author_type = 'visitor' AND created_at > ?`,
		f.AuthorID, f.SiteID, f.CreatedAt.Add(-24*time.Hour)).Row().Scan(&own, &all)
	if err != nil {
		return err
	}
	if own+f.Size > quota.Visitor || all+f.Size > quota.Site {
		return &models.Error{Kind: models.KindRateLimited, Message: "too much was uploaded in the last 24 hours: try again tomorrow", Wait: time.Hour}
	}
	return nil
}

// DropFile ends the time of a file whose bytes could not be stored: it can't be sent and counts for no
// quota. Its row stays for the sweeper, since some of the bytes may be there and only the row knows where.
func (a *Account) DropFile(ctx context.Context, id int64) error {
	return a.Change(ctx, func(tx *Tx) error {
		return tx.db.Model(&models.File{}).Where("account_id = ? AND id = ? AND expires_at > 0", a.id, id).
			Updates(map[string]any{"expires_at": tx.now, "size": 0}).Error
	}, nil)
}

// SentFile reads a file that was sent, and whose visitor the conversation is. One that was only
// uploaded is not found, not even by who uploaded it.
func (a *Account) SentFile(ctx context.Context, publicID string) (f models.File, visitorID int64, err error) {
	err = a.read(ctx).Where("account_id = ? AND public_id = ? AND expires_at = 0", a.id, askable(publicID)).Take(&f).Error
	if err != nil {
		return f, 0, missing(err, "there is no such file")
	}
	err = a.read(ctx).Model(&models.Conversation{}).
		Where("account_id = ? AND id = ?", a.id, f.ConversationID).Select("visitor_id").Row().Scan(&visitorID)
	return f, visitorID, err
}

// ExpiredFiles reads files of all accounts whose time is over without their having been sent.
func (s *Store) ExpiredFiles(ctx context.Context, limit int) ([]models.File, error) {
	var list []models.File
	err := s.read.WithContext(ctx).Where("expires_at > 0 AND expires_at <= ?", models.InstantOf(s.now())).
		Order("expires_at").Limit(limit).Find(&list).Error
	return list, err
}

// DeleteExpiredFile forgets a file whose time is over and whose bytes are gone.
func (s *Store) DeleteExpiredFile(ctx context.Context, id int64) error {
	return s.write.WithContext(ctx).
		Where("id = ? AND expires_at > 0 AND expires_at <= ?", id, models.InstantOf(s.now())).Delete(&models.File{}).Error
}

// LinkKey returns the key by which links to files are signed, making it when there is none.
func (s *Store) LinkKey(ctx context.Context) ([]byte, error) {
	made := make([]byte, 32)
	_, _ = rand.Read(made) // never fails: crypto/rand ends the process instead
	db := s.write.WithContext(ctx)
	err := db.Exec("INSERT INTO meta (name, value) VALUES ('link_key', ?) ON CONFLICT DO NOTHING",
		base64.StdEncoding.EncodeToString(made)).Error
	if err != nil {
		return nil, fmt.Errorf("keep the key of links: %w", err)
	}
	var kept string
	if err := db.Raw("SELECT value FROM meta WHERE name = 'link_key'").Row().Scan(&kept); err != nil {
		return nil, fmt.Errorf("read the key of links: %w", err)
	}
	return base64.StdEncoding.DecodeString(kept)
}

// filesOf reads the files that a batch of posts wants to send, by public id.
func filesOf(db *gorm.DB, ops []*op) (map[string]*models.File, error) {
	var ids []string
	for _, o := range ops {
		if id := askable(o.post.File); id != "" {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	var list []models.File
	if err := db.Where("public_id IN ?", ids).Find(&list).Error; err != nil {
		return nil, fmt.Errorf("read files to send: %w", err)
	}
	files := make(map[string]*models.File, len(list))
	for i := range list {
		files[list[i].PublicID] = &list[i]
	}
	return files, nil
}

// take makes a post the one that sends its file.
func (p *Post) take(f *models.File, head *models.Summary, now models.Instant) error {
	ours := f != nil && f.AccountID == p.Account && f.ConversationID == head.ID && f.Author() == p.Author
	switch {
	case !ours || f.ExpiresAt > 0 && f.ExpiresAt <= now:
		return models.Errorf(models.KindNotFound, "there is no such file: upload it again")
	case f.ExpiresAt == 0:
		return models.Errorf(models.KindConflict, "this file was sent already: upload it again to send it twice")
	}
	f.ExpiresAt = 0
	p.Sent = *f
	return nil
}

// keepFiles notes that the files of new lines were sent.
func keepFiles(db *gorm.DB, rows []*models.Message) error {
	var ids []int64
	for _, m := range rows {
		if m.FileID != 0 {
			ids = append(ids, m.FileID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if err := db.Exec("UPDATE files SET expires_at = 0 WHERE id IN ?", ids).Error; err != nil {
		return fmt.Errorf("keep %d files: %w", len(ids), err)
	}
	return nil
}
