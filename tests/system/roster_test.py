#!/usr/bin/env python3
"""The roster over HTTP: who is on duty, changes with notices to the persons, swaps, gaps, hand-over, calendar and tables."""

import contextlib
import datetime
import shutil
import sqlite3
import sys
import unittest

import harness

ZONE = datetime.timezone(datetime.timedelta(hours=8))


def day(offset=0):
    return (datetime.datetime.now(ZONE) + datetime.timedelta(days=offset)).strftime("%Y-%m-%d")


def moment(hours):
    """A full hour, so many hours from now."""
    at = datetime.datetime.now(datetime.timezone.utc).replace(minute=0, second=0, microsecond=0) + datetime.timedelta(hours=hours)
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Roster(unittest.TestCase):
    def setUp(self):
        self.server = harness.Server().start()
        self.addCleanup(self.stop)
        self.desk = harness.Desk(self.server)
        self.ada = self.server.user("ada", "admin")
        self.aud = self.server.user("aud", "auditor")

    def stop(self):
        self.server.stop()
        shutil.rmtree(self.server.data, ignore_errors=True)

    def made(self, answer, status=201):
        self.assertEqual(status, answer.status, answer.body)
        return answer.json

    def plan(self, duty, people, token=None, **more):
        body = {"name": f"{duty} {','.join(people)}", "duty": duty, "people": people, "starts": day(-3), "at": "00:00", **more}
        return self.made(self.server.post("/v1/roster/plans", token or self.desk.anna, body))

    def now(self):
        return self.desk.ok(self.server.get("/v1/roster/now", self.desk.anna))

    def span(self, begin=0, days=1):
        return self.desk.ok(self.server.get(f"/v1/roster?from={day(begin)}&until={day(begin + days)}", self.desk.anna))

    def messages(self, token, **more):
        return [item["code"] for item in self.desk.ok(self.server.get("/v1/messages", token, **more))["items"]]

    def codes(self, answer):
        return [error["code"] for error in answer.json.get("errors", [])] or [answer.json["code"]]

    def test_without_a_roster_nobody_is_restricted_and_nothing_rings(self):
        now = self.now()
        self.assertEqual({"desk": False, "expert": False, "approver": False}, now["planned"])
        self.assertEqual([], now["on"] + now["alarms"])
        self.assertFalse(self.span()["planned"])
        self.assertIn('clarion_duty_gaps{when="now"} 0', self.server.get("/metrics").body)

    def test_says_who_is_on_until_when_and_who_is_next(self):
        self.plan("desk", ["anna", "bo"])
        now = self.now()
        self.assertEqual(1, len(now["on"]))
        on, following = now["on"][0], now["next"][0]
        self.assertEqual({"anna", "bo"}, {on["account"], following["account"]})
        self.assertEqual(on["until"], following["from"])
        self.assertEqual(0, on["load"])

    def test_nobody_on_duty_is_an_alarm_a_figure_and_a_message(self):
        self.plan("approver", ["bo"])
        alarms = self.now()["alarms"]
        self.assertEqual([("approver", 1, 2, True, False)], [(a["duty"], a["have"], a["need"], a["now"], a["nobody"]) for a in alarms],
                         "an extreme notice needs two approvers on duty")
        self.plan("approver", ["cai"], line=2)
        self.assertEqual([], self.now()["alarms"])
        self.made(self.server.post("/v1/roster/absences", self.desk.bo, {"account": "bo", "from": moment(-1), "until": moment(3)}))
        self.made(self.server.post("/v1/roster/absences", self.desk.cai, {"account": "cai", "from": moment(-1), "until": moment(2)}))
        alarms = self.now()["alarms"]
        self.assertTrue(alarms[0]["now"] and alarms[0]["nobody"], alarms)
        self.assertRegex(self.server.get("/metrics").body, r'clarion_duty_gaps\{when="now"\} 1')
        self.assertNotEqual([], self.desk.ok(self.server.get(f"/v1/roster/gaps?from={day()}&until={day(2)}", self.desk.anna))["items"])
        # Who can mend it is told at the next full minute of the service; a restart begins with one.
        self.server.stop()
        self.server.start()
        harness.until(lambda: "message_gap_duty" in self.messages(self.ada), what="the message")
        self.assertNotIn("message_gap_duty", self.messages(self.desk.chen), "an expert can't mend it")
        text = self.desk.ok(self.server.get("/v1/messages", self.ada, headers={"Accept-Language": "zh"}))["items"][0]["text"]
        self.assertRegex(text, "审签人从 .* 到 .*")

    def test_the_person_concerned_is_told_of_a_change_and_reads_it(self):
        plan = self.plan("desk", ["bo", "cai"], token=self.desk.anna)
        self.assertEqual(["message_shift_added"], self.messages(self.desk.bo))
        self.assertEqual([], self.messages(self.desk.anna), "who did it knows")
        changed = self.server.call("PATCH", f"/v1/roster/plans/{plan['id']}", self.desk.anna, {"people": ["cai"]}, {"If-Match": f'"{plan["version"]}"'})
        self.assertEqual(200, changed.status, changed.body)
        self.assertEqual("message_shift_removed", self.messages(self.desk.bo)[0])
        unread = self.desk.ok(self.server.get("/v1/messages?unread=true", self.desk.bo))
        self.assertEqual(2, unread["unread"])
        read = self.desk.ok(self.server.post("/v1/messages/read", self.desk.bo, {"ids": [unread["items"][0]["id"]]}))
        self.assertEqual({"read": 1, "unread": 1}, read)
        self.assertEqual({"read": 1, "unread": 0}, self.desk.ok(self.server.post("/v1/messages/read", self.desk.bo, {"all": True})))
        self.assertEqual(422, self.server.post("/v1/messages/read", self.desk.bo, {}).status)

    def test_versions_guard_against_two_editors(self):
        plan = self.plan("desk", ["anna"])
        path = f"/v1/roster/plans/{plan['id']}"
        self.assertEqual(428, self.server.call("PATCH", path, self.desk.anna, {"name": "x"}).status)
        fresh = self.server.call("PATCH", path, self.desk.anna, {"name": "日班"}, {"If-Match": '"1"'})
        self.assertEqual((200, 2, '"2"'), (fresh.status, fresh.json["version"], fresh.headers["ETag"]))
        self.assertEqual(412, self.server.call("PATCH", path, self.desk.bo, {"name": "y"}, {"If-Match": '"1"'}).status)
        self.assertEqual(200, self.server.call("DELETE", path, self.desk.bo, headers={"If-Match": '"2"'}).status)
        self.assertEqual(404, self.server.get(path, self.desk.anna).status)
        self.assertFalse(self.span()["planned"])

    def test_somebody_takes_a_stretch_and_nobody_stands_twice(self):
        first = self.plan("approver", ["bo"])
        self.plan("approver", ["cai"], line=2)
        span = {"from": moment(1), "until": moment(3)}
        taken = self.server.post("/v1/roster/overrides", self.desk.anna, {"slot": first["id"], "account": "cai", **span})
        self.assertEqual((409, "double_booked"), (taken.status, taken.json["code"]), "cai is the second approver then")
        self.assertEqual([], self.desk.ok(self.server.get("/v1/roster/overrides", self.desk.anna))["items"], "nothing of a refused change stays")
        self.server.user("dan", "approver")
        made = self.made(self.server.post("/v1/roster/overrides", self.desk.anna, {"slot": first["id"], "account": "dan", "note": "体检", **span}))
        mine = [s for s in self.span(0, 2)["stretches"] if s["override"] == made["id"]]
        self.assertEqual([("dan", "bo", "override")], sorted({(s["account"], s["planned"], s["why"]) for s in mine}))
        wrong = self.server.post("/v1/roster/overrides", self.desk.anna, {"slot": first["id"], "account": "chen", **span})
        self.assertEqual((422, ["duty_role"]), (wrong.status, self.codes(wrong)), "an expert approves nothing")

    def test_a_swap_is_offered_by_one_and_taken_by_another(self):
        plan = self.plan("desk", ["anna"])
        body = {"slot": plan["id"], "from": moment(2), "until": moment(4)}
        self.assertEqual("swap_not_yours", self.server.post("/v1/roster/swaps", self.desk.bo, body).json["code"])
        offer = self.made(self.server.post("/v1/roster/swaps", self.desk.anna, {**body, "to": "bo"}))
        self.assertEqual(["message_swap_offered"], [c for c in self.messages(self.desk.bo) if "swap" in c])
        self.assertEqual(403, self.server.post(f"/v1/roster/swaps/{offer['id']}/take", self.desk.cai).status)
        self.assertEqual("taken", self.desk.ok(self.server.post(f"/v1/roster/swaps/{offer['id']}/take", self.desk.bo))["state"])
        self.assertEqual("swap_gone", self.server.post(f"/v1/roster/swaps/{offer['id']}/take", self.desk.bo).json["code"])
        self.assertIn("message_swap_taken", self.messages(self.desk.anna))
        held = [s for s in self.span(0, 2)["stretches"] if s["why"] == "swap"]
        self.assertEqual({"bo"}, {s["account"] for s in held})
        with contextlib.closing(sqlite3.connect(self.server.data + "/clarion.db")) as store:
            acts = store.execute("SELECT action, actor FROM audit WHERE action LIKE 'roster.%' ORDER BY seq").fetchall()
        self.assertEqual([("roster.swap.offer", "anna"), ("roster.override.swap", "bo"), ("roster.swap.take", "bo")], acts[-3:])

    def test_a_vacant_stretch_is_taken_by_who_may_stand_there(self):
        plan = self.plan("expert", ["chen"], topics=["typhoon"])
        self.server.user("du", "expert")
        self.server.expert(id="e2", user="du", name="杜", topics={"typhoon": 2})
        du = self.server.token("d", "desk", "--user", "du")
        self.made(self.server.post("/v1/roster/absences", self.desk.chen, {"account": "chen", "from": moment(1), "until": moment(5)}))
        span = {"slot": plan["id"], "from": moment(2), "until": moment(4)}
        self.assertEqual("slot_held", self.server.post("/v1/roster/take", du, {**span, "until": moment(6)}).json["code"])
        self.made(self.server.post("/v1/roster/take", du, span))
        gaps = self.desk.ok(self.server.get(f"/v1/roster/gaps?from={moment(0)}&until={moment(6)}", du))["items"]
        self.assertEqual([(moment(1), moment(2)), (moment(4), moment(5))], [(g["from"], g["until"]) for g in gaps])

    def test_experts_change_what_is_theirs_alone_and_auditors_nothing(self):
        plan = self.plan("expert", ["chen"], topics=["typhoon"])
        body = {"name": "x", "duty": "expert", "people": ["chen"], "starts": day()}
        self.assertEqual(403, self.server.post("/v1/roster/plans", self.desk.chen, body).status)
        self.assertEqual(403, self.server.post("/v1/roster/overrides", self.desk.chen, {"slot": plan["id"], "account": "chen", "from": moment(1), "until": moment(2)}).status)
        self.assertEqual(403, self.server.post("/v1/roster/absences", self.desk.chen, {"account": "bo", "from": moment(1), "until": moment(2)}).status)
        self.made(self.server.post("/v1/roster/absences", self.desk.chen, {"account": "chen", "from": moment(1), "until": moment(2), "note": "私事"}))
        self.assertEqual(200, self.server.get("/v1/roster", self.desk.chen).status)
        self.assertEqual(403, self.server.get("/v1/roster/handover", self.desk.chen).status, "it tells of all cases")
        self.assertEqual(200, self.server.get("/v1/roster/now", self.aud).status)
        self.assertEqual(403, self.server.post("/v1/roster/plans", self.aud, body).status)
        self.made(self.server.post("/v1/roster/plans", self.ada, {**body, "topics": ["flood"]}))

    def test_what_is_wrong_is_named(self):
        answer = self.server.post("/v1/roster/plans", self.desk.anna, {
            "name": "x", "duty": "desk", "people": ["anna"], "starts": "2026-13-01", "at": "25:00", "topics": ["typhoon"], "weekday": 3,
            "length": {"days": 3, "hours": 2}, "wat": 1})
        self.assertEqual(422, answer.status)
        self.assertEqual({"/starts": "day_invalid", "/at": "clock_invalid", "/topics": "roster_topics", "/weekday": "roster_weekday",
                          "/length/days": "roster_length", "/wat": "field_unknown"}, {e["pointer"]: e["code"] for e in answer.json["errors"]})
        unknown = self.server.post("/v1/roster/plans", self.desk.anna, {"name": "x", "duty": "desk", "people": ["nobody"], "starts": day()})
        self.assertEqual(["account_unknown"], self.codes(unknown))
        self.assertEqual(400, self.server.get("/v1/roster?from=2026-01-01&until=2028-01-01", self.desk.anna).status)
        self.assertEqual(400, self.server.get("/v1/roster?form=2026-01-01", self.desk.anna).status)

    def test_a_surge_roster_replaces_the_plan_for_its_span(self):
        plan = self.plan("desk", ["anna"])
        surge = self.made(self.server.post("/v1/roster/schedules", self.desk.anna, {"name": "台风应急", "from": moment(1), "until": moment(5), "replaces": [plan["id"]]}))
        self.plan("desk", ["bo"], schedule=surge["id"], length={"hours": 2})
        view = self.desk.ok(self.server.get(f"/v1/roster?from={moment(0)}&until={moment(6)}", self.desk.anna))
        on = [(s["account"], s["from"], s["until"]) for s in view["stretches"] if s["from"] < moment(5) and s["until"] > moment(1)]
        self.assertEqual({"bo"}, {who for who, _, _ in on})
        self.assertEqual([surge["id"]], [s["id"] for s in view["schedules"]])

    def test_holidays_and_needs_are_settings_with_a_version(self):
        settings = self.server.get("/v1/roster/settings", self.desk.anna)
        self.assertEqual('"1"', settings.headers["ETag"])
        patched = self.server.call("PATCH", "/v1/roster/settings", self.desk.anna, {"holidays": [day(1)], "needs": {"approver": 1}}, {"If-Match": '"1"'})
        self.assertEqual((200, 2), (patched.status, patched.json["version"]), patched.body)
        self.assertEqual(412, self.server.call("PATCH", "/v1/roster/settings", self.desk.anna, {"alarm_hours": 8}, {"If-Match": '"1"'}).status)
        self.plan("approver", ["bo"], holiday_people=["cai"])
        self.assertEqual([], self.now()["alarms"], "one approver is enough here")
        tomorrow = [s for s in self.span(1)["stretches"] if s["why"] == "holiday"]
        self.assertEqual(["cai"], [s["account"] for s in tomorrow])

    def test_no_drill_begins_around_a_hand_over(self):
        minutes = (datetime.datetime.now(ZONE) + datetime.timedelta(minutes=10)).strftime("%H:%M")
        self.plan("desk", ["anna", "bo"], at=minutes)
        self.assertIsNotNone(self.now()["drills_blocked_until"])
        self.assertEqual(1, len(self.span()["no_drills"][:1]))

    def test_the_hand_over_is_written_from_the_store(self):
        self.plan("desk", ["anna", "bo"])
        self.plan("approver", ["bo"])
        self.server.send_posts(self.desk.feed, [{"id": "1", "source": "weibo", "text": "听说喝点白酒就能杀死新冠病毒，赶紧转给家人"}])
        notice = self.desk.draft()
        self.desk.ok(self.server.post(f"/v1/notices/{notice['id']}/submit", self.desk.anna, version=notice["version"]))
        published = self.desk.published()
        told = self.desk.ok(self.server.get("/v1/roster/handover", self.desk.anna))
        self.assertEqual(1, told["cases"]["waiting"] + told["cases"]["in_work"])
        self.assertEqual([notice["id"]], [n["id"] for n in told["approvals"]])
        self.assertEqual([published["id"]], [n["id"] for n in told["published"]])
        self.assertEqual(1, told["done"]["notice.publish"])
        self.assertEqual(["approver"], sorted({g["duty"] for g in told["gaps"]}))
        self.assertEqual(told["next"], told["coming"][0]["from"])
        zh = self.server.get("/v1/roster/handover?format=text", self.desk.anna, headers={"Accept-Language": "zh"})
        en = self.server.get("/v1/roster/handover?format=text", self.desk.anna, headers={"Accept-Language": "en"})
        self.assertIn("待审签 " + notice["id"], zh.body)
        self.assertIn("Waits for approval " + notice["id"], en.body)
        self.assertIn("缺岗：审签人", zh.body)
        self.assertNotRegex(zh.body + en.body, r"[{}]", "no placeholder is left")

    def test_a_calendar_that_a_real_reader_takes(self):
        if "/usr/lib/python3/dist-packages" not in sys.path:
            sys.path.append("/usr/lib/python3/dist-packages")  # Debian's, for a python3 that is not Debian's
        try:
            import icalendar
        except ImportError:
            self.skipTest("python3-icalendar is not there")
        plan = self.plan("expert", ["chen"], topics=["typhoon", "flood", "infectious"], name="气象、水文与传染病专家值守；含夜间，节假日照常" * 2)
        link = self.made(self.server.post("/v1/roster/calendar", self.desk.chen))
        answer = self.server.get(link["path"])
        self.assertEqual(200, answer.status)
        self.assertTrue(answer.headers["Content-Type"].startswith("text/calendar"))
        for line in answer.body.split("\r\n"):
            self.assertLessEqual(len(line.encode()), 75)
        self.assertNotIn("\n", answer.body.replace("\r\n", ""))
        events = icalendar.Calendar.from_ical(answer.body).walk("VEVENT")
        self.assertGreater(len(events), 90)
        self.assertEqual("气象、水文与传染病专家值守；含夜间，节假日照常" * 2, str(events[0]["DESCRIPTION"]))
        self.assertEqual(datetime.timedelta(0), events[0]["DTSTART"].dt.utcoffset())
        self.assertEqual(len(events), len({str(e["UID"]) for e in events}))
        before = {str(e["UID"]): int(e["SEQUENCE"]) for e in events}
        # Cutting the day's end changes its event: the uid stays, the sequence rises; others keep theirs.
        cut = self.made(self.server.post("/v1/roster/absences", self.desk.chen, {"account": "chen", "from": f"{day(2)}T12:00:00Z", "until": f"{day(2)}T15:00:00Z"}))
        after = {str(e["UID"]): int(e["SEQUENCE"]) for e in icalendar.Calendar.from_ical(self.server.get(link["path"]).body).walk("VEVENT")}
        risen = [uid for uid in before if uid in after and after[uid] > before[uid]]
        self.assertEqual(1, len(risen))
        self.server.call("DELETE", f"/v1/roster/absences/{cut['id']}", self.desk.chen, headers={"If-Match": "*"})
        again = {str(e["UID"]): int(e["SEQUENCE"]) for e in icalendar.Calendar.from_ical(self.server.get(link["path"]).body).walk("VEVENT")}
        self.assertGreater(again[risen[0]], after[risen[0]], "taking it back is a change as well")
        # A new link ends the old one, and it can be ended.
        fresh = self.made(self.server.post("/v1/roster/calendar", self.desk.chen))
        self.assertEqual(404, self.server.get(link["path"]).status)
        self.assertEqual(200, self.server.get(fresh["path"]).status)
        self.assertEqual(200, self.server.call("DELETE", "/v1/roster/calendar", self.desk.chen).status)
        self.assertEqual(404, self.server.get(fresh["path"]).status)
        self.assertEqual(401, self.server.get("/v1/roster/calendar.ics").status)
        everybody = icalendar.Calendar.from_ical(self.server.get("/v1/roster/calendar.ics", self.desk.anna).body).walk("VEVENT")
        self.assertIn("陈", str(everybody[0]["SUMMARY"]))
        self.assertTrue(plan["id"] in str(everybody[0]["UID"]))

    def test_shifts_come_and_go_as_a_table_with_errors_by_line(self):
        csv = {"Content-Type": "text/csv"}
        head = "account,duty,line,name,topics,from,until\r\n"
        bad = self.server.call("POST", "/v1/roster/import", self.desk.anna,
                               head + f"anna,desk,1,早班,,{day(1)} 08:00,{day(1)} 16:00\r\nnobody,desk,1,,,{day(1)} 16:00,{day(1)} 20:00\r\nbo,desk,x,,,{day(1)} 20:00,{day(2)} 00:00\r\n", csv)
        self.assertEqual(422, bad.status, bad.body)
        self.assertEqual([("line 3/account", "account_unknown"), ("line 4/line", "field_out_of_range")],
                         [(e["pointer"], e["code"]) for e in bad.json["errors"]])
        self.assertEqual([], self.desk.ok(self.server.get("/v1/roster/shifts", self.desk.anna))["items"], "all or none")
        good = self.server.call("POST", "/v1/roster/import", self.desk.anna,
                                "\ufeff" + head + f"anna,desk,1,\"=早班, \"\"甲\"\"\",,{day(1)} 08:00,{day(1)} 16:00\r\nchen,expert,1,,typhoon flood,{day(1)} 16:00,{day(1)} 20:00\r\n", csv)
        self.assertEqual((200, {"added": 2}), (good.status, good.json))
        out = self.server.get(f"/v1/roster/export?from={day(1)}&until={day(2)}", self.desk.anna)
        self.assertTrue(out.headers["Content-Type"].startswith("text/csv"))
        self.assertIn("\"'=早班, \"\"甲\"\"\"", out.body, "no spreadsheet takes it for a formula")
        self.assertIn(f"typhoon flood,,{day(1)} 16:00,{day(1)} 20:00", out.body)
        twice = self.server.call("POST", "/v1/roster/import", self.desk.anna, out.body, csv)
        self.assertEqual((422, ["double_booked"] * 2), (twice.status, self.codes(twice)))
        self.assertEqual(415, self.server.call("POST", "/v1/roster/import", self.desk.anna, "x", {"Content-Type": "text/plain"}).status)

    def test_a_repeated_request_is_done_once(self):
        body = {"account": "anna", "from": moment(1), "until": moment(2)}
        answers = [self.server.post("/v1/roster/absences", self.desk.anna, body, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
        self.assertEqual(answers[0].json["id"], answers[1].json["id"])
        self.assertEqual(1, len(self.desk.ok(self.server.get("/v1/roster/absences", self.desk.anna))["items"]))


if __name__ == "__main__":
    harness.main()
