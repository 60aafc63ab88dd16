"""The library: its verbs, the REST of it, candidates on cases, drafts from debunks, and what readers are told (contract sections 1 to 3)."""
import json
import lzma
import os
import pathlib
import shutil
import tempfile
import unittest
import urllib.parse

import harness
from harness import Desk, Server, flagged, main, run, until

CLAIM = "喝高度白酒就能杀死新冠病毒，赶紧转给家人"
WINE = {"id": "d-wine", "claim": CLAIM, "verdict": "false", "explanation": "饮酒不能杀灭体内的病毒。", "source": "某医院", "date": "2020-2-7", "topic": "epidemic",
        "url": "https://debunks.example/wine"}
ROAD = {"id": "d-road", "claim": "高速公路收费站今晚起全部关闭不许出城", "verdict": "false", "source": "交警", "topic": "traffic"}
REVIEW = {"@context": "https://schema.org", "@type": "ClaimReview", "url": "https://checks.example/1", "claimReviewed": "广州明天起全市停水三天，请大家储水",
          "author": {"@type": "Organization", "name": "示例机构", "url": "https://checks.example/"}, "reviewRating": {"@type": "Rating", "alternateName": "虛假"}}


def lines(*records):
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="clarion-library-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.data = os.path.join(self.folder, "data")

    def path(self, name, content):
        path = pathlib.Path(self.folder, name)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)


class LibraryVerbs(Folder):
    def test_all_forms_come_in_and_go_out_as_lines_that_come_in_again(self):
        ours = self.path("d.ndjson.xz", lzma.compress(lines(WINE, ROAD).encode()))
        feed = self.path("feed.json", json.dumps({"@type": "DataFeed", "dataFeedElement": [{"@type": "DataFeedItem", "item": [REVIEW]}]}, indent=1))
        self.assertEqual(run("library", "import", ours, feed, data=self.data), "3 added, 0 changed, 0 unchanged, 0 withdrawn, 0 bad\n")
        out = run("library", "export", data=self.data)
        records = [json.loads(line) for line in out.splitlines()]
        self.assertEqual([record["id"] for record in records], sorted(record["id"] for record in records))
        wine = next(record for record in records if record["id"] == "d-wine")
        self.assertEqual((wine["topic"], wine["source_topic"], wine["date"]), ("infectious", "epidemic", "2020-2-7"))
        review = next(record for record in records if record["id"].startswith("cr-"))
        self.assertEqual((review["verdict"], review["source"]), ("false", "示例机构"))
        again = self.path("again.ndjson", out)
        self.assertEqual(run("library", "import", again, data=self.data), "0 added, 0 changed, 3 unchanged, 0 withdrawn, 0 bad\n")
        other = os.path.join(self.folder, "other")
        run("library", "import", again, data=other)
        self.assertEqual(run("library", "export", data=other), out)

    def test_bad_items_are_named_and_lose_no_good_one(self):
        file = self.path("d.ndjson", lines(WINE) + "{oops\n" + lines({"id": "d-2", "claim": "秘密说法"}, ROAD))
        done = harness.subprocess.run([harness.PROGRAM, "library", "import", file, "--data", self.data], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "2 added, 0 changed, 0 unchanged, 0 withdrawn, 2 bad\n")
        self.assertIn(f"{file}: line 2: ", done.stderr)
        self.assertIn(f"{file}: line 3: verdict: field_required", done.stderr)
        self.assertNotIn("秘密", done.stderr)
        run("library", "import", "/nowhere/d", data=self.data, expect=1)

    def test_a_withdrawn_page_takes_its_debunks_out(self):
        run("library", "import", self.path("a", lines(WINE, ROAD)), data=self.data)
        feed = self.path("b", json.dumps({"@type": "DataFeed", "dataFeedElement": [{"dateDeleted": "2026-01-01", "url": WINE["url"]}]}))
        self.assertEqual(run("library", "import", feed, data=self.data), "0 added, 0 changed, 0 unchanged, 1 withdrawn, 0 bad\n")
        self.assertEqual([json.loads(line)["id"] for line in run("library", "export", data=self.data).splitlines()], ["d-road"])

    def test_search_says_what_is_known(self):
        run("library", "import", self.path("a", lines(WINE, ROAD)), data=self.data)
        first = run("library", "search", "听说" + CLAIM, data=self.data).splitlines()[0].split("\t")
        self.assertEqual((first[0], first[2], first[3], first[4], first[5]), ("d-wine", "known", CLAIM, "false", "某医院"))
        self.assertGreaterEqual(float(first[1]), 0.8)
        short = run("library", "search", "喝高度白酒杀病毒", data=self.data).splitlines()[0].split("\t")
        self.assertEqual((short[0], short[2]), ("d-wine", "suggest"))
        self.assertEqual(run("library", "search", "hello", data=self.data), "")
        run("library", "search", "x", data=os.path.join(self.folder, "none"), expect=1)


def post(identity, text):
    return {"id": identity, "source": "weibo", "text": text}


class Served(Folder):
    """One server and its people for all; a test brings debunks and claims of its own."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server().start()
        cls.addClassCleanup(shutil.rmtree, cls.server.data, True)
        cls.addClassCleanup(cls.server.stop)
        cls.desk = Desk(cls.server)

    def cli_import(self, *records):
        run("library", "import", self.path("import.ndjson", lines(*records)), data=self.server.data)

    def import_now(self, *records, token=None):
        return self.server.call("POST", "/v1/library", token or self.desk.anna, lines(*records), {"Content-Type": "application/x-ndjson"})

    def check(self, text):
        answer = self.server.post("/v1/check", body={"text": text})
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def case_of(self, text):
        """Sends a flagged post and gives its case."""
        answer = self.server.send_posts(self.desk.feed, [post("p-" + str(abs(hash(text))), text)])
        self.assertEqual((answer.status, answer.json["flagged"]), (202, 1), answer.body)
        listed = self.server.get("/v1/cases?sort=id&limit=100", self.desk.anna).json["items"]
        return self.case(next(each["id"] for each in listed if each["claim"] == text))

    def case(self, identity):
        return self.server.get(f"/v1/cases/{identity}", self.desk.anna).json


class Rest(Served):
    def test_what_is_imported_is_listed_shown_and_searched(self):
        answer = self.import_now({**WINE, "id": "r-1"}, {"id": "r-2"}, {**ROAD, "id": "r-2"})
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual({name: answer.json[name] for name in ("added", "changed", "unchanged", "withdrawn")}, {"added": 2, "changed": 0, "unchanged": 0, "withdrawn": 0})
        rejected = answer.json["rejected"]
        self.assertEqual([(each["line"], each["code"]) for each in rejected], [(2, "field_invalid")])
        self.assertEqual([each["pointer"] for each in rejected[0]["errors"]], ["/verdict", "/claim"])
        shown = self.server.get("/v1/library/r-1", self.desk.bo).json
        self.assertEqual((shown["claim"], shown["origin"], shown["topic"]), (CLAIM, "anna", "infectious"))
        self.assertEqual(self.server.get("/v1/library/none", self.desk.bo).status, 404)
        seen, cursor = [], ""
        while cursor is not None:
            page = self.server.get("/v1/library?limit=1" + (f"&cursor={cursor}" if cursor else ""), self.desk.bo).json
            seen += [each["id"] for each in page["items"]]
            cursor = page["next"]
        self.assertEqual(seen, sorted(seen))
        self.assertLessEqual({"r-1", "r-2"}, set(seen))
        query = urllib.parse.quote("听说" + ROAD["claim"])
        found = until(lambda: [each for each in self.server.get("/v1/library?q=" + query, self.desk.chen).json["items"] if each["id"] == "r-2"])
        self.assertTrue(found[0]["known"])
        for wrong in ("limit=0", "limit=x", "cursor=!", "colour=red"):
            self.assertEqual(self.server.get("/v1/library?" + wrong, self.desk.bo).code, "query_invalid")

    def test_claim_reviews_come_in_as_json(self):
        answer = self.server.call("POST", "/v1/library", self.desk.bo, json.dumps([REVIEW]), {"Content-Type": "application/ld+json"})
        self.assertEqual((answer.status, answer.json["added"]), (200, 1), answer.body)
        self.assertEqual(self.server.call("POST", "/v1/library", self.desk.bo, "x", {"Content-Type": "text/csv"}).status, 415)
        broken = self.server.call("POST", "/v1/library", self.desk.bo, "[", {"Content-Type": "application/json"})
        self.assertEqual((broken.status, len(broken.json["rejected"])), (200, 1))

    def test_rights_are_those_of_the_table(self):
        ada, eve = self.server.user("ada", "admin"), self.server.user("eve", "auditor")
        self.assertEqual(self.server.get("/v1/library").status, 401)
        self.assertEqual(self.server.get("/v1/library", self.desk.feed).status, 403)
        for token, see, change in ((self.desk.anna, 200, 200), (self.desk.chen, 200, 403), (self.desk.bo, 200, 200), (ada, 403, 403), (eve, 200, 403)):
            self.assertEqual(self.server.get("/v1/library", token).status, see)
            self.assertEqual(self.import_now(token=token).status, change)

    def test_a_repeated_import_is_one(self):
        send = lambda: self.server.call("POST", "/v1/library", self.desk.anna, lines({**ROAD, "id": "once"}), {"Content-Type": "application/x-ndjson", "Idempotency-Key": "k1"})
        self.assertEqual(send().json["added"], 1)
        self.assertEqual(send().json["added"], 1)


class Candidates(Served):
    def test_a_new_case_brings_what_is_known(self):
        claim = flagged("c-1", 30)
        self.import_now({**WINE, "id": "c-1", "claim": claim})
        until(lambda: self.check(claim)["debunks"])
        case = self.case_of(claim + "！")
        self.assertEqual(case["candidates"][0]["debunk"]["id"], "c-1")
        self.assertEqual(case["candidates"][0]["debunk"]["explanation"], WINE["explanation"])
        self.assertTrue(case["candidates"][0]["known"])
        self.assertGreaterEqual(case["candidates"][0]["score"], 0.8)
        reason = next(each for each in case["priority_reasons"] if each["code"] == "priority_known")
        self.assertIn(claim[:40], reason["text"])
        self.assertIn("某医院", reason["text"])
        self.assertEqual(case["priority"], sum(each["points"] for each in case["priority_reasons"]))

    def test_waiting_cases_follow_the_library(self):
        claim = flagged("c-2")
        case = self.case_of(claim)
        known = lambda: [each["debunk"]["id"] for each in self.case(case["id"])["candidates"] if each["known"]]
        self.assertNotIn("c-2", known())
        self.cli_import({**WINE, "id": "c-2", "claim": claim, "url": "https://debunks.example/c-2"})  # another process
        until(lambda: "c-2" in known(), seconds=5)
        after = self.case(case["id"])
        self.assertGreater(after["version"], case["version"])
        self.assertIn("c-2", [each["params"]["debunk"] for each in after["priority_reasons"] if each["code"] == "priority_known"])
        feed = {"@type": "DataFeed", "dataFeedElement": [{"dateDeleted": "2026-01-01", "url": "https://debunks.example/c-2"}]}
        run("library", "import", self.path("feed", json.dumps(feed)), data=self.server.data)
        until(lambda: "c-2" not in known(), seconds=5)
        until(lambda: "c-2" not in json.dumps(self.case(case["id"])["priority_reasons"]), seconds=5)

    def test_a_draft_takes_over_what_the_debunk_says(self):
        self.import_now({**WINE, "id": "c-3", "title": "喝酒杀不死病毒"})
        answer = self.server.post("/v1/notices", self.desk.anna, {"debunk": "c-3", "severity": "moderate"})
        self.assertEqual(answer.status, 201, answer.body)
        draft = answer.json
        self.assertEqual((draft["kind"], draft["claim"]["text"], draft["verdict"], draft["topics"]), ("debunk", CLAIM, "false", ["infectious"]))
        self.assertEqual(draft["evidence"], [{"title": "喝酒杀不死病毒", "url": WINE["url"], "publisher": "某医院"}])
        own = self.server.post("/v1/notices", self.desk.anna, {"debunk": "c-3", "claim": {"text": "我的"}, "topics": ["food"], "verdict": "mixed", "evidence": []}).json
        self.assertEqual((own["claim"]["text"], own["topics"], own["verdict"], own["evidence"]), ("我的", ["food"], "mixed", []))
        self.assertEqual(self.server.post("/v1/notices", self.desk.anna, {"debunk": "none"}).status, 404)


class Check(Served):
    def test_says_what_the_library_knows_and_keeps_nothing(self):
        self.import_now({**ROAD, "id": "k-1", "explanation": "道路通行正常。"})
        secret = "王小明告诉我的"
        debunk = until(lambda: self.check(secret + ROAD["claim"])["debunks"])[0]
        self.assertEqual((debunk["id"], debunk["verdict"], debunk["explanation"], debunk["source"], debunk["known"]), ("k-1", "false", "道路通行正常。", "交警", True))
        self.assertEqual(self.check("今天天气很好我们去公园散步吧"), {"notices": [], "debunks": []})
        short = self.check("收费站今晚起全部关闭")
        self.assertEqual([each["known"] for each in short["debunks"]], [False])
        for file in pathlib.Path(self.server.data).rglob("*"):
            if file.is_file():
                self.assertNotIn("王小明".encode(), file.read_bytes(), file)

    def test_wrong_questions_are_refused(self):
        for body, status in (({}, 422), ({"text": ""}, 422), ({"text": 5}, 422), ({"text": "字" * 2001}, 422), ({"text": "x", "colour": 1}, 422), ({"text": "x" * 20000}, 413)):
            self.assertEqual(self.server.post("/v1/check", body=body).status, status, str(body)[:60])
        self.assertEqual(self.server.post("/v1/check", body={"text": "字" * 2000}).status, 200)
        self.assertEqual(self.server.get("/v1/check").status, 405)

    def test_what_we_published_is_answered_until_it_is_withdrawn(self):
        claim = "丙市的水库大坝今天夜里已经决堤，下游居民马上撤离"
        notice = self.desk.published(kind="debunk", claim={"text": claim}, verdict="false", topics=["flood"], content={"zh": {"title": "大坝安全", "summary": "没有决堤", "body": "水位正常"}})
        found = until(lambda: self.check("刚收到消息！" + claim)["notices"], seconds=5)[0]
        self.assertEqual((found["id"], found["title"]["zh"], found["state"], found["known"]), (notice["id"], "大坝安全", "published", True))
        draft = self.server.post("/v1/notices", self.desk.bo, {"debunk": notice["id"]}).json
        self.assertLessEqual({"anna", "bo"}, set(draft["authors"]))  # who wrote it may not approve it from here
        self.desk.ok(self.server.post(f"/v1/notices/{notice['id']}/withdraw", self.desk.bo, {"reason_code": "wrong", "reason": "x"}, headers={"If-Match": "*"}))
        until(lambda: not self.check("刚收到消息！" + claim)["notices"], seconds=5)

    def test_an_exercise_is_never_an_answer(self):
        claim = "演习：丁市的化工厂今天夜里发生爆炸，全城马上撤离"
        self.desk.published(kind="debunk", mode="Exercise", claim={"text": claim}, verdict="false")
        self.desk.published(kind="debunk", claim={"text": "戊市自来水今天起停止供应一个星期"}, verdict="false")
        until(lambda: self.check("听说戊市自来水今天起停止供应一个星期")["notices"], seconds=5)
        self.assertEqual([each for each in self.check(claim)["notices"] if each["known"]], [])


class CheckLimit(unittest.TestCase):
    def test_an_address_may_ask_so_often(self):
        with Server(settings=("http.requests_per_address=600",)) as server:
            statuses = [server.post("/v1/check", body={"text": "问一下"}).status for _ in range(31)]
            self.assertEqual(statuses[:30], [200] * 30)
            refused = server.post("/v1/check", body={"text": "问一下"})
            self.assertEqual((refused.status, refused.code), (429, "too_many_requests"))
            self.assertIn("Retry-After", refused.headers)
            self.assertEqual(server.get("/v1/notices").status, 200)  # other calls go on


if __name__ == "__main__":
    main()
