package store

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"foyer/models"
)

// Departments reads all departments of the account, by name.
func (a *Account) Departments(ctx context.Context) ([]models.Department, error) {
	var list []models.Department
	err := a.read(ctx).Where("account_id = ?", a.id).Order("name, id").Find(&list).Error
	return list, err
}

// DepartmentCalled reads the department with a public id, the default one for "".
func (a *Account) DepartmentCalled(ctx context.Context, publicID string) (models.Department, error) {
	var d models.Department
	q := a.read(ctx).Where("account_id = ?", a.id)
	if publicID == "" {
		q = q.Where("is_default")
	} else {
		q = q.Where("public_id = ?", askable(publicID))
	}
	err := q.Take(&d).Error
	return d, missing(err, "there is no such department")
}

// Department reads one department.
func (a *Account) Department(ctx context.Context, id int64) (models.Department, error) {
	var d models.Department
	err := a.read(ctx).Where("account_id = ? AND id = ?", a.id, id).Take(&d).Error
	return d, missing(err, "there is no such department")
}

// Members reads who answers for which department, in the order of their becoming agents.
func (a *Account) Members(ctx context.Context) ([]models.DepartmentMember, error) {
	list, err := readAll[models.DepartmentMember](a.read(ctx).Model(&models.DepartmentMember{}).
		Where("account_id = ?", a.id).Order("agent_id, department_id"))
	if err != nil {
		return nil, fmt.Errorf("read department members: %w", err)
	}
	return list, nil
}

// CreateDepartment stores a new department; the first one of an account is the default. A name that is
// taken is a conflict.
func (a *Account) CreateDepartment(ctx context.Context, d models.Department) (models.Department, error) {
	d.AccountID, d.PublicID, d.CreatedAt = a.id, NewID(a.store.now()), models.InstantOf(a.store.now())
	err := a.store.write.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		var n int64
		if err := db.Model(&models.Department{}).Where("account_id = ?", a.id).Count(&n).Error; err != nil {
			return err
		}
		d.IsDefault = n == 0
		if err := a.checkOverflow(db, &d); err != nil {
			return err
		}
		return nameTaken(db.Create(&d).Error)
	})
	return d, err
}

// SaveDepartment stores the settings of a department.
func (a *Account) SaveDepartment(ctx context.Context, d *models.Department) error {
	return a.store.write.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		if err := owns(db, a.id, "department", d.ID); err != nil {
			return err
		}
		if err := a.checkOverflow(db, d); err != nil {
			return err
		}
		return nameTaken(db.Model(d).Select("*").Omit("id", "account_id", "public_id", "is_default", "created_at").
			Where("account_id = ?", a.id).Updates(d).Error)
	})
}

// checkOverflow refuses a department to overflow into that is not there, or from which one comes back.
// It holds the account until the transaction ends, so that two who change departments make no circle.
func (a *Account) checkOverflow(db *gorm.DB, d *models.Department) error {
	if d.OverflowID == 0 {
		return nil
	}
	if err := a.hold(db); err != nil {
		return err
	}
	seen := map[int64]bool{d.ID: true}
	for next, then := d.OverflowID, d.Then; next != 0; {
		if seen[next] {
			return models.Errorf(models.KindInvalid, "overflow leads back to this department")
		}
		var other models.Department
		if err := db.Where("account_id = ? AND id = ?", a.id, next).Take(&other).Error; err != nil {
			return missing(err, "there is no such department to overflow into")
		}
		if then != models.ThenOverflow || other.Then != models.ThenOverflow {
			return nil
		}
		seen[next] = true
		next = other.OverflowID
	}
	return nil
}

func nameTaken(err error) error {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return models.Errorf(models.KindConflict, "another department has this name")
	}
	return err
}

// SaveMember makes an agent a member of a department, or changes what they are there.
func (a *Account) SaveMember(ctx context.Context, m models.DepartmentMember) error {
	m.AccountID = a.id
	return a.store.write.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		if err := owns(db, a.id, "department", m.DepartmentID); err != nil {
			return err
		}
		if err := owns(db, a.id, "agent", m.AgentID); err != nil {
			return err
		}
		return db.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "department_id"}, {Name: "agent_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"tier", "chat_limit", "skills", "languages"}),
		}).Create(&m).Error
	})
}

// DeleteMember takes an agent out of a department. Conversations they have stay theirs. The last one
// stays while somebody waits there, or would be sent there.
func (a *Account) DeleteMember(ctx context.Context, departmentID, agentID int64) error {
	return a.store.write.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		if err := a.hold(db); err != nil { // of two who go at once, one is the last
			return err
		}
		res := db.Where("account_id = ? AND department_id = ? AND agent_id = ?", a.id, departmentID, agentID).
			Delete(&models.DepartmentMember{})
		if res.Error == nil && res.RowsAffected == 0 {
			return models.Errorf(models.KindNotFound, "this agent is not in the department")
		}
		if res.Error != nil {
			return res.Error
		}
		return a.maybeUnstaffed(db, departmentID)
	})
}

// maybeUnstaffed says why nobody answering for a department may not be, if that is so.
func (a *Account) maybeUnstaffed(db *gorm.DB, departmentID int64) error {
	staffed, waited, overflow := false, false, false
	err := db.Raw(`SELECT EXISTS (SELECT 1 FROM department_members WHERE account_id = ? AND department_id = ?),
		EXISTS (SELECT 1 FROM conversations WHERE account_id = ? AND department_id = ? AND state IN ('queued', 'offered') AND kind = 'chat'),
		EXISTS (SELECT 1 FROM departments WHERE account_id = ? AND overflow_id = ?)`,
		a.id, departmentID, a.id, departmentID, a.id, departmentID).Row().Scan(&staffed, &waited, &overflow)
	switch {
	case err != nil || staffed:
		return err
	case waited:
		return models.Errorf(models.KindNotEligible, "this agent is the last of the department, and somebody waits there: add another one first")
	case overflow:
		return models.Errorf(models.KindNotEligible, "this agent is the last of the department, and another one overflows into it: add another agent first")
	}
	return nil
}

// hold keeps others from changing how the account's departments hang together until the transaction ends.
func (a *Account) hold(db *gorm.DB) error {
	var account models.Account
	err := db.Clauses(clause.Locking{Strength: "UPDATE"}).Where("id = ?", a.id).Take(&account).Error
	return missing(err, "there is no such account")
}

// SetLimit stores how many conversations an agent may have at once.
func (a *Account) SetLimit(ctx context.Context, agentID int64, limit int) error {
	res := a.store.write.WithContext(ctx).Model(&models.Agent{}).
		Where("account_id = ? AND id = ?", a.id, agentID).UpdateColumn("chat_limit", limit)
	if res.Error == nil && res.RowsAffected == 0 {
		return models.Errorf(models.KindNotFound, "there is no such agent")
	}
	return res.Error
}

// SaveRouting stores what the account wants of routing.
func (a *Account) SaveRouting(ctx context.Context, account models.Account) error {
	account.ID = a.id
	return a.store.write.WithContext(ctx).Model(&account).
		Select("return_to_last", "auto_away", "routing_rules").Updates(&account).Error
}
