"""The worked example of the contract (section 3), step by step as printed, and every other way to publish refused."""
import unittest

from harness import Desk, Server, Stream, main, run

POSTS = [
    {"id": "p1", "source": "weibo", "text": "听说喝点白酒就能杀死新冠病毒，赶紧转给家人"},
    {"id": "p2", "source": "weibo", "text": "今天天气不错，我们去公园走走"},
]


class WorkedExample(unittest.TestCase):
    def test_runs_as_printed(self):
        with Server() as server:
            desk = Desk(server)
            reader = Stream(server.port)
            self.assertTrue(reader.subscribe(**{"from": {"offset": "0"}})["recovered"])

            taken = server.send_posts(desk.feed, POSTS)
            self.assertEqual((taken.status, taken.json), (202, {"accepted": 2, "flagged": 1, "duplicates": 0, "rejected": []}))
            page = desk.ok(server.get("/v1/cases?state=open,assigned&limit=1", desk.anna))
            case = page["items"][0]
            path = f"/v1/cases/{case['id']}"

            self.assertEqual(server.post(path + "/assign", desk.anna, {"user": "chen"}).status, 200)
            claimed = desk.ok(server.post(path + "/claim", desk.chen))
            self.assertEqual(claimed["state"], "in_review")
            self.assertTrue(claimed["lease_until"].endswith("Z"))
            verdict = {"verdict": "false", "reason": "没有依据", "evidence": [{"title": "世卫组织", "url": "https://www.who.int/zh"}]}
            refused = server.post(path + "/verdict", desk.anna, verdict)
            self.assertEqual((refused.status, refused.code), (403, "expert_needed"))
            self.assertEqual(desk.ok(server.post(path + "/verdict", desk.chen, verdict))["state"], "judged")

            created = server.post("/v1/notices", desk.anna, {
                "case": case["id"], "kind": "debunk", "severity": "moderate", "topics": ["typhoon"], "regions": ["440100"],
                "content": {"zh": {"title": "白酒不能杀死病毒", "summary": "没有依据", "body": "正文"}}, "expires_at": "2099-01-01"})
            self.assertEqual((created.status, created.json["version"], created.json["state"]), (201, 1, "draft"))
            notice = f"/v1/notices/{created.json['id']}"
            self.assertEqual(desk.ok(server.post(notice + "/submit", desk.anna, version=1))["version"], 2)
            refused = server.post(notice + "/approve", desk.anna)
            self.assertEqual((refused.status, refused.code), (403, "four_eyes"))
            self.assertEqual(desk.ok(server.post(notice + "/approve", desk.bo, version=2))["version"], 3)
            published = desk.ok(server.post(notice + "/publish", desk.anna, version=3))
            self.assertEqual((published["state"], published["position"]["offset"]), ("published", "1"))
            self.assertRegex(published["jws"], r"^[\w-]+\.\.[\w-]+$")

            frame = reader.receive_type("notice")
            self.assertEqual((frame["offset"], frame["notice"]["id"], frame["jws"]), ("1", created.json["id"], published["jws"]))
            reader.close()
            self.assertEqual(desk.ok(server.get(path, desk.anna))["state"], "closed")
            self.assertIn("; head ", run("audit", "verify", data=server.data))


class EveryOtherWay(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().start()
        cls.desk = Desk(cls.server)

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def refused(self, answer, status, code):
        self.assertEqual((answer.status, answer.code), (status, code), answer.body)

    def test_an_edit_after_approval_needs_a_new_approval(self):
        notice = self.desk.approved()
        path = f"/v1/notices/{notice['id']}"
        edited = self.desk.ok(self.server.patch(path, self.desk.anna, {"content": {"zh": {"title": "新标题"}}}, notice["version"]))
        self.assertEqual((edited["state"], edited["approvals"]), ("draft", []))
        self.refused(self.server.post(path + "/publish", self.desk.anna, version=edited["version"]), 409, "not_approved")

    def test_a_stale_version_or_none_is_refused(self):
        notice = self.desk.approved()
        path = f"/v1/notices/{notice['id']}/publish"
        self.refused(self.server.post(path, self.desk.anna, version=notice["version"] - 1), 412, "stale")
        self.refused(self.server.post(path, self.desk.anna), 428, "if_match_required")

    def test_one_person_alone_can_not_publish(self):
        body = {"kind": "advisory", "severity": "minor", "topics": ["typhoon"], "content": {"zh": {"title": "题", "summary": "摘", "body": "文"}},
                "expires_at": "2099-01-01T00:00:00Z"}
        notice = self.server.post("/v1/notices", self.desk.bo, body).json
        path = f"/v1/notices/{notice['id']}"
        self.refused(self.server.post(path + "/publish", self.desk.bo, version=1), 409, "not_approved")
        self.desk.ok(self.server.post(path + "/submit", self.desk.bo, version=1))
        self.refused(self.server.post(path + "/approve", self.desk.bo, version=2), 403, "four_eyes")
        self.refused(self.server.post(path + "/publish", self.desk.bo, version=2), 409, "not_approved")

    def test_extreme_needs_two_approvals_by_two_people(self):
        notice = self.desk.draft(severity="extreme")
        path = f"/v1/notices/{notice['id']}"
        self.desk.ok(self.server.post(path + "/submit", self.desk.anna, version=1))
        once = self.desk.ok(self.server.post(path + "/approve", self.desk.bo, version=2))
        self.assertEqual(once["state"], "submitted")
        self.refused(self.server.post(path + "/publish", self.desk.anna, version=3), 409, "not_approved")
        self.refused(self.server.post(path + "/approve", self.desk.bo, version=3), 409, "approved_before")
        twice = self.desk.ok(self.server.post(path + "/approve", self.desk.cai, version=3))
        self.assertEqual(twice["state"], "approved")
        self.desk.ok(self.server.post(path + "/publish", self.desk.anna, version=4))

    def test_a_token_without_rights_does_not_get_in(self):
        notice = self.desk.approved()
        path = f"/v1/notices/{notice['id']}/publish"
        self.refused(self.server.post(path, version=notice["version"]), 401, "unauthorised")
        self.refused(self.server.post(path, "clt_forged", version=notice["version"]), 401, "unauthorised")
        self.refused(self.server.post(path, self.desk.feed, version=notice["version"]), 403, "denied")
        self.refused(self.server.post(path, self.desk.chen, version=notice["version"]), 403, "denied")

    def test_a_published_revision_does_not_change(self):
        notice = self.desk.published()
        self.refused(self.server.patch(f"/v1/notices/{notice['id']}", self.desk.anna, {"severity": "minor"}, notice["version"]), 409, "published")

    def test_each_refusal_is_in_the_audit_chain(self):
        notice = self.desk.draft()
        self.server.post(f"/v1/notices/{notice['id']}/approve", self.desk.anna, version=1)
        import sqlite3
        with sqlite3.connect(f"file:{self.server.data}/clarion.db?mode=ro", uri=True) as db:
            rows = db.execute("SELECT actor, detail FROM audit WHERE action = 'refused' AND subject = ?",
                              (f"/v1/notices/{notice['id']}/approve",)).fetchall()
        self.assertEqual([(actor, "four_eyes" in detail) for actor, detail in rows], [("anna", True)])


if __name__ == "__main__":
    main()
