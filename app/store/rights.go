package store

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"foyer/models"
)

// askedAtOnce is how many ids one query may name.
const askedAtOnce = 1000

// SessionRoles reads the roles of the agents to whom sessions belong, of all accounts. A session
// that is not there, or has expired, is left out.
func (s *Store) SessionRoles(ctx context.Context, ids []int64) (map[int64]models.Role, error) {
	roles := make(map[int64]models.Role, len(ids))
	for some := range slices.Chunk(ids, askedAtOnce) {
		var rows []struct {
			ID   int64
			Role models.Role
		}
		err := s.read.WithContext(ctx).Raw(`SELECT s.id, a.role FROM sessions s JOIN agents a ON a.id = s.agent_id
			WHERE s.id IN ? AND s.expires_at > ?`, some, models.InstantOf(s.now())).Scan(&rows).Error
		if err != nil {
			return nil, fmt.Errorf("read %d sessions: %w", len(some), err)
		}
		for _, r := range rows {
			roles[r.ID] = r.Role
		}
	}
	return roles, nil
}

// EnabledSites reads those of the sites, of all accounts, that are switched on.
func (s *Store) EnabledSites(ctx context.Context, ids []int64) (map[int64]models.Site, error) {
	sites := make(map[int64]models.Site, len(ids))
	for some := range slices.Chunk(ids, askedAtOnce) {
		var rows []models.Site
		if err := s.read.WithContext(ctx).Where("id IN ? AND enabled", some).Find(&rows).Error; err != nil {
			return nil, fmt.Errorf("read %d sites: %w", len(some), err)
		}
		for _, site := range rows {
			sites[site.ID] = site
		}
	}
	return sites, nil
}

// SetPassword replaces an agent's password, unless that was done meanwhile, and ends all their
// sessions but the one to keep. It returns those that ended.
func (a *Account) SetPassword(ctx context.Context, agentID int64, was, hash string, keep int64) (ended []int64, err error) {
	err = a.store.write.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		res := db.Model(&models.Agent{}).Where("account_id = ? AND id = ? AND password_hash = ?", a.id, agentID, was).
			Update("password_hash", hash)
		if res.Error != nil {
			return fmt.Errorf("set the password of agent %d: %w", agentID, res.Error)
		}
		if res.RowsAffected == 0 {
			return models.Errorf(models.KindConflict, "the password was changed meanwhile")
		}
		others := db.Model(&models.Session{}).Where("account_id = ? AND agent_id = ? AND id <> ?", a.id, agentID, keep)
		if err := others.Session(&gorm.Session{}).Pluck("id", &ended).Error; err != nil {
			return fmt.Errorf("read the sessions of agent %d: %w", agentID, err)
		}
		if err := others.Session(&gorm.Session{}).Delete(&models.Session{}).Error; err != nil {
			return fmt.Errorf("end the sessions of agent %d: %w", agentID, err)
		}
		return nil
	})
	if err != nil {
		return nil, ours(err)
	}
	return ended, nil
}
