package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"foyer/models"
)

// Whole carries out what fn does with the store it is given in one transaction: all of it or
// nothing. It is for setting up; what concerns conversations goes through the Writer.
func (s *Store) Whole(ctx context.Context, fn func(*Store) error) error {
	return s.write.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		whole := *s
		whole.write, whole.read = db, db
		return fn(&whole)
	})
}

// CreateAccount stores a new account.
func (s *Store) CreateAccount(ctx context.Context, name string) (models.Account, error) {
	a := models.Account{PublicID: NewID(s.now()), Name: name, CreatedAt: models.InstantOf(s.now()), AutoAway: models.DefaultAutoAway}
	if err := s.write.WithContext(ctx).Create(&a).Error; err != nil {
		return models.Account{}, fmt.Errorf("create account: %w", err)
	}
	return a, nil
}

// Account reads the account itself.
func (a *Account) Account(ctx context.Context) (models.Account, error) {
	var row models.Account
	err := a.read(ctx).Where("id = ?", a.id).Take(&row).Error
	return row, missing(err, "there is no such account")
}

// Sites reads all sites of the account, by name.
func (a *Account) Sites(ctx context.Context) (list []models.Site, err error) {
	err = a.read(ctx).Where("account_id = ?", a.id).Order("name, id").Find(&list).Error
	return list, err
}

// CreateSite stores a new site.
func (a *Account) CreateSite(ctx context.Context, site *models.Site) error {
	site.AccountID, site.PublicID, site.CreatedAt = a.id, NewID(a.store.now()), models.InstantOf(a.store.now())
	if err := a.store.write.WithContext(ctx).Create(site).Error; err != nil {
		return fmt.Errorf("create site: %w", err)
	}
	return nil
}

// SetOrigins stores where the widget of a site may stand.
func (a *Account) SetOrigins(ctx context.Context, siteID int64, origins []string) error {
	return a.store.write.WithContext(ctx).Model(&models.Site{}).
		Where("account_id = ? AND id = ?", a.id, siteID).Select("origins").Updates(&models.Site{Origins: origins}).Error
}

// SiteByKey reads the site with a key, of whatever account.
func (s *Store) SiteByKey(ctx context.Context, key string) (models.Site, error) {
	var site models.Site
	err := s.read.WithContext(ctx).Where("site_key = ?", askable(key)).Take(&site).Error
	return site, missing(err, "there is no site with this key: check data-site in the snippet")
}

// CreateVisitor stores a new visitor. Like all that visitors bring about it goes through the
// Writer, so that a crowd of arrivals shares transactions with what is being said.
func (a *Account) CreateVisitor(ctx context.Context, v *models.Visitor) error {
	v.AccountID, v.PublicID = a.id, NewID(a.store.now())
	v.CreatedAt, v.SeenAt = models.InstantOf(a.store.now()), models.InstantOf(a.store.now())
	return a.Change(ctx, func(tx *Tx) error {
		if err := owns(tx.db, a.id, "site", v.SiteID); err != nil {
			return err
		}
		v.ID = 0 // an attempt before may have set it
		return tx.db.Create(v).Error
	}, nil)
}

// SaveVisit stores where a visitor is and with which browser. Who they are is another matter: a tab
// may know less of that than another one.
func (a *Account) SaveVisit(ctx context.Context, v *models.Visitor) error {
	v.SeenAt = models.InstantOf(a.store.now())
	return a.Change(ctx, func(tx *Tx) error {
		return tx.db.Model(v).Where("account_id = ? AND id = ?", a.id, v.ID).
			Select("locale", "user_agent", "page_url", "page_title", "page_referrer", "seen_at").
			Updates(v).Error
	}, nil)
}

// VisitorByToken reads the visitor of a site who holds the token with this hash.
func (a *Account) VisitorByToken(ctx context.Context, siteID int64, hash []byte) (models.Visitor, error) {
	var v models.Visitor
	err := a.read(ctx).Where("account_id = ? AND site_id = ? AND token_hash = ?", a.id, siteID, hash).Take(&v).Error
	return v, missing(err, "there is no such visitor")
}

// VisitorWithToken reads the visitor who holds the token with this hash, of whatever account and
// site. One of a site that was switched off is as unknown as one that never was.
func (s *Store) VisitorWithToken(ctx context.Context, hash []byte) (models.Visitor, error) {
	return s.visitorOf(ctx, "visitors.token_hash = ?", hash)
}

// VisitorCalled is VisitorWithToken by public id.
func (s *Store) VisitorCalled(ctx context.Context, publicID string) (models.Visitor, error) {
	return s.visitorOf(ctx, "visitors.public_id = ?", askable(publicID))
}

func (s *Store) visitorOf(ctx context.Context, where string, arg any) (models.Visitor, error) {
	var v models.Visitor
	err := s.read.WithContext(ctx).Joins("JOIN sites ON sites.id = visitors.site_id AND sites.enabled").
		Where(where, arg).Take(&v).Error
	return v, missing(err, "there is no such visitor")
}

// AgentByEmail reads the agent with an e-mail address, of whatever account.
func (s *Store) AgentByEmail(ctx context.Context, email string) (models.Agent, error) {
	var agent models.Agent
	err := s.read.WithContext(ctx).Where("email = ?", email).Take(&agent).Error
	return agent, missing(err, "there is no such agent")
}

// CreateSession stores a sign-in.
func (a *Account) CreateSession(ctx context.Context, session *models.Session) error {
	session.AccountID, session.CreatedAt = a.id, models.InstantOf(a.store.now())
	if err := owns(a.read(ctx), a.id, "agent", session.AgentID); err != nil {
		return err
	}
	if err := a.store.write.WithContext(ctx).Create(session).Error; err != nil {
		return ours(fmt.Errorf("create session: %w", err))
	}
	return nil
}

// SessionByToken reads the sign-in whose token has this hash, unless it has expired.
func (s *Store) SessionByToken(ctx context.Context, hash []byte) (models.Session, error) {
	var session models.Session
	err := s.read.WithContext(ctx).
		Where("token_hash = ? AND expires_at > ?", hash, models.InstantOf(s.now())).Take(&session).Error
	return session, missing(err, "there is no such session")
}

// DeleteSession ends a sign-in.
func (a *Account) DeleteSession(ctx context.Context, id int64) error {
	return a.store.write.WithContext(ctx).
		Where("account_id = ? AND id = ?", a.id, id).Delete(&models.Session{}).Error
}

// DeleteExpiredSessions forgets sign-ins whose time is over, of all accounts.
func (s *Store) DeleteExpiredSessions(ctx context.Context) error {
	return s.write.WithContext(ctx).
		Where("expires_at <= ?", models.InstantOf(s.now())).Delete(&models.Session{}).Error
}

// Empty reports whether there is no account at all.
func (s *Store) Empty(ctx context.Context) (bool, error) {
	var n int64
	err := s.read.WithContext(ctx).Model(&models.Account{}).Count(&n).Error
	return n == 0, err
}
