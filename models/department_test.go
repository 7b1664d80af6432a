package models_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/models"
)

func TestWhatADepartmentMayBe(t *testing.T) {
	type d = *models.Department
	long := strings.Repeat("x", models.MaxName)
	good := map[string]func(d){
		"as new":                  func(d) {},
		"the longest name":        func(d d) { d.Name = long },
		"a name of any script":    func(d d) { d.Name = "客服 — Büro" },
		"blanks around it":        func(d d) { d.Name = "  Support " },
		"the most of everything":  func(d d) { d.QueueLimit, d.MaxWait, d.SilentTime = 10_000, 86_400, 86_400 },
		"the longest ring":        func(d d) { d.OfferTime = 300 },
		"the shortest ring":       func(d d) { d.OfferTime = 5 },
		"never idle":              func(d d) { d.IdleWarn, d.IdleClose = 0, 0 },
		"overflow":                func(d d) { d.Then, d.OverflowID = models.ThenOverflow, 8 },
		"overflow, not yet used":  func(d d) { d.Then, d.OverflowID = models.ThenMessage, 8 },
		"one span after another":  func(d d) { d.Hours = models.Hours{"mon": {{From: 600, To: 720}, {From: 0, To: 600}}} },
		"to the end of the day":   func(d d) { d.Hours = models.Hours{"sun": {{From: 1439, To: 1440}}} },
		"never open":              func(d d) { d.Hours = models.Hours{} },
		"holidays":                func(d d) { d.Holidays = []models.Holiday{{Date: "2028-02-29", Name: "Leap"}, {Date: "2026-12-25"}} },
		"another zone":            func(d d) { d.TimeZone = "Australia/Lord_Howe" },
		"round robin, offers":     func(d d) { d.Strategy, d.Mode = models.RoundRobin, models.ModeOffer },
		"tiers, picked by agents": func(d d) { d.Strategy, d.Mode = models.ByTiers, models.ModePull },
	}
	for name, change := range good {
		d := models.NewDepartment("Support")
		d.ID = 7
		change(&d)
		if err := d.Check(); err != nil || d.Name != strings.TrimSpace(d.Name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	bad := map[string]struct {
		change func(d)
		says   string
	}{
		"no name":                {func(d d) { d.Name = "" }, "name"},
		"blanks alone":           {func(d d) { d.Name = " \t\u3000" }, "name"},
		"a name too long":        {func(d d) { d.Name = long + "x" }, "name"},
		"a name with controls":   {func(d d) { d.Name = "a\x00b" }, "name"},
		"a name turned around":   {func(d d) { d.Name = "\u202etroppuS" }, "name"},
		"a name of no text":      {func(d d) { d.Name = "\xff" }, "name"},
		"no zone":                {func(d d) { d.TimeZone = "" }, "time_zone"},
		"the machine's zone":     {func(d d) { d.TimeZone = "Local" }, "time_zone"},
		"an unknown zone":        {func(d d) { d.TimeZone = "Europe/Atlantis" }, `"Europe/Atlantis" is not known`},
		"a path":                 {func(d d) { d.TimeZone = "../../etc/passwd" }, "time_zone"},
		"an absolute path":       {func(d d) { d.TimeZone = "/etc/localtime" }, "time_zone"},
		"a folder":               {func(d d) { d.TimeZone = "Europe" }, "time_zone"},
		"an offset":              {func(d d) { d.TimeZone = "+02:00" }, "time_zone"},
		"a zone with NUL":        {func(d d) { d.TimeZone = "UTC\x00" }, "time_zone"},
		"a zone without end":     {func(d d) { d.TimeZone = strings.Repeat("Europe/", 10_000) }, "time_zone"},
		"an unknown day":         {func(d d) { d.Hours = models.Hours{"monday": nil} }, `"monday"`},
		"hours that overlap":     {func(d d) { d.Hours = models.Hours{"tue": {{From: 600, To: 720}, {From: 540, To: 601}}} }, "hours of tue overlap"},
		"hours twice":            {func(d d) { d.Hours = models.Hours{"tue": {{From: 0, To: 60}, {From: 0, To: 60}}} }, "overlap"},
		"hours within hours":     {func(d d) { d.Hours = models.Hours{"tue": {{From: 0, To: 600}, {From: 60, To: 90}}} }, "overlap"},
		"hours backwards":        {func(d d) { d.Hours = models.Hours{"tue": {{From: 1020, To: 540}}} }, "from must be before to"},
		"hours of no length":     {func(d d) { d.Hours = models.Hours{"tue": {{From: 540, To: 540}}} }, "from must be before to"},
		"hours before midnight":  {func(d d) { d.Hours = models.Hours{"tue": {{From: -1, To: 540}}} }, "hours of tue"},
		"hours past midnight":    {func(d d) { d.Hours = models.Hours{"tue": {{From: 540, To: 1441}}} }, "hours of tue"},
		"no date":                {func(d d) { d.Holidays = []models.Holiday{{Date: "25 Dec"}} }, `"25 Dec" is not a date`},
		"a date that is none":    {func(d d) { d.Holidays = []models.Holiday{{Date: "2026-02-29"}} }, "not a date"},
		"a date twice":           {func(d d) { d.Holidays = []models.Holiday{{Date: "2026-12-25"}, {Date: "2026-12-25"}} }, "twice"},
		"a holiday that folds":   {func(d d) { d.Holidays = []models.Holiday{{Date: "2026-12-25", Hours: []models.Span{{From: 9, To: 9}}}} }, "hours of 2026-12-25"},
		"too many holidays":      {func(d d) { d.Holidays = make([]models.Holiday, models.MaxHolidays+1) }, "at most 400"},
		"another strategy":       {func(d d) { d.Strategy = "random" }, "strategy"},
		"no strategy":            {func(d d) { d.Strategy = "" }, "strategy"},
		"another mode":           {func(d d) { d.Mode = "push" }, "mode"},
		"no mode":                {func(d d) { d.Mode = "" }, "mode"},
		"another then":           {func(d d) { d.Then = "drop" }, "then"},
		"no then":                {func(d d) { d.Then = "" }, "then"},
		"overflow to nowhere":    {func(d d) { d.Then = models.ThenOverflow }, "overflow"},
		"overflow into itself":   {func(d d) { d.Then, d.OverflowID = models.ThenOverflow, 7 }, "another department"},
		"itself, not yet used":   {func(d d) { d.OverflowID = 7 }, "another department"},
		"fewer than nobody":      {func(d d) { d.QueueLimit = -1 }, "queue_limit"},
		"too many in the queue":  {func(d d) { d.QueueLimit = models.MaxQueueLimit + 1 }, "queue_limit"},
		"too short a ring":       {func(d d) { d.OfferTime = 4 }, "offer_s"},
		"too long a ring":        {func(d d) { d.OfferTime = 301 }, "offer_s"},
		"a wait of less than 0":  {func(d d) { d.MaxWait = -1 }, "max_wait_s"},
		"a wait of days":         {func(d d) { d.MaxWait = 86_401 }, "max_wait_s"},
		"silence of less than 0": {func(d d) { d.SilentTime = -1 }, "silent_s"},
		"silence for days":       {func(d d) { d.SilentTime = 86_401 }, "silent_s"},
		"idle less than 0":       {func(d d) { d.IdleWarn = -1 }, "idle_warn_s"},
		"idle for days":          {func(d d) { d.IdleWarn = 86_401 }, "idle_warn_s"},
		"warned and closed":      {func(d d) { d.IdleClose = 0 }, "idle_close_s"},
		"closed before warned":   {func(d d) { d.IdleClose = -1 }, "idle_close_s"},
		"closed after days":      {func(d d) { d.IdleClose = 86_401 }, "idle_close_s"},
	}
	for name, test := range bad {
		d := models.NewDepartment("Support")
		d.ID = 7
		test.change(&d)
		if err := d.Check(); models.KindOf(err) != models.KindInvalid || !strings.Contains(err.Error(), test.says) || len(err.Error()) > 300 {
			t.Errorf("%s: %v, want %q", name, err, test.says)
		}
	}
}

func TestWhatAMemberMayBe(t *testing.T) {
	m := models.NewMember(1, 2)
	if err := m.Check(); err != nil || m.Tier.Rank() != 1 || m.ChatLimit != models.NoLimit {
		t.Errorf("a new one is %+v (%v)", m, err)
	}
	m.Skills, m.Languages = []string{" Billing", "billing", "İade"}, []string{"de-AT", "DE", "pt_BR", "zh-Hant-TW"}
	must(t, m.Check())
	if !slices.Equal(m.Languages, []string{"de", "pt", "zh"}) || !slices.Equal(m.Skills, []string{"billing", strings.ToLower("İade")}) {
		t.Errorf("languages are %q, skills %q", m.Languages, m.Skills)
	}
	for name, change := range map[string]func(*models.DepartmentMember){
		"no tier":                     func(m *models.DepartmentMember) { m.Tier = "" },
		"another tier":                func(m *models.DepartmentMember) { m.Tier = "second" },
		"fewer than none":             func(m *models.DepartmentMember) { m.ChatLimit = -2 },
		"too many":                    func(m *models.DepartmentMember) { m.ChatLimit = 101 },
		"an empty skill":              func(m *models.DepartmentMember) { m.Skills = []string{"a", " "} },
		"a skill of nothing":          func(m *models.DepartmentMember) { m.Skills = []string{"\u202e"} },
		"an empty language":           func(m *models.DepartmentMember) { m.Languages = []string{""} },
		"a region without a language": func(m *models.DepartmentMember) { m.Languages = []string{"de", "-AT"} },
		"too many skills":             func(m *models.DepartmentMember) { m.Skills = make([]string, models.MaxTags+1) },
		"too many languages":          func(m *models.DepartmentMember) { m.Languages = slices.Repeat([]string{"de"}, models.MaxTags+1) },
	} {
		m := models.NewMember(1, 2)
		change(&m)
		if err := m.Check(); models.KindOf(err) != models.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for limit, ok := range map[int]bool{-1: false, 0: true, 1: true, 100: true, 101: false} {
		if err := models.CheckLimit(limit); (err == nil) != ok || !ok && !strings.Contains(err.Error(), fmt.Sprint(limit)) {
			t.Errorf("a limit of %d: %v", limit, err)
		}
	}
	if first, last := models.TierFirst.Rank(), models.TierLast.Rank(); first >= models.TierNormal.Rank() || last <= models.TierNormal.Rank() {
		t.Errorf("the ranks are %d, %d, %d", first, models.TierNormal.Rank(), last)
	}
}

func TestCheckingChangesNothingOfTheCallers(t *testing.T) {
	languages, skills := []string{"de-AT"}, []string{"Billing"}
	m := models.NewMember(1, 2)
	m.Languages, m.Skills = languages, skills
	must(t, m.Check())
	if languages[0] != "de-AT" || skills[0] != "Billing" {
		t.Errorf("they are %q, %q", languages, skills)
	}
}

func TestLanguageIsALocaleWithoutItsRegion(t *testing.T) {
	for locale, want := range map[string]string{"": "", "de": "de", "de-AT": "de", "pt_BR": "pt", " EN-us ": "en", "zh-Hans-CN": "zh", "-": ""} {
		if got := models.Language(locale); got != want {
			t.Errorf("of %q it is %q, want %q", locale, got, want)
		}
	}
}

func TestWhatARuleMayBe(t *testing.T) {
	r := models.RoutingRule{Page: strings.Repeat("茶", models.MaxField), Priority: 9, Skills: []string{"VIP", "vip"}}
	if err := r.Check(); err != nil || !slices.Equal(r.Skills, []string{"vip"}) {
		t.Errorf("%q (%v)", r.Skills, err)
	}
	for name, r := range map[string]models.RoutingRule{
		"too low": {Priority: -10}, "too high": {Priority: 10}, "a page too long": {Page: strings.Repeat("x", models.MaxField+1)},
		"an empty skill": {Skills: []string{""}}, "too many skills": {Skills: make([]string, models.MaxTags+1)},
	} {
		if err := r.Check(); models.KindOf(err) != models.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for n, ok := range map[int]bool{-10: false, -9: true, 0: true, 9: true, 10: false} {
		if err := models.CheckPriority(n); (err == nil) != ok {
			t.Errorf("priority %d: %v", n, err)
		}
	}
}

func TestWhichConversationsARuleFits(t *testing.T) {
	yes, no := true, false
	c := models.Conversation{SiteID: 1, DepartmentID: 2}
	known := models.Visitor{Email: "vera@example.com", PageURL: "https://shop.example/cart?step=2"}
	unknown := models.Visitor{PageURL: "https://shop.example/"}
	tests := map[string]struct {
		rule           models.RoutingRule
		known, unknown bool
	}{
		"any":                     {models.RoutingRule{}, true, true},
		"the site":                {models.RoutingRule{SiteID: 1}, true, true},
		"another site":            {models.RoutingRule{SiteID: 2}, false, false},
		"the department":          {models.RoutingRule{DepartmentID: 2}, true, true},
		"another department":      {models.RoutingRule{SiteID: 1, DepartmentID: 1}, false, false},
		"who said who they are":   {models.RoutingRule{Identified: &yes}, true, false},
		"who did not":             {models.RoutingRule{Identified: &no}, false, true},
		"a page":                  {models.RoutingRule{Page: "*/cart*"}, true, false},
		"a page, and who is who":  {models.RoutingRule{Page: "*/cart*", Identified: &no}, false, false},
		"all that can be asked":   {models.RoutingRule{SiteID: 1, DepartmentID: 2, Page: "https://*", Identified: &yes}, true, false},
		"what gives the priority": {models.RoutingRule{Priority: 9, Skills: []string{"vip"}}, true, true},
	}
	for name, test := range tests {
		if test.rule.Fits(&c, &known) != test.known || test.rule.Fits(&c, &unknown) != test.unknown {
			t.Errorf("%s: of the known %v, of the unknown %v", name, test.rule.Fits(&c, &known), test.rule.Fits(&c, &unknown))
		}
	}
}

// fits asks of one page.
func fits(pattern, page string) bool {
	r := models.RoutingRule{Page: pattern}
	return r.Fits(&models.Conversation{}, &models.Visitor{PageURL: page})
}

func TestPatternsOfPages(t *testing.T) {
	for _, test := range []struct {
		pattern, page string
		want          bool
	}{
		{"", "anything", true}, // no pattern
		{"*", "", true}, {"*", "x", true}, {"***", "", true}, {"a", "", false}, {"a", "a", true}, {"a", "ab", false}, {"b", "ab", false},
		{"A", "a", false}, {"a*", "a", true}, {"a*", "ab", true}, {"a*", "ba", false}, {"*a", "a", true}, {"*a", "ba", true},
		{"*a", "ab", false}, {"*a*", "xax", true}, {"a*b*c", "abc", true}, {"a*b*c", "a1b2c", true}, {"a*b*c", "acb", false},
		{"a*bc", "abcbc", true}, {"a*bc", "abcbd", false}, {"*ab*ab", "ab", false}, {"*ab*ab", "abab", true}, {"*aab", "aaaab", true},
		{"https://*.example/*", "https://shop.example/cart", true}, {"https://*.example/*", "https://shop.example", false},
		{".*", "x", false}, {"[ab]", "a", false}, {"a?", "ab", false}, {"a?", "a?", true}, // no other character means anything
		{"*茶", "绿茶", true}, {"*茶", "绿", false}, {"a*", "a*", true}, {"*\x00*", "a", false},
	} {
		if got := fits(test.pattern, test.page); got != test.want {
			t.Errorf("%q fits %q: %v", test.pattern, test.page, got)
		}
	}
}

// FuzzPatterns compares with a slow way of saying the same.
func FuzzPatterns(f *testing.F) {
	f.Add("a*b*", "aab")
	f.Add("**a*", "ba")
	f.Fuzz(func(t *testing.T, pattern, page string) {
		if len(pattern) > 20 || len(page) > 20 {
			return
		}
		var slow func(p, s string) bool
		slow = func(p, s string) bool {
			if p == "" {
				return s == ""
			}
			if p[0] == '*' {
				return slow(p[1:], s) || s != "" && slow(p, s[1:])
			}
			return s != "" && p[0] == s[0] && slow(p[1:], s[1:])
		}
		if got, want := fits(pattern, page), pattern == "" || slow(pattern, page); got != want {
			t.Errorf("%q fits %q: %v, want %v", pattern, page, got, want)
		}
	})
}

// A pattern is an administrator's, the page any visitor's: together they must not keep the server busy.
func TestNoPatternTakesLong(t *testing.T) {
	pages := map[string]string{
		"the same": strings.Repeat("a", models.MaxField), "with another end": strings.Repeat("a", models.MaxField-1) + "b",
	}
	for _, pattern := range []string{
		strings.Repeat("*", models.MaxField), strings.Repeat("a*", models.MaxField/2), strings.Repeat("*a", models.MaxField/2) + "c",
		"*" + strings.Repeat("a", models.MaxField/2) + "c", strings.Repeat("*aa", models.MaxField/3) + "*c",
	} {
		for name, page := range pages {
			began := time.Now()
			fits(pattern, page)
			if took := time.Since(began); took > time.Second {
				t.Errorf("%.10s... of %s took %s", pattern, name, took)
			}
		}
	}
}
