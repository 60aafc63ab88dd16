#!/usr/bin/env python3
"""Experts over HTTP: profiles with versions, what experts change themselves, consent, tables."""

import unittest

import harness


class Experts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = harness.Server().start()
        cls.addClassCleanup(cls.server.__exit__)
        cls.desk = harness.Desk(cls.server)
        cls.aud = cls.server.user("aud", "auditor")
        cls.server.user("du", "expert")

    def patch(self, token, body, version, who="e1"):
        return self.server.call("PATCH", f"/v1/experts/{who}", token, body, {"If-Match": f'"{version}"' if version != "*" else "*"})

    def get(self, who="e1", token=None):
        return self.desk.ok(self.server.get(f"/v1/experts/{who}", token or self.desk.anna))

    def pointers(self, answer):
        return {e["pointer"]: e["code"] for e in answer.json["errors"]}

    def test_a_profile_is_made_changed_and_taken_off_the_list(self):
        made = self.server.post("/v1/experts", self.desk.anna, {"name": "新", "topics": {"flood": 1}, "quiet_hours": {"from": "22:00", "until": "07:00"}})
        self.assertEqual(201, made.status, made.body)
        who, path = made.json["id"], f"/v1/experts/{made.json['id']}"
        self.assertEqual((1, True, '"1"'), (made.json["version"], made.json["active"], made.headers["ETag"]))
        self.assertEqual(409, self.server.post("/v1/experts", self.desk.anna, {"id": who, "name": "x", "topics": {}}).status)
        self.assertEqual(428, self.server.call("PATCH", path, self.desk.anna, {"title": "x"}).status)
        self.assertEqual(2, self.patch(self.desk.anna, {"title": "高工"}, 1, who).json["version"])
        self.assertEqual(412, self.patch(self.desk.anna, {"title": "x"}, 1, who).status)
        self.assertEqual(422, self.patch(self.desk.anna, {"id": "other"}, 2, who).status)
        self.assertEqual(200, self.server.call("DELETE", path, self.desk.anna, headers={"If-Match": '"2"'}).status)
        listed = lambda query: [e["id"] for e in self.desk.ok(self.server.get("/v1/experts" + query, self.desk.anna))["items"]]
        self.assertNotIn(who, listed(""))
        self.assertIn(who, listed("?all=true"))

    def test_experts_change_their_own_record_in_what_is_theirs(self):
        version = self.get()["version"]
        changed = self.patch(self.desk.chen, {"capacity": 7, "contacts": ["chen@example.org"], "absences": [{"from": "2026-10-01", "until": "2026-10-08"}]}, version)
        self.assertEqual(200, changed.status, changed.body)
        for body in ({"topics": {"nuclear": 3}}, {"regions": []}, {"name": "别名"}, {"user": "bo"}):
            refused = self.patch(self.desk.chen, body, "*")
            self.assertEqual((403, "expert_member"), (refused.status, refused.json["code"]), body)
        other = self.server.post("/v1/experts", self.desk.anna, {"id": "e-other", "name": "他", "topics": {"flood": 2}, "contacts": ["秘密"], "conflicts": ["weibo"]})
        self.assertEqual(201, other.status)
        self.assertEqual(403, self.patch(self.desk.chen, {"capacity": 1}, "*", "e-other").status)
        self.assertEqual(403, self.server.post("/v1/experts", self.desk.chen, {"name": "x", "topics": {}}).status)
        self.assertEqual(403, self.server.call("DELETE", "/v1/experts/e1", self.desk.chen, headers={"If-Match": "*"}).status)
        self.assertEqual(403, self.patch(self.aud, {"capacity": 1}, "*").status)
        seen = self.get("e-other", self.desk.chen)
        self.assertFalse({"contacts", "conflicts"} & set(seen), "how to reach an expert is not another expert's to see")
        self.assertEqual(["秘密"], self.get("e-other", self.aud)["contacts"])
        self.assertEqual(403, self.server.get("/v1/experts/export", self.desk.chen).status)

    def test_a_public_name_needs_consent_with_its_date(self):
        refused = self.patch(self.desk.chen, {"public_name": "陈专家"}, "*")
        self.assertEqual((422, {"/consent": "expert_consent"}), (refused.status, self.pointers(refused)))
        given = self.patch(self.desk.chen, {"public_name": "陈专家", "consent": {"on": "2026-11-01"}}, "*")
        self.assertEqual(200, given.status, given.body)
        back = self.patch(self.desk.chen, {"consent": None}, "*")
        self.assertNotIn("public_name", back.json)
        self.server.expert(id="e-imp", name="内", public_name="外", topics={"flood": 1})
        self.assertRegex(self.get("e-imp")["consent"]["on"], r"^\d{4}-\d\d-\d\d$", "an import is the importer's word for it")

    def test_what_is_wrong_is_named(self):
        answer = self.server.post("/v1/experts", self.desk.anna, {"name": "x", "topics": {"wat": 4}, "quiet_hours": {"from": "7"}, "absences": [{"from": "x"}],
                                                                  "consent": {"on": "gestern"}, "capacity": -1})
        self.assertEqual(422, answer.status)
        self.assertEqual({"/topics/wat", "/quiet_hours/from", "/quiet_hours/until", "/absences/0/from", "/absences/0/until", "/consent/on", "/capacity"},
                         set(self.pointers(answer)))
        unknown = self.server.post("/v1/experts", self.desk.anna, {"name": "x", "user": "niemand", "topics": {}})
        self.assertEqual({"/user": "account_unknown"}, self.pointers(unknown))

    def test_the_list_is_narrowed_and_says_who_is_away(self):
        self.server.expert(id="e-du", user="du", name="杜", topics={"earthquake": 3}, regions=["440100"], langs=["zh", "en"],
                           absences=[{"from": "2020-01-01", "until": "2099-01-01"}])
        ids = lambda query: {e["id"] for e in self.desk.ok(self.server.get("/v1/experts?" + query, self.desk.anna))["items"]}
        self.assertEqual({"e-du"}, ids("topic=earthquake"))
        self.assertEqual({"e-du"}, ids("topic=earthquake&region=440000"))
        self.assertEqual(set(), ids("topic=earthquake&region=440300"))
        self.assertEqual({"e-du"}, ids("topic=earthquake&lang=en"))
        self.assertEqual(400, self.server.get("/v1/experts?topic=wat", self.desk.anna).status)
        du = next(e for e in self.desk.ok(self.server.get("/v1/experts", self.desk.anna))["items"] if e["id"] == "e-du")
        self.assertTrue(du["away"])

    def test_tables_go_out_and_come_back(self):
        csv = {"Content-Type": "text/csv"}
        self.server.expert(id="e-t", name="表, \"格\"", topics={"flood": 2, "typhoon": 1}, langs=["zh"], contacts=["=1+1", "a;b"],
                           absences=[{"from": "2026-01-01", "until": "2026-02-01"}])
        out = self.server.get("/v1/experts/export?format=csv", self.desk.anna)
        self.assertEqual(200, out.status)
        before = self.get("e-t")
        again = self.server.call("POST", "/v1/experts/import", self.desk.anna, out.body, csv)
        self.assertEqual(200, again.status, again.body)
        after = self.get("e-t")
        self.assertEqual(before["topics"], after["topics"])
        self.assertEqual(before["absences"], after["absences"], "a table without the column keeps what it can't say")
        bad = self.server.call("POST", "/v1/experts/import", self.desk.anna, "id,name,topics\ne-n,新,flood:3\ne-m,,wat:1\ne-k,x,flood:9\n", csv)
        self.assertEqual(422, bad.status)
        self.assertEqual({"line 3/name": "field_required", "line 3/topics/wat": "topic_unknown", "line 4/topics": "field_out_of_range"}, self.pointers(bad))
        self.assertEqual(404, self.server.get("/v1/experts/e-n", self.desk.anna).status, "all or none")
        lines = self.server.get("/v1/experts/export?format=ndjson", self.desk.anna)
        same = self.server.call("POST", "/v1/experts/import", self.desk.anna, lines.body, {"Content-Type": "application/x-ndjson"})
        self.assertEqual((0, 0), (same.json["added"], same.json["changed"]))


if __name__ == "__main__":
    harness.main()
