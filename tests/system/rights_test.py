"""Every role against every call: one table, held to the routes that the program itself names, by token and by session.

The bodies are wrong on purpose, so that nothing is done: what counts is whether a caller comes past the rights. Refused is 401, 403, and
404 where the record is there but not for them; anything else (422, 412, 409, 200 …) is let through.
"""
import re
import unittest

import harness
from harness import Browser, Server, flagged, main

PASSWORD = "correct horse battery"
ROLES = ("operator", "expert", "approver", "admin", "auditor")
PROGRAMS = ("ingest", "partner", "drill", "metrics")
CALLERS = (*ROLES, *PROGRAMS, "nobody")
ALL, DESK = set(CALLERS), set(ROLES)
NOBODY, OWN_DESK = set(), {"operator", "expert", "approver"}
WORK = {"operator", "approver"}        # the rows of the contract's table by who they grant
SEE = {"operator", "approver", "admin", "auditor"}
APPROVE, ADMIN = {"approver"}, {"admin"}
READ = {"operator", "expert", "approver", "auditor"}
# Changes of experts and roster; "expert?": their own alone, which roster_test.py judges.
CHANGE = {"operator", "expert?", "approver", "admin"}
PARTS = ("plans", "schedules", "shifts", "overrides", "absences", "drills")

OPEN = """GET /v1/notices, GET /v1/notices/{id}/revisions, GET /v1/stream, GET /v1/session, POST /v1/session, POST /v1/session/reset, POST /v1/check, POST /v1/notices/{id}/feedback"""
BY_SESSION = """DELETE /v1/session, POST /v1/session/password, POST /v1/session/second-factor, POST /v1/session/second-factor/confirm,
POST /v1/session/second-factor/remove, POST /v1/session/recovery-codes"""
CASE = "POST /v1/cases/{id}/{action}"
NOTICE = "POST /v1/notices/{id}/{action}"
# Route; what stands for {action} and {id} (OWN: a case that the expert holds, OTHER: one nobody holds, DRAFT: a draft of neither); who is let through.
TABLE = [
    *[(route.strip(), "", ALL) for route in OPEN.replace("\n", " ").split(",")],
    ("GET /metrics", "", {"metrics", "nobody"}),  # nobody: on loopback
    ("POST /v1/posts", "", {"ingest", "drill"}),
    ("POST /v1/admin/reload", "", ADMIN), ("GET /v1/admin/users", "", ADMIN), ("POST /v1/admin/users", "", ADMIN),
    ("PATCH /v1/admin/users/{name}", "", ADMIN), ("POST /v1/admin/users/{name}/reset", "", ADMIN), ("GET /v1/audit", "", {"approver", "admin", "auditor"}),
    ("GET /v1/sessions", "", DESK), ("DELETE /v1/sessions/{id}", "", DESK), ("GET /v1/tokens", "", DESK), ("POST /v1/tokens", "", ADMIN),
    ("DELETE /v1/tokens/{id}", "", DESK), ("GET /v1/people", "", DESK),
    # cases
    ("GET /v1/cases", "", DESK), ("GET /v1/cases/{id}", "OWN", DESK), ("GET /v1/cases/{id}", "OTHER", SEE),
    ("GET /v1/cases/{id}/routing", "OWN", DESK), ("GET /v1/cases/{id}/routing", "OTHER", SEE), ("POST /v1/cases/bulk", "", WORK),
    ("PATCH /v1/cases/{id}", "OWN", OWN_DESK), ("PATCH /v1/cases/{id}", "OTHER", WORK),
    *[(CASE, f"{action} OWN", OWN_DESK) for action in ("claim", "extend", "release", "handover", "ask", "note", "close", "undo", "head", "candidate")],
    *[(CASE, f"{action} OTHER", WORK) for action in ("claim", "extend", "release", "handover", "ask", "note", "close", "undo", "head", "candidate")],
    *[(CASE, f"{action} {which}", WORK) for action in ("assign", "dismiss", "reopen", "merge", "split", "panel", "pin", "unpin") for which in ("OWN", "OTHER")],
    (CASE, "verdict OWN", {"expert"}), (CASE, "verdict OTHER", NOBODY),
    ("GET /v1/cases/{id}/people", "OWN", OWN_DESK), ("GET /v1/cases/{id}/people", "OTHER", WORK),
    ("GET /v1/cases/{id}/presence", "OWN", DESK), ("GET /v1/cases/{id}/presence", "OTHER", SEE),
    ("PUT /v1/cases/{id}/presence", "OWN", OWN_DESK), ("PUT /v1/cases/{id}/presence", "OTHER", WORK),
    ("POST /v1/cases/{id}/watch", "OWN", DESK), ("POST /v1/cases/{id}/watch", "OTHER", SEE),
    ("POST /v1/cases/{id}/unwatch", "OWN", DESK), ("POST /v1/cases/{id}/unwatch", "OTHER", SEE),
    ("GET /v1/search", "", DESK), ("GET /v1/experts", "", DESK),
    ("GET /v1/drafts", "", OWN_DESK), ("PUT /v1/drafts/{key}", "", OWN_DESK), ("GET /v1/drafts/{key}", "", OWN_DESK), ("DELETE /v1/drafts/{key}", "", OWN_DESK),
    ("POST /v1/files", "", OWN_DESK), ("GET /v1/files/{id}", "", DESK),
    ("GET /v1/desk/summary", "", DESK), ("GET /v1/health", "", DESK), ("GET /v1/stats", "", DESK), ("GET /v1/messages", "", DESK), ("POST /v1/messages/read", "", DESK),
    *[(route, "", DESK) for route in ("GET /v1/desk/mine", "GET /v1/desk/second-look.atom", "GET /v1/desk/second-look.json", "GET /v1/desk/feed", "POST /v1/desk/feed", "DELETE /v1/desk/feed")],
    ("GET /v1/desk/feed/{file}", "", ALL),  # whoever has the link
    # experts and roster
    ("GET /v1/experts/{id}", "", DESK), ("GET /v1/experts/export", "", SEE), ("POST /v1/experts", "", CHANGE), ("POST /v1/experts/import", "", CHANGE),
    ("PATCH /v1/experts/{id}", "", CHANGE), ("DELETE /v1/experts/{id}", "", CHANGE),
    ("GET /v1/roster/handover", "", SEE), ("GET /v1/roster/calendar/{file}", "", ALL),  # whoever has the link
    *[(f"GET /v1/roster{path}", "", DESK) for path in ("", "/now", "/gaps", "/settings", "/export", "/calendar", "/calendar.ics")],
    ("GET /v1/roster/handovers", "", SEE), *[(route, "", WORK | ADMIN) for route in
      ("POST /v1/roster/handovers", "PATCH /v1/roster/handovers/{id}", "POST /v1/roster/handovers/{id}/read")],
    ("POST /v1/roster/calendar", "", DESK), ("DELETE /v1/roster/calendar", "", DESK),
    *[(f"{method} /v1/roster/{part}{one}", "", who) for part in PARTS
      for method, one, who in (("GET", "", DESK), ("GET", "/{id}", DESK), ("POST", "", CHANGE), ("PATCH", "/{id}", CHANGE), ("DELETE", "/{id}", CHANGE))],
    ("PATCH /v1/roster/settings", "", CHANGE), ("POST /v1/roster/import", "", CHANGE), ("POST /v1/roster/take", "", CHANGE), ("POST /v1/roster/swaps", "", CHANGE),
    *[(f"POST /v1/roster/swaps/{{id}}/{answer}", "", CHANGE) for answer in ("take", "decline", "withdraw")],
    # library and resources
    ("GET /v1/library", "", READ), ("GET /v1/library/judgements", "", READ), ("GET /v1/library/{id}", "", READ), ("POST /v1/library", "", WORK),
    ("GET /v1/resources", "", READ), ("GET /v1/resources/{id}", "", READ), ("POST /v1/resources", "", WORK), ("PATCH /v1/resources/{id}", "", WORK),
    *[("POST /v1/resources/{id}/{action}", action, WORK) for action in ("retire", "restore", "shipped")],
    # notices
    ("GET /v1/notices/{id}", "DRAFT", SEE), ("POST /v1/notices", "", WORK), ("PATCH /v1/notices/{id}", "DRAFT", WORK),
    ("GET /v1/templates", "", READ), ("POST /v1/templates/{id}/fill", "", READ), ("POST /v1/notices/checks", "", READ), ("POST /v1/notices/preview", "", READ),
    *[(f"GET /v1/notices/{{id}}/{view}", "DRAFT", {"operator", "approver", "auditor"}) for view in ("checks", "prepared", "preview", "deliveries")],
    ("GET /v1/rules", "", SEE), ("GET /v1/rules/{id}", "", SEE), ("GET /v1/outlets", "", SEE), ("POST /v1/outlets/{outlet}/pause", "", ADMIN), ("POST /v1/outlets/{outlet}/resume", "", ADMIN),
    ("POST /v1/notices/{id}/deliveries/{delivery}/retry", "DRAFT", NOBODY),  # 404: a draft has none
    *[(NOTICE, f"{action} DRAFT", WORK) for action in ("submit", "publish", "correct", "update")],
    *[(NOTICE, f"{action} DRAFT", APPROVE) for action in ("approve", "reject", "withdraw")],
    *[(route.strip(), "", NOBODY) for route in BY_SESSION.replace("\n", " ").split(",")],
]
FOR_SESSIONS = {route.strip() for route in BY_SESSION.replace("\n", " ").split(",")}
# Writes that anyone may call without signing in: a cookie without the header is nobody's there.
OPEN_WRITES = {"POST /v1/session", "POST /v1/session/reset", "POST /v1/check", "POST /v1/notices/{id}/feedback"}


class Rights(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(settings=("security.second_factor=[]", "log.level=debug")).start()
        cls.addClassCleanup(cls.server.__exit__)
        cls.pages = {role: cls.server.person(role, role, PASSWORD) for role in ROLES}
        cls.tokens = {role: cls.server.token(role, "desk", "--user", role) for role in ROLES}
        cls.tokens |= {scope: cls.server.token(scope, scope) for scope in PROGRAMS}
        cls.tokens["nobody"] = None
        cls.server.expert(id="e1", user="expert", name="陈", topics={"infectious": 3}, regions=["440000"], langs=["zh"], capacity=50)
        operator = cls.tokens["operator"]
        own, other = "听说喝点白酒就能杀死新冠病毒，赶紧转给家人。", "听说今晚台风18级登陆，内部消息全市停水七天，赶紧囤水。"
        for number, text in enumerate((own, other)):
            sent = cls.server.send_posts(cls.tokens["ingest"], [{"id": str(number), "source": "s", "text": flagged(str(number), words=text)}])
            assert sent.json["flagged"] == 1, sent.body
        cases = {case["assignee"]: case["id"] for case in cls.server.get("/v1/cases", operator).json["items"]}
        draft = cls.server.post("/v1/notices", operator, {"kind": "advisory", "severity": "minor", "topics": ["typhoon"]}).json
        cls.records = {"OWN": cases["expert"], "OTHER": cases[None], "DRAFT": draft["id"]}

    def path(self, route, what):
        path = route.split(" ", 1)[1]
        for word in what.split():
            if word in self.records:
                path = path.replace("{id}", self.records[word])
            else:
                path = path.replace("{action}", word)
        return re.sub(r"\{[a-z]+\}", "none", path)

    def refused(self, answer, what):
        known = any(word in self.records for word in what.split())
        return answer.status in ((401, 403, 404) if known else (401, 403))

    def call(self, how, route, what, path_prefix="", **more):
        method = route.split(" ")[0]
        headers = {} if method in ("GET", "DELETE") else {"If-Match": '"999"'}
        body = None if method in ("GET", "DELETE") else {"no such member": 1}
        return how(method, path_prefix + self.path(route, what), body, headers, **more)

    def expect(self, who, caller, route, what, answer):
        if caller + "?" in who:
            return
        self.assertEqual(caller not in who, self.refused(answer, what), f"{caller}: {route} {what} → {answer.status} {answer.body[:200]}")

    def test_the_table_has_every_call_that_the_program_serves_and_no_other(self):
        with open(self.server.log.name, encoding="utf-8") as log:
            served = {f"{method} {path}" for method, path in re.findall(r"debug route method=(\S+) path=(\S+)", log.read())}
        calls = {route for route in served if route.split(" ")[1].startswith(("/v1/", "/metrics"))}
        self.assertEqual({route for route, _, _ in TABLE}, calls)
        for page in served - calls:  # what is no call shows only what anyone may see
            self.assertTrue(page.startswith("GET /"), page)

    def test_pages_and_feeds_are_open_to_all(self):
        for path in ("/", "/about", "/feeds/rss.xml", "/.well-known/jwks.json", "/livez", "/readyz"):
            for caller in CALLERS:
                self.assertEqual(self.server.get(path, self.tokens[caller]).status, 200, (path, caller))

    def test_by_token_each_call_lets_through_whom_its_row_grants(self):
        for route, what, who in TABLE:
            for caller in CALLERS:
                with self.subTest(route=route, what=what, caller=caller):
                    answer = self.call(lambda method, path, body, headers: self.server.call(method, path, self.tokens[caller], body, headers), route, what)
                    self.expect(who, caller, route, what, answer)

    def test_by_session_each_call_lets_through_whom_its_row_grants(self):
        for route, what, who in TABLE:
            if route in ("DELETE /v1/session", "GET /metrics"):
                continue  # the first would end the sessions of this test; of the second cookies are not looked at: loopback is enough
            for role in ROLES:
                with self.subTest(route=route, what=what, role=role):
                    self.expect(DESK if route in FOR_SESSIONS else who, role, route, what, self.call(self.pages[role].call, route, what))

    def test_without_the_csrf_header_a_cookie_writes_nothing_at_either_desk(self):
        drill = {}
        for role in ROLES:
            drill[role] = Browser(self.server, drill=True)
            self.assertEqual(drill[role].sign_in(role, PASSWORD).status, 200)
        for route, what, _ in TABLE:
            if route.startswith("GET ") or route in OPEN_WRITES:
                continue
            for role in ROLES:
                for browser in (self.pages[role], drill[role]):
                    with self.subTest(route=route, what=what, role=role, drill=browser.drill):
                        answer = self.call(browser.call, route, what, csrf=False)
                        self.assertEqual((answer.status, answer.code), (403, "csrf"), route)

    def test_a_session_of_one_desk_is_nobody_at_the_other(self):
        for route, what, who in TABLE:
            if "nobody" in who or route == "GET /metrics":
                continue
            for role in ROLES:
                stranger = Browser(self.server, drill=True)
                stranger.cookies = {"clarion_drill": self.pages[role].cookies["clarion_session"], **self.pages[role].cookies}
                stranger.csrf = self.pages[role].csrf
                with self.subTest(route=route, role=role):
                    # A draft is not there for the public, who may ask for any notice.
                    self.assertEqual(self.call(stranger.call, route, what).status, 404 if route == "GET /v1/notices/{id}" else 401)


if __name__ == "__main__":
    main()
