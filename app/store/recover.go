package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"

	"foyer/models"
)

// What is kept of one run for the next.
const (
	aliveKey  = "alive_at"  // when the server was last known to run
	returnKey = "return_ms" // over how long clients were asked to come back
)

// StayAlive notes that the server is running, so that after a crash it is known until when it was.
func (s *Store) StayAlive(ctx context.Context) error {
	return s.setMeta(ctx, aliveKey, int64(models.InstantOf(s.now())))
}

// PlanReturn notes over how long clients were asked to come back after a planned stop.
func (s *Store) PlanReturn(ctx context.Context, within time.Duration) error {
	return s.setMeta(ctx, returnKey, within.Milliseconds())
}

func (s *Store) setMeta(ctx context.Context, name string, value int64) error {
	return s.write.WithContext(ctx).Exec(`INSERT INTO meta (name, value) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, strconv.FormatInt(value, 10)).Error
}

// takeMeta reads a value and forgets it; missing is what it is when there is none.
func takeMeta(db *gorm.DB, name string, missing int64) (int64, error) {
	var values []string
	if err := db.Raw("DELETE FROM meta WHERE name = ? RETURNING value", name).Scan(&values).Error; err != nil {
		return 0, fmt.Errorf("read %s of the last run: %w", name, err)
	}
	if len(values) == 0 {
		return missing, nil
	}
	return strconv.ParseInt(values[0], 10, 64)
}

// Return is until when people may come back after a restart.
type Return struct {
	Agents   models.Instant // to their conversations
	Visitors models.Instant // to their place in the queue
}

// Recover puts in order what the last run left behind: nobody is connected now, so presence ended
// when the server was last known to run, and everybody has until the given times to come back, or
// longer if clients were asked to take their time.
func (s *Store) Recover(ctx context.Context, back Return) error {
	return s.write.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		alive, err := takeMeta(db, aliveKey, int64(models.InstantOf(s.now())))
		if err != nil {
			return err
		}
		within, err := takeMeta(db, returnKey, 0)
		if err != nil {
			return err
		}
		err = db.Exec(`UPDATE presence_intervals SET ended_at = CASE WHEN started_at > ? THEN started_at ELSE ? END
			WHERE ended_at = 0`, alive, alive).Error
		if err != nil {
			return fmt.Errorf("end the presence of the last run: %w", err)
		}
		return allowReturn(db, Return{back.Agents + models.Instant(within), back.Visitors + models.Instant(within)})
	})
}

// waitsOn says on whom each deadline waits that does not begin anew: until they may be back, nothing is
// made of what they did not do.
var waitsOn = map[models.DueWhat]func(Return) models.Instant{
	models.DueOffer:     Return.ofAgents,
	models.DueSilent:    Return.ofAgents,
	models.DueWait:      Return.ofAgents,
	models.DueClosing:   Return.ofAgents,
	models.DueBack:      Return.ofAgents,
	models.DueIdle:      Return.ofVisitors,
	models.DueIdleClose: Return.ofVisitors,
}

func (r Return) ofAgents() models.Instant { return r.Agents }

func (r Return) ofVisitors() models.Instant { return r.Visitors }

// allowReturn gives everybody until some time to come back.
func allowReturn(db *gorm.DB, back Return) error {
	var open []*models.Conversation
	if err := db.Where("state <> 'closed' AND (state <> 'queued' OR kind = 'chat')").Order("id").Find(&open).Error; err != nil {
		return fmt.Errorf("read what is open: %w", err)
	}
	for _, c := range open {
		for what, at := range c.Deadlines {
			if until := waitsOn[what]; until != nil {
				c.SetDue(what, max(at, until(back)))
			}
		}
		if c.AgentID != 0 {
			c.SetDue(models.DueAgentGrace, back.Agents)
		}
		if c.InQueue() {
			c.SetDue(models.DueAbandoned, back.Visitors)
		}
		err := db.Model(c).Select("deadlines", "due_at", "due_what").Updates(c).Error
		if err != nil {
			return fmt.Errorf("give people time to come back: %w", err)
		}
	}
	return nil
}
