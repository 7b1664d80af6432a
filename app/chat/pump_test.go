package chat

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"foyer/app/hub"
	"foyer/models"
)

// Who has a conversation is told sooner than the others: what the others still have to hear must not
// be older.
func TestNobodyIsToldOfOlderThingsLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{t: t, Service: New(nil, hub.New(), time.Now, Settings{})}
		anna := d.listen(TopicAgents(1), TopicAgent(7))
		ben := d.listen(TopicAgents(1))
		for range tickFrames/10 - 2 { // colleagues, so that a portion is ten
			d.listen(TopicAgents(1))
		}
		for i := range 10 * int(time.Second/beat) { // so much waits before it that the next news comes sooner
			d.pump.tell(d.hub, 1, strconv.Itoa(i), func() []byte { return []byte(`{"t":"other"}`) })
		}
		c := models.Summary{Conversation: models.Conversation{ID: 1, AccountID: 1, AgentID: 7, PublicID: "c", LastSeq: 1}}
		d.tellSummary(c, true)
		c.LastSeq = 2
		d.tellSummary(c, false)
		<-time.After(time.Minute)
		synctest.Wait()
		for name, ear := range map[string]*ear{"anna": anna, "ben": ben} {
			last := 0.0
			for _, f := range ear.frames(t) {
				if f["t"] == "conv" {
					if f["last_seq"].(float64) < last {
						t.Errorf("%s hears of %v after %v", name, f["last_seq"], last)
					}
					last = f["last_seq"].(float64)
				}
			}
			if last != 2 {
				t.Errorf("%s hears of %v at last", name, last)
			}
		}
	})
}
