#!/usr/bin/env python3
"""Popular-science resources over HTTP and by the verbs: shipped, found, changed, started from."""

import json
import unittest

import harness

BODY = {"topic": "heat", "phase": "during", "audience": ["elderly"], "regions": ["440100"], "title": {"zh": "高温提示"}, "summary": {"zh": "摘要"},
        "body": {"zh": "正文"}, "advice": {"zh": ["喝水"]}, "sources": [{"title": "指引", "publisher": "某局"}], "review_by": "2020-01-01"}


class Resources(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = harness.Server().start()
        cls.desk = harness.Desk(cls.server)
        cls.admin = cls.server.user("ada", "admin")
        cls.auditor = cls.server.user("audrey", "auditor")

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def get(self, target, token=None, status=200):
        answer = self.server.get(target, token or self.desk.anna)
        self.assertEqual(status, answer.status, answer.body)
        return answer

    def create(self, **more):
        answer = self.server.post("/v1/resources", self.desk.anna, {**BODY, **more})
        self.assertEqual(201, answer.status, answer.body)
        return answer.json

    def test_forty_or_more_are_there_from_the_start_and_a_walk_meets_each_once(self):
        seen, target = [], "/v1/resources?limit=9"
        while target:
            page = self.get(target)
            seen += [item["id"] for item in page.json["items"]]
            self.assertNotIn("body", page.json["items"][0])
            target = page.headers.get("Link", "").partition("<")[2].partition(">")[0]
        self.assertEqual(len(seen), len(set(seen)))
        self.assertGreaterEqual(len([each for each in seen if not each.startswith("r_")]), 40)

    def test_a_question_finds_its_answer_and_filters_hold(self):
        found = self.get("/v1/resources?q=%E8%A2%AB%E7%8B%97%E5%92%AC%E4%BA%86%E6%80%8E%E4%B9%88%E5%8A%9E&limit=3").json["items"]  # 被狗咬了怎么办
        self.assertEqual("animal.rabies", found[0]["id"])
        for item in self.get("/v1/resources?topic=typhoon&phase=before&audience=students&lang=en").json["items"]:
            self.assertEqual("typhoon", item["topic"])
            self.assertIn(item["phase"], ("before", "any"))
        for bad in ("topic=nope", "phase=soon", "stale=perhaps", "cursor=%21", "limit=0", "region=999999", "what=1"):
            self.assertEqual("query_invalid", self.get(f"/v1/resources?{bad}", status=400).code, bad)

    def test_what_is_past_its_review_is_flagged_in_lists_and_as_a_metric(self):
        made = self.create(title={"zh": "过期的"})
        listed = self.get("/v1/resources?stale=true&topic=heat").json
        self.assertIn(made["id"], [item["id"] for item in listed["items"]])
        self.assertTrue(all(item["stale"] for item in listed["items"]))
        self.assertGreaterEqual(listed["stale"], 1)
        metrics = self.server.get("/metrics").body
        self.assertRegex(metrics, r'clarion_resources\{state="stale"\} [1-9]')
        fresh = self.server.patch(f"/v1/resources/{made['id']}", self.desk.anna, {"review_by": "2099-01-01"}, made["version"])
        self.assertFalse(fresh.json["stale"])

    def test_edits_need_the_version_that_was_seen(self):
        made = self.create()
        target = f"/v1/resources/{made['id']}"
        self.assertEqual(428, self.server.call("PATCH", target, self.desk.anna, {"owner": "x"}).status)
        self.assertEqual(200, self.server.patch(target, self.desk.bo, {"owner": "x"}, 1).status)
        self.assertEqual(412, self.server.patch(target, self.desk.anna, {"owner": "y"}, 1).status)
        self.assertEqual(422, self.server.patch(target, self.desk.anna, {"topic": "nope"}, 2).status)
        self.assertEqual('"2"', self.get(target).headers["ETag"])
        retired = self.server.post(f"{target}/retire", self.desk.anna, {"reason": "旧"}, version=2)
        self.assertEqual("retired", retired.json["state"])
        self.assertNotIn(made["id"], [item["id"] for item in self.get("/v1/resources?topic=heat&limit=100").json["items"]])
        self.assertEqual("current", self.server.post(f"{target}/restore", self.desk.anna).json["state"])

    def test_a_repeated_creation_with_the_same_key_is_not_doubled(self):
        headers = {"Idempotency-Key": "once"}
        first = self.server.post("/v1/resources", self.desk.anna, BODY, headers=headers)
        again = self.server.post("/v1/resources", self.desk.anna, BODY, headers=headers)
        self.assertEqual(first.json["id"], again.json["id"])

    def test_the_rights_row_holds(self):
        made = self.create()
        target = f"/v1/resources/{made['id']}"
        for token, sees in ((self.desk.anna, 200), (self.desk.chen, 200), (self.desk.bo, 200), (self.auditor, 200), (self.admin, 403), (self.desk.feed, 403), (None, 401)):
            self.assertEqual(sees, self.server.get("/v1/resources", token).status)
            self.assertEqual(sees, self.server.get(target, token).status)
        for token in (self.desk.chen, self.auditor, self.admin):
            self.assertEqual(403, self.server.post("/v1/resources", token, BODY).status)
            self.assertEqual(403, self.server.patch(target, token, {}, 1).status)
            self.assertEqual(403, self.server.post(f"{target}/retire", token).status)

    def test_a_notice_starts_from_one_and_goes_all_the_way(self):
        answer = self.server.post("/v1/notices", self.desk.anna, {"resource": "typhoon.before", "regions": ["440100"]})
        self.assertEqual(201, answer.status, answer.body)
        draft = answer.json
        self.assertEqual(("science", "moderate", ["typhoon"]), (draft["kind"], draft["severity"], draft["topics"]))
        self.assertIn("**来源** ", draft["content"]["zh"]["body"])
        self.assertIn("**Sources** ", draft["content"]["en"]["body"])
        sent = self.server.post(f"/v1/notices/{draft['id']}/submit", self.desk.anna, version=draft["version"])
        self.assertEqual(200, sent.status, sent.body)
        approved = self.server.post(f"/v1/notices/{draft['id']}/approve", self.desk.bo, version=sent.json["version"])
        published = self.server.post(f"/v1/notices/{draft['id']}/publish", self.desk.anna, version=approved.json["version"])
        self.assertEqual("published", published.json["state"], published.body)

    def test_who_wrote_in_a_resource_does_not_approve_the_notice_made_of_it(self):
        made = self.create(review_by="2099-01-01")
        self.assertEqual(200, self.server.patch(f"/v1/resources/{made['id']}", self.desk.bo, {"owner": "bo"}, 1).status)
        draft = self.server.post("/v1/notices", self.desk.anna, {"resource": made["id"]}).json
        sent = self.server.post(f"/v1/notices/{draft['id']}/submit", self.desk.anna, version=draft["version"]).json
        self.assertEqual("four_eyes", self.server.post(f"/v1/notices/{draft['id']}/approve", self.desk.bo, version=sent["version"]).code)
        self.assertEqual(200, self.server.post(f"/v1/notices/{draft['id']}/approve", self.desk.cai, version=sent["version"]).status)

    def test_export_and_import_by_the_verbs_and_over_http(self):
        lines = harness.run("resource", "export", data=self.server.data).splitlines()
        self.assertGreaterEqual(len(lines), 40)
        self.assertIn("0 added, 0 changed", harness.run("resource", "import", "-", data=self.server.data, stdin="\n".join(lines)))
        line = {**BODY, "id": "desk.imported", "title": {"zh": "导入的"}}
        out = harness.run("resource", "import", "-", data=self.server.data, stdin=json.dumps(line) + "\n{\"id\":\"bad id\"}\n", expect=1)
        self.assertIn("1 added, 0 changed, 0 unchanged, 1 bad", out)
        self.assertEqual("imported", self.get("/v1/resources/desk.imported").json["origin"])
        line["title"]["zh"] = "再改"
        answer = self.server.call("POST", "/v1/resources", self.desk.bo, json.dumps(line) + "\nnonsense\n", {"Content-Type": "application/x-ndjson"})
        self.assertEqual((200, 0, 1, 1), (answer.status, answer.json["added"], answer.json["changed"], len(answer.json["rejected"])), answer.body)
        self.assertEqual(2, answer.json["rejected"][0]["line"])
        self.assertEqual(["bo"], self.get("/v1/resources/desk.imported").json["authors"])

    def test_a_fresh_folder_exports_the_shipped_ones_before_any_server_ran(self):
        with harness.Server() as other:
            other.stop()
            self.assertGreaterEqual(len(harness.run("resource", "export", data=other.data).splitlines()), 40)
            other.process = None

    def test_changes_stand_in_the_audit_chain(self):
        self.create()
        self.assertIn("head ", harness.run("audit", "verify", data=self.server.data))


if __name__ == "__main__":
    harness.main()
