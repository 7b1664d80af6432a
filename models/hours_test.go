package models_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"foyer/models"
)

// hours reads opening hours as they come over the wire.
func hours(t *testing.T, text string) (h models.Hours) {
	t.Helper()
	must(t, json.Unmarshal([]byte(text), &h))
	return h
}

// utc reads a moment, 0 for "never".
func utc(t *testing.T, text string) models.Instant {
	t.Helper()
	if text == "never" {
		return 0
	}
	at, err := time.Parse("2006-01-02 15:04", text)
	must(t, err)
	return models.InstantOf(at)
}

const (
	office   = `{"mon":[{"from":"09:00","to":"17:30"}],"tue":[{"from":"09:00","to":"17:30"}],"fri":[{"from":"09:00","to":"12:00"},{"from":"13:00","to":"17:00"}]}`
	bar      = `{"fri":[{"from":"18:00","to":"24:00"}],"sat":[{"from":"00:00","to":"02:00"},{"from":"18:00","to":"24:00"}],"sun":[{"from":"00:00","to":"02:00"}]}`
	daily    = `{"mon":[{"from":"09:00","to":"17:00"}],"tue":[{"from":"09:00","to":"17:00"}],"wed":[{"from":"09:00","to":"17:00"}],"thu":[{"from":"09:00","to":"17:00"}],"fri":[{"from":"09:00","to":"17:00"}],"sat":[{"from":"09:00","to":"17:00"}],"sun":[{"from":"09:00","to":"17:00"}]}`
	allWeek  = `{"mon":[{"from":"00:00","to":"24:00"}],"tue":[{"from":"00:00","to":"24:00"}],"wed":[{"from":"00:00","to":"24:00"}],"thu":[{"from":"00:00","to":"24:00"}],"fri":[{"from":"00:00","to":"24:00"}],"sat":[{"from":"00:00","to":"24:00"}],"sun":[{"from":"00:00","to":"24:00"}]}`
	noNights = `{"sun":[{"from":"00:30","to":"02:30"},{"from":"02:45","to":"05:00"}]}`
	theGap   = `{"sun":[{"from":"02:15","to":"02:45"}]}`
	weekdays = `{"thu":[{"from":"09:00","to":"24:00"}],"fri":[{"from":"00:00","to":"06:00"}]}`
)

// 2026-03-02 is a Monday. Moments are of UTC.
func TestWhenADepartmentOpensAndCloses(t *testing.T) {
	christmas := []models.Holiday{{Date: "2026-12-25"}, {Date: "2026-12-28", Hours: []models.Span{{From: 600, To: 720}}}}
	tests := map[string]struct {
		zone, hours, at string
		holidays        []models.Holiday
		open            bool
		next            string
	}{
		"no hours at all":                            {"UTC", "null", "2026-03-02 03:00", nil, true, "never"},
		"never open":                                 {"UTC", "{}", "2026-03-02 03:00", nil, false, "never"},
		"never open, by empty days":                  {"UTC", `{"mon":[]}`, "2026-03-02 03:00", nil, false, "never"},
		"all week by its hours":                      {"Europe/Berlin", allWeek, "2026-03-02 03:00", nil, true, "never"},
		"all week but a holiday":                     {"UTC", allWeek, "2026-12-24 03:00", christmas, true, "2026-12-25 00:00"},
		"always but a holiday":                       {"Europe/Berlin", "null", "2026-12-24 03:00", christmas, true, "2026-12-24 23:00"},
		"always, on the holiday":                     {"Europe/Berlin", "null", "2026-12-25 03:00", christmas, false, "2026-12-25 23:00"},
		"always, the holidays are over":              {"UTC", "null", "2027-01-02 03:00", christmas, true, "never"},
		"before it opens":                            {"Europe/Berlin", office, "2026-03-02 07:59", nil, false, "2026-03-02 08:00"},
		"the moment it opens":                        {"Europe/Berlin", office, "2026-03-02 08:00", nil, true, "2026-03-02 16:30"},
		"the last minute":                            {"Europe/Berlin", office, "2026-03-02 16:29", nil, true, "2026-03-02 16:30"},
		"the moment it closes":                       {"Europe/Berlin", office, "2026-03-02 16:30", nil, false, "2026-03-03 08:00"},
		"lunch":                                      {"Europe/Berlin", office, "2026-03-06 11:30", nil, false, "2026-03-06 12:00"},
		"days without hours":                         {"Europe/Berlin", office, "2026-03-03 17:00", nil, false, "2026-03-06 08:00"},
		"over the weekend":                           {"Europe/Berlin", office, "2026-03-06 17:00", nil, false, "2026-03-09 08:00"},
		"over midnight":                              {"Europe/Berlin", bar, "2026-03-06 20:00", nil, true, "2026-03-07 01:00"},
		"after midnight":                             {"Europe/Berlin", bar, "2026-03-07 00:30", nil, true, "2026-03-07 01:00"},
		"after the night":                            {"Europe/Berlin", bar, "2026-03-07 01:00", nil, false, "2026-03-07 17:00"},
		"a day ahead of UTC":                         {"Pacific/Kiritimati", office, "2026-03-01 19:30", nil, true, "2026-03-02 03:30"},
		"a day behind UTC":                           {"Pacific/Pago_Pago", office, "2026-03-03 04:00", nil, true, "2026-03-03 04:30"},
		"an offset of half an hour":                  {"Asia/Kolkata", office, "2026-03-02 03:29", nil, false, "2026-03-02 03:30"},
		"of a quarter":                               {"Asia/Kathmandu", office, "2026-03-02 03:15", nil, true, "2026-03-02 11:45"},
		"clocks half an hour on":                     {"Australia/Lord_Howe", daily, "2026-10-03 20:00", nil, false, "2026-10-03 22:00"},
		"a holiday":                                  {"Europe/Berlin", office, "2026-12-25 10:00", christmas, false, "2026-12-28 09:00"},
		"a holiday with hours":                       {"Europe/Berlin", office, "2026-12-28 10:00", christmas, true, "2026-12-28 11:00"},
		"after them":                                 {"Europe/Berlin", office, "2026-12-28 11:00", christmas, false, "2026-12-29 08:00"},
		"the holiday of another zone's day":          {"America/New_York", daily, "2026-12-25 02:00", christmas, false, "2026-12-26 14:00"},
		"the year's end":                             {"Europe/Berlin", weekdays, "2026-12-31 22:00", nil, true, "2027-01-01 05:00"},
		"over the year's end":                        {"Europe/Berlin", office, "2026-12-31 10:00", nil, false, "2027-01-01 08:00"},
		"the 29th of February":                       {"UTC", daily, "2028-02-28 17:00", nil, false, "2028-02-29 09:00"},
		"the evening before clocks go on, Berlin":    {"Europe/Berlin", daily, "2026-03-28 16:00", nil, false, "2026-03-29 07:00"},
		"the evening before they go back, Berlin":    {"Europe/Berlin", daily, "2026-10-24 15:00", nil, false, "2026-10-25 08:00"},
		"the evening before clocks go on, New York":  {"America/New_York", daily, "2026-03-07 22:00", nil, false, "2026-03-08 13:00"},
		"the evening before they go back, New York":  {"America/New_York", daily, "2026-10-31 21:00", nil, false, "2026-11-01 14:00"},
		"a night an hour short":                      {"Europe/Berlin", bar, "2026-03-28 23:30", nil, true, "2026-03-29 01:00"},
		"closes in the hour that is skipped, Berlin": {"Europe/Berlin", noNights, "2026-03-29 00:30", nil, true, "2026-03-29 03:00"},
		"and in New York":                            {"America/New_York", noNights, "2026-03-08 06:30", nil, true, "2026-03-08 09:00"},
		"closes in the hour that is twice, Berlin":   {"Europe/Berlin", noNights, "2026-10-24 23:00", nil, true, "2026-10-25 00:30"},
		"opens in it, Berlin":                        {"Europe/Berlin", noNights, "2026-10-25 00:30", nil, false, "2026-10-25 00:45"},
		"and stays open, Berlin":                     {"Europe/Berlin", noNights, "2026-10-25 01:30", nil, true, "2026-10-25 04:00"},
		"closes in the hour that is twice, New York": {"America/New_York", `{"sun":[{"from":"00:00","to":"01:30"}]}`, "2026-11-01 05:00", nil, true, "2026-11-01 05:30"},
		"not again when it comes again":              {"America/New_York", `{"sun":[{"from":"00:00","to":"01:30"}]}`, "2026-11-01 06:00", nil, false, "2026-11-08 05:00"},
		"open in the skipped hour alone, Berlin":     {"Europe/Berlin", theGap, "2026-03-28 10:00", nil, false, "2026-04-05 00:15"},
		"and in New York alone":                      {"America/New_York", theGap, "2026-03-07 10:00", nil, false, "2026-03-15 06:15"},
		"a day without midnight, Cairo":              {"Africa/Cairo", weekdays, "2026-04-23 20:00", nil, true, "2026-04-24 03:00"},
		"Sunday without midnight, Santiago":          {"America/Santiago", `{"sun":[{"from":"09:00","to":"17:00"}]}`, "2026-09-05 20:00", nil, false, "2026-09-06 12:00"},
		"an evening an hour longer, Santiago":        {"America/Santiago", `{"sat":[{"from":"20:00","to":"24:00"}]}`, "2026-04-05 01:00", nil, true, "2026-04-05 04:00"},
		"midnight twice, Havana":                     {"America/Havana", `{"sun":[{"from":"00:00","to":"02:00"}]}`, "2026-11-01 00:00", nil, false, "2026-11-01 04:00"},
		"a day that never was, Apia":                 {"Pacific/Apia", `{"fri":[{"from":"09:00","to":"17:00"}]}`, "2011-12-30 00:00", nil, false, "2012-01-05 19:00"},
		"a zone the machine has lost counts as UTC":  {"Nowhere/Lost", office, "2026-03-02 09:00", nil, true, "2026-03-02 17:30"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d := models.NewDepartment("Support")
			d.TimeZone, d.Hours, d.Holidays = test.zone, hours(t, test.hours), test.holidays
			open, next := d.Turn(utc(t, test.at))
			if open != test.open || next != utc(t, test.next) {
				t.Errorf("open is %v until %s, want %v until %s", open, next.Time().Format(time.RFC3339), test.open, test.next)
			}
			if d.Open(utc(t, test.at)) != test.open {
				t.Error("Open says otherwise")
			}
		})
	}
}

// Whatever the zone, whoever goes from turn to turn finds open and closed by turns, each later than the
// one before, and what is said of a turn holds until it.
func TestTurnsFollowEachOther(t *testing.T) {
	for _, zone := range []string{
		"UTC", "Europe/Berlin", "America/New_York", "Africa/Cairo", "America/Santiago", "Asia/Beirut", "America/Havana",
		"Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Pacific/Kiritimati", "Africa/Casablanca", "Antarctica/Troll",
	} {
		for _, text := range []string{office, bar, daily, noNights, theGap, weekdays} {
			d := models.NewDepartment("Support")
			d.TimeZone, d.Hours = zone, hours(t, text)
			d.Holidays = []models.Holiday{{Date: "2026-03-29", Hours: []models.Span{{From: 90, To: 200}}}, {Date: "2026-04-24"}}
			at := utc(t, "2026-01-01 00:00")
			for at < utc(t, "2027-01-05 00:00") {
				open, next := d.Turn(at)
				if next <= at {
					t.Fatalf("%s, %s: after %s the next turn is at %s", zone, text, at.Time(), next.Time())
				}
				for _, between := range []models.Instant{at + (next-at)/3, next - 1} {
					if o, n := d.Turn(between); o != open || n != next {
						t.Fatalf("%s, %s: at %s open is %v until %s, at %s %v until %s", zone, text,
							at.Time(), open, next.Time(), between.Time(), o, n.Time())
					}
				}
				if d.Open(next) == open {
					t.Fatalf("%s, %s: at %s nothing changes", zone, text, next.Time())
				}
				at = next
			}
		}
	}
}

func TestTheLongestHolidaysHaveAnEnd(t *testing.T) {
	d := models.NewDepartment("Support")
	d.Hours = hours(t, daily)
	first := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	for i := range models.MaxHolidays {
		d.Holidays = append(d.Holidays, models.Holiday{Date: first.AddDate(0, 0, i).Format("2006-01-02")})
	}
	must(t, d.Check())
	want := models.InstantOf(first.AddDate(0, 0, models.MaxHolidays).Add(9 * time.Hour))
	if open, next := d.Turn(models.InstantOf(first)); open || next != want {
		t.Errorf("open is %v until %s, want %s", open, next.Time(), want.Time())
	}
	d.Hours, d.Holidays = models.Hours{}, []models.Holiday{{Date: "2026-03-02", Hours: []models.Span{{From: 0, To: 60}}}}
	if open, next := d.Turn(models.InstantOf(first)); !open || next != models.InstantOf(first.Add(time.Hour)) {
		t.Errorf("open once: %v until %s", open, next.Time())
	}
}

func TestTimesOfDay(t *testing.T) {
	for text, want := range map[string]models.Minute{"00:00": 0, "09:05": 545, "23:59": 1439, "24:00": 1440} {
		var m models.Minute
		must(t, m.UnmarshalText([]byte(text)))
		back, err := m.MarshalText()
		if must(t, err); m != want || string(back) != text {
			t.Errorf("%s is %d, and back %s", text, m, back)
		}
	}
	for _, text := range []string{
		"", "9:00", "09:0", "24:01", "25:00", "09:60", "-1:00", "-0:00", "+9:00", " 9:00", "09: 5", "09:+5", "0x:00", "09.00",
		"09:00 ", "09:00:00", "٠٩:٠٠", "9am", "\x00\x00:00",
	} {
		m := models.Minute(7)
		if err := m.UnmarshalText([]byte(text)); models.KindOf(err) != models.KindInvalid || m != 7 || strings.ContainsRune(err.Error(), 0) {
			t.Errorf("%q is %d (%v)", text, m, err)
		}
	}
}

func BenchmarkTurn(b *testing.B) {
	for name, text := range map[string]string{"office": office, "all week": allWeek, "never": "{}"} {
		b.Run(name, func(b *testing.B) {
			d := models.NewDepartment("Support")
			_ = json.Unmarshal([]byte(text), &d.Hours)
			d.TimeZone = "Europe/Berlin"
			for b.Loop() {
				d.Turn(1_772_442_000_000)
			}
		})
	}
}
