"""What the editor's page asks of the server: templates, checks, previews, prepared words, the confirm sentence, deliveries."""
import contextlib
import datetime
import json
import sqlite3

import notice_parts
from harness import Stream, main, until

PROBE = "<script>alert(1)</script><img src=x onerror=alert(2)>[x](javascript:alert(3))"


class Editor(notice_parts.Notices):
    def get(self, path, who="anna", status=200):
        answer = self.server.get(path, getattr(self.desk, who))
        self.assertEqual(answer.status, status, answer.body)
        return answer.json

    def post(self, path, body=None, who="anna", version=None, status=200):
        answer = self.server.post(path, getattr(self.desk, who), body, version)
        self.assertEqual(answer.status, status, answer.body)
        return answer.json

    # Templates and checks.

    def test_a_notice_starts_from_a_template_and_its_empty_slots_block_submit(self):
        names = [each["id"] for each in self.get("/v1/templates?kind=debunk&action=publish")["items"]]
        self.assertIn("debunk.mixed", names)
        self.assertNotIn("holding", names)
        notice = self.post("/v1/notices", {"template": "holding", "severity": "severe", "topics": ["fire"], "owner": "anna"}, status=201)
        self.assertEqual(notice["kind"], "holding")
        self.assertIn("119", notice["content"]["zh"]["advice"][2])
        checks = self.get(f"/v1/notices/{notice['id']}/checks")
        slots = {(item["pointer"], item["slot"]) for item in checks["items"] if item["level"] == "blocks"}
        self.assertIn(("/content/zh/body", "known_zh"), slots)
        refused = self.server.post(f"/v1/notices/{notice['id']}/submit", self.desk.anna, version=1)
        self.assertEqual(refused.status, 422)
        self.assertEqual({error["pointer"] for error in refused.json["errors"]}, {pointer for pointer, _ in slots})
        self.assertEqual(len(refused.json["errors"]), checks["left"])

    def test_templates_that_do_not_fit_are_refused(self):
        for body, code in (({"template": "nothing"}, "template_unknown"), ({"template": "correction"}, "template_action"), ({"template": "drill"}, "template_mode")):
            answer = self.server.post("/v1/notices", self.desk.anna, body)
            self.assertEqual((answer.status, answer.json["errors"][0]["code"]), (422, code))
        self.post("/v1/notices", {"template": "drill", "mode": "Exercise"}, status=201)

    def test_unsaved_text_is_checked_and_filled_without_being_kept(self):
        notice = self.desk.draft()
        body = {"notice": notice["id"], "draft": {"kind": "debunk", "topics": ["typhoon"], "content": {"zh": {"title": "{{fact_short_zh}}"}}}}
        checks = self.post("/v1/notices/checks", body)
        self.assertIn("field_placeholder", [item["code"] for item in checks["items"]])
        filled = self.post("/v1/templates/debunk/fill", body)
        self.assertIn("12379", filled["content"]["zh"]["advice"][2])
        self.assertEqual(self.get(f"/v1/notices/{notice['id']}")["version"], 1)
        wrong = self.server.post("/v1/notices/checks", self.desk.anna, {"draft": {"kind": "x"}})
        self.assertEqual((wrong.status, wrong.json["errors"][0]["pointer"]), (422, "/draft/kind"))

    def test_what_warns_never_blocks(self):
        notice = self.desk.draft()
        checks = self.get(f"/v1/notices/{notice['id']}/checks")
        self.assertEqual(checks["left"], 0)
        self.assertGreater(checks["warnings"], 2)
        for item in checks["items"]:
            if item["level"] == "warns":
                self.assertTrue(item["mend"]["zh"] and item["mend"]["en"], item)
        self.post(f"/v1/notices/{notice['id']}/submit", {"note": "英文稍后补"}, version=1)
        self.assertEqual(self.get(f"/v1/notices/{notice['id']}", "bo")["submitted"]["note"], "英文稍后补")

    def test_the_english_is_stale_until_it_is_changed_or_rechecked(self):
        notice = self.desk.draft(content={"zh": {"title": "题", "summary": "摘", "body": "文"}, "en": {"title": "T", "summary": "S", "body": "B"}})
        path = f"/v1/notices/{notice['id']}"
        stale = lambda: "check_en_stale" in [item["code"] for item in self.get(path + "/checks")["items"]]
        self.assertFalse(stale())
        self.assertEqual(self.server.patch(path, self.desk.anna, {"content": {"zh": {"title": "新题"}}}, 1).status, 200)
        self.assertTrue(stale())
        self.post(path + "/recheck", version=2)
        self.assertFalse(stale())

    def test_a_contrary_answer_of_ours_is_found(self):
        claim = "喝高度白酒漱口就能杀死喉咙里的新冠病毒不用去医院"
        self.desk.published(kind="debunk", claim={"text": claim}, verdict="false")
        draft = {"kind": "debunk", "claim": {"text": claim}, "verdict": "true", "topics": ["infectious"]}
        found = lambda: [item for item in self.post("/v1/notices/checks", {"draft": draft})["items"] if item["code"] == "check_contradiction"]
        until(found, what="the contrary answer in the library")
        draft["verdict"] = "false"
        self.assertEqual(found(), [])

    # Previews.

    def test_every_form_is_made_by_the_server_and_scripts_stay_text(self):
        notice = self.desk.draft(kind="debunk", verdict="false", claim={"text": "说法" + PROBE}, evidence=[{"title": PROBE, "url": "https://a.example/", "publisher": "P" + PROBE}],
                                 content={"zh": {"title": PROBE, "summary": PROBE, "body": PROBE, "advice": [PROBE]}, "en": {"title": "T", "summary": "S", "body": "**B**"}})
        out = self.get(f"/v1/notices/{notice['id']}/preview")
        forms = {form["id"]: form for form in out["forms"]}
        self.assertEqual(set(forms), {"page", "card", "stream", "rss", "atom", "json_feed", "claimreview", "sms", "wechat_text", "wechat_article", "wechat_notification"})
        for name in ("page", "card"):
            for lang in ("zh", "en"):
                html = forms[name][lang]["html"]
                self.assertNotIn("<script>alert", html)
                self.assertNotIn("<img src=x", html)
                self.assertNotIn('href="javascript:', html)
        self.assertIn("<strong>B</strong>", forms["page"]["en"]["html"])
        self.assertTrue(forms["page"]["goes_out"])
        self.assertFalse(forms["sms"]["goes_out"])
        limits = {limit["id"]: limit for limit in out["limits"]}
        self.assertEqual(limits["wechat.template"]["level"], "over")
        self.assertEqual(limits["stream.form"]["most"], 61440)

    def test_a_preview_of_unsaved_text_says_the_bytes_that_publication_gives(self):
        notice = self.desk.draft()
        draft = {name: notice[name] for name in ("kind", "severity", "topics", "regions", "content", "expires_at")}
        out = self.post("/v1/notices/preview", {"notice": notice["id"], "draft": draft})
        told = next(limit["used"] for limit in out["limits"] if limit["id"] == "stream.form")
        published = self.desk.ok(self.server.post(f"/v1/notices/{notice['id']}/publish", self.desk.anna, version=self.desk.approve(notice)["version"]))
        signed = {name: value for name, value in published.items() if name in json.loads(next(form for form in out["forms"] if form["id"] == "stream")["zh"]["text"])}
        self.assertAlmostEqual(told, len(json.dumps(signed, ensure_ascii=False, separators=(",", ":")).encode()), delta=8)

    def test_an_exercise_goes_to_no_public_form(self):
        notice = self.desk.draft(mode="Exercise")
        out = self.get(f"/v1/notices/{notice['id']}/preview")
        self.assertEqual([form["id"] for form in out["forms"] if form["goes_out"]], ["stream"])

    # Publishing by a person at a page.

    def test_the_confirm_sentence_names_channel_audience_and_count_and_its_number_is_for_this_text_and_person(self):
        notice = self.desk.approved(regions=["440100", "440300", "440305"])
        path = f"/v1/notices/{notice['id']}"
        anna, bo = self.post(path + "/publish?dry_run=true"), self.post(path + "/publish?dry_run=true", who="bo")
        self.assertEqual(anna["cities"], 2)
        self.assertEqual(anna["sentence"], {"zh": "实况发往 2 市、1 家伙伴和公众", "en": "LIVE to 2 cities, 1 partner and the public"})
        one = self.desk.approved(regions=["440305"])
        self.assertEqual(self.post(f"/v1/notices/{one['id']}/publish?dry_run=true")["sentence"]["en"], "LIVE to 1 city, 1 partner and the public")
        self.assertRegex(anna["confirm"], r"^[0-9]{3}$")
        self.assertGreater(anna["confirm_until"], notice["submitted"]["at"])
        wrong = str((int(anna["confirm"]) + 1 - 100) % 900 + 100)
        refused = self.server.post(path + "/publish", self.desk.anna, {"confirm": wrong}, notice["version"])
        self.assertEqual((refused.status, refused.code), (409, "confirm_mismatch"))
        if anna["confirm"] != bo["confirm"]:  # one in 900 is the same by chance
            self.assertEqual(self.server.post(path + "/publish", self.desk.bo, {"confirm": anna["confirm"]}, notice["version"]).status, 409)
        self.post(path + "/publish", {"confirm": anna["confirm"]}, version=notice["version"])

    def test_an_exercise_is_confirmed_by_another_sentence(self):
        notice = self.desk.approved(mode="Exercise")
        self.assertIn("演练：只发到演练名单", self.post(f"/v1/notices/{notice['id']}/publish?dry_run=true")["sentence"]["zh"])

    def test_an_edit_says_whose_approval_it_voided_and_by_what(self):
        notice = self.desk.approved()
        self.assertEqual(self.server.patch(f"/v1/notices/{notice['id']}", self.desk.anna, {"severity": "minor", "content": {"zh": {"body": "新"}}}, notice["version"]).status, 200)
        voided = self.get(f"/v1/notices/{notice['id']}")["voided"]
        self.assertEqual([(each["by"], each["approval"]["by"], sorted(each["fields"])) for each in voided], [("anna", "bo", ["/content/zh", "/severity"])])

    def test_a_scheduled_publication_can_be_taken_back(self):
        notice = self.desk.approved()
        path = f"/v1/notices/{notice['id']}"
        notice = self.post(path + "/publish", {"at": "2098-01-01T00:00:00Z"}, version=notice["version"])
        listed = lambda: [each["id"] for each in self.get("/v1/notices?state=scheduled")["items"]]
        self.assertIn(notice["id"], listed())
        notice = self.post(path + "/unschedule", version=notice["version"])
        self.assertEqual(notice["state"], "approved")
        self.assertNotIn("publish_at", notice)
        self.assertNotIn(notice["id"], listed())
        self.post(path + "/unschedule", version=notice["version"], status=409)

    # After it went out.

    def test_correction_and_withdrawal_are_ready_before_anything_goes_wrong(self):
        notice = self.desk.published(content={"zh": {"title": "旧题", "summary": "旧摘", "body": "旧文"}})
        path = f"/v1/notices/{notice['id']}"
        ready = self.get(path + "/prepared")
        self.assertEqual(set(ready["withdrawal"]), {"wrong", "outdated", "superseded", "error"})
        draft = self.post(path + "/correct", {"prepared": True}, version=notice["version"])
        self.assertEqual(draft["content"], ready["correction"]["content"])
        self.assertIn("**原文**：旧摘", draft["content"]["zh"]["body"])
        withdrawn = self.post(path + "/withdraw", {"reason_code": "wrong", "reason": "内部"}, who="bo", version=draft["version"])
        self.assertEqual(withdrawn["published_revision"], 2)
        said = self.server.get(path).json["content"]["zh"]
        self.assertEqual(said["title"], ready["withdrawal"]["wrong"]["content"]["zh"]["title"])

    def test_deliveries_say_who_has_which_revision_and_what_is_not_known(self):
        notice = self.desk.published()
        path = f"/v1/notices/{notice['id']}/deliveries"
        rows = lambda: {(item["outlet"], item["recipient"]): item for item in self.get(path)["items"]}
        self.assertEqual(rows()[("stream", "partner")]["state"], "silent")
        self.assertEqual(rows()[("board", "public")]["state"], "serving")
        self.assertEqual(rows()[("wechat", "")]["state"], "not_connected")
        with contextlib.closing(Stream(self.server.port, self.partner)) as stream:
            stream.subscribe()
            stream.send({"type": "ack", "channel": "notices", **notice["position"]})
            until(lambda: rows()[("stream", "partner")]["state"] == "delivered", what="the receipt")
        draft = self.post(f"/v1/notices/{notice['id']}/update", {"severity": "minor"}, version=notice["version"])
        draft = self.desk.approve(draft)
        self.post(f"/v1/notices/{notice['id']}/publish", version=draft["version"])
        behind = rows()[("stream", "partner")]
        self.assertEqual((behind["state"], behind["revision"], behind["text"]["zh"]), ("behind", 1, "落后 1 版"))

    def test_an_exercise_is_locked_out_of_public_outlets(self):
        notice = self.desk.published(mode="Exercise")
        rows = {item["outlet"]: item["state"] for item in self.get(f"/v1/notices/{notice['id']}/deliveries")["items"]}
        self.assertEqual((rows["board"], rows["feeds"], rows["wechat"]), ("locked",) * 3)

    def test_what_failed_is_sent_again_and_what_is_unknown_only_after_a_look(self):
        notice = self.desk.published()
        path = f"/v1/notices/{notice['id']}/deliveries"
        with sqlite3.connect(self.server.data + "/clarion.db") as store:  # as an outbox worker leaves them
            for name, state in (("dl_1", "failed"), ("dl_2", "unknown"), ("dl_3", "delivered")):
                store.execute("INSERT INTO deliveries VALUES(?, 'wechat', ?, ?, 1, ?, 2, 'unavailable', NULL, 1, 1)", (name, name, notice["id"], state))
        rows = {item["id"]: item for item in self.get(path)["items"] if "id" in item}
        self.assertEqual([rows[name]["retry"] for name in ("dl_1", "dl_2", "dl_3")], [True, True, False])
        self.assertTrue(rows["dl_1"]["why"]["zh"])
        self.assertEqual(self.post(path + "/dl_1/retry")["state"], "queued")
        self.post(path + "/dl_2/retry", status=422)
        self.assertEqual(self.post(path + "/dl_2/retry", {"checked": True})["state"], "queued")
        self.post(path + "/dl_3/retry", status=409)
        self.assertEqual(self.server.post(path + "/dl_1/retry", self.desk.chen, {}).status, 403)

    def test_outlets_say_what_is_connected_and_never_a_false_zero(self):
        items = {item["id"]: item for item in self.get("/v1/outlets")["items"]}
        self.assertEqual((items["stream"]["state"], items["wechat"]["state"]), ("on", "not_connected"))
        self.assertNotIn("subscribers", items["wechat"])
        self.assertNotIn("failed", items["board"])  # nobody proves what it delivered
        self.assertEqual(items["wechat"]["limits"][0]["id"], "wechat.title")

    def test_an_outlet_is_paused_and_resumed_by_hand_and_its_queue_waits(self):
        notice, admin = self.desk.published(), self.server.user("dora", "admin")
        path = f"/v1/notices/{notice['id']}/deliveries"
        with sqlite3.connect(self.server.data + "/clarion.db") as store:
            store.execute("INSERT INTO deliveries VALUES('dl_p', 'sms', 'list', ?, 1, 'queued', 0, '', NULL, 1, 1)", (notice["id"],))
        shown = lambda: next(item for item in self.get("/v1/outlets")["items"] if item["id"] == "sms")
        waits = lambda: next(item for item in self.get(path)["items"] if item.get("id") == "dl_p")
        self.assertEqual((shown()["state"], waits()["state"]), ("not_connected", "queued"))
        for who in ("anna", "bo"):  # seeing outlets is theirs, changing them the administrator's
            self.assertEqual(self.server.post("/v1/outlets/sms/pause", getattr(self.desk, who), {"reason": "r"}).status, 403)
        self.assertEqual(self.server.post("/v1/outlets/sms/pause", admin, {}).json["errors"][0]["pointer"], "/reason")
        self.assertEqual(self.desk.ok(self.server.post("/v1/outlets/sms/pause", admin, {"reason": "运营商维护"}))["state"], "paused")
        self.assertEqual((shown()["paused"]["by"], shown()["paused"]["reason"], shown()["queued"], waits()["state"]), ("dora", "运营商维护", 1, "paused"))
        self.assertEqual(self.server.post("/drill/v1/outlets/sms/resume", admin, {}).code, "drill_session")
        self.assertEqual(self.desk.ok(self.server.post("/v1/outlets/sms/resume", admin, {}))["state"], "not_connected")
        self.assertEqual(self.server.post("/v1/outlets/sms/resume", admin, {}).code, "outlet_not_paused")
        self.assertEqual(self.server.post("/v1/outlets/stream/pause", admin, {"reason": "r"}).code, "outlet_no_queue")
        self.assertEqual(waits()["state"], "queued")
        acts = [each["action"] for each in self.desk.ok(self.server.get("/v1/audit?subject=sms", admin))["items"]]
        self.assertEqual(acts, ["outlet.resume", "outlet.pause"])

    def test_failed_deliveries_and_holding_notices_at_their_end_are_figures_of_the_duty_page(self):
        figures = lambda: self.get("/v1/desk/summary")["notices"]
        before = figures()
        notice = self.desk.published()
        with sqlite3.connect(self.server.data + "/clarion.db") as store:
            for name, state in (("dl_f", "failed"), ("dl_u", "unknown")):
                store.execute("INSERT INTO deliveries VALUES(?, 'cap', ?, ?, 1, ?, 2, 'unavailable', NULL, 1, 9999999999999)", (name, name, notice["id"], state))
        after = figures()
        self.assertEqual((after["deliveries_failed"] - before["deliveries_failed"], after["deliveries_unknown"] - before["deliveries_unknown"]), (1, 1))
        self.assertEqual(after["deliveries_notice"], notice["id"])
        drill = self.desk.ok(self.server.get("/drill/v1/desk/summary", self.desk.anna))["notices"]
        self.assertEqual((drill["deliveries_failed"], drill["deliveries_notice"]), (0, None))

    def test_a_holding_notice_reminds_its_owner_and_the_desk_before_it_ends_and_when_it_has(self):
        soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=3)
        title = "“停水七天”正在核实"
        notice = self.desk.published(kind="holding", owner="anna", expires_at=soon.isoformat(), content={"zh": {"title": title, "summary": "摘要", "body": "正文"}})
        self.assertEqual(self.get(f"/v1/notices/{notice['id']}")["owner"], "anna")
        def told(who):
            items = self.desk.ok(self.server.get("/v1/messages", getattr(self.desk, who)))["items"]
            return {each["code"]: each for each in items if each["params"].get("title") == title}
        for who in ("anna", "bo"):
            until(lambda who=who: {"message_holding_soon", "message_holding_ended"} <= set(told(who)), 15, what="the reminders")
        ended = told("anna")["message_holding_ended"]
        self.assertIn(title, ended["text"])
        self.assertEqual(ended["params"]["link"], f"/notices/{notice['id']}/delivery")
        self.assertEqual(told("chen"), {})
        self.assertEqual(self.get("/v1/desk/summary")["notices"]["holding_ended"], 1)
        # Whoever gives the answer ends the alarm; the owner goes on with the next revision.
        draft = self.post(f"/v1/notices/{notice['id']}/update", {"expires_at": "2098-01-01", "kind": "advisory"}, version=notice["version"])
        self.assertEqual(draft["owner"], "anna")
        draft = self.desk.approve(draft)
        self.post(f"/v1/notices/{notice['id']}/publish", version=draft["version"])
        self.assertEqual(self.get("/v1/desk/summary")["notices"]["holding_ended"], 0)

    # Lists and rights.

    def test_the_list_knows_lanes_and_words(self):
        marked = self.desk.published(content={"zh": {"title": "独一无二的蓝鲸", "summary": "摘要", "body": "正文"}})
        find = lambda query: [each["id"] for each in self.get("/v1/notices?" + query)["items"]]
        self.assertEqual(find("state=published&q=%E8%93%9D%E9%B2%B8"), [marked["id"]])
        self.assertEqual(find("state=withdrawn&q=%E8%93%9D%E9%B2%B8"), [])
        self.post(f"/v1/notices/{marked['id']}/withdraw", {"reason_code": "error", "reason": "x"}, who="bo", version=marked["version"])
        self.assertEqual(find("state=withdrawn&q=" + marked["id"]), [marked["id"]])

    def test_drafts_and_what_hangs_on_them_are_for_the_desk_alone(self):
        notice = self.desk.draft()
        admin = self.server.user("root", "admin")
        auditor = self.server.user("audi", "auditor")
        for path in ("checks", "preview", "prepared", "deliveries"):
            target = f"/v1/notices/{notice['id']}/{path}"
            self.assertEqual(self.server.get(target).status, 401, path)
            self.assertEqual(self.server.get(target, self.partner).status, 403, path)
            self.assertEqual(self.server.get(target, admin).status, 403, path)
            self.assertEqual(self.server.get(target, auditor).status, 200, path)
            self.assertEqual(self.server.get(target, self.desk.chen).status, 404, path)
        self.assertEqual(self.server.get("/v1/outlets", self.desk.chen).status, 403)
        self.assertEqual(self.server.get("/v1/outlets", admin).status, 200)


if __name__ == "__main__":
    main()
