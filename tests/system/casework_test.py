"""Case work over HTTP: edit, merge, split, undo, bulk, candidates."""
import json
import unittest
import urllib.parse

from harness import Server, flagged, main, until

QUAKE = "在地震局的朋友内部消息，本月十五号省城将发生七级以上地震，快转给家人。"


class Desk(unittest.TestCase):
    settings = ()

    @classmethod
    def setUpClass(cls):
        cls.server = Server(settings=cls.settings).start()
        user = cls.server.user
        cls.people = {"anna": user("anna", "operator"), "chen": user("chen", "expert"), "bo": user("bo", "approver"), "root": user("root", "admin"),
                      "audi": user("audi", "auditor"), "olga": user("olga", "operator", "--region", "440100")}
        cls.feed = cls.server.token("feed", "ingest")
        cls.count = 0

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def call(self, method, target, who="anna", body=None, status=200, **headers):
        sent = {key.replace("_", "-"): value for key, value in headers.items()}
        answer = self.server.call(method, target, self.people.get(who, who), body, sent)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json if answer.body else None

    def get(self, target, who="anna", status=200):
        return self.call("GET", target, who, status=status)

    def post(self, target, body=None, who="anna", status=200, **headers):
        return self.call("POST", target, who, {} if body is None else body, status, **headers)

    def case(self, posts=1, words=QUAKE, **more):
        """A new case of so many posts of one text; as it is shown."""
        cls = type(self)
        cls.count += 1
        text = flagged(f"{self.id()} {cls.count}", words=words)
        lines = [{"id": f"p{cls.count}-{i}", "source": "weibo", "text": text, **more} for i in range(posts)]
        taken = self.server.send_posts(self.feed, lines)
        self.assertEqual(taken.json["flagged"], posts, taken.body)
        found = self.get("/v1/cases?q=" + urllib.parse.quote(text[-40:]))["items"]
        return self.get(f"/v1/cases/{found[0]['id']}")


class OneAuthor(Desk):
    """Lessons, item 14: one action takes down a spammer and everything they sent in."""

    def sent(self, author, mixed=False):
        case = self.case(2, author=author)
        if mixed:
            self.server.send_posts(self.feed, [{"id": f"m{case['id']}", "source": "weibo", "text": case["posts"][0]["text"], "author": {"id": "honest"}}])
        return case["id"]

    def dismiss(self, author, who="anna", status=200, **more):
        return self.post("/v1/cases/bulk", {"action": "dismiss", "author": author, "reason": "刷屏广告", **more}, who, status)

    def test_cases_of_one_author_alone_go_at_once_with_count_preview_and_undo(self):
        spammer = {"id": "u-spam", "name": "卖药的"}
        own = sorted(self.sent(spammer) for _ in range(3))
        judged = self.sent(spammer)
        self.post(f"/v1/cases/{judged}/dismiss", {"reason": "先前驳回的"})
        mixed, honest = self.sent(spammer, mixed=True), self.sent({"id": "honest"})
        removed = self.sent(spammer)
        self.server.send_posts(self.feed, [{"id": self.get(f"/v1/cases/{removed}")["posts"][0]["id"], "source": "weibo", "op": "delete"}])
        author = {"source": "weibo", "id": "u-spam"}
        preview = self.dismiss(author, dry_run=True)
        self.assertEqual((preview["done"], preview["posts"], preview["mixed"], preview["more"], preview["bulk"], preview["refused"]), (3, 6, 2, False, None, 0))
        self.assertEqual({self.get(f"/v1/cases/{each}")["state"] for each in own} & {"dismissed"}, set(), "a preview does nothing")
        done = self.dismiss(author)
        self.assertEqual(sorted(each["id"] for each in done["results"] if each["done"]), own)
        self.assertEqual([self.get(f"/v1/cases/{each}")["state"] for each in own], ["dismissed"] * 3)
        self.assertNotIn("dismissed", [self.get(f"/v1/cases/{each}")["state"] for each in (mixed, honest, removed)])
        undone = self.post("/v1/cases/bulk", {"action": "undo", "bulk": done["bulk"]})
        self.assertEqual(undone["done"], 3)
        self.assertNotIn("dismissed", [self.get(f"/v1/cases/{each}")["state"] for each in own])
        self.assertEqual(self.get(f"/v1/cases/{judged}")["state"], "dismissed")

    def test_an_author_without_id_goes_by_name_and_another_source_is_another_author(self):
        case = self.sent({"name": "无号的人"})
        self.assertEqual(self.dismiss({"source": "douyin", "id": "无号的人"}, dry_run=True)["done"], 0)
        self.assertEqual([each["id"] for each in self.dismiss({"source": "weibo", "id": "无号的人"}, dry_run=True)["results"]], [case])

    def test_who_may_not_is_refused_and_who_sees_less_is_told_less(self):
        self.sent({"id": "far"})
        author = {"source": "weibo", "id": "far"}
        for who in ("chen", "audi", "root"):
            self.dismiss(author, who, 403)
        for wrong in ({"source": "weibo"}, {"source": "weibo", "id": "x", "more": 1}, "far"):
            self.assertEqual(self.dismiss(wrong, status=422)["code"], "field_invalid")
        self.post("/v1/cases/bulk", {"action": "dismiss", "author": author, "ids": ["c_1"], "reason": "x"}, status=422)
        self.post("/v1/cases/bulk", {"action": "reopen", "author": author, "reason": "x"}, status=422)


class Regrouping(Desk):
    def test_merge_points_to_its_target_and_later_posts_follow(self):
        a, b = self.case(3), self.case(2)
        merged = self.post(f"/v1/cases/{a['id']}/merge", {"into": b["id"]}, If_Match=f'"{a["version"]}"')
        self.assertEqual((merged["state"], merged["merged_into"], merged["group"]), ("merged", b["id"], None))
        self.server.send_posts(self.feed, [{"id": f"late-{self.id()}", "source": "rss", "text": a["posts"][0]["text"]}])
        both = self.get(f"/v1/cases/{b['id']}")
        self.assertEqual((both["group"]["size"], len(both["posts"]), both["merged_from"]), (6, 6, [a["id"]]))
        self.assertEqual(both["group"]["sources"], {"weibo": 5, "rss": 1})
        event = merged["history"][-1]
        self.assertTrue(event["can_undo"])
        self.assertNotIn("undo", event["detail"])
        back = self.post(f"/v1/cases/{a['id']}/undo", {"event": event["event"]})
        self.assertEqual((back["state"], len(back["posts"])), ("open", 4))
        self.assertTrue(back["history"][-2]["undone"])

    def test_later_near_duplicates_of_split_posts_go_with_them(self):
        other = flagged("split-off", words=QUAKE)
        a, b = self.case(2), self.case(1)
        self.post(f"/v1/cases/{b['id']}/merge", {"into": a["id"]})
        moved = b["posts"][0]
        after = self.post(f"/v1/cases/{a['id']}/split", {"posts": [{"source": moved["source"], "id": moved["id"]}]})
        made = after["history"][-1]["detail"]["into"]
        self.server.send_posts(self.feed, [{"id": f"late-{self.id()}", "source": "rss", "text": moved["text"] + "！"}])
        self.assertEqual(self.get(f"/v1/cases/{made}")["group"]["size"], 2)
        self.assertEqual(self.get(f"/v1/cases/{a['id']}")["group"]["size"], 2)
        self.assertNotEqual(other, moved["text"])

    def test_split_survives_a_restart_of_the_index(self):
        a = self.case(3)
        post = a["posts"][0]
        made = self.post(f"/v1/cases/{a['id']}/split", {"posts": [{"source": post["source"], "id": post["id"]}]})["history"][-1]["detail"]["into"]
        self.assertEqual(self.get(f"/v1/cases/{made}")["split_from"], a["id"])
        self.assertEqual(self.get(f"/v1/cases/{a['id']}")["group"]["size"], 2)

    def test_posts_with_one_link_or_one_medium_are_one_case(self):
        link = f"https://v.example/{self.count}/x"
        a = self.case(1, url=link)
        text = flagged("quite another text", words=QUAKE) + f" 看 http://www.v.example/{self.count - 1}/x#t"
        self.server.send_posts(self.feed, [{"id": "by-link", "source": "rss", "text": text}])
        self.assertEqual(self.get(f"/v1/cases/{a['id']}")["group"]["size"], 2)
        b = self.case(1, media=[{"type": "image", "hash": "sha256:77"}])
        self.server.send_posts(self.feed, [{"id": "by-medium", "source": "rss", "text": flagged("a third text", words=QUAKE),
                                            "media": [{"type": "image", "hash": "sha256:77"}]}])
        self.assertEqual(self.get(f"/v1/cases/{b['id']}")["group"]["size"], 2)

    def test_a_newer_act_stands_against_undo_and_is_named(self):
        a, b = self.case(), self.case()
        event = self.post(f"/v1/cases/{a['id']}/merge", {"into": b["id"]})["history"][-1]["event"]
        self.post(f"/v1/cases/{b['id']}/dismiss", {"reason": "广告"}, "bo")
        refused = self.post(f"/v1/cases/{a['id']}/undo", {"event": event}, status=409)
        self.assertEqual(refused["code"], "undo_conflict")
        self.assertIn("bo", refused["detail"])

    def test_only_who_manages_cases_merges_splits_and_takes_back(self):
        a, b = self.case(), self.case()
        for who in ("chen", "root", "audi"):
            self.post(f"/v1/cases/{a['id']}/merge", {"into": b["id"]}, who, 403)
            self.post(f"/v1/cases/{a['id']}/split", {"posts": []}, who, 403)
            self.post("/v1/cases/bulk", {"ids": [a["id"]], "action": "dismiss", "reason": "r"}, who, 403)
            self.call("PATCH", f"/v1/cases/{a['id']}", who, {"claim": "x"}, 403)
        self.call("PATCH", f"/v1/cases/{a['id']}", "olga", {"claim": "x"}, 403)  # outside her regions


class Editing(Desk):
    def test_a_claim_is_rewritten_and_the_original_shown(self):
        a = self.case()
        edited = self.call("PATCH", f"/v1/cases/{a['id']}", "anna", {"claim": "本月十五号将有地震", "severity": "severe"}, If_Match=f'"{a["version"]}"')
        self.assertEqual((edited["claim"], edited["claim_original"], edited["severity"]), ("本月十五号将有地震", a["claim"], "severe"))
        self.call("PATCH", f"/v1/cases/{a['id']}", "anna", {"claim": "晚了"}, 412, If_Match=f'"{a["version"]}"')
        self.server.send_posts(self.feed, [{"id": "after-edit", "source": "rss", "text": a["posts"][0]["text"]}])
        self.assertEqual(self.get(f"/v1/cases/{a['id']}")["claim"], "本月十五号将有地震")
        self.server.send_posts(self.feed, [{"id": a["posts"][0]["id"], "source": "weibo", "op": "delete"}])
        gone = self.get(f"/v1/cases/{a['id']}")
        self.assertEqual((gone["claim"], gone["claim_original"]), ("本月十五号将有地震", None))

    def test_wrong_members_are_named(self):
        a = self.case()
        refused = self.call("PATCH", f"/v1/cases/{a['id']}", "anna", {"claim": " ", "topics": ["x"], "regions": ["9"], "severity": "bad", "state": "open"}, 422)
        self.assertEqual(sorted(each["pointer"] for each in refused["errors"]), ["/claim", "/regions/0", "/severity", "/state", "/topics/0"])
        self.assertEqual(self.post(f"/v1/cases/{a['id']}/edit", {"claim": "x"}, status=404)["code"], "not_found")

    def test_a_candidate_that_is_another_matter_goes_away_and_comes_back(self):
        text = flagged("candidate", words=QUAKE)
        record = {"id": "d-1", "claim": text, "verdict": "false", "explanation": "没有根据", "source": "地震局", "date": "2024-01-01", "topic": "earthquake"}
        self.assertEqual(self.post("/v1/library", [record])["added"], 1)
        self.server.send_posts(self.feed, [{"id": "cand", "source": "weibo", "text": text}])
        case = self.get("/v1/cases?q=" + urllib.parse.quote(text[-40:]))["items"][0]["id"]
        path = f"/v1/cases/{case}"
        until(lambda: [each["debunk"]["id"] for each in self.get(path)["candidates"]] == ["d-1"], what="the candidate")
        after = self.post(path + "/candidate", {"debunk": "d-1", "judgement": "different"})
        self.assertEqual(after["candidates"], [])
        self.assertEqual(after["candidates_judged"][0]["judgement"], "different")
        told = [row for row in self.get("/v1/library/judgements")["items"] if row["case"] == case]
        self.assertEqual([(row["debunk"], row["judgement"], row["claim"]) for row in told], [("d-1", "different", text)])
        back = self.post(path + "/undo", {"event": after["history"][-1]["event"]})
        self.assertEqual((len(back["candidates"]), back["candidates_judged"]), (1, []))


class Bulk(Desk):
    def test_counts_come_first_and_all_is_taken_back(self):
        cases = [self.case(2)["id"] for _ in range(3)]
        self.post(f"/v1/cases/{cases[2]}/dismiss", {"reason": "广告"})
        body = {"ids": cases + ["c_nothing"], "action": "dismiss", "reason": "水军"}
        first = self.post("/v1/cases/bulk", {**body, "dry_run": True})
        self.assertEqual((first["done"], first["refused"], first["posts"], first["bulk"]), (2, 2, 4, None))
        self.assertEqual({row["code"] for row in first["results"] if not row["done"]}, {"case_state", "not_found"})
        self.assertEqual(self.get(f"/v1/cases/{cases[0]}")["state"], "open")
        done = self.post("/v1/cases/bulk", body, Idempotency_Key="bulk-1")
        self.assertEqual(self.post("/v1/cases/bulk", body, Idempotency_Key="bulk-1"), done)
        self.assertEqual(self.get(f"/v1/cases/{cases[0]}")["state"], "dismissed")
        back = self.post("/v1/cases/bulk", {"action": "undo", "bulk": done["bulk"]})
        self.assertEqual((back["done"], back["refused"]), (2, 0))
        self.assertEqual([self.get(f"/v1/cases/{case}")["state"] for case in cases], ["open", "open", "dismissed"])

    def test_what_is_only_tried_tells_nobody(self):
        case = self.case()["id"]
        body = {"ids": [case], "action": "assign", "user": "chen"}
        before = self.get("/v1/messages", who="chen")["items"]
        self.assertEqual(self.post("/v1/cases/bulk", {**body, "dry_run": True})["done"], 1)
        self.assertEqual(self.get("/v1/messages", who="chen")["items"], before)
        self.assertNotIn("assign", [event["action"] for event in self.get(f"/v1/cases/{case}")["history"]])
        self.post("/v1/cases/bulk", body)
        self.assertEqual(len(self.get("/v1/messages", who="chen")["items"]), len(before) + 1)

    def test_bounds(self):
        for body in ({}, {"action": "verdict", "ids": ["c"]}, {"action": "dismiss", "ids": []}, {"action": "dismiss", "ids": ["c"] * 501, "reason": "r"},
                     {"action": "undo"}, {"action": "undo", "bulk": "b_x"}, {"action": "dismiss", "ids": [self.case()["id"]]}):
            self.assertEqual(self.post("/v1/cases/bulk", body, status=422)["code"], "field_invalid", json.dumps(body))


if __name__ == "__main__":
    main()
