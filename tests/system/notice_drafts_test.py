"""A notice until it is approved: who sees and changes a draft, what is asked at submit, what an approval holds for."""
import urllib.parse

import ed25519
from harness import flagged, main
from notice_parts import Notices, hash_of, in_seconds, signed_form


class Drafts(Notices):
    def test_a_draft_is_for_the_desk_alone(self):
        notice = self.desk.draft()["id"]
        for state in ("draft", "submitted", "approved"):
            self.assertEqual(self.seen(notice)["state"], state)
            for token in (None, self.desk.feed, self.partner):
                for target in ("", "?revision=1", "/revisions"):
                    answer = self.server.get(f"/v1/notices/{notice}{target}", token)
                    self.assertEqual((answer.status, answer.code), (404, "not_found"))
                self.assertNotIn(notice, self.server.get("/v1/notices", token).body)
            self.refused(self.server.get(f"/v1/notices?state={state}"), 400, "query_invalid")
            listed = self.desk.ok(self.server.get(f"/v1/notices?state={state}&limit=100", self.desk.bo))["items"]
            self.assertIn(notice, [each["id"] for each in listed])
            if state == "draft":
                self.done("anna", notice, "submit")
            elif state == "submitted":
                self.done("bo", notice, "approve")
        # An expert sees drafts of own cases alone.
        self.assertEqual(self.server.get(f"/v1/notices/{notice}", self.desk.chen).status, 404)
        self.assertEqual(self.desk.ok(self.server.get("/v1/notices?state=approved", self.desk.chen))["items"], [])

    def test_a_merge_patch_changes_what_it_names(self):
        notice = self.desk.draft(evidence=[{"title": "a", "url": "https://a.example"}], claim={"text": "说法", "appearances": ["https://x.example"]})["id"]
        after = self.patched(notice, {"content": {"zh": {"title": "新"}, "en": {"title": "New", "summary": "s", "body": "b"}}, "claim": {"appearances": None},
                                      "evidence": [{"title": "b", "url": "https://b.example", "publisher": "p"}], "regions": None, "expires_at": "2099-2-1"})
        self.assertEqual(after["content"], {"zh": {"title": "新", "summary": "摘要", "body": "正文"}, "en": {"title": "New", "summary": "s", "body": "b"}})
        self.assertEqual((after["claim"], after["evidence"], after["regions"]), ({"text": "说法"}, [{"title": "b", "url": "https://b.example", "publisher": "p"}], []))
        self.assertEqual(after["expires_at"], "2099-01-31T16:00:00.000Z")  # a bare date is the desk's
        self.assertEqual((after["version"], after["state"]), (2, "draft"))
        self.assertEqual(self.patched(notice, {"content": {"en": None}})["content"], {"zh": {"title": "新", "summary": "摘要", "body": "正文"}})
        self.assertEqual(self.patched(notice, {"content": {"zh": {"advice": ["一", "二"]}}})["content"]["zh"]["advice"], ["一", "二"])

    def test_a_patch_of_what_was_submitted_or_approved_voids_its_approvals(self):
        for state in ("submitted", "approved"):
            notice = self.desk.draft(severity="extreme")["id"]
            self.done("anna", notice, "submit")
            self.done("bo", notice, "approve")
            if state == "approved":
                self.done("cai", notice, "approve")
            self.assertEqual(self.seen(notice)["state"], state)
            after = self.patched(notice, {"severity": "minor"})
            self.assertEqual((after["state"], after["approvals"], after["approvals_required"]), ("draft", [], 1))
            # The very text that was approved once: those approvals stay void.
            self.patched(notice, {"severity": "extreme"})
            self.assertEqual(self.done("anna", notice, "submit")["approvals"], [])
            self.refused(self.call("anna", notice, "publish", version=self.seen(notice)["version"]), 409, "not_approved")

    def test_what_a_patch_may_not_do(self):
        notice = self.desk.draft()["id"]
        patch = lambda body: self.server.patch(f"/v1/notices/{notice}", self.desk.anna, body, 1)
        self.assertEqual(self.pointers(patch({"mode": "Test"})), {("/mode", "field_unknown")})
        self.assertEqual(self.pointers(patch({"id": "n_1", "revision": 2, "state": "approved", "issuer": "x", "position": {}, "authors": []})),
                         {(f"/{name}", "field_unknown") for name in ("id", "revision", "state", "issuer", "position", "authors")})
        self.assertEqual(self.pointers(patch({"topics": ["ghosts", "typhoon"], "regions": ["1", "440100"], "kind": "joke", "severity": "bad"})),
                         {("/topics/0", "topic_unknown"), ("/regions/0", "region_unknown"), ("/kind", "field_word"), ("/severity", "field_word")})
        self.assertEqual(self.pointers(patch({"content": {"fr": {}, "zh": {"title": "题" * 121, "html": "x"}}, "evidence": [{"title": "t", "url": "javascript:alert(1)"}]})),
                         {("/content/fr", "field_unknown"), ("/content/zh/title", "field_too_long"), ("/content/zh/html", "field_unknown"), ("/evidence/0/url", "field_url")})
        self.assertEqual(self.pointers(patch({"expires_at": "tomorrow"})), {("/expires_at", "time_invalid")})
        for body, headers, status in (("[]", {}, 400), ("null", {}, 400), ('{"severity":"minor","severity":"extreme"}', {}, 400),
                                      ("{}", {"Content-Type": "text/plain"}, 415)):
            answer = self.server.call("PATCH", f"/v1/notices/{notice}", self.desk.anna, body,
                                      {"Content-Type": "application/merge-patch+json", "If-Match": '"1"', **headers})
            self.assertEqual(answer.status, status, answer.body)
        self.refused(self.server.call("PATCH", f"/v1/notices/{notice}", self.desk.anna, {}), 428, "if_match_required")
        self.refused(self.server.patch(f"/v1/notices/{notice}", self.desk.anna, {}, 2), 412, "stale")
        self.refused(self.server.patch("/v1/notices/n_none", self.desk.anna, {}, 1), 404, "not_found")
        for who in ("chen",):
            self.refused(self.server.patch(f"/v1/notices/{notice}", getattr(self.desk, who), {}, 1), 403, "denied")
        self.assertEqual(self.seen(notice)["version"], 1)

    def test_mode_is_given_at_creation(self):
        for mode in ("Actual", "Exercise", "Test"):
            self.assertEqual(self.desk.draft(mode=mode)["mode"], mode)
        self.assertEqual(self.desk.draft()["mode"], "Actual")
        answer = self.server.post("/v1/notices", self.desk.anna, {"mode": "Drill"})
        self.assertEqual(self.pointers(answer), {("/mode", "field_word")})

    def test_a_draft_of_a_case_takes_over_what_the_case_says(self):
        text = flagged(self.id())
        self.server.send_posts(self.desk.feed, [{"id": "c1", "source": "weibo", "text": text, "geo": {"region": "440300"}}])
        case = self.desk.ok(self.server.get("/v1/cases?q=" + urllib.parse.quote(text[-40:]), self.desk.anna))["items"][0]
        path = f"/v1/cases/{case['id']}"
        self.refused(self.server.post("/v1/notices", self.desk.anna, {"case": "c_none", "kind": "debunk"}), 404, "not_found")
        self.desk.ok(self.server.post(path + "/claim", self.desk.chen))
        self.desk.ok(self.server.post(path + "/verdict", self.desk.chen, {"verdict": "false", "reason": "r", "evidence": [{"title": "t", "url": "https://e.example"}]}))
        answer = self.server.post("/v1/notices", self.desk.bo, {"case": case["id"], "kind": "debunk", "content": {"zh": {"title": "题", "summary": "摘", "body": "文"}}, "expires_at": "2099-01-01"})
        self.assertEqual(answer.status, 201, answer.body)
        draft = answer.json
        self.assertEqual((draft["topics"], draft["regions"], draft["severity"], draft["claim"]["text"], draft["verdict"], draft["evidence"]),
                         (case["topics"], ["440300"], case["severity"], text[:len(draft["claim"]["text"])], "false", [{"title": "t", "url": "https://e.example"}]))
        self.assertEqual((sorted(draft["authors"]), draft["case"], draft["experts"]), (["bo", "chen"], case["id"], []))
        self.assertEqual(answer.headers["Location"], f"/v1/notices/{draft['id']}")
        self.assertEqual(self.pointers(self.server.post("/v1/notices", self.desk.anna, {"case": case["id"], "mode": "Exercise"})), {("/mode", "mode_of_case")})
        # Whose case it is may draft for it; the public never sees whose case it was.
        mine = self.server.post("/v1/notices", self.desk.chen, {"case": case["id"]})
        self.assertEqual(mine.status, 201, mine.body)
        self.refused(self.server.post("/v1/notices", self.desk.chen, {}), 403, "denied")
        self.done("bo", draft["id"], "submit")
        self.refused(self.call("bo", draft["id"], "approve", version=2), 403, "four_eyes")
        self.done("cai", draft["id"], "approve")
        self.done("anna", draft["id"], "publish")
        shown = self.public(draft["id"]).json
        self.assertNotIn("case", shown)
        self.assertEqual(self.desk.ok(self.server.get(path, self.desk.anna))["state"], "closed")


class Submission(Notices):
    def test_what_is_missing_is_named(self):
        answer = self.server.post("/v1/notices", self.desk.anna, {})
        self.assertEqual(answer.status, 201)
        self.assertEqual(self.pointers(self.call("anna", answer.json["id"], "submit", version=1)),
                         {(f"/{name}", "field_required") for name in ("kind", "severity", "topics", "content/zh/title", "content/zh/summary", "content/zh/body", "expires_at")})
        self.assertEqual(self.submit_errors(kind="debunk"), {("/claim/text", "field_required"), ("/verdict", "field_required")})
        self.assertEqual(self.submit_errors(expires_at="2020-01-01"), {("/expires_at", "time_past")})
        self.assertEqual(self.submit_errors(topics=[]), {("/topics", "field_required")})
        self.assertEqual(self.submit_errors(content={"zh": {"title": " ", "summary": "s", "body": "b"}, "en": {"title": "t"}}),
                         {("/content/zh/title", "field_required"), ("/content/en/summary", "field_required"), ("/content/en/body", "field_required")})

    def test_a_holding_notice_has_an_owner_and_ends_within_24_hours(self):
        self.assertEqual(self.submit_errors(kind="holding"), {("/owner", "field_required"), ("/expires_at", "holding_too_long")})
        self.assertEqual(self.submit_errors(kind="holding", owner="anna", expires_at=in_seconds(24 * 3600 + 60)), {("/expires_at", "holding_too_long")})
        notice = self.desk.published(kind="holding", owner="anna", expires_at=in_seconds(24 * 3600 - 60))
        shown = self.public(notice["id"])
        self.assertNotIn("owner", shown.json)
        self.assertNotIn("anna", shown.body)

    def test_an_unfilled_placeholder_blocks_wherever_it_stands(self):
        zh = {"title": "标题", "summary": "摘要", "body": "正文"}
        for content, pointer in (({**zh, "title": "{{地点}}停课"}, "/content/zh/title"), ({**zh, "body": "正文}}"}, "/content/zh/body"), ({**zh, "advice": ["好", "去{{x}}"]}, "/content/zh/advice/1")):
            self.assertEqual(self.submit_errors(content={"zh": content}), {(pointer, "field_placeholder")})
        self.assertEqual(self.submit_errors(evidence=[{"title": "{{t}}", "url": "https://a.example"}]), {("/evidence/0/title", "field_placeholder")})

    def test_experts_are_named_as_they_consented(self):
        self.server.user("pub", "expert")
        self.server.expert(id="e-pub", user="pub", name="内部名", public_name="公开专家", topics={"typhoon": 1})
        self.assertEqual(self.submit_errors(experts=[{"name": "公开专家"}, {"name": "陈"}, {"name": "内部名"}]),
                         {("/experts/1/name", "expert_no_consent"), ("/experts/2/name", "expert_no_consent")})
        self.assertEqual(self.desk.published(experts=[{"name": "公开专家", "title": "教授"}])["experts"], [{"name": "公开专家", "title": "教授"}])

    def test_the_signed_form_has_at_most_60_kib(self):
        def sized(characters):
            return {"content": {"zh": {"title": "标题", "summary": "摘要", "body": "长" * 18000}, "en": {"title": "t", "summary": "s", "body": "x" * characters}}}
        least, most = 1, 20_000
        notice = self.desk.draft(**sized(most))
        answer = self.call("anna", notice["id"], "submit", version=1)
        self.refused(answer, 413, "form_too_large")
        while least < most:  # the longest body that is taken
            middle = (least + most + 1) // 2
            tried = self.patched(notice["id"], sized(middle))
            if self.call("anna", notice["id"], "submit", version=tried["version"]).status == 200:
                least = middle
            else:
                most = middle - 1
        self.patched(notice["id"], sized(least))
        published = self.desk.ok(self.server.post(f"/v1/notices/{notice['id']}/publish", self.desk.anna, version=self.desk.approve(self.seen(notice["id"]))["version"]))
        size = len(ed25519.canonical(signed_form(published)))
        self.assertLessEqual(size, 60 << 10)
        self.assertGreater(size, 59 << 10)

    def test_the_hash_is_of_the_canonical_form_and_an_approval_is_of_a_hash(self):
        notice = self.desk.draft(content={"zh": {"title": "引\"号\\与/斜杠\u2028", "summary": "摘\t要\r\n", "body": "正\u0001文\u007f€\U0001F600"}})
        self.assertEqual(hash_of(notice), notice["content_hash"])
        submitted = self.done("anna", notice["id"], "submit")
        self.assertEqual(submitted["content_hash"], notice["content_hash"])
        self.refused(self.call("bo", notice["id"], "approve", {"content_hash": "0" * 64}, 2), 409, "content_changed")
        approved = self.done("bo", notice["id"], "approve", {"content_hash": notice["content_hash"], "note": "同意"})
        self.assertEqual([(each["by"], each["content_hash"], each["note"]) for each in approved["approvals"]], [("bo", notice["content_hash"], "同意")])
        published = self.done("anna", notice["id"], "publish")
        self.assertEqual((published["content_hash"], hash_of(published)), (notice["content_hash"],) * 2)

    def test_reject_gives_it_back_with_a_reason(self):
        for state in ("submitted", "approved"):
            notice = self.desk.draft()["id"]
            self.done("anna", notice, "submit")
            if state == "approved":
                self.done("bo", notice, "approve")
            version = self.seen(notice)["version"]
            self.refused(self.call("anna", notice, "reject", {"reason": "x"}, version), 403, "four_eyes")
            self.assertEqual(self.pointers(self.call("cai", notice, "reject", {}, version)), {("/reason", "field_required")})
            after = self.done("cai", notice, "reject", {"reason": "标题太长"})
            self.assertEqual((after["state"], after["approvals"], after["rejected"]["by"], after["rejected"]["reason"]), ("draft", [], "cai", "标题太长"))
            self.refused(self.call("cai", notice, "reject", {"reason": "x"}, after["version"]), 409, "notice_state")

    def test_from_other_states_nothing_goes(self):
        made = {"draft": self.desk.draft()["id"], "approved": self.desk.approved()["id"], "published": self.desk.published()["id"]}
        made["submitted"] = self.desk.draft()["id"]
        self.done("anna", made["submitted"], "submit")
        wrong = {("draft", "approve", "bo"): "notice_state", ("draft", "publish", "anna"): "not_approved", ("draft", "correct", "anna"): "notice_state", ("draft", "withdraw", "bo"): "notice_state",
                 ("submitted", "submit", "anna"): "notice_state", ("submitted", "publish", "anna"): "not_approved", ("submitted", "update", "anna"): "notice_state",
                 ("approved", "submit", "anna"): "notice_state", ("approved", "approve", "cai"): "notice_state", ("approved", "withdraw", "bo"): "notice_state",
                 ("published", "submit", "anna"): "notice_state", ("published", "approve", "bo"): "notice_state", ("published", "publish", "anna"): "notice_state", ("published", "reject", "bo"): "notice_state"}
        for (state, action, who), code in wrong.items():
            with self.subTest(state=state, action=action):
                body = {"reason": "r", "reason_code": "error"} if action in ("reject", "withdraw") else {}
                self.refused(self.call(who, made[state], action, body, self.seen(made[state])["version"]), 409, code)
        self.refused(self.call("anna", made["draft"], "explode", version=1), 404, "not_found")


if __name__ == "__main__":
    main()
