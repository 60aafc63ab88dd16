#!/usr/bin/env python3
"""Rules in shadow at the desk (desk-lessons 9): hits, overlap and examples over a day's stream, then enable; names stay, history by name."""

import datetime
import pathlib
import tempfile
import unittest

import harness

PACK = """pack: trial
version: {version}
owner: 编辑部
licence: CC-BY-4.0
rules:
  - id: trial.cure
    title: {{zh: 喝某物可治愈, en: Drinking something cures}}
    topic: infectious
    weight: 0.6
    match: {{any: [白酒杀毒]}}
    hits: ["白酒杀毒"]
    misses: ["白酒"]
  - id: trial.garlic
    title: {{zh: 大蒜治病, en: Garlic cures}}
    topic: infectious
    weight: 0.7
    shadow: {shadow}
    match: {{any: [大蒜治百病]}}
    hits: ["大蒜治百病"]
    misses: ["大蒜"]
"""
BOTH, NEW = "邻居说白酒杀毒，大蒜治百病，赶快转给家人看看", "只要大蒜治百病，什么药都不用吃了"


class Rules(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="clarion-test-")
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name, "trial.yaml")
        self.write("true", 1)
        self.server = harness.Server(settings=[f"rules.dir={folder.name}"])
        self.server.start()
        self.addCleanup(self.server.__exit__, None, None, None)
        self.desk = harness.Desk(self.server)
        self.admin = self.server.user("ada", "admin")
        self.today = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=8)).strftime("%Y-%m-%d")

    def write(self, shadow, version):
        self.file.write_text(PACK.format(shadow=shadow, version=version), encoding="utf-8")

    def get(self, path, token=None):
        answer = self.server.get(path, token or self.desk.anna)
        self.assertEqual(200, answer.status, answer.body)
        return answer.json

    def rule(self, name, day=None):
        return next(each for each in self.get(f"/v1/rules?day={day or self.today}")["items"] if each["id"] == name)

    def send(self, *texts, token=None, **more):
        posts = [{"id": f"p{n}", "source": "weibo", "text": text, **more} for n, text in enumerate(texts)]
        self.assertEqual(202, self.server.send_posts(token or self.desk.feed, posts).status)

    def counted(self, name="trial.garlic", posts=2):
        return harness.until(lambda: (each := self.rule(name))["figures"]["posts"] == posts and each, what="the figures")

    def test_a_rule_in_shadow_is_counted_over_all_posts_and_says_what_it_would_change(self):
        self.send(BOTH, NEW, "今天天气不错")
        garlic = self.counted()
        self.assertEqual({"posts": 2, "flagged": 1, "alone": 1, "would": 1, "overlap": [{"rule": "trial.cure", "posts": 1}], "partial": True}, garlic["figures"])
        self.assertTrue(garlic["shadow"])
        self.assertEqual("trial.garlic", self.get("/v1/rules")["items"][0]["id"], "those in shadow come first")
        cure = self.rule("trial.cure")["figures"]
        self.assertEqual((1, 1, 1, None), tuple(cure[name] for name in ("posts", "flagged", "alone", "would")))
        # A shadow rule changed nothing: one post is kept, one case opened.
        self.assertEqual(1, len(self.get("/v1/cases")["items"]))
        # A day before the rule was there is not known, which is not the same as no hits.
        self.assertIsNone(self.get("/v1/rules")["items"][0]["figures"], "yesterday, by default")
        self.server.stop()
        self.server.start()
        self.assertEqual(garlic["figures"], self.rule("trial.garlic")["figures"])

    def test_examples_are_kept_posts_with_their_places_and_go_with_the_post(self):
        self.send(BOTH, NEW)
        self.counted()
        kept = self.get(f"/v1/rules/trial.garlic?day={self.today}")["kept"]
        self.assertEqual((1, 1, 0), (kept["tried"], kept["posts"], kept["alone"]))
        example, = kept["examples"]
        (begin, end), = example["spans"]
        self.assertEqual("大蒜治百病", example["text"].encode()[begin:end].decode())
        self.assertEqual(["trial.cure"], example["others"])
        self.assertEqual(200, self.server.get(f"/v1/cases/{example['case']}", self.desk.anna).status)
        # Of a person limited to regions: cases they do not see give no example.
        self.server.send_posts(self.desk.feed, [{"id": "east", "source": "weibo", "text": "潮州人都知道白酒杀毒，大蒜治百病，家里常备两斤", "geo": {"region": "445100"}}])
        west = self.server.user("wei", "operator", "--region", "440800")
        seen = self.get(f"/v1/rules/trial.garlic?day={self.today}", west)["kept"]["examples"]
        self.assertNotIn("east", [each["id"] for each in seen])
        self.server.send_posts(self.desk.feed, [{"id": "p0", "source": "weibo", "op": "delete", "text": ""}, {"id": "east", "source": "weibo", "op": "delete", "text": ""}])
        self.assertEqual([], self.get(f"/v1/rules/trial.garlic?day={self.today}")["kept"]["examples"])
        log = pathlib.Path(self.server.log.name).read_text(encoding="utf-8")
        self.assertNotIn("大蒜", log)

    def test_enabling_is_a_change_of_the_file_and_the_name_keeps_its_history(self):
        self.send(NEW)
        self.counted(posts=1)
        self.assertEqual([], self.get("/v1/cases")["items"])
        self.write("perhaps", 2)
        refused = self.server.post("/v1/admin/reload", self.admin, {})
        self.assertNotIn(refused.status, (200, 204))
        self.assertTrue(self.rule("trial.garlic")["shadow"], "refused whole: the rules of before stay")
        self.write("false", 2)
        self.assertIn(self.server.post("/v1/admin/reload", self.admin, {}).status, (200, 204))
        self.assertFalse(self.rule("trial.garlic")["shadow"])
        self.server.send_posts(self.desk.feed, [{"id": "later", "source": "weibo", "text": NEW}])
        self.assertEqual(1, len(self.get("/v1/cases")["items"]))
        history = self.get("/v1/rules/trial.garlic")["history"]
        self.assertEqual([(2, False, True), (1, True, True)], [(each["version"], each["shadow"], each["present"]) for each in history])
        # A name that is loaded no more still tells what it was.
        self.file.write_text(PACK.format(shadow="false", version=3).split("  - id: trial.garlic")[0], encoding="utf-8")
        self.assertIn(self.server.post("/v1/admin/reload", self.admin, {}).status, (200, 204))
        gone = self.get("/v1/rules/trial.garlic")
        self.assertIsNone(gone["rule"])
        self.assertEqual((False, 3), (gone["history"][0]["present"], len(gone["history"])))
        self.assertEqual(404, self.server.get("/v1/rules/trial.nothing", self.desk.anna).status)

    def test_who_may_look_and_each_desk_sees_its_own_figures(self):
        for token, status in ((self.desk.chen, 403), (self.desk.feed, 403), (None, 401), (self.admin, 200), (self.desk.bo, 200)):
            self.assertEqual(status, self.server.get("/v1/rules", token).status)
        self.send(NEW, token=self.server.token("drill", "drill"))
        drill = lambda: next(each for each in self.get(f"/drill/v1/rules?day={self.today}")["items"] if each["id"] == "trial.garlic")["figures"]["posts"]
        harness.until(lambda: drill() == 1, what="the drill's figures")
        self.assertEqual(0, self.rule("trial.garlic")["figures"]["posts"])
        for bad in ("day=x", "limit=0", "what=1", "shadow=maybe", "cursor=!"):
            self.assertEqual("query_invalid", self.server.get(f"/v1/rules?{bad}", self.desk.anna).code, bad)


if __name__ == "__main__":
    harness.main()
