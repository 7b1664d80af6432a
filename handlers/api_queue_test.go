package handlers

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"foyer/models"
)

const api = "/api/v1/"

// arrange changes support's settings.
func (s *shop) arrange(settings map[string]any) {
	s.t.Helper()
	settings["name"] = "Support"
	s.owner.call("PUT", s.support, settings)
}

// writes opens a visitor's socket and begins a conversation with a line, or one of another kind.
func (s *shop) writes(text string, more ...any) (*peer, string) {
	s.t.Helper()
	p, _ := s.visitor("tea")
	start := map[string]any{"t": "start", "id": "start", "cid": "c1", "text": text}
	for i := 0; i < len(more); i += 2 {
		start[more[i].(string)] = more[i+1]
	}
	p.say(start)
	return p, p.await("ok", "id", "start")["conv"].(string)
}

// annas begins a conversation that anna has, whoever else is here.
func (s *shop) annas(text string) (*peer, string) {
	s.t.Helper()
	p, conv := s.writes(text)
	p.await("event", "kind", "assigned")
	p.seen = nil
	return p, conv
}

func TestRoles(t *testing.T) {
	s := openShop(t)
	s.owner.call("PUT", api+"agents/"+s.tea.agents["anna"].PublicID+"/limit", map[string]any{"limit": 100})
	s.signIn("anna@tea.test").agent()
	named := map[string]string{"agent": "ben", "supervisor": "supervisor", "admin": "admin", "owner": "owner"}
	who := map[string]*client{"agent": s.signIn("ben@tea.test"), "owner": s.owner}
	for _, role := range []string{"supervisor", "admin"} {
		who[role] = s.signIn(role + "@tea.test")
	}
	who["supervisor"].agent() // whom others may invite
	must(t, s.db.For(s.tea.account.ID).DeleteMember(context.Background(), s.tea.support.ID, s.tea.agents["supervisor"].ID))
	fill := strings.NewReplacer("{departments}", s.departments, "{support}", s.support, "{member}", s.member,
		"{anna}", s.tea.agents["anna"].PublicID, "{supervisor}", s.tea.agents["supervisor"].PublicID)
	const everybody, supervisors, administrators = "agent supervisor admin owner", "supervisor admin owner", "admin owner"
	tests := []struct {
		call, body string
		may        string
		refused    int
		says       string
	}{
		{"GET {departments}", ``, everybody, 0, ""},
		{"GET {support}", ``, everybody, 0, ""},
		{"GET /api/v1/routing", ``, everybody, 0, ""},
		{"GET /api/v1/board", ``, everybody, 0, ""},
		{"POST {departments}", `{"name":"Made by {role}"}`, administrators, 403, "only owners and administrators may change this"},
		{"PUT {support}", `{"name":"Support"}`, administrators, 403, "only owners and administrators may change this"},
		{"DELETE {support}/members/{self}", ``, administrators, 403, "only owners and administrators may change this"},
		{"PUT {member}", `{}`, administrators, 403, "only owners and administrators may change this"},
		{"PUT /api/v1/routing", `{}`, administrators, 403, "only owners and administrators may change this"},
		{"PUT /api/v1/agents/{anna}/limit", `{"limit":100}`, supervisors, 403, "only supervisors may change limits"},
		{"PUT /api/v1/conversations/{conv}/priority", `{"priority":3}`, everybody, 0, ""},
		{"GET /api/v1/conversations/{conv}/routing", ``, supervisors, 403, "only supervisors may see why"},
		{"POST /api/v1/conversations/{conv}/take", ``, supervisors, 409, "anna already has this conversation"},
		{"POST /api/v1/conversations/{conv}/transfer", `{"department":"{department}"}`, supervisors, 403, "only they or a supervisor can do this"},
		{"POST /api/v1/conversations/{conv}/close", ``, supervisors, 403, "only they or a supervisor can do this"},
		{"POST /api/v1/conversations/{conv}/invite", `{"agent":"{supervisor}"}`, supervisors, 403, "only they or a supervisor can do this"},
		{"DELETE /api/v1/conversations/{guests}/guests/{supervisor}", ``, supervisors, 403, "only they or a supervisor can do this"},
	}
	for _, test := range tests {
		for role, c := range who {
			conv := ""
			if strings.Contains(test.call, "/conversations/") {
				_, conv = s.annas(test.call + role)
			}
			if strings.Contains(test.call, "{guests}") {
				s.owner.call("POST", api+"conversations/"+conv+"/invite", map[string]any{"agent": s.tea.agents["supervisor"].PublicID})
			}
			fillToo := strings.NewReplacer("{conv}", conv, "{guests}", conv, "{role}", role, "{self}", s.tea.agents[named[role]].PublicID, "{department}", s.tea.support.PublicID)
			method, path, _ := strings.Cut(fillToo.Replace(fill.Replace(test.call)), " ")
			var body any
			if test.body != "" {
				body = json.RawMessage(fillToo.Replace(fill.Replace(test.body)))
			}
			res, text := c.send(method, path, body)
			if may := strings.Contains(" "+test.may, " "+role); may && res.StatusCode/100 != 2 {
				t.Errorf("%s as %s: %d %s", test.call, role, res.StatusCode, text)
			} else if !may && (res.StatusCode != test.refused || !strings.Contains(text, test.says)) {
				t.Errorf("%s as %s: %d %s, want %d, %q", test.call, role, res.StatusCode, text, test.refused, test.says)
			}
		}
	}
}

// TestIdsOfAnotherTenantAreUnknown names tea's agents, departments and sites in calls and frames that
// are somebody else's own.
func TestIdsOfAnotherTenantAreUnknown(t *testing.T) {
	s := openShop(t)
	eve, boss := s.signIn("eve@oil.test"), s.signIn("owner@oil.test")
	eve.agent()
	visitor, _ := s.visitor("oil")
	visitor.say(map[string]any{"t": "start", "id": "1", "cid": "c1", "text": "hello"})
	conv := visitor.await("event", "kind", "assigned")["conv"].(string)
	anna, tea := s.tea.agents["anna"].PublicID, s.tea.support.PublicID
	oils, held := s.departments+"/"+s.oil.support.PublicID, api+"conversations/"+conv
	tests := []struct {
		method, path, body string
		id                 string
	}{
		{"PUT", oils, `{"name":"Support","overflow":"{id}"}`, tea},
		{"PUT", oils, `{"name":"Support","then":"overflow","overflow":"{id}"}`, tea},
		{"POST", s.departments, `{"name":"New","overflow":"{id}"}`, tea},
		{"PUT", oils + "/members/{id}", `{}`, anna},
		{"DELETE", oils + "/members/{id}", ``, anna},
		{"PUT", "/api/v1/routing", `{"rules":[{"priority":1,"site":"{id}"}]}`, s.tea.site.PublicID},
		{"PUT", "/api/v1/routing", `{"rules":[{"priority":1,"department":"{id}"}]}`, tea},
		{"PUT", api + "agents/{id}/limit", `{"limit":1}`, anna},
		{"POST", held + "/invite", `{"agent":"{id}"}`, anna},
		{"DELETE", held + "/guests/{id}", ``, anna},
		{"POST", held + "/transfer", `{"agent":"{id}"}`, anna},
		{"POST", held + "/transfer", `{"department":"{id}"}`, tea},
	}
	seen := func() []any {
		return append(s.arranged(), boss.call("GET", s.departments, nil), boss.call("GET", "/api/v1/routing", nil), boss.call("GET", held, nil))
	}
	before := seen()
	for _, test := range tests {
		ask := func(id string) (int, string) {
			var body any
			if test.body != "" {
				body = json.RawMessage(strings.ReplaceAll(test.body, "{id}", id))
			}
			res, text := boss.send(test.method, strings.ReplaceAll(test.path, "{id}", id), body)
			return res.StatusCode, text
		}
		status, theirs := ask(test.id)
		if _, unknown := ask("01ARZ3NDEKTSV4RRFFQ69G5FAV"); theirs != unknown || status != 400 && status != 404 {
			t.Errorf("%s %s %s: %d %s; unknown: %s", test.method, test.path, test.body, status, theirs, unknown)
		}
	}
	other, _ := s.visitor("oil")
	for _, kind := range []string{"chat", "message"} {
		other.say(map[string]any{"t": "start", "id": kind, "cid": kind, "text": "x", "department": tea, "kind": kind})
		if e := other.await("err", "id", kind); e["code"] != "not_found" {
			t.Errorf("a start in another tenant's department: %v", e)
		}
	}
	if after := seen(); !reflect.DeepEqual(before, after) {
		t.Errorf("something was changed:\n%v\n%v", before, after)
	}
}

// TestMovesAreRefused has what agents may not do with a conversation: the reason says who or what
// stands against it, and nothing is changed.
func TestMovesAreRefused(t *testing.T) {
	s := openShop(t)
	anna := s.signIn("anna@tea.test")
	anna.agent()
	_, conv := s.annas("hello")
	ben := s.signIn("ben@tea.test")
	admin := s.signIn("admin@tea.test") // is here, but accepts nothing
	admin.agent()
	admin.call("PUT", "/api/v1/me/accepting", map[string]any{"accepting": false})
	supervisor := s.signIn("supervisor@tea.test") // is here, but away
	supervisor.agent()
	supervisor.call("PUT", "/api/v1/me/availability", map[string]any{"status": "away"})
	empty := s.owner.call("POST", s.departments, map[string]any{"name": "Empty"})["id"].(string)
	s.tenantAgent("full", 0)
	s.signIn("full@tea.test").agent()
	tests := []struct {
		call, body string
		status     int
		says       string
	}{
		{"transfer", `{"agent":"{anna}"}`, 409, "this agent already has the conversation"},
		{"transfer", `{"agent":"{ben}"}`, 409, "ben is not online"},
		{"transfer", `{"agent":"{supervisor}"}`, 409, "supervisor is not online"},
		{"transfer", `{"agent":"{admin}"}`, 409, "admin is not online, or takes no new conversations just now"},
		{"transfer", `{"agent":"{full}"}`, 409, "full has 0 of 0 conversations"},
		{"transfer", `{"agent":"nobody"}`, 404, "no such agent"},
		{"transfer", `{"department":"nowhere"}`, 404, "no such department"},
		{"transfer", `{"department":"{empty}"}`, 409, "nobody answers for Empty: add an agent to it first"},
		{"transfer", `{"agent":"{full}","department":"{empty}"}`, 400, "name either an agent or a department"},
		{"transfer", `{}`, 400, "name either an agent or a department"},
		{"invite", `{"agent":"{anna}"}`, 409, "this agent is in the conversation already"},
		{"invite", `{"agent":"{ben}"}`, 409, "ben is not online"},
		{"invite", `{"agent":"{supervisor}"}`, 409, "supervisor is not online"},
		{"invite", `{"agent":"nobody"}`, 404, "no such agent"},
		{"invite", `{}`, 400, "agent"},
		{"accept", ``, 409, "does not ring at you any more"}, // by ben, as is the last
		{"decline", ``, 409, "does not ring at you any more"},
		{"guests/{ben}", ``, 404, "this agent was not invited"},
		{"guests/{anna}", ``, 404, "this agent was not invited"},
		{"priority", `{"priority":10}`, 400, "priority must be -9 to 9, it is 10"},
		{"priority", `{"priority":-10}`, 400, "priority must be -9 to 9, it is -10"},
		{"priority", `{}`, 400, "priority"},
		{"take", ``, 409, "anna already has this conversation"},
	}
	tea := func(name string) string { return s.tea.agents[name].PublicID }
	fill := strings.NewReplacer("{anna}", tea("anna"), "{ben}", tea("ben"), "{supervisor}", tea("supervisor"), "{admin}", tea("admin"),
		"{full}", tea("full"), "{empty}", empty)
	before := s.state(conv)
	for _, test := range tests {
		method, c := map[string]string{"guests": "DELETE", "priority": "PUT"}[strings.Split(test.call, "/")[0]], anna
		if method == "" {
			method = "POST"
		}
		if test.call == "take" || test.call == "accept" {
			c = ben
		}
		var body any
		if test.body != "" {
			body = json.RawMessage(fill.Replace(test.body))
		}
		res, text := c.send(method, api+"conversations/"+conv+"/"+fill.Replace(test.call), body)
		if res.StatusCode != test.status || !strings.Contains(text, test.says) {
			t.Errorf("%s %s: %d %s\nwant %d, %q", test.call, test.body, res.StatusCode, text, test.status, test.says)
		}
		if after := s.state(conv); !reflect.DeepEqual(before, after) {
			t.Fatalf("%s %s changed something:\n%v\n%v", test.call, test.body, before, after)
		}
	}
}

// tenantAgent adds an agent with a limit to tea's support.
func (s *shop) tenantAgent(name string, limit int) {
	s.t.Helper()
	a := s.tea.agents["anna"]
	a = models.Agent{Email: name + "@tea.test", Name: name, Role: models.RoleAgent, PasswordHash: a.PasswordHash, ChatLimit: limit, Availability: models.Online}
	must(s.t, s.db.For(s.tea.account.ID).CreateAgent(context.Background(), &a, s.tea.support))
	s.tea.agents[name] = a
}

func TestAcceptingIsApartFromAvailability(t *testing.T) {
	s := openShop(t)
	anna, ben := s.signIn("anna@tea.test"), s.signIn("ben@tea.test").agent()
	anna.agent()
	me := anna.call("PUT", "/api/v1/me/accepting", map[string]any{"accepting": false})
	if me["accepting"] != false || me["status"] != "online" || me["auto_away_ms"] != 1_800_000.0 {
		t.Errorf("me: %v", me)
	}
	told := ben.await("presence", "agent", s.tea.agents["anna"].PublicID, "accepting", false)
	if told["status"] != "online" {
		t.Errorf("colleagues hear %v", told)
	}
	s.owner.call("PUT", "/api/v1/me/availability", map[string]any{"status": "online"})
	for range 3 {
		visitor, _ := s.writes("hello")
		if e := visitor.await("event", "kind", "assigned"); e["agent"].(map[string]any)["name"] != "ben" {
			t.Errorf("it went to %v", e["agent"])
		}
	}
	if me := anna.call("GET", "/api/v1/me", nil); me["accepting"] != false {
		t.Errorf("read again: %v", me)
	}
	if me := anna.call("POST", "/api/v1/me/active", nil); me["accepting"] != false || me["status"] != "online" {
		t.Errorf("being at the desk changed %v", me)
	}
	if me := anna.call("PUT", "/api/v1/me/accepting", map[string]any{"accepting": true}); me["accepting"] != true {
		t.Errorf("again: %v", me)
	}
}

func TestLimitsHold(t *testing.T) {
	s := openShop(t)
	anna := s.signIn("anna@tea.test")
	anna.agent()
	limit := api + "agents/" + s.tea.agents["anna"].PublicID + "/limit"
	if c := s.owner.call("PUT", limit, map[string]any{"limit": 0}); c["limit"] != 0.0 || c["name"] != "anna" {
		t.Errorf("answered %v", c)
	}
	first, conv := s.writes("one")
	first.await("queue", "position", 1.0, "here", true)
	res, text := anna.send("POST", api+"conversations/"+conv+"/take", nil)
	if res.StatusCode != http.StatusConflict || !strings.Contains(text, "anna has 0 of 0 conversations") {
		t.Errorf("taking beyond the limit: %d %s", res.StatusCode, text)
	}
	s.owner.call("PUT", limit, map[string]any{"limit": 2}) // who waits is looked at at once
	first.await("event", "kind", "assigned")
	s.owner.call("PUT", s.member, map[string]any{"limit": 1})
	second, waits := s.writes("two")
	second.await("queue", "position", 1.0, "here", true)
	why := s.owner.call("GET", api+"conversations/"+waits+"/routing", nil)["now"].(map[string]any)
	if out := leftOut(why)["anna"]; out != "department_full" || why["what"] != "none" || why["agent"] != nil || why["why"] != "nobody" {
		t.Errorf("anna is left out for %q: %v", out, why)
	}
	s.owner.call("PUT", s.member, map[string]any{"limit": nil})
	second.await("event", "kind", "assigned")
	s.owner.call("PUT", limit, map[string]any{"limit": 1}) // what she has stays hers
	if me := s.owner.call("GET", api+"conversations/"+conv, nil); me["state"] != "active" || nameOf(me["owner"]) != "anna" {
		t.Errorf("with less than she has: %v", me)
	}
	third, _ := s.writes("three")
	third.await("queue", "position", 1.0, "here", true)
}

func leftOut(decision map[string]any) map[string]string {
	out := map[string]string{}
	for _, l := range decision["left_out"].([]any) {
		l := l.(map[string]any)
		out[l["agent"].(map[string]any)["name"].(string)] = l["reason"].(string)
	}
	return out
}

func TestBoardAndReasons(t *testing.T) {
	s := openShop(t)
	s.owner.call("PUT", api+"agents/"+s.tea.agents["anna"].PublicID+"/limit", map[string]any{"limit": 1})
	anna := s.signIn("anna@tea.test")
	anna.agent()
	_, conv := s.annas("mine")
	waits, waiting := s.writes("waits")
	waits.await("queue", "position", 1.0)
	left, message := s.writes("left", "kind", "message")
	left.await("event", "kind", "missed", "cause", "left")

	board := anna.call("GET", "/api/v1/board", nil)
	line := board["departments"].([]any)[0].(map[string]any)
	if line["longest_wait_ms"].(float64) < 0 || board["at"] == "" {
		t.Errorf("board: %v", board)
	}
	delete(line, "longest_wait_ms")
	want := map[string]any{
		"department": map[string]any{"id": s.tea.support.PublicID, "name": "Support"}, "open": true, "waiting": 1.0, "offered": 0.0,
		"active": 1.0, "messages": 1.0, "online": 1.0, "accepting": 1.0, "free_slots": 0.0,
	}
	if !reflect.DeepEqual(line, want) {
		t.Errorf("board: %v\nwant %v", line, want)
	}

	why := s.owner.call("GET", api+"conversations/"+conv+"/routing", nil)
	list := why["decisions"].([]any)
	if why["now"] != nil || len(list) != 1 {
		t.Fatalf("why: %v", why)
	}
	d := list[0].(map[string]any)
	facts := d["facts"].(map[string]any)
	if d["what"] != "assigned" || d["why"] != "only_one" || d["agent"].(map[string]any)["name"] != "anna" || facts["position"] != 1.0 || facts["mode"] != "auto" {
		t.Errorf("why anna: %v", d)
	}
	if out := leftOut(d); out["ben"] != "offline" || out["anna"] != "" {
		t.Errorf("left out: %v", out)
	}
	now := s.owner.call("GET", api+"conversations/"+waiting+"/routing", nil)["now"].(map[string]any)
	if now["what"] != "none" || now["why"] != "nobody" || leftOut(now)["anna"] != "full" || leftOut(now)["ben"] != "offline" {
		t.Errorf("why it waits: %v", now)
	}
	if why := s.owner.call("GET", api+"conversations/"+message+"/routing", nil); why["now"] != nil || len(why["decisions"].([]any)) != 0 {
		t.Errorf("why of a message: %v", why)
	}

	for query, want := range map[string][]string{"?kind=message": {message}, "?kind=chat": {waiting, conv}, "?kind=chat&state=queued": {waiting}, "": {message, waiting, conv}} {
		var got []string
		for _, c := range anna.call("GET", api+"conversations"+query, nil)["items"].([]any) {
			got = append(got, c.(map[string]any)["id"].(string))
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q lists %v, want %v", query, got, want)
		}
	}
}

func TestPriorityOvertakes(t *testing.T) {
	s := openShop(t)
	anna := s.signIn("anna@tea.test")
	first, _ := s.writes("first")
	second, urgent := s.writes("second")
	first.await("queue", "position", 1.0, "here", false)
	second.await("queue", "position", 2.0, "here", false)
	if c := anna.call("PUT", api+"conversations/"+urgent+"/priority", map[string]any{"priority": 9}); c["priority"] != 9.0 {
		t.Errorf("answered %v", c)
	}
	second.await("queue", "position", 1.0)
	first.await("queue", "position", 2.0)
	s.owner.call("PUT", api+"agents/"+s.tea.agents["anna"].PublicID+"/limit", map[string]any{"limit": 1})
	anna.agent()
	second.await("event", "kind", "assigned")
	first.await("queue", "position", 1.0, "here", true)
}

func TestRulesGivePriority(t *testing.T) {
	s := openShop(t)
	s.owner.call("PUT", "/api/v1/routing", json.RawMessage(`{"rules":[
		{"site":"`+s.tea.site.PublicID+`","department":"`+s.tea.support.PublicID+`","identified":true,"priority":7},
		{"page":"https://www.tea.test/*","priority":-2,"skills":["tea"]}]}`))
	_, named := s.writes("known", "fields", map[string]string{"email": "agatha@tea.test"})
	_, nobody := s.writes("unknown")
	for conv, want := range map[string]float64{named: 7, nobody: -2} {
		if c := s.owner.call("GET", api+"conversations/"+conv, nil); c["priority"] != want {
			t.Errorf("priority %v, want %v", c["priority"], want)
		}
	}
	now := s.owner.call("GET", api+"conversations/"+nobody+"/routing", nil)["now"].(map[string]any)
	if facts := now["facts"].(map[string]any); facts["position"] != 2.0 || !reflect.DeepEqual(facts["skills"], []any{"tea"}) {
		t.Errorf("facts: %v", facts)
	}
}
