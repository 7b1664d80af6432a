package chat

import (
	"context"
	"log/slog"
	"time"

	"foyer/app/routing"
	"foyer/app/store"
	"foyer/models"
)

// place is what a visitor is told of their waiting.
type place struct {
	number    int
	estimated routing.Wait
	here      bool // somebody who could answer is
}

const (
	paceSpan  = time.Hour // from how long back an estimate is made
	paceCount = 50        // and from how many at most
	paceAge   = 10 * time.Second
)

// pacing is how fast a department's queue moved, as it was known some time ago.
type pacing struct {
	served []models.Instant
	read   models.Instant
}

// retell tells a visitor their place although it may be what they were told before: they have just
// come back.
func (s *Service) retell(c *models.Conversation) {
	s.mu.Lock()
	s.untold[c.AccountID] = append(s.untold[c.AccountID], wait{c.ID, c.QueuedAt})
	s.mu.Unlock()
	s.Kick(c.AccountID)
}

// tellPlaces tells each visitor who still waits their place in the queue of their department, and how
// long it may take, if that is something else than they were told before.
func (s *Service) tellPlaces(ctx context.Context, accountID int64, f *floor, queue []store.Standing, a *assigner) {
	s.mu.Lock()
	for _, w := range s.untold[accountID] {
		delete(a.told, w)
	}
	delete(s.untold, accountID)
	s.mu.Unlock()
	now := models.InstantOf(s.now())
	told := make(map[wait]place, len(queue))
	type line struct {
		last int
		here bool
		pace []models.Instant
	}
	lines := map[int64]*line{}
	for _, c := range queue {
		l := lines[c.DepartmentID]
		if l == nil {
			l = &line{here: f.here(c.DepartmentID), pace: s.pace(ctx, accountID, c.DepartmentID, a, now)}
			lines[c.DepartmentID] = l
		}
		l.last++
		w, p := wait{c.ID, c.QueuedAt}, place{number: l.last, here: l.here}
		if l.here { // else it depends on when somebody comes
			p.estimated = routing.Estimate(l.last, l.pace, now)
		}
		told[w] = p
		if was, ok := a.told[w]; !ok || was != p {
			s.hub.Publish(frame(queueFrameOf(c.PublicID, p)), TopicVisitor(c.VisitorID))
		}
	}
	a.told = told
}

// pace reads how fast a department's queue moved, unless that is known.
func (s *Service) pace(ctx context.Context, accountID, departmentID int64, a *assigner, now models.Instant) []models.Instant {
	p, known := a.paces[departmentID]
	if known && now.Sub(p.read) < paceAge {
		return p.served
	}
	served, err := s.store.For(accountID).Pace(ctx, departmentID, now.Add(-paceSpan), paceCount)
	if err != nil {
		slog.Error("how fast a queue moves could not be read", "department", departmentID, "error", err)
		return nil
	}
	if a.paces == nil {
		a.paces = map[int64]pacing{}
	}
	a.paces[departmentID] = pacing{served, now}
	return served
}

type queueFrame struct {
	T        string     `json:"t"`
	Conv     string     `json:"conv"`
	Position int        `json:"position"`
	Wait     *waitRange `json:"wait_s,omitempty"`
	Here     bool       `json:"here"`
}

type waitRange struct {
	Low  int `json:"low"`
	High int `json:"high"`
}

func queueFrameOf(conv string, p place) queueFrame {
	f := queueFrame{T: "queue", Conv: conv, Position: p.number, Here: p.here}
	if p.estimated.High > 0 {
		f.Wait = &waitRange{int(p.estimated.Low.Seconds()), int(p.estimated.High.Seconds())}
	}
	return f
}
