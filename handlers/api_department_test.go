package handlers

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"foyer/app/config"
)

// shop is a server with tea, whose owner arranges the queues, and oil.
type shop struct {
	*server
	tea, oil    tenant
	owner       *client
	departments string // path of tea's departments, support's and anna's place in it
	support     string
	member      string
}

func openShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{server: startServer(t, func(c *config.Config) { liftLimits(&c.Limits) })}
	s.tea = s.tenant("tea", 4, "anna", "ben", "supervisor", "admin", "owner")
	s.oil = s.tenant("oil", 4, "eve", "owner")
	s.owner = s.signIn("owner@tea.test")
	s.departments = "/api/v1/departments"
	s.support = s.departments + "/" + s.tea.support.PublicID
	s.member = s.support + "/members/" + s.tea.agents["anna"].PublicID
	return s
}

// arranged is everything that can be arranged, as the owner sees it.
func (s *shop) arranged() []any {
	var all []any
	for _, path := range []string{"departments", "routing", "agents"} {
		all = append(all, s.owner.call("GET", "/api/v1/"+path, nil))
	}
	return all
}

// usual is a new department as it is told, with something else in places.
func usual(name string, but map[string]any) map[string]any {
	d := map[string]any{
		"default": false, "open": true, "members": []any{}, "name": name, "time_zone": "UTC", "hours": nil, "holidays": []any{},
		"strategy": "least_busy", "mode": "auto", "queue_limit": 0.0, "max_wait_s": 0.0, "then": "wait", "overflow": "",
		"offer_s": 20.0, "silent_s": 120.0, "idle_warn_s": 600.0, "idle_close_s": 300.0, "match_language": false,
	}
	for name, value := range but {
		d[name] = value
	}
	return d
}

func TestDepartmentSettings(t *testing.T) {
	s := openShop(t)
	tests := map[string]struct {
		body string
		told map[string]any
	}{
		"only a name":              {`{"name":"N"}`, nil},
		"null is what is left out": {`{"name":"N","hours":null,"holidays":null,"offer_s":null,"mode":null}`, nil},
		"0 is not what is left out": {
			`{"name":"N","silent_s":0,"idle_warn_s":0,"idle_close_s":0,"max_wait_s":0,"queue_limit":0}`,
			map[string]any{"silent_s": 0.0, "idle_warn_s": 0.0, "idle_close_s": 0.0},
		},
		"never open": {`{"name":"N","hours":{}}`, map[string]any{"hours": map[string]any{}, "open": false}},
		"a day that is said to be closed": {`{"name":"N","hours":{"mon":null,"tue":[]}}`, map[string]any{
			"hours": map[string]any{"mon": []any{}, "tue": []any{}}, "open": false,
		}},
		"hours in two parts, in their order": {
			`{"name":"N","time_zone":"Europe/Berlin","hours":{"mon":[{"from":"13:00","to":"24:00"},{"from":"00:00","to":"12:00"}]},"holidays":[
				{"date":"2031-12-25","name":"Christmas","hours":[]},{"date":"2031-12-24","hours":[{"from":"09:00","to":"12:00"}]},{"date":"2031-12-26","hours":null}]}`,
			map[string]any{
				"time_zone": "Europe/Berlin", "hours": map[string]any{"mon": []any{
					map[string]any{"from": "00:00", "to": "12:00"}, map[string]any{"from": "13:00", "to": "24:00"},
				}},
				"holidays": []any{
					map[string]any{"date": "2031-12-25", "name": "Christmas", "hours": []any{}},
					map[string]any{"date": "2031-12-24", "hours": []any{map[string]any{"from": "09:00", "to": "12:00"}}},
					map[string]any{"date": "2031-12-26", "hours": []any{}},
				},
			},
		},
		"everything": {
			`{"name":"N","strategy":"tiers","mode":"offer","queue_limit":7,"max_wait_s":60,"then":"overflow","overflow":"{support}",
				"offer_s":5,"silent_s":1,"idle_warn_s":2,"idle_close_s":3,"match_language":true}`,
			map[string]any{
				"strategy": "tiers", "mode": "offer", "queue_limit": 7.0, "max_wait_s": 60.0, "then": "overflow", "overflow": s.tea.support.PublicID,
				"offer_s": 5.0, "silent_s": 1.0, "idle_warn_s": 2.0, "idle_close_s": 3.0, "match_language": true,
			},
		},
		"what only the server says, and what it doesn't know": {
			`{"name":"N","id":"mine","default":true,"open":false,"members":[{"agent":{"id":"x"}}],"colour":"red"}`, nil,
		},
	}
	other := s.owner.call("POST", s.departments, map[string]any{"name": "Other", "mode": "pull", "silent_s": 9})["id"].(string)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			want := usual("N", test.told)
			change := json.RawMessage(strings.ReplaceAll(test.body, "{support}", s.tea.support.PublicID))
			made := s.owner.call("POST", s.departments, change)
			changed := s.owner.call("PUT", s.departments+"/"+made["id"].(string), json.RawMessage(`{"name":"Made: `+name+`"}`))
			if !sameDepartment(changed, usual("Made: "+name, nil)) {
				t.Errorf("put back: %v", changed)
			}
			changed = s.owner.call("PUT", s.departments+"/"+other, change)
			read := s.owner.call("GET", s.departments+"/"+other, nil)
			for how, got := range map[string]map[string]any{"made": made, "changed": changed, "read": read} {
				if _, said := test.told["open"]; !said && want["hours"] != nil {
					want["open"] = got["open"] // it depends on the day
				}
				if !sameDepartment(got, want) {
					t.Errorf("%s: %v\nwant %v", how, got, want)
				}
			}
			s.owner.call("PUT", s.departments+"/"+other, map[string]any{"name": "Other"})
		})
	}
}

func sameDepartment(got, want map[string]any) bool {
	want["id"] = got["id"]
	return reflect.DeepEqual(got, want)
}

// TestArrangingIsRefused has everything that can be wrong with a setting: it is refused with a reason
// that names it, and nothing is changed.
func TestArrangingIsRefused(t *testing.T) {
	s := openShop(t)
	empty := s.owner.call("POST", s.departments, map[string]any{"name": "Empty"})["id"].(string)
	spills := s.owner.call("POST", s.departments, map[string]any{"name": "Spills", "then": "overflow", "overflow": s.tea.support.PublicID})["id"].(string)
	s.owner.call("PUT", s.departments+"/"+spills+"/members/"+s.tea.agents["anna"].PublicID, map[string]any{})
	fill := strings.NewReplacer("{departments}", s.departments, "{support}", s.support, "{id}", s.tea.support.PublicID, "{empty}", empty, "{spills}", spills,
		"{member}", s.member, "{limit}", "/api/v1/agents/"+s.tea.agents["anna"].PublicID+"/limit",
		"{oils}", s.oil.support.PublicID, "{oil's site}", s.oil.site.PublicID)
	tests := []struct {
		call, body string
		status     int
		says       string
	}{
		{"POST {departments}", `{}`, 400, "name"},
		{"POST {departments}", `{"name":""}`, 400, "name must have 1 to 80 characters"},
		{"POST {departments}", `{"name":" \u200b "}`, 400, "name must have"},
		{"POST {departments}", `{"name":"` + strings.Repeat("x", 81) + `"}`, 400, "name must have"},
		{"POST {departments}", `{"name":"Support"}`, 409, "another department has this name"},
		{"PUT {support}", `{"name":"Empty"}`, 409, "another department has this name"},
		{"PUT {support}", `{"mode":"offer"}`, 400, "name"},
		{"PUT {support}", `{"name":"Support","time_zone":"Mars/Base"}`, 400, `time_zone \"Mars/Base\" is not known: use an IANA name such as Europe/Berlin`},
		{"PUT {support}", `{"name":"Support","time_zone":""}`, 400, "time_zone must be an IANA name"},
		{"PUT {support}", `{"name":"Support","time_zone":"Local"}`, 400, "time_zone must be"},
		{"PUT {support}", `{"name":"Support","time_zone":"../../etc/passwd"}`, 400, "time_zone"},
		{"PUT {support}", `{"name":"Support","hours":{"mon":[{"from":"09:00","to":"12:00"},{"from":"11:59","to":"13:00"}]}}`, 400, "hours of mon overlap"},
		{"PUT {support}", `{"name":"Support","hours":{"mon":[{"from":"12:00","to":"09:00"}]}}`, 400, "hours of mon: from must be before to"},
		{"PUT {support}", `{"name":"Support","hours":{"mon":[{"from":"12:00","to":"12:00"}]}}`, 400, "hours of mon"},
		{"PUT {support}", `{"name":"Support","hours":{"monday":[]}}`, 400, "monday"},
		{"PUT {support}", `{"name":"Support","hours":{"mon":[{"from":"9:00","to":"12:00"}]}}`, 400, `\"9:00\" is not a time of day: use hh:mm`},
		{"PUT {support}", `{"name":"Support","hours":{"mon":[{"from":"09:60","to":"12:00"}]}}`, 400, "09:60"},
		{"PUT {support}", `{"name":"Support","hours":{"mon":[{"from":"09:00","to":"24:01"}]}}`, 400, "24:01"},
		{"PUT {support}", `{"name":"Support","hours":{"mon":[{"from":"09:00"}]}}`, 400, "body.hours.mon[0]"},
		{"PUT {support}", `{"name":"Support","holidays":[{"date":"2026-02-30","hours":[]}]}`, 400, "2026-02-30"},
		{"PUT {support}", `{"name":"Support","holidays":[{"date":"2026-12-25","hours":[]},{"date":"2026-12-25","hours":[]}]}`, 400, "2026-12-25 is there twice"},
		{"PUT {support}", `{"name":"Support","holidays":[{"date":"2026-12-25","hours":[{"from":"09:00","to":"12:00"},{"from":"09:00","to":"12:00"}]}]}`, 400, "hours of 2026-12-25 overlap"},
		{"PUT {support}", `{"name":"Support","strategy":"fair"}`, 400, "strategy must be least_busy, round_robin or tiers"},
		{"PUT {support}", `{"name":"Support","mode":"push"}`, 400, "mode must be auto, offer or pull"},
		{"PUT {support}", `{"name":"Support","then":"hang up"}`, 400, "then must be message, overflow or wait"},
		{"PUT {support}", `{"name":"Support","then":"overflow"}`, 400, "name the department in overflow"},
		{"PUT {support}", `{"name":"Support","then":"overflow","overflow":"nowhere"}`, 400, "overflow: there is no such department"},
		{"PUT {support}", `{"name":"Support","then":"overflow","overflow":"{oils}"}`, 400, "overflow: there is no such department"},
		{"PUT {support}", `{"name":"Support","overflow":"{oils}"}`, 400, "overflow: there is no such department"},
		{"PUT {support}", `{"name":"Support","then":"overflow","overflow":"{id}"}`, 400, "overflow must be another department"},
		{"PUT {support}", `{"name":"Support","then":"overflow","overflow":"{empty}"}`, 409, "nobody answers for Empty: add an agent to it first"},
		{"PUT {support}", `{"name":"Support","then":"overflow","overflow":"{spills}"}`, 400, "overflow leads back to this department"},
		{"POST {departments}", `{"name":"New","then":"overflow","overflow":"{empty}"}`, 409, "nobody answers for Empty"},
		{"PUT {support}", `{"name":"Support","queue_limit":-1}`, 400, "queue_limit must be 0 (none) to 10000"},
		{"PUT {support}", `{"name":"Support","queue_limit":10001}`, 400, "queue_limit"},
		{"PUT {support}", `{"name":"Support","max_wait_s":-1}`, 400, "max_wait_s must be 0 to 86400"},
		{"PUT {support}", `{"name":"Support","offer_s":0}`, 400, "offer_s must be 5 to 300"},
		{"PUT {support}", `{"name":"Support","offer_s":301}`, 400, "offer_s"},
		{"PUT {support}", `{"name":"Support","silent_s":86401}`, 400, "silent_s"},
		{"PUT {support}", `{"name":"Support","idle_warn_s":-5}`, 400, "idle_warn_s"},
		{"PUT {support}", `{"name":"Support","idle_close_s":-5}`, 400, "idle_close_s"},
		{"PUT {support}", `{"name":"Support","idle_warn_s":5,"idle_close_s":0}`, 400, "idle_close_s must be 1 or more"},
		{"PUT {departments}/nowhere", `{"name":"x"}`, 404, "there is no such department"},
		{"PUT {departments}/{oils}", `{"name":"x"}`, 404, "there is no such department"},

		{"PUT {member}", `{"limit":-1}`, 400, "limit must be 0 to 100 conversations, it is -1"},
		{"PUT {member}", `{"limit":101}`, 400, "it is 101"},
		{"PUT {member}", `{"tier":"best"}`, 400, "tier must be first, normal or last"},
		{"PUT {member}", `{"skills":["  "]}`, 400, "skills must not have an empty entry"},
		{"PUT {member}", `{"languages":["de",""]}`, 400, "languages must not have an empty entry"},
		{"PUT {member}", `{"skills":[` + strings.Repeat(`"a",`, 20) + `"a"]}`, 400, "skills has 21 entries: at most 20"},
		{"PUT {support}/members/nobody", `{}`, 404, "no such agent"},
		{"PUT {departments}/nowhere/members/nobody", `{}`, 404, "no such department"},
		{"DELETE {departments}/{empty}/members/nobody", ``, 404, "no such agent"},
		{"PUT {limit}", `{"limit":-1}`, 400, "limit must be 0 to 100 conversations, it is -1"},
		{"PUT {limit}", `{"limit":101}`, 400, "it is 101"},
		{"PUT {limit}", `{}`, 400, "limit"},
		{"PUT /api/v1/agents/nobody/limit", `{"limit":1}`, 404, "no such agent"},

		{"PUT /api/v1/routing", `{"auto_away_s":-1}`, 400, "auto_away_s must be 0 (never) or 120 to 86400"},
		{"PUT /api/v1/routing", `{"rules":[{"priority":0},{"priority":10}]}`, 400, "rule 2: priority must be -9 to 9, it is 10"},
		{"PUT /api/v1/routing", `{"rules":[{"priority":-10}]}`, 400, "rule 1: priority"},
		{"PUT /api/v1/routing", `{"rules":[{}]}`, 400, "priority"},
		{"PUT /api/v1/routing", `{"rules":[{"priority":1,"site":"nowhere"}]}`, 400, "rule 1: there is no such site"},
		{"PUT /api/v1/routing", `{"rules":[{"priority":1,"site":"{oil's site}"}]}`, 400, "rule 1: there is no such site"},
		{"PUT /api/v1/routing", `{"rules":[{"priority":1,"department":"{oils}"}]}`, 400, "rule 1: there is no such department"},
		{"PUT /api/v1/routing", `{"rules":[{"priority":1,"skills":[""]}]}`, 400, "rule 1: skills"},
		{"PUT /api/v1/routing", `{"rules":[{"priority":1,"page":"` + strings.Repeat("x", 501) + `"}]}`, 400, "rule 1: page"},
		{"PUT /api/v1/routing", `{"rules":[` + strings.Repeat(`{"priority":1},`, 100) + `{"priority":1}]}`, 400, "101 rules: at most 100"},
	}
	before := s.arranged()
	for _, test := range tests {
		method, path, _ := strings.Cut(fill.Replace(test.call), " ")
		var body any
		if test.body != "" {
			body = json.RawMessage(fill.Replace(test.body))
		}
		res, text := s.owner.send(method, path, body)
		if res.StatusCode != test.status || !strings.Contains(text, test.says) || res.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: %d %s\nwant %d, %q", test.call, test.body, res.StatusCode, text, test.status, test.says)
		}
		if after := s.arranged(); !reflect.DeepEqual(before, after) {
			t.Fatalf("%s %s changed something:\n%v\n%v", test.call, test.body, before, after)
		}
	}
}

// TestConfusedTypesAreBadRequests puts values of every other type in the place of each field.
func TestConfusedTypesAreBadRequests(t *testing.T) {
	s := openShop(t)
	desk := s.signIn("anna@tea.test")
	desk.agent()
	visitor, _ := s.visitor("tea")
	visitor.say(map[string]any{"t": "start", "id": "1", "cid": "c1", "text": "hello"})
	conv := "/api/v1/conversations/" + visitor.await("event", "kind", "assigned")["conv"].(string)
	calls := map[string]string{
		"POST " + s.departments: `{"name":"New","time_zone":"UTC","hours":{"mon":[{"from":"09:00","to":"12:00"}]},"holidays":[{"date":"2026-12-25","name":"x","hours":[]}],
			"strategy":"tiers","mode":"auto","queue_limit":1,"max_wait_s":1,"then":"wait","overflow":"","offer_s":9,"silent_s":1,"idle_warn_s":1,"idle_close_s":1,"match_language":true}`,
		"PUT " + s.member: `{"tier":"first","limit":1,"skills":["a"],"languages":["de"]}`,
		"PUT /api/v1/agents/" + s.tea.agents["anna"].PublicID + "/limit": `{"limit":4}`,
		"PUT /api/v1/routing":       `{"return_to_last":true,"auto_away_s":0,"rules":[{"site":"","department":"","page":"*","identified":true,"priority":0,"skills":["a"]}]}`,
		"PUT /api/v1/me/accepting":  `{"accepting":true}`,
		"PUT " + conv + "/priority": `{"priority":0}`,
		"POST " + conv + "/invite":  `{"agent":"x"}`,
	}
	before := s.arranged()
	for call, body := range calls {
		method, path, _ := strings.Cut(call, " ")
		var whole any
		must(t, json.Unmarshal([]byte(body), &whole))
		for where, wrong := range confusions(whole) {
			res, text := s.owner.send(method, path, wrong)
			if res.StatusCode != 400 || !strings.Contains(text, `"code":"invalid"`) {
				t.Errorf("%s with %v in %s: %d %s", call, wrong, where, res.StatusCode, text)
			}
		}
	}
	if after := s.arranged(); !reflect.DeepEqual(before, after) {
		t.Errorf("something was changed:\n%v\n%v", before, after)
	}
}

// confusions returns copies of a JSON value, each with a value of another type somewhere in it.
func confusions(v any) map[string]any {
	out := map[string]any{}
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			for where, wrong := range confusions(inner) {
				changed := map[string]any{}
				for k, x := range v {
					changed[k] = x
				}
				changed[name] = wrong
				out[name+"."+where] = changed
			}
		}
	case []any:
		for _, inner := range v {
			for where, wrong := range confusions(inner) {
				out["[]."+where] = []any{wrong}
			}
		}
	}
	for name, other := range map[string]any{"string": "\x00", "number": 1.5, "bool": true, "list": []any{[]any{}}, "object": map[string]any{"$ne": 1}, "huge": json.Number("1e400")} {
		if _, text := v.(string); reflect.TypeOf(v) != reflect.TypeOf(other) && (!text || name != "huge") {
			out[name] = other
		}
	}
	return out
}
