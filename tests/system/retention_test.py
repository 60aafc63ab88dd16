"""After a delete or an edit at the source, and after posts.retention_days, the text is nowhere in the data folder: not in free pages, not in the log."""
import pathlib
import sqlite3
import unittest

from drain_test import figure
from harness import Desk, Server, Stream, flagged, main, until

DAY = 86400000


class Retention(unittest.TestCase):
    def setUp(self):
        self.server = Server().start()
        self.addCleanup(lambda: self.server.__exit__())
        self.desk = Desk(self.server)

    def send(self, *posts):
        answer = self.server.send_posts(self.desk.feed, [{"source": "weibo", **post} for post in posts])
        self.assertEqual(answer.status, 202, answer.body)
        return answer.json

    def files_with(self, words):
        """Names of the files of the data folder that hold the words in any place."""
        found = []
        for path in pathlib.Path(self.server.data).rglob("*"):
            try:
                if path.is_file() and words.encode() in path.read_bytes():
                    found.append(path.name)
            except FileNotFoundError:
                pass
        return found

    def is_gone(self, *words):
        for each in words:
            until(lambda: not self.files_with(each), 20, f"the end of '{each[:12]}', still in {self.files_with(each)}")

    def shift(self, sql):
        """Changes the store of the stopped server as time would; nothing is left behind by it."""
        with sqlite3.connect(self.server.data + "/clarion.db") as db:
            db.execute("PRAGMA secure_delete=ON")
            db.executescript(sql)
        db.close()

    def rows(self, table, where="1"):
        with sqlite3.connect(f"file:{self.server.data}/clarion.db?mode=ro", uri=True) as db:
            count = db.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()[0]
        db.close()
        return count

    def test_a_delete_and_an_edit_at_the_source_leave_no_trace_on_the_disk(self):
        deleted, edited, kept = (flagged(name, length=200) for name in ("deleted", "edited", "kept"))
        self.send({"id": "1", "text": deleted, "author": {"name": "作者甲乙丙丁", "id": "author-77-deleted"}, "media": [{"type": "video", "url": "https://a.example/secret-video", "text": deleted[::-1]}]},
                  {"id": "2", "text": edited, "rev": 1}, {"id": "3", "text": kept})
        for case in self.server.get("/v1/cases", self.desk.anna).json["items"]:
            self.desk.ok(self.server.post(f"/v1/cases/{case['id']}/note", self.desk.anna, {"text": "电话核实"}, headers={"Idempotency-Key": case["id"]}))
        for text in (deleted, edited, kept):
            self.assertTrue(self.files_with(text[-60:]))
        self.send({"id": "1", "op": "delete"}, {"id": "2", "text": "另一句话", "rev": 2})
        self.is_gone(deleted[-60:], deleted[::-1][:60], "作者甲乙丙丁", "author-77-deleted", "secret-video", edited[-60:])
        self.assertTrue(self.files_with(kept[-60:]))

    def test_no_copy_stays_in_pages_that_were_split_and_merged(self):
        """Of rows that moved between pages while the store grew and shrank."""
        texts = [flagged(f"moved {i}", length=40 + i * 37 % 900) for i in range(400)]
        for i in range(0, 400, 50):
            self.send(*({"id": f"v{k}", "text": texts[k]} for k in range(i, i + 50)))
            case = self.server.get("/v1/cases?limit=1", self.desk.anna).json["items"][0]["id"]
            self.server.post(f"/v1/cases/{case}/note", self.desk.anna, {"text": "n"}, headers={"Idempotency-Key": f"key-{i}"})
        gone = [k for k in range(400) if k % 3]
        for i in range(0, len(gone), 40):
            self.send(*({"id": f"v{k}", "op": "delete"} for k in gone[i:i + 40]))
        self.server.stop()
        left = pathlib.Path(self.server.data, "clarion.db").read_bytes()
        self.assertEqual([k for k in gone if any(texts[k][at:at + 20].encode() in left for at in (30, len(texts[k]) // 2, len(texts[k]) - 20))], [])
        self.assertEqual(sum(texts[k][-20:].encode() in left for k in range(400) if k % 3 == 0), 134)

    def test_after_retention_days_text_author_and_hits_are_gone_and_counts_stay(self):
        texts = [flagged(f"old {i}", length=150) for i in range(30)]
        self.send(*({"id": f"o{i}", "text": text, "author": {"name": f"作者{i}号长名", "id": f"author-id-{i}"}} for i, text in enumerate(texts)))
        fresh = flagged("fresh", length=150)
        self.send({"id": "f", "text": fresh}, {"id": "never", "op": "delete"})
        cases = self.server.get("/v1/cases?limit=100", self.desk.anna).json["items"]
        self.desk.ok(self.server.post(f"/v1/cases/{cases[0]['id']}/note", self.desk.anna, {"text": "n"}, headers={"Idempotency-Key": "k"}))
        self.desk.published()
        reader = Stream(self.server.port, self.desk.anna)
        reader.subscribe()
        reader.send({"type": "ack", "channel": "notices", "epoch": self.server.get("/v1/notices").json["items"][0]["position"]["epoch"], "offset": "1"})
        until(lambda: self.rows("receipts") == 1, what="a receipt")
        reader.close()
        self.server.stop()
        groups = self.rows("groups")
        self.assertEqual((self.rows("tombstones"), self.rows("idempotency"), self.rows("outbox")), (1, 1, 1))
        self.shift(f"UPDATE posts SET received_at = received_at - 91 * {DAY} WHERE id <> 'f'; UPDATE tombstones SET until = until - 3 * {DAY};"
                   f"UPDATE idempotency SET at = at - 2 * {DAY}; UPDATE outbox SET created_at = created_at - 31 * {DAY}; UPDATE receipts SET at = at - 91 * {DAY}")
        self.server.start()
        for text in texts:
            self.is_gone(text[-60:])
        self.is_gone("号长名", "author-id-")
        for what, count in {"posts": 30, "tombstones": 1, "answers": 1, "receipts": 1, "outbox": 1}.items():
            # The answer may have gone with the text of its case.
            self.assertIn(figure(self.server, f'clarion_removed_total{{what="{what}"}}'), (count, 0) if what == "answers" else (count,), what)
        for table in ("tombstones", "idempotency", "outbox", "receipts"):
            self.assertEqual(self.rows(table), 0, table)
        self.assertEqual((self.rows("posts"), self.rows("posts", "record <> ''"), self.rows("groups")), (31, 1, groups))
        self.assertTrue(self.files_with(fresh[-60:]))
        after = {case["id"]: case for case in self.server.get("/v1/cases?limit=100", self.desk.anna).json["items"]}
        self.assertEqual(len(after), len(cases))
        self.assertEqual(sorted(case["claim"] for case in after.values()), [""] * 30 + [fresh])
        self.assertEqual(sum(case["group"]["size"] for case in after.values()), 31, "counts stay")

    def test_more_than_one_round_takes_is_worked_off_at_once(self):
        self.send(*({"id": f"m{i}", "text": flagged(f"many {i}")} for i in range(1200)))
        self.server.stop()
        self.shift(f"UPDATE posts SET received_at = received_at - 91 * {DAY}")
        self.server.start()
        until(lambda: self.rows("posts", "record <> ''") == 0, 30, "all of it, without waiting for the next minute")
        self.assertEqual(figure(self.server, 'clarion_removed_total{what="posts"}'), 1200)


if __name__ == "__main__":
    main()
