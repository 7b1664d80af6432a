package models

import (
	"fmt"
	"regexp"
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

var timeOfDay = regexp.MustCompile(`^(([01]\d|2[0-3]):[0-5]\d|24:00)$`)

// MarshalText writes it as hh:mm.
func (m Minute) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%02d:%02d", m/60, m%60), nil }

// UnmarshalText reads hh:mm, up to 24:00.
func (m *Minute) UnmarshalText(text []byte) error {
	if !timeOfDay.Match(text) {
		return Errorf(KindInvalid, "%q is not a time of day: use hh:mm, 00:00 to 24:00", Clip(string(text), 20))
	}
	*m = Minute(int(text[0]-'0')*600 + int(text[1]-'0')*60 + int(text[3]-'0')*10 + int(text[4]-'0'))
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

// How far the next opening or closing is looked for, in days: after the last holiday a week is like the
// next one, and what is open only in an hour that clocks skip is open a week later.
const (
	lookAhead  = 15
	maxHorizon = MaxHolidays + lookAhead // the longest run of holidays anybody has
)

func (d *Department) horizon(today time.Time) int {
	last := 0
	for _, h := range d.Holidays {
		if date, err := time.Parse(dateForm, h.Date); err == nil {
			last = max(last, int(date.Sub(today)/(24*time.Hour)))
		}
	}
	return min(last+lookAhead, maxHorizon)
}

// Turn returns whether the department is open at a time, and when that changes next, 0 for never.
// Times of day are the wall clock's: on a day on which clocks change, 09:00 is when a clock there
// first shows it.
func (d *Department) Turn(at Instant) (open bool, next Instant) {
	if d.Hours == nil && len(d.Holidays) == 0 {
		return true, 0
	}
	zone, err := time.LoadLocation(d.TimeZone)
	if err != nil {
		zone = time.UTC // it was checked when it was stored; the machine has lost its zones
	}
	y, m, day := at.Time().In(zone).Date()
	today := time.Date(y, m, day, 0, 0, 0, 0, time.UTC)
	end := today.AddDate(0, 0, d.horizon(today))
	var until Instant // the end of the stretch that is open at at
	for date := today; date.Before(end); date = date.AddDate(0, 0, 1) {
		for _, s := range d.spansOf(date) {
			from, to := clockTime(date, s.From, zone), clockTime(date, s.To, zone)
			switch {
			case from >= to: // clocks skip it
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
	if until >= clockTime(end, 0, zone) {
		return open, 0 // open for as long as one can see
	}
	return open, until
}

// spansOf returns when the department is open on a date.
func (d *Department) spansOf(date time.Time) []Span {
	text := date.Format(dateForm)
	for _, h := range d.Holidays {
		if h.Date == text {
			return h.Hours
		}
	}
	if d.Hours == nil {
		return []Span{{0, minutesOfDay}}
	}
	return d.Hours[days[date.Weekday()]]
}

// clockTime is when a clock in a zone first shows a time of a date, or more where it skips that. date
// is a midnight of UTC: in some zones clocks skip midnight.
func clockTime(date time.Time, m Minute, zone *time.Location) Instant {
	wall := date.Add(time.Duration(m) * time.Minute)
	t := wall.Add(-36 * time.Hour).In(zone) // before it, whatever the zone
	for {
		_, offset := t.Zone()
		_, end := t.ZoneBounds()
		at := wall.Add(-time.Duration(offset) * time.Second)
		if at.Before(t) {
			at = t // skipped
		}
		if end.IsZero() || at.Before(end) {
			return InstantOf(at)
		}
		t = end
	}
}
