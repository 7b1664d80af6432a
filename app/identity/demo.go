package identity

import (
	"context"
	"slices"

	"foyer/app/store"
	"foyer/models"
)

// What a demo server has in it.
const (
	DemoSiteKey  = "demo"
	DemoPassword = "foyer-demo"
)

// DemoAgents are the sign-ins of a demo server; the first one is the owner.
var DemoAgents = []struct {
	Email, Name string
	Role        models.Role
}{
	{"owner@demo.test", "Olivia Owner", models.RoleOwner},
	{"anna@demo.test", "Anna", models.RoleAgent},
	{"ben@demo.test", "Ben", models.RoleAgent},
	{"chloe@demo.test", "Chloe", models.RoleAgent},
}

// Demo makes the demo account in a database without accounts, and lets the widget of its site stand
// on the given origins. It reports whether there is a demo site now: a database with accounts of
// its own is left as it is.
func (s *Service) Demo(ctx context.Context, origins []string) (bool, error) {
	empty, err := s.store.Empty(ctx)
	if err != nil {
		return false, err
	}
	if empty {
		return true, s.store.Whole(ctx, func(db *store.Store) error { return makeDemo(ctx, db, origins) })
	}
	site, err := s.store.SiteByKey(ctx, DemoSiteKey)
	if err != nil {
		if models.KindOf(err) == models.KindNotFound {
			return false, nil
		}
		return false, err
	}
	for _, o := range origins {
		if !slices.Contains(site.Origins, o) {
			site.Origins = append(site.Origins, o)
		}
	}
	return true, s.store.For(site.AccountID).SetOrigins(ctx, site.ID, site.Origins)
}

func makeDemo(ctx context.Context, db *store.Store, origins []string) error {
	row, err := db.CreateAccount(ctx, "Demo")
	if err != nil {
		return err
	}
	account := db.For(row.ID)
	support, err := account.CreateDepartment(ctx, models.NewDepartment("Support"))
	if err != nil {
		return err
	}
	orders, err := account.CreateDepartment(ctx, models.NewDepartment("Orders"))
	if err != nil {
		return err
	}
	hash, err := HashPassword(ctx, DemoPassword)
	if err != nil {
		return err
	}
	for _, d := range DemoAgents {
		agent := models.Agent{
			Email: d.Email, Name: d.Name, Role: d.Role, PasswordHash: hash,
			ChatLimit: models.DefaultChatLimit, Availability: models.Online,
		}
		if err := account.CreateAgent(ctx, &agent, support, orders); err != nil {
			return err
		}
	}
	return account.CreateSite(ctx, &models.Site{
		Key: DemoSiteKey, Name: "Kettle & Leaf", Origins: origins, Enabled: true, TypingPreview: true,
	})
}
