package routing_test

import (
	"testing"

	"foyer/app/routing"
	"foyer/models"
)

// BenchmarkMatch is a crowd: 1,000 wait in 5 departments when 500 agents come who may have 3 each and
// answer for two departments.
func BenchmarkMatch(b *testing.B) {
	departments := make([]routing.Department, 5)
	for i := range departments {
		departments[i] = routing.Department{ID: int64(i), Strategy: models.LeastBusy, Mode: models.ModeAuto}
	}
	for name, test := range map[string]struct{ departments, members int }{"5 departments": {5, 2}, "1 department": {1, 1}} {
		b.Run(name, func(b *testing.B) {
			of := int64(test.departments)
			waiting := make([]routing.Waiting, 1000)
			for i := range waiting {
				waiting[i] = routing.Waiting{ID: int64(i), Department: int64(i) % of, Tried: []int64{int64(i) % 500}}
			}
			agents := make([]routing.Agent, 500)
			for i := range agents {
				agents[i] = routing.Agent{
					ID: int64(i), Status: models.Online, Accepting: true, Limit: 3, LastAssignedAt: models.Instant(i * 7 % 500),
				}
				for n := range int64(test.members) {
					agents[i].Members = append(agents[i].Members, routing.Member{
						Department: (int64(i) + n) % of, Tier: models.TierNormal, Limit: models.NoLimit,
					})
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				if n := len(routing.Match(waiting, agents, departments)); n != len(waiting) {
					b.Fatalf("%d were matched", n)
				}
			}
		})
	}
}
