"""The library: its verbs, the REST of it, candidates on cases, drafts from debunks, and what readers are told (contract sections 1 to 3)."""
import json
import lzma
import os
import pathlib
import shutil
import tempfile
import unittest

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


if __name__ == "__main__":
    main()
