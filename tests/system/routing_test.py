"""Who gets a case and why, handing over, asking, panels, pins, as docs/contract.md says, over HTTP."""
import contextlib
import sqlite3
import time
import unittest
import urllib.parse

from harness import Server, flagged, main, until

VERDICT = {"verdict": "false", "reason": "没有依据", "evidence": [{"title": "世卫组织", "url": "https://www.who.int/zh"}]}


class Routing(unittest.TestCase):
    settings = ("desk.panel=extreme=2:all",)

    @classmethod
    def setUpClass(cls):
        cls.server = Server(settings=cls.settings).start()
        cls.people = {"anna": cls.server.user("anna", "operator"), "chen": cls.server.user("chen", "expert"), "du": cls.server.user("du", "expert"),
                      "eva": cls.server.user("eva", "expert"), "audi": cls.server.user("audi", "auditor")}
        cls.feed = cls.server.token("feed", "ingest")
        cls.server.expert(id="e1", user="chen", name="陈", topics={"infectious": 3}, regions=["440000"], langs=["zh"], capacity=50)
        cls.server.expert(id="e2", user="du", name="杜", topics={"infectious": 1}, capacity=50)
        cls.server.expert(id="e3", user="eva", name="伊", topics={"food": 3}, capacity=50)
        cls.count = 0

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def case(self, **post):
        Routing.count += 1
        text = flagged(f"routing {self.id()} {Routing.count}")
        taken = self.server.send_posts(self.feed, [{"id": f"r{Routing.count}", "source": "weibo", "text": text, **post}])
        self.assertEqual(taken.json["flagged"], 1, taken.body)
        return self.get("/v1/cases?q=" + urllib.parse.quote(text[-40:]))["items"][0]

    def get(self, target, who="anna"):
        answer = self.server.get(target, self.people[who])
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def act(self, who, case, action, body=None, status=200):
        answer = self.server.post(f"/v1/cases/{case['id']}/{action}", self.people[who], body or {})
        self.assertEqual(answer.status, status, answer.body)
        return answer.json

    def test_a_case_says_who_got_it_why_and_why_others_did_not(self):
        case = self.case()
        self.assertEqual(case["assignee"], "chen")
        seen = self.get(f"/v1/cases/{case['id']}/routing")
        self.assertEqual([each["user"] for each in seen["fits"]], ["chen", "du"])
        self.assertEqual(seen["fits"][0]["behind"], 0)
        self.assertGreater(seen["fits"][1]["behind"], 0)
        for each in seen["fits"]:
            self.assertEqual(each["points"], sum(reason["points"] for reason in each["reasons"]))
        self.assertEqual([(each["user"], each["reasons"][0]["code"]) for each in seen["why_not"]], [("eva", "why_not_topic")])
        for reason in seen["fits"][0]["reasons"] + seen["why_not"][0]["reasons"] + case["priority_reasons"]:
            self.assertNotRegex(reason["text"], r"[{}_]")
        self.assertEqual(sum(reason["points"] for reason in case["priority_reasons"]), case["priority"])
        self.assertIsNotNone(case["due_at"])
        self.assertIn("priority_at", case)
        self.assertEqual(self.server.get(f"/v1/cases/{case['id']}/routing", self.people["eva"]).status, 404)

    def test_given_back_handed_over_and_asked(self):
        case = self.case()
        self.act("chen", case, "release", {"reason": "bored"}, 422)
        after = self.act("chen", case, "release", {"reason": "no_time", "note": "开会"})
        self.assertEqual(after["assignee"], "du")
        said = [each for each in self.get(f"/v1/cases/{case['id']}")["history"] if each["action"] == "release"]
        self.assertEqual([(each["by"], each["detail"]["note"], each["detail"]["reason"]) for each in said], [("chen", "开会", "no_time")])
        self.assertEqual([(each["user"], each["code"]) for each in after["refusals"]], [("chen", "no_time")])
        self.act("du", case, "claim")
        self.assertEqual(self.server.get(f"/v1/cases/{case['id']}", self.people["eva"]).status, 404)
        asked = self.act("du", case, "ask", {"user": "eva", "question": "剂量对吗？", "kind": "opinion"})
        self.assertEqual(asked["asks"][0]["state"], "open")
        self.assertEqual(self.get(f"/v1/cases/{case['id']}", "eva")["id"], case["id"])
        self.assertIn(case["id"], [each["id"] for each in self.get("/v1/cases", "eva")["items"]])
        answered = self.act("eva", case, "answer", {"text": "不对", "verdict": "false"})
        self.assertEqual((answered["asks"][0]["state"], answered["asks"][0]["text"]), ("answered", "不对"))
        self.act("eva", case, "answer", {"text": "再答"}, 409)
        self.act("eva", case, "verdict", VERDICT, 403)
        handed = self.act("du", case, "handover", {"user": "chen", "note": "换班"})
        self.assertEqual((handed["state"], handed["assignee"]), ("assigned", "chen"))
        self.act("audi", case, "answer", {"text": "x"}, 403)

    def test_an_official_alert_raises_the_cases_it_touches_and_its_end_lowers_them(self):
        case = self.case(geo={"region": "440106"})
        far = self.case(geo={"region": "440800"})
        before = case["priority"]
        now = int(time.time() * 1000)
        alert = ("h1", "infectious", "440100", "extreme", now - 1000, now + 3_600_000, "{}")
        with contextlib.closing(sqlite3.connect(f"{self.server.data}/clarion.db", timeout=20)) as store, store:
            store.execute("INSERT INTO hazards(id, topic, region, severity, from_at, until_at, record) VALUES(?,?,?,?,?,?,?)", alert)
        raised = until(lambda: (each := self.get(f"/v1/cases/{case['id']}"))["priority"] >= before + 8 and each, what="a higher priority")
        part = [each for each in raised["priority_reasons"] if each["code"] == "priority_alert"]
        self.assertEqual([each["points"] for each in part], [10])
        self.assertNotRegex(part[0]["text"], r"[{}_]")
        self.assertEqual(sum(each["points"] for each in raised["priority_reasons"]), raised["priority"])
        self.assertNotIn("priority_alert", [each["code"] for each in self.get(f"/v1/cases/{far['id']}")["priority_reasons"]])
        told = self.get("/v1/desk/summary")["alerts"]
        self.assertEqual([(each["id"], each["topic"], each["region"], each["severity"]) for each in told], [("h1", "infectious", "440100", "extreme")])
        with contextlib.closing(sqlite3.connect(f"{self.server.data}/clarion.db", timeout=20)) as store, store:
            store.execute("UPDATE hazards SET until_at = ?", [int(time.time() * 1000)])
        until(lambda: "priority_alert" not in [each["code"] for each in self.get(f"/v1/cases/{case['id']}")["priority_reasons"]], what="the alert's part gone")
        self.assertEqual(self.get("/v1/desk/summary")["alerts"], [])

    def test_a_pin_stands_first_in_the_list(self):
        self.case()
        case = self.case()
        self.act("chen", case, "pin", {"reason": "r"}, 403)
        self.act("anna", case, "pin", {"reason": "省里在问"})
        first = self.get("/v1/cases?limit=1")["items"][0]
        self.assertEqual((first["id"], first["pinned"]["reason"]), (case["id"], "省里在问"))
        self.act("anna", case, "unpin")
        self.assertIsNone(self.get(f"/v1/cases/{case['id']}")["pinned"])

    def test_a_panel_by_hand_judges_and_its_votes_are_in_the_audit_chain(self):
        case = self.case()
        self.act("anna", case, "panel", {"seats": 2, "rule": "all"})
        self.act("chen", case, "claim")
        voting = self.act("chen", case, "verdict", VERDICT)
        self.assertEqual((voting["state"], voting["panel"]["state"], voting["panel"]["given"]), ("in_review", "voting", 1))
        self.assertEqual(self.get(f"/v1/cases/{case['id']}", "du")["verdicts"], [])
        self.act("chen", case, "claim", {}, 409)
        judged = self.act("du", case, "answer", VERDICT)
        self.assertEqual((judged["state"], judged["panel"]["verdict"], len(judged["verdicts"])), ("judged", "false", 2))
        self.assertEqual(judged["judged_by"], next(each["id"] for each in judged["verdicts"] if each["by"] == "chen"))
        import harness
        harness.run("audit", "verify", data=self.server.data)

    def test_a_case_that_nobody_can_take_says_why_and_goes_to_who_comes(self):
        text = flagged(self.id(), words="在地震局的朋友内部消息，本月十五号省城将发生七级以上地震，快转给家人。")
        self.server.send_posts(self.feed, [{"id": "quake", "source": "weibo", "text": text}])
        case = self.get("/v1/cases?q=" + urllib.parse.quote(text[-40:]))["items"][0]
        self.assertEqual((case["state"], case["waiting_reasons"][0]["code"]), ("open", "wait_topic"))
        self.server.user("fan", "expert")
        self.server.expert(id="e9", user="fan", name="范", topics={case["topics"][0]: 2}, capacity=3)
        until(lambda: self.get(f"/v1/cases/{case['id']}")["assignee"] == "fan", what="the new expert's case")


if __name__ == "__main__":
    main()
