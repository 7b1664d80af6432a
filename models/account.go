package models

// Account is a tenant: a company with its own sites, agents, departments and reports.
type Account struct {
	ID        int64
	PublicID  string
	Name      string
	CreatedAt Instant `gorm:"autoCreateTime:false"`
}

// Site is one website of an account, known to the widget by its key.
type Site struct {
	ID            int64
	AccountID     int64
	PublicID      string
	Key           string `gorm:"column:site_key"`
	Name          string
	Origins       []string `gorm:"serializer:json"` // where the widget may stand, as scheme://host[:port]
	Enabled       bool
	TypingPreview bool    // agents may see what a visitor has not sent yet
	CreatedAt     Instant `gorm:"autoCreateTime:false"`
}

// Department is a group of agents with a queue of its own. Each account has one default
// department for conversations that ask for none.
type Department struct {
	ID        int64
	AccountID int64
	PublicID  string
	Name      string
	IsDefault bool
	CreatedAt Instant `gorm:"autoCreateTime:false"`
}

// DepartmentMember says that an agent answers for a department.
type DepartmentMember struct {
	AccountID    int64
	DepartmentID int64 `gorm:"primaryKey;autoIncrement:false"`
	AgentID      int64 `gorm:"primaryKey;autoIncrement:false"`
}
