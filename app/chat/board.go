package chat

import (
	"cmp"
	"context"

	"foyer/models"
)

// Board is how the queues of an account stand.
type Board struct {
	At          models.Instant `json:"at" format:"date-time"`
	Departments []BoardLine    `json:"departments" doc:"by name"`
}

// BoardLine is how the queue of one department stands.
type BoardLine struct {
	Department  Named `json:"department"`
	Open        bool  `json:"open" doc:"by its opening hours"`
	Waiting     int   `json:"waiting" doc:"visitors in the queue, those who ring at somebody included"`
	LongestWait int64 `json:"longest_wait_ms" doc:"since first arrival"`
	Offered     int   `json:"offered" doc:"of those waiting: ringing at somebody"`
	Active      int   `json:"active" doc:"conversations somebody has"`
	Messages    int   `json:"messages" doc:"left while nobody could answer, and not taken yet"`
	Online      int   `json:"online" doc:"members who are online"`
	Accepting   int   `json:"accepting" doc:"of those: who accept conversations"`
	FreeSlots   int   `json:"free_slots" doc:"how many more conversations those may have"`
}

// Board returns how the queues of the account stand.
func (s *Service) Board(ctx context.Context, a models.Agent) (Board, error) {
	account := s.store.For(a.AccountID)
	f, err := s.floor(ctx, a.AccountID)
	if err != nil {
		return Board{}, err
	}
	queue, err := account.Queue(ctx, 0)
	if err != nil {
		return Board{}, err
	}
	messages, err := account.Messages(ctx)
	if err != nil {
		return Board{}, err
	}
	now := models.InstantOf(s.now())
	b := Board{At: now, Departments: make([]BoardLine, len(f.Departments))}
	lines := make(map[int64]*BoardLine, len(f.Departments))
	for i, d := range f.Departments {
		lines[d.ID] = &b.Departments[i]
		b.Departments[i] = BoardLine{Department: Named{d.PublicID, d.Name}, Open: d.Open(now), Messages: messages[d.ID]}
	}
	for _, c := range queue {
		l := lines[c.DepartmentID]
		if l == nil { // newer than what is known of the departments
			continue
		}
		l.Waiting++
		l.LongestWait = max(l.LongestWait, now.Sub(c.ArrivedAt).Milliseconds())
		if c.State == models.StateOffered {
			l.Offered++
		}
	}
	for _, load := range f.Loads {
		if l := lines[load.DepartmentID]; l != nil {
			l.Active += load.Open
		}
	}
	for _, l := range lines {
		l.Active -= l.Offered
	}
	f.staff(lines)
	return b, nil
}

// staff counts who is there for each department.
func (f *floor) staff(lines map[int64]*BoardLine) {
	for _, a := range f.agents {
		if a.Status != models.Online {
			continue
		}
		for _, m := range a.Members {
			l := lines[m.Department]
			if l == nil {
				continue
			}
			if l.Online++; !a.Accepting {
				continue
			}
			l.Accepting++
			free := a.Limit - a.Open
			if m.Limit != models.NoLimit {
				free = min(free, m.Limit-m.Open)
			}
			l.FreeSlots += max(free, 0)
		}
	}
}

func compareNames(a, b Named) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
}
