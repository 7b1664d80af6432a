package models

import (
	"fmt"
	"slices"
	"time"
)

// Hours are when a department is open, by day of the week: a week without any span is always closed,
// nil is always open.
type Hours map[Day][]Span

// Day is a day of the week.
type Day string

// days are in the order of time.Weekday.
var days = []Day{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// Span is a part of a day, such as 09:00 to 17:30. 24:00 is the day's end.
type Span struct {
	From Minute `json:"from"`
	To   Minute `json:"to"`
}

// Minute is a time of day, in minutes after midnight.
type Minute int

const minutesOfDay = 24 * 60

// MarshalText writes it as hh:mm.
func (m Minute) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%02d:%02d", m/60, m%60), nil }

// UnmarshalText reads hh:mm, up to 24:00.
func (m *Minute) UnmarshalText(text []byte) error {
	var h, min int
	n, err := fmt.Sscanf(string(text), "%02d:%02d", &h, &min)
	if *m = Minute(h*60 + min); err != nil || n != 2 || len(text) != 5 || h < 0 || min < 0 || min > 59 || *m > minutesOfDay {
		return Errorf(KindInvalid, "%q is not a time of day: use hh:mm, 00:00 to 24:00", Clip(string(text), 20))
	}
	return nil
}

// Holiday is a date with hours of its own.
type Holiday struct {
	Date  string `json:"date"` // 2006-01-02
	Name  string `json:"name,omitempty"`
	Hours []Span `json:"hours"` // none is closed
}

const dateForm = "2006-01-02"

func (h Hours) check() error {
	for day, spans := range h {
		if !slices.Contains(days, day) {
			return Errorf(KindInvalid, "hours has %q: days are mon, tue, wed, thu, fri, sat, sun", Clip(string(day), 20))
		}
		if err := checkSpans("hours of "+string(day), spans); err != nil {
			return err
		}
		h[day] = append([]Span{}, spans...) // said to be closed is a list as well
	}
	return nil
}

func checkHolidays(list []Holiday) error {
	if len(list) > MaxHolidays {
		return Errorf(KindInvalid, "holidays has %d entries: at most %d are allowed", len(list), MaxHolidays)
	}
	seen := map[string]bool{}
	for i := range list {
		h := &list[i]
		if _, err := time.Parse(dateForm, h.Date); err != nil {
			return Errorf(KindInvalid, "holidays: %q is not a date: use the form 2026-12-25", Clip(h.Date, 20))
		}
		if seen[h.Date] {
			return Errorf(KindInvalid, "holidays: %s is there twice", h.Date)
		}
		seen[h.Date] = true
		h.Name, h.Hours = Clip(h.Name, MaxName), append([]Span{}, h.Hours...)
		if err := checkSpans("hours of "+h.Date, h.Hours); err != nil {
			return err
		}
	}
	return nil
}

// checkSpans sorts the spans of a day and refuses what is empty or overlaps.
func checkSpans(what string, spans []Span) error {
	slices.SortFunc(spans, func(a, b Span) int { return int(a.From - b.From) })
	for i, s := range spans {
		if s.From < 0 || s.To > minutesOfDay || s.From >= s.To {
			return Errorf(KindInvalid, "%s: from must be before to", what)
		}
		if i > 0 && s.From < spans[i-1].To {
			return Errorf(KindInvalid, "%s overlap", what)
		}
	}
	return nil
}

// lookAhead is how far the next opening or closing is looked for, in days: beyond the longest run of
// holidays anybody has.
const lookAhead = MaxHolidays + 14

// Turn returns whether the department is open at a time, and when that changes next, 0 for never.
// Times of day are the wall clock's: on a day on which clocks change, 09:00 is when a clock there
// shows it.
func (d *Department) Turn(at Instant) (open bool, next Instant) {
	if d.Hours == nil && len(d.Holidays) == 0 {
		return true, 0
	}
	zone, err := time.LoadLocation(d.TimeZone)
	if err != nil {
		zone = time.UTC // it was checked when it was stored; the machine has lost its zones
	}
	local := at.Time().In(zone)
	y, m, day := local.Date()
	var until Instant // the end of the stretch that is open at at
	for i := range lookAhead {
		midnight := time.Date(y, m, day+i, 0, 0, 0, 0, zone)
		for _, s := range d.spansOf(midnight) {
			from, to := clockTime(midnight, s.From), clockTime(midnight, s.To)
			switch {
			case open && from <= until: // goes on over midnight
				until = max(until, to)
			case open:
				return true, until
			case to <= at:
			case from > at:
				return false, from
			default:
				open, until = true, to
			}
		}
	}
	if open && d.Hours == nil {
		return true, 0
	}
	return open, until
}

// spansOf returns when the department is open on the day that begins at a midnight.
func (d *Department) spansOf(midnight time.Time) []Span {
	date := midnight.Format(dateForm)
	for _, h := range d.Holidays {
		if h.Date == date {
			return h.Hours
		}
	}
	if d.Hours == nil {
		return []Span{{0, minutesOfDay}}
	}
	return d.Hours[days[midnight.Weekday()]]
}

func clockTime(midnight time.Time, m Minute) Instant {
	y, month, day := midnight.Date()
	return InstantOf(time.Date(y, month, day, int(m)/60, int(m)%60, 0, 0, midnight.Location()))
}
