"""`clarion audit verify` finds any changed, removed or inserted audit record, and any changed published revision, verdict or approval.

One desk's history is made with the real program; then each test does to a copy of its store what somebody with the file in hand could do.
"""
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
import unittest
import urllib.parse

import ed25519
import harness
from harness import Desk, Server, flagged, main

AUDIT = ("at", "actor", "action", "subject", "detail", "previous", "hash")
FIRST_HASH = "0" * 64


def time_text(stamp):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(stamp // 1000)) + f".{stamp % 1000:03}Z"


def audit_hash(record):
    """SHA-256 over the canonical JSON of the record and the hash before it."""
    link = {**record, "at": time_text(record["at"])}
    link.pop("hash")
    return hashlib.sha256(ed25519.canonical(link)).hexdigest()


class Tampering(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.make_once()

    @staticmethod
    def make_once():
        cls = Tampering
        if hasattr(cls, "folder"):
            return
        cls.folder = tempfile.mkdtemp(prefix="clarion-audit-")
        unittest.addModuleCleanup(shutil.rmtree, cls.folder, True)
        original = os.path.join(cls.folder, "original")
        os.mkdir(original)
        with Server(data=original) as server:
            desk = Desk(server)
            server.expert(id="e1", user="chen", name="陈", public_name="陈专家", topics={"infectious": 3})
            text = flagged("audit")
            server.send_posts(desk.feed, [{"id": "p", "source": "weibo", "text": text}])
            case = desk.ok(server.get("/v1/cases?q=" + urllib.parse.quote(text[-40:]), desk.anna))["items"][0]["id"]
            desk.ok(server.post(f"/v1/cases/{case}/claim", desk.chen))
            desk.ok(server.post(f"/v1/cases/{case}/verdict", desk.chen, {"verdict": "false", "reason": "没有依据", "evidence": [{"title": "t", "url": "https://e.example"}]}))
            first = desk.published(case=case, kind="debunk", severity="extreme")
            path = f"/v1/notices/{first['id']}"
            draft = desk.ok(server.post(path + "/correct", desk.anna, {"correction": "日期"}, version=first["version"]))
            second = desk.approve(draft)
            second = desk.ok(server.post(path + "/publish", desk.anna, version=second["version"]))
            desk.ok(server.post(path + "/withdraw", desk.cai, {"reason_code": "wrong", "reason": "r"}, version=second["version"]))
            desk.published(mode="Exercise")
            waits = desk.approved()  # approved, not published
            again = desk.approved()  # approved, then edited: its approval is void
            desk.ok(server.patch(f"/v1/notices/{again['id']}", desk.anna, {"severity": "minor"}, again["version"]))
            server.post(f"/v1/notices/{waits['id']}/approve", desk.anna, version=waits["version"])  # a refusal, recorded
        os.remove(os.path.join(original, "serve.log"))
        cls.store = os.path.join(original, "clarion.db")
        with sqlite3.connect(cls.store) as db:
            assert db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
            db.row_factory = sqlite3.Row
            cls.records = [dict(row) for row in db.execute("SELECT * FROM audit ORDER BY seq")]
        cls.copy = os.path.join(cls.folder, "copy")
        shutil.copytree(original, cls.copy)
        cls.head = f"{cls.records[-1]['seq']}:{cls.records[-1]['hash']}"

    def verify(self, *more):
        done = subprocess.run([harness.PROGRAM, "audit", "verify", "--data", self.copy, *more], capture_output=True, text=True, timeout=30)
        return done.returncode, done.stdout + done.stderr

    def after(self, *statements, head=False):
        """What verify says of a copy after the statements (SQL, or SQL and parameters)."""
        for extra in ("-wal", "-shm"):
            if os.path.exists(self.copy + "/clarion.db" + extra):
                os.remove(self.copy + "/clarion.db" + extra)
        shutil.copyfile(self.store, self.copy + "/clarion.db")
        db = sqlite3.connect(self.copy + "/clarion.db")
        db.execute("PRAGMA synchronous = OFF")
        for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            sql, parameters = statement if isinstance(statement, tuple) else (statement, ())
            changed = db.execute(sql, parameters).rowcount
            self.assertNotEqual(changed, 0, sql)
        db.commit()
        db.close()
        return self.verify(*(("--head", self.head) if head else ()))

    def found(self, *statements, names, head=False):
        status, said = self.after(*statements, head=head)
        self.assertEqual(status, 1, (statements, said))
        self.assertRegex(said, names)

    def rows(self, table):
        with sqlite3.connect(self.store) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(f"SELECT * FROM {table}")]

    def insert(self, row, table="audit"):
        return f"INSERT INTO {table}({', '.join(row)}) VALUES({', '.join('?' * len(row))})", tuple(row.values())


class Untouched(Tampering):
    def test_a_copy_is_good_and_says_how_much_it_checked(self):
        status, said = self.after(head=True)
        self.assertEqual(status, 0, said)
        self.assertRegex(said, rf"^{len(self.records)} records, 4 revisions, 7 approvals, 1 verdicts; head {self.head}\n$")
        self.assertEqual(self.verify()[0], 0)

    def test_the_chain_is_what_anybody_can_compute(self):
        previous = FIRST_HASH
        for number, record in enumerate(self.records, 1):
            self.assertEqual((record["seq"], record["previous"], record["hash"]), (number, previous, audit_hash(record)))
            previous = record["hash"]

    def test_a_head_that_is_none_is_wrong_usage(self):
        for head in ("5", "x:" + "0" * 64, "5:abc", ":", "-1:" + "0" * 64, "5:" + "0" * 65):
            self.assertEqual(self.verify("--head", head)[0], 2, head)
        self.assertEqual(self.verify("--head", "1:" + "0" * 64)[0], 1)


class Records(Tampering):
    def test_a_change_of_any_column_of_any_record_is_found(self):
        values = {"at": "at + 1", "actor": "actor || 'x'", "action": "'system.nothing'", "subject": "'c_other'", "detail": "replace(detail, '{', '{\"added\":1,')",
                  "previous": f"'{'1' * 64}'", "hash": f"'{'2' * 64}'"}
        marked = {1, len(self.records)} | {record["seq"] for record in self.records if record["action"] in ("notice.publish", "case.verdict")}
        for record in self.records:
            for at, column in enumerate(AUDIT):
                # Every column of those that matter most, one of each other.
                if record["seq"] in marked or record["seq"] % len(AUDIT) == at:
                    self.found(f"UPDATE audit SET {column} = {values[column]} WHERE seq = {record['seq']}", names=rf"audit ({record['seq']}|{record['seq'] + 1}): ")

    def test_a_removed_record_is_found_wherever_it_stood(self):
        for record in self.records[:-1]:
            self.found(f"DELETE FROM audit WHERE seq = {record['seq']}", names=rf"audit {record['seq'] + 1}: the record before it is missing")

    def test_a_removed_record_is_found_when_the_others_close_the_gap(self):
        for gone in (1, 5, len(self.records) - 1):
            self.found(f"DELETE FROM audit WHERE seq = {gone}", f"UPDATE audit SET seq = -seq WHERE seq > {gone}", "UPDATE audit SET seq = -seq - 1 WHERE seq < 0", names=rf"audit {gone}: ")

    def test_a_cut_tail_shows_with_the_head_that_was_kept(self):
        last = len(self.records)
        status, said = self.after(f"DELETE FROM audit WHERE seq = {last}")
        self.assertEqual((self.records[-1]["action"], status), ("refused", 0), said)
        for keep in (last - 1, last - 5, 1):
            self.found(f"DELETE FROM audit WHERE seq > {keep}", names=rf"the chain ends at {keep}, before the head {last}", head=True)
        self.found("DELETE FROM audit", names=r"before the head|there without a record", head=True)
        self.found("DELETE FROM audit", names=r"there without a record")

    def test_an_inserted_record_is_found_wherever_it_stands(self):
        fake = {"at": 1_700_000_000_000, "actor": "bo", "action": "notice.approve", "subject": "n_fake", "detail": "{}", "previous": FIRST_HASH, "hash": "3" * 64}
        last = len(self.records)
        for seq in (0, -1, -2**63, last + 1, last + 7, 2**53, 2**63 - 1):
            self.found(self.insert({"seq": seq, **fake}), names=r"audit ")
        for seq in (1, 4, last):  # the others make room
            self.found(f"UPDATE audit SET seq = -seq - 1 WHERE seq >= {seq}", "UPDATE audit SET seq = -seq WHERE seq < 0", self.insert({"seq": seq, **fake}), names=r"audit ")
        # One with a right hash of its own, before the first: the first does not follow it.
        good = {"seq": 0, **{**fake, "hash": ""}}
        good["hash"] = audit_hash(good)
        self.found(self.insert(good), names=r"audit [01]: ")

    def test_two_records_that_changed_places_are_found(self):
        self.found("UPDATE audit SET seq = -7 WHERE seq = 4", "UPDATE audit SET seq = 4 WHERE seq = 5", "UPDATE audit SET seq = 5 WHERE seq = -7", names=r"audit [45]: ")

    def test_a_chain_that_was_computed_anew_shows_with_the_head_that_was_kept(self):
        changed, previous, statements = 3, FIRST_HASH, []
        for record in self.records:
            record = {**record, "previous": previous}
            if record["seq"] == changed:
                record["actor"] = "cli:somebody"
            record["hash"] = previous = audit_hash(record)
            statements.append(("UPDATE audit SET actor = ?, previous = ?, hash = ? WHERE seq = ?", (record["actor"], record["previous"], record["hash"], record["seq"])))
        self.found(*statements, names=rf"audit {len(self.records)}: is not the head that was kept outside", head=True)
        # Each published notice carries the head before it, under its signature: without the kept one it still shows here.
        self.found(*statements, names=r"its audit member is not the head before its record")

    def test_values_that_no_program_of_ours_writes_are_found_and_harm_nothing(self):
        for column in AUDIT:
            for value in ("CAST(x'ff00fe' AS TEXT)", "''", "x''", "-9223372036854775808", "9223372036854775807", "1.5e308", "char(0)", "zeroblob(3000000)", "replace(hex(zeroblob(50000)), '0', '[')"):
                status, said = self.after(f"UPDATE audit SET {column} = {value} WHERE seq = 6")
                self.assertEqual(status, 1, (column, value, said[:500]))


class Revisions(Tampering):
    def test_a_change_of_any_column_is_found(self):
        for row in self.rows("revisions"):
            where = f" WHERE notice_id = '{row['notice_id']}' AND revision = {row['revision']}"
            names = rf"notice {row['notice_id']} revision {row['revision']}: changed since it was recorded"
            for change in ("form = replace(form, '标题', '假题')" if row["action"] != "withdraw" else "form = replace(form, '撤回', '照旧')", "jws = substr(jws, 1, length(jws) - 1) || 'x'",
                           "content_hash = '" + "4" * 64 + "'", "facets = '{}'", "authors = '[\"bo\"]'", "approvals = '[{\"by\":\"cai\"}]'", "published_at = published_at - 1",
                           "expires_at = NULL", "expires_at = expires_at + 1", "action = 'update'", "mode = 'Test'", "channel = 'desk'", "log_offset = log_offset + 1"):
                self.found(f"UPDATE revisions SET {change}{where}", names=names)

    def test_a_revision_that_moved_went_or_came_is_found(self):
        row = self.rows("revisions")[0]
        where = f" WHERE notice_id = '{row['notice_id']}' AND revision = {row['revision']}"
        what = f"notice {row['notice_id']} revision {row['revision']}"
        self.found("DELETE FROM revisions" + where, names=rf"{what}: recorded, but not there any more")
        self.found("UPDATE revisions SET revision = 99" + where, names=r"revision 99: there without a record")
        self.found("UPDATE revisions SET notice_id = 'n_other'" + where, names=r"n_other")
        self.found(self.insert({**row, "revision": 7, "log_offset": 70}, "revisions"), names=r"revision 7: there without a record")
        self.found("DELETE FROM revisions", names=r"recorded, but not there any more")

    def test_a_signature_by_another_key_is_found(self):
        self.found("UPDATE signing_keys SET public_key = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'", names=r"signature|fit")
        self.found("DELETE FROM signing_keys", names=r"notice ")

    def test_two_revisions_that_changed_texts_are_found(self):
        one, two = (row for row in self.rows("revisions") if row["mode"] == "Actual" and row["revision"] in (1, 2))
        self.found(*((f"UPDATE revisions SET form = ?, jws = ?, content_hash = ? WHERE notice_id = ? AND revision = ?",
                      (b["form"], b["jws"], b["content_hash"], a["notice_id"], a["revision"])) for a, b in ((one, two), (two, one))), names=r"changed since it was recorded")

    def test_values_that_no_program_of_ours_writes_are_found_and_harm_nothing(self):
        for column in ("form", "jws", "content_hash", "facets", "authors", "approvals", "published_at", "expires_at", "log_offset", "revision", "action"):
            for value in ("CAST(x'ff00fe' AS TEXT)", "''", "-9223372036854775808", "9223372036854775807", "replace(hex(zeroblob(50000)), '0', '[')", "'{\"audit\":{\"seq\":1e999}}'"):
                status, said = self.after(f"UPDATE revisions SET {column} = {value} WHERE log_offset = 2 AND mode = 'Actual'")
                self.assertEqual(status, 1, (column, value, said[:500]))


class Judgements(Tampering):
    def test_a_changed_verdict_is_found(self):
        row = self.rows("verdicts")[0]
        names = rf"verdict {row['id']}: changed since it was recorded"
        for change in ("record = replace(record, '\"false\"', '\"true\"')", "actor = 'anna'", "at = at + 1", "record = '{}'"):
            self.found("UPDATE verdicts SET " + change, names=names)
        self.found("PRAGMA foreign_keys = 0", "UPDATE verdicts SET case_id = 'c_other'", names=names)
        self.found("UPDATE verdicts SET id = 'v_other'", names=r"verdict v_other: there without a record")
        self.found("DELETE FROM verdicts", names=rf"verdict {row['id']}: recorded, but not there any more")
        self.found(self.insert({**row, "id": "v_more"}, "verdicts"), names=r"verdict v_more: there without a record")
        for value in ("CAST(x'ff' AS TEXT)", "''", "9223372036854775807"):
            for column in ("record", "actor", "at"):
                self.found(f"UPDATE verdicts SET {column} = {value}", names=names)

    def test_a_changed_approval_is_found(self):
        for row in self.rows("approvals"):
            where = f" WHERE id = '{row['id']}'"
            names = rf"approval {row['id']}: changed since it was recorded"
            for change in ("note = note || 'ok'", "actor = 'anna'", "content_hash = '" + "5" * 64 + "'", "at = at - 1", "notice_id = 'n_other'", "note = CAST(x'ff' AS TEXT)"):
                self.found("UPDATE approvals SET " + change + where, names=names)
            self.found("DELETE FROM approvals" + where, names=rf"approval {row['id']}: recorded, but not there any more")
            self.found("UPDATE approvals SET id = 'ap_other'" + where, names=r"approval ap_other: there without a record")
            self.found("UPDATE approvals SET void = 1 - void" + where, names=rf"approval {row['id']}: ")
        self.found(self.insert({**self.rows("approvals")[0], "id": "ap_more", "actor": "dora"}, "approvals"), names=r"approval ap_more: there without a record")

    def test_a_second_record_of_the_same_thing_does_not_whitewash_it(self):
        # Who has the file can lengthen the chain rightly; what it already says of a row stays said.
        approval = self.rows("approvals")[0]
        record = next(each for each in self.records if each["action"] == "notice.approve" and json.loads(each["detail"])["approval"] == approval["id"])
        changed = {**approval, "actor": "cai"}
        detail = json.loads(record["detail"])
        row = {"id": changed["id"], "notice": changed["notice_id"], "actor": changed["actor"], "at": time_text(changed["at"]), "content_hash": changed["content_hash"], "note": changed["note"]}
        detail["hash"] = hashlib.sha256(ed25519.canonical(row)).hexdigest()
        original = {**row, "actor": approval["actor"]}
        self.assertEqual(json.loads(record["detail"])["hash"], hashlib.sha256(ed25519.canonical(original)).hexdigest())
        more = {**record, "seq": len(self.records) + 1, "actor": "cai", "detail": ed25519.canonical(detail).decode(), "previous": self.records[-1]["hash"]}
        more["hash"] = audit_hash(more)
        self.found(f"UPDATE approvals SET actor = 'cai' WHERE id = '{approval['id']}'", self.insert(more), names=rf"approval {approval['id']}: ", head=True)


if __name__ == "__main__":
    main()
