#!/usr/bin/env python3
"""Holds the demonstration's package to its word: counts, bounds, harmless posts, sources, what must be fictional."""

import collections
import json
import subprocess
import unittest

import harness

DATA = harness.ROOT / "src/demo/data"
PLATFORMS = {"weibo", "douyin", "wechat", "wechat-group", "xiaohongshu", "bilibili", "xingwan-bbs", "gongwan-forum", "harbour-chat"}


def lines(name):
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def scanned():
    """Each post that is no delete, with its result of the shipped rules."""
    done = subprocess.run([harness.PROGRAM, "scan", "--all", str(DATA / "feed.ndjson")], capture_output=True, text=True, timeout=60)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    posts = [post for post in lines("feed.ndjson") if post.get("op") != "delete"]
    assert len(results) == len(posts), done.stderr
    return list(zip(posts, results))


class Feed(unittest.TestCase):
    def test_is_large_and_mostly_harmless(self):
        kinds = collections.Counter(post["about"]["kind"] for post in lines("feed.ndjson"))
        total = sum(kinds.values())
        self.assertGreaterEqual(total, 400)
        self.assertGreaterEqual(kinds["harmless"] + kinds["correction"], 0.45 * total)
        self.assertGreaterEqual(kinds["correction"], 30)

    def test_holds_every_kind_of_post(self):
        posts = lines("feed.ndjson")
        self.assertEqual(PLATFORMS, {post["source"] for post in posts})
        self.assertGreaterEqual(len({post["about"]["topic"] for post in posts}), 25)
        self.assertGreaterEqual(sum("repost_of" in post for post in posts), 20)
        self.assertGreaterEqual(sum(post.get("op") == "delete" for post in posts), 5)
        self.assertGreaterEqual(sum(post.get("rev", 1) > 1 and post.get("op") != "delete" for post in posts), 10)
        self.assertGreaterEqual(sum("media" in post for post in posts), 4)
        self.assertLessEqual({"zh", "yue", "en"}, {post.get("lang") for post in posts})

    def test_edits_reposts_and_deletes_name_a_post_above(self):
        seen = set()
        for post in lines("feed.ndjson"):
            key = (post["source"], post["id"])
            if post.get("rev", 1) > 1:
                self.assertIn(key, seen)
            else:
                self.assertNotIn(key, seen, "an id that stands twice")
            if "repost_of" in post:
                self.assertIn((post["source"], post["repost_of"]), seen)
            seen.add(key)

    def test_counts_of_a_spreading_post_grow(self):
        last = {}
        for post in lines("feed.ndjson"):
            reposts = post.get("metrics", {}).get("reposts", 0)
            if post.get("rev", 1) > 1 and post["text" if "text" in post else "id"] == last.get(post["id"], ("", 0))[0]:
                self.assertGreater(reposts, last[post["id"]][1])
            last[post["id"]] = (post.get("text", ""), reposts)

    def test_rules_flag_rumors_and_no_harmless_post_or_correction(self):
        flagged = collections.defaultdict(list)
        for post, result in scanned():
            flagged[post["about"]["kind"]].append(result["flagged"])
            if post["about"]["kind"] != "rumor":
                self.assertFalse(result["flagged"], f"{post['id']}: {post['text']} {result['hits']}")
        self.assertGreaterEqual(sum(flagged["rumor"]), 0.35 * len(flagged["rumor"]))

    def test_speaks_of_no_real_address(self):
        for post in lines("feed.ndjson"):
            for url in [post.get("url", "")] + [medium["url"] for medium in post.get("media", [])]:
                self.assertTrue(not url or url.split("/")[2].endswith(".example"), url)
            if post.get("author", {}).get("verified"):
                self.assertTrue(post["author"]["name"].startswith("演示"), post["author"]["name"])


class Scenes(unittest.TestCase):
    def setUp(self):
        everything = json.loads((DATA / "scenes.json").read_text(encoding="utf-8"))
        self.scenes = [scene for scene in everything if "notice" in scene]
        self.judged = [scene for scene in everything if "notice" not in scene]

    def contents(self):
        for scene in self.scenes:
            yield scene["id"], scene["notice"]["content"]
            for later in scene.get("then", []):
                for change in later.values():
                    if isinstance(change, dict) and "content" in change:
                        yield scene["id"], change["content"]

    def test_every_notice_says_in_both_languages_that_it_is_fictional(self):
        for scene, content in self.contents():
            with self.subTest(scene=scene):
                self.assertTrue(content["zh"]["title"].startswith("【演示】"))
                self.assertIn("均属虚构", content["zh"]["body"])
                self.assertTrue(content["en"]["title"].startswith("[Demo] "))
                self.assertIn("fictional", content["en"]["body"])
                self.assertLessEqual(len(content["zh"]["title"].removeprefix("【演示】")), 26)
                self.assertLessEqual(len(content["zh"]["summary"]), 70)
                self.assertEqual(len(content["zh"]["advice"]), len(content["en"]["advice"]))

    def test_titles_state_the_fact_and_the_claim_stands_behind_a_warning(self):
        for scene in self.scenes:
            if scene["notice"]["kind"] != "debunk":
                continue
            with self.subTest(scene=scene["id"]):
                body = scene["notice"]["content"]["zh"]["body"]
                self.assertIn("**以下说法不实，请勿转发**", body)
                self.assertIn("**The following claim is false", scene["notice"]["content"]["en"]["body"])

    def test_every_notice_and_verdict_names_its_source(self):
        for scene in self.scenes:
            for part in (scene["notice"], scene.get("verdict", scene["notice"])):
                self.assertTrue(part["evidence"])
                for item in part["evidence"]:
                    self.assertTrue(item["publisher"])
                    self.assertEqual("https://example.org/", item["url"], "no address is invented")

    def test_dams_gas_radiation_and_missing_children_are_never_denied_at_once(self):
        careful = [scene for scene in self.scenes if set(scene["notice"]["topics"]) & {"hazchem", "nuclear", "public_order"} or scene["id"] == "dam"]
        self.assertGreaterEqual(len(careful), 4)
        for scene in careful:
            self.assertEqual("unproven", scene["verdict"]["verdict"])
            self.assertNotEqual("debunk", scene["notice"]["kind"])

    def test_notices_wait_for_the_visitors_approval_and_a_judged_case_for_a_notice(self):
        self.assertGreaterEqual(sum(scene.get("ready", False) for scene in self.scenes), 3)
        self.assertTrue(self.judged)
        self.assertTrue(all(scene["verdict"]["evidence"] for scene in self.judged))

    def test_a_case_is_left_to_the_visitor(self):
        feed = {post["id"]: post["text"] for post in lines("feed.ndjson") if "text" in post}
        self.assertFalse([scene["id"] for scene in self.scenes if "二两白酒" in feed.get(scene.get("post"), "")])


class Debunks(unittest.TestCase):
    VERDICTS = set("false mostly_false mixed mostly_true true misleading missing_context outdated satire unproven explained".split())

    def test_are_many_and_each_has_its_source(self):
        debunks = lines("debunks.ndjson")
        self.assertGreaterEqual(len(debunks), 60)
        self.assertEqual(len(debunks), len({debunk["id"] for debunk in debunks}))
        self.assertGreaterEqual(len({debunk["topic"] for debunk in debunks}), 25)
        for debunk in debunks:
            self.assertEqual({"id", "claim", "verdict", "explanation", "source", "date", "topic", "lang"}, set(debunk))
            self.assertIn(debunk["verdict"], self.VERDICTS)
            self.assertTrue(all(debunk.values()), debunk["id"])

    def test_what_could_be_true_is_never_called_false(self):
        careful = [debunk for debunk in lines("debunks.ndjson") if any(word in debunk["claim"] for word in ("溃坝", "毒气", "核电站泄漏", "拐走", "泄洪", "海啸第一波8分钟"))]
        self.assertGreaterEqual(len(careful), 6)
        for debunk in careful:
            self.assertEqual("unproven", debunk["verdict"], debunk["id"])


class Experts(unittest.TestCase):
    def test_cover_every_topic_of_the_feed_and_are_invented(self):
        experts = lines("experts.ndjson")
        self.assertTrue(6 <= len(experts) <= 8)
        covered = {topic for expert in experts for topic in expert["topics"]}
        self.assertLessEqual({post["about"]["topic"] for post in lines("feed.ndjson")}, covered)
        for expert in experts:
            for member in ("title", "affiliation", "public_name"):
                self.assertIn("虚构", expert[member])


if __name__ == "__main__":
    harness.main()
