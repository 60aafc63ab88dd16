#!/usr/bin/env python3
"""Planned drills, the words of a hand-over, and the secret of a calendar's link."""

import contextlib
import datetime
import shutil
import sqlite3
import unittest

import harness
from roster_test import ZONE, day, moment


def at(hours, minutes=0):
    """So long from the present full hour."""
    begin = datetime.datetime.now(datetime.timezone.utc).replace(minute=0, second=0, microsecond=0)
    return (begin + datetime.timedelta(hours=hours, minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Work(unittest.TestCase):
    def setUp(self):
        self.server = harness.Server().start()
        self.addCleanup(self.stop)
        self.desk = harness.Desk(self.server)
        self.post, self.anna, self.bo = self.server.post, self.desk.anna, self.desk.bo

    def stop(self):
        self.server.stop()
        shutil.rmtree(self.server.data, ignore_errors=True)

    def made(self, answer, status=201):
        self.assertEqual(status, answer.status, answer.body)
        return answer.json

    def shifts(self, *people):
        """The desk's people by turns of four hours; the first took over an hour ago."""
        begin = datetime.datetime.now(ZONE) - datetime.timedelta(hours=1)
        return self.made(self.post("/v1/roster/plans", self.anna, {
            "name": "值班", "duty": "desk", "people": people, "starts": begin.strftime("%Y-%m-%d"), "at": begin.strftime("%H:00"), "length": {"hours": 4}}))

    def messages(self, token):
        return [item["code"] for item in self.desk.ok(self.server.get("/v1/messages", token))["items"]]

    def test_a_drill_stays_half_an_hour_away_from_every_hand_over(self):
        self.shifts("anna", "bo")  # hand-overs at +3 h, +7 h
        refused = self.post("/v1/roster/drills", self.anna, {"title": "桌面演练", "from": at(2), "until": at(2, 31)}, headers={"Accept-Language": "zh"})
        self.assertEqual((409, "drill_block"), (refused.status, refused.json["code"]))
        local = datetime.datetime.fromisoformat(at(3).replace("Z", "+00:00")).astimezone(ZONE)
        self.assertIn("交班前后 30 分钟不能开演练", refused.json["detail"])
        self.assertIn(local.strftime("%H:%M"), refused.json["detail"], "it names the hand-over, on the desk's clock")
        self.assertEqual(409, self.post("/v1/roster/drills", self.anna, {"title": "x", "from": at(2), "until": at(5)}).status, "no hand-over within one")
        made = self.made(self.post("/v1/roster/drills", self.anna, {"title": "桌面演练", "lead": "bo", "from": at(2), "until": at(2, 30)}))
        span = self.desk.ok(self.server.get(f"/v1/roster?from={at(0)}&until={at(8)}", self.desk.chen))
        self.assertEqual([("桌面演练", "bo", None)], [(each["title"], each["lead"], each["blocked_by"]) for each in span["drills"]])
        self.assertEqual([made["id"]], [each["id"] for each in self.desk.ok(self.server.get("/v1/roster/now", self.anna))["drills"]])
        moved = self.server.call("PATCH", f"/v1/roster/drills/{made['id']}", self.anna, {"until": at(2, 40)}, {"If-Match": '"1"'})
        self.assertEqual("drill_block", moved.json["code"])
        self.assertEqual(403, self.post("/v1/roster/drills", self.desk.chen, {"title": "x", "from": at(4), "until": at(5)}).status)

    def test_a_hand_over_that_comes_too_near_later_is_shown_at_the_drill(self):
        self.shifts("anna", "bo")
        self.made(self.post("/v1/roster/drills", self.anna, {"title": "桌面演练", "from": at(1), "until": at(2)}))
        slot = self.desk.ok(self.server.get("/v1/roster/plans", self.anna))["items"][0]["id"]
        self.made(self.post("/v1/roster/overrides", self.anna, {"slot": slot, "account": "cai", "from": at(1, 30), "until": at(3)}))
        self.assertEqual([at(1, 30)], [each["blocked_by"] for each in self.desk.ok(self.server.get(f"/v1/roster?from={at(0)}&until={at(8)}", self.anna))["drills"]])

    def test_a_drill_names_what_is_wrong_with_it(self):
        answer = self.post("/v1/roster/drills", self.anna, {"from": at(1), "until": at(30), "lead": 3, "wat": 1})
        self.assertEqual({"/title": "field_required", "/until": "roster_span", "/lead": "field_type", "/wat": "field_unknown"},
                         {each["pointer"]: each["code"] for each in answer.json["errors"]})
        self.assertEqual("account_unknown", self.post("/v1/roster/drills", self.anna, {"title": "x", "from": at(1), "until": at(2), "lead": "nobody"}).json["errors"][0]["code"])

    def test_the_words_of_who_goes_are_kept_and_who_comes_says_that_they_read_them(self):
        self.shifts("anna", "bo")
        note = self.made(self.post("/v1/roster/handovers", self.anna, {"text": "留意“决口”旧视频。"}))
        self.assertEqual(("anna", ["bo"], None), (note["by"], note["to"], note["read_by"]))
        self.assertIn("message_handover", self.messages(self.bo))
        self.assertEqual(409, self.post(f"/v1/roster/handovers/{note['id']}/read", self.anna).status, "not by who wrote it")
        self.assertEqual("handover_not_yours", self.post(f"/v1/roster/handovers/{note['id']}/read", self.desk.cai).json["code"])
        mended = self.server.call("PATCH", f"/v1/roster/handovers/{note['id']}", self.anna, {"text": "留意“决口”旧视频，疑似去年的。"}, {"If-Match": '"1"'})
        self.assertEqual((200, 2), (mended.status, mended.json["version"]), mended.body)
        self.assertEqual(412, self.server.call("PATCH", f"/v1/roster/handovers/{note['id']}", self.anna, {"text": "x"}, {"If-Match": '"1"'}).status)
        self.assertEqual(403, self.server.call("PATCH", f"/v1/roster/handovers/{note['id']}", self.bo, {"text": "x"}, {"If-Match": "*"}).status)
        self.assertEqual("bo", self.desk.ok(self.post(f"/v1/roster/handovers/{note['id']}/read", self.bo))["read_by"])
        self.assertIn("message_handover_read", self.messages(self.anna))
        for again in (self.post(f"/v1/roster/handovers/{note['id']}/read", self.bo),
                      self.server.call("PATCH", f"/v1/roster/handovers/{note['id']}", self.anna, {"text": "x"}, {"If-Match": "*"})):
            self.assertEqual((409, "handover_read"), (again.status, again.json["code"]))
        told = self.desk.ok(self.server.get("/v1/roster/handover", self.bo))
        self.assertEqual([("留意“决口”旧视频，疑似去年的。", "bo")], [(each["text"], each["read_by"]) for each in told["notes"]])
        self.assertNotIn("决口", told["text"], "the system's part holds its own words alone")
        self.assertIn("anna 补充：留意“决口”", self.server.get("/v1/roster/handover?format=text", self.bo, headers={"Accept-Language": "zh"}).body)
        self.server.stop()
        self.server.start()
        self.assertEqual([note["id"]], [each["id"] for each in self.desk.ok(self.server.get("/v1/roster/handovers", self.bo))["items"]], "kept")
        self.assertEqual(403, self.server.get("/v1/roster/handovers", self.desk.chen).status)
        self.assertEqual(403, self.post("/v1/roster/handovers", self.desk.chen, {"text": "x"}).status)
        with contextlib.closing(sqlite3.connect(self.server.data + "/clarion.db")) as store:
            acts = [act for (act,) in store.execute("SELECT action FROM audit WHERE action LIKE 'roster.handover.%' ORDER BY seq")]
        self.assertEqual(["roster.handover.add", "roster.handover.change", "roster.handover.read"], acts)

    def test_a_hand_over_names_what_is_wrong_with_it(self):
        wrong = self.post("/v1/roster/handovers", self.anna, {"to": ["anna", "nobody"], "wat": 1})
        self.assertEqual({"/text": "field_required", "/to/0": "handover_own", "/to/1": "account_unknown", "/wat": "field_unknown"},
                         {each["pointer"]: each["code"] for each in wrong.json["errors"]})

    def test_no_answer_with_the_secret_of_a_calendar_is_kept(self):
        answers = [self.post("/v1/roster/calendar", self.anna, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
        first, second = (self.made(answer)["path"] for answer in answers)
        self.assertNotEqual(first, second, "a repeat makes a new link")
        self.assertEqual([404, 200], [self.server.get(path).status for path in (first, second)])
        self.server.stop()
        secret = second.rsplit("/", 1)[1].removesuffix(".ics").encode()
        for name in ("clarion.db", "clarion.db-wal"):
            with contextlib.suppress(FileNotFoundError), open(f"{self.server.data}/{name}", "rb") as file:
                self.assertNotIn(secret, file.read(), name)


if __name__ == "__main__":
    harness.main()
