package models

// Decision is how a conversation came to ring at an agent, or to be theirs.
type Decision struct {
	ID             int64
	AccountID      int64
	ConversationID int64
	At             Instant
	What           EventKind // assigned, offered, DecidedOverflow or missed
	AgentID        int64
	Why            string
	Facts          Facts `gorm:"serializer:json"`
}

// DecidedOverflow is what a decision comes to by which another department has the conversation.
const DecidedOverflow EventKind = "overflow"

// WhyReturned says that nobody took what was transferred.
const WhyReturned = "returned"

// MaxLeftOut is how many of those who could not have a conversation are kept for each reason.
const MaxLeftOut = 20

// LeaveOut keeps who could not have it, by the reason.
func (f *Facts) LeaveOut(ids map[string][]int64) {
	f.LeftOut, f.LeftOutMore = make(map[string][]int64, len(ids)), nil
	for reason, list := range ids {
		if more := len(list) - MaxLeftOut; more > 0 {
			if f.LeftOutMore == nil {
				f.LeftOutMore = map[string]int{}
			}
			f.LeftOutMore[reason], list = more, list[:MaxLeftOut]
		}
		f.LeftOut[reason] = list
	}
}

// Facts are what a decision was made of. Names are short: there is one for each assignment.
type Facts struct {
	DepartmentID int64              `json:"d"`
	Mode         Mode               `json:"m"`
	Strategy     Strategy           `json:"s"`
	Priority     int                `json:"p,omitempty"`
	Position     int                `json:"n"`
	Waited       int64              `json:"w"` // ms
	Language     string             `json:"l,omitempty"`
	Skills       []string           `json:"k,omitempty"`
	Candidates   []Candidate        `json:"c,omitempty"` // the best first
	LeftOut      map[string][]int64 `json:"o,omitempty"` // agents by the reason why they could not have it, at most MaxLeftOut for each
	LeftOutMore  map[string]int     `json:"x,omitempty"` // how many more there were
}

// Candidate is an agent who could have had the conversation.
type Candidate struct {
	AgentID int64 `json:"a"`
	Open    int   `json:"o"`
	Limit   int   `json:"l"`
	Tier    Tier  `json:"t,omitempty"`
	Idle    int64 `json:"i"` // ms since the last assignment, -1 when there was none
}
