"""The whole life of a notice as section 2 of the contract says, and what the public sees of it."""
import datetime
import hashlib
import json
import signal
import sqlite3
import time
import unittest
import urllib.parse

import ed25519
from harness import Desk, Server, Stream, flagged, main, until

SIGNED = {"id", "revision", "action", "kind", "mode", "severity", "topics", "regions", "content", "claim", "verdict", "evidence", "experts", "issuer", "published_at",
          "expires_at", "supersedes", "correction", "reason_code", "links", "position", "audit"}
NOT_HASHED = {"published_at", "position", "audit", "links"}


def signed_form(shown):
    return {name: value for name, value in shown.items() if name in SIGNED}


def hash_of(shown):
    return hashlib.sha256(ed25519.canonical({name: value for name, value in signed_form(shown).items() if name not in NOT_HASHED})).hexdigest()


def in_seconds(seconds):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Notices(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().start()
        cls.desk = Desk(cls.server)
        cls.partner = cls.server.token("partner", "partner")

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def call(self, who, notice, action, body=None, version=None, **headers):
        return self.server.post(f"/v1/notices/{notice}/{action}", getattr(self.desk, who), body, version, headers=headers)

    def done(self, who, notice, action, body=None, version=None, **headers):
        """The action on the version that it has now, unless one is given."""
        if version is None and "If-Match" not in headers:
            version = self.seen(notice)["version"]
        return self.desk.ok(self.call(who, notice, action, body, version, **headers))

    def seen(self, notice, who="anna", query=""):
        return self.desk.ok(self.server.get(f"/v1/notices/{notice}{query}", getattr(self.desk, who)))

    def public(self, notice, query=""):
        return self.server.get(f"/v1/notices/{notice}{query}")

    def patched(self, notice, body):
        return self.desk.ok(self.server.patch(f"/v1/notices/{notice}", self.desk.anna, body, self.seen(notice)["version"]))

    def refused(self, answer, status, code):
        self.assertEqual((answer.status, answer.code), (status, code), answer.body)
        for each in answer.json.get("errors", []):
            self.assertNotRegex(each["detail"], r"[{}]\w|_", each)

    def pointers(self, answer):
        self.refused(answer, 422, "field_invalid")
        return {(each["pointer"], each["code"]) for each in answer.json["errors"]}

    def submit_errors(self, **more):
        notice = self.desk.draft(**more)
        return self.pointers(self.call("anna", notice["id"], "submit", version=1))


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


class Revisions(Notices):
    def test_a_correction_is_public_only_when_it_is_published(self):
        notice = self.desk.published()["id"]
        before = self.public(notice).json
        draft = self.done("anna", notice, "correct", {"correction": "日期写错了", "content": {"zh": {"title": "更正后的标题"}}})
        self.assertEqual((draft["state"], draft["action"], draft["revision"], draft["supersedes"], draft["published_revision"]), ("draft", "correct", 2, 1, 1))
        for action in ("correct", "update"):
            self.refused(self.call("anna", notice, action, {"correction": "x"}, draft["version"]), 409, "draft_exists")
        self.assertEqual(self.public(notice).json, before)
        self.patched(notice, {"severity": "severe"})
        self.done("anna", notice, "submit")
        self.done("bo", notice, "approve")
        self.assertEqual(self.public(notice).json, before)
        self.done("anna", notice, "publish")
        after = self.public(notice).json
        self.assertEqual((after["revision"], after["action"], after["supersedes"], after["correction"], after["severity"], after["content"]["zh"]["title"]),
                         (2, "correct", 1, "日期写错了", "severe", "更正后的标题"))
        old = self.public(notice, "?revision=1").json
        self.assertEqual(old, {**before, "state": "superseded"})
        self.assertEqual([(each["revision"], each["state"]) for each in self.public(notice, "/revisions").json["items"]], [(1, "superseded"), (2, "published")])
        self.assertEqual(self.public(notice, "?revision=3").status, 404)
        for wrong in ("0", "-1", "x", "", "1e1", "99999999999999999999"):
            self.assertEqual(self.public(notice, "?revision=" + wrong).status, 400, wrong)

    def test_a_correction_says_why_and_an_update_needs_not(self):
        notice = self.desk.published()["id"]
        draft = self.done("anna", notice, "correct")
        self.assertEqual(self.pointers(self.call("anna", notice, "submit", version=draft["version"])), {("/correction", "field_required")})
        notice = self.desk.published()["id"]
        self.done("anna", notice, "update", {"content": {"zh": {"summary": "新摘要"}}})
        self.done("anna", notice, "submit")
        self.done("bo", notice, "approve")
        self.assertEqual((self.done("anna", notice, "publish")["action"], self.public(notice).json["content"]["zh"]["summary"]), ("update", "新摘要"))

    def test_authors_carry_over_to_later_revisions(self):
        notice = self.desk.published()["id"]  # anna's, approved by bo
        self.assertEqual(sorted(self.done("bo", notice, "update", {"severity": "minor"})["authors"]), ["anna", "bo"])
        self.done("anna", notice, "submit")
        self.refused(self.call("bo", notice, "approve", version=self.seen(notice)["version"]), 403, "four_eyes")
        self.done("cai", notice, "approve")
        self.done("anna", notice, "publish")
        self.done("cai", notice, "update", {"severity": "severe"})
        self.done("anna", notice, "submit")
        for who in ("bo", "cai", "anna"):
            self.refused(self.call(who, notice, "approve", version=self.seen(notice)["version"]), 403, "four_eyes")

    def test_withdrawing_is_at_once_by_one_person(self):
        notice = self.desk.published()["id"]
        body = {"reason_code": "wrong", "reason": "内部才知道的原因"}
        version = self.seen(notice)["version"]
        for who in ("anna", "chen"):
            self.refused(self.call(who, notice, "withdraw", body, version), 403, "denied")
        self.refused(self.call("bo", notice, "withdraw", body), 428, "if_match_required")
        self.refused(self.call("bo", notice, "withdraw", body, version + 1), 412, "stale")
        self.assertEqual(self.pointers(self.call("bo", notice, "withdraw", {"reason_code": "bored"}, version)), {("/reason_code", "field_word"), ("/reason", "field_required")})
        reader = Stream(self.server.port)
        reader.subscribe()
        after = self.desk.ok(self.call("bo", notice, "withdraw", body, **{"If-Match": "*"}))
        self.assertEqual((after["state"], after["action"], after["revision"], after["reason_code"]), ("withdrawn", "withdraw", 2, "wrong"))
        shown = self.public(notice)
        self.assertEqual((shown.json["state"], shown.json["supersedes"], shown.json["reason_code"]), ("withdrawn", 1, "wrong"))
        self.assertIn("撤回", shown.json["content"]["zh"]["title"])
        frame = reader.receive_type("notice")
        reader.close()
        self.assertEqual(frame["notice"]["revision"], 2)
        for everything in (shown.body, json.dumps(frame, ensure_ascii=False), self.public(notice, "/revisions").body):
            self.assertNotIn("内部才知道的原因", everything)
        self.assertEqual(self.public(notice, "?revision=1").json["state"], "superseded")
        self.refused(self.call("bo", notice, "withdraw", body, **{"If-Match": "*"}), 409, "withdrawn")
        self.assertNotIn(notice, [each["id"] for each in self.server.get("/v1/notices?live=true&limit=100").json["items"]])

    def test_an_open_draft_outlives_a_withdrawal_without_its_approvals(self):
        notice = self.desk.published()["id"]
        self.done("anna", notice, "update", {"severity": "minor"})
        self.done("anna", notice, "submit")
        self.done("cai", notice, "approve")
        after = self.done("bo", notice, "withdraw", {"reason_code": "outdated", "reason": "r"})
        self.assertEqual((after["state"], after["approvals"], after["severity"], after["revision"]), ("draft", [], "minor", 3))
        self.assertEqual(self.public(notice).json["state"], "withdrawn")
        self.refused(self.call("anna", notice, "publish", version=after["version"]), 409, "not_approved")
        self.done("anna", notice, "submit")
        self.done("cai", notice, "approve")
        self.done("anna", notice, "publish")
        shown = self.public(notice).json
        self.assertEqual((shown["state"], shown["revision"], shown["supersedes"], shown["severity"]), ("published", 3, 2, "minor"))

    def test_after_a_withdrawal_the_next_revision_starts_from_the_text_before_it(self):
        notice = self.desk.published()["id"]
        self.done("bo", notice, "withdraw", {"reason_code": "error", "reason": "r"})
        draft = self.done("anna", notice, "update")
        self.assertEqual((draft["content"]["zh"]["title"], draft["revision"]), ("标题", 3))
        self.assertNotIn("reason_code", draft)


class Time(Notices):
    def test_a_scheduled_one_goes_out_when_its_time_comes(self):
        notice = self.desk.approved()["id"]
        at = in_seconds(1.5)
        scheduled = self.done("anna", notice, "publish", {"at": at})
        self.assertEqual((scheduled["state"], scheduled["publish_at"]), ("approved", at))
        self.assertEqual(self.public(notice).status, 404)
        shown = until(lambda: self.public(notice).status == 200 and self.public(notice).json, 10)
        self.assertGreaterEqual(shown["published_at"], at)
        self.assertLess(shown["published_at"], in_seconds(0))
        late = datetime.datetime.fromisoformat(shown["published_at"][:-1]) - datetime.datetime.fromisoformat(at[:-1])
        self.assertLess(late.total_seconds(), 2)

    def test_a_time_that_is_past_means_now_and_a_bare_date_or_one_after_the_end_is_refused(self):
        notice = self.desk.approved(expires_at=in_seconds(3600))["id"]
        version = self.seen(notice)["version"]
        self.assertEqual(self.pointers(self.call("anna", notice, "publish", {"at": "2098-01-01"}, version)), {("/at", "time_invalid")})
        self.assertEqual(self.pointers(self.call("anna", notice, "publish", {"at": in_seconds(3601)}, version)), {("/expires_at", "time_past")})
        self.assertEqual(self.done("anna", notice, "publish", {"at": "2020-01-01T00:00:00Z"})["state"], "published")

    def test_an_edit_takes_a_scheduled_one_back(self):
        notice = self.desk.approved()["id"]
        at = in_seconds(0.6)
        self.done("anna", notice, "publish", {"at": at})
        after = self.patched(notice, {"severity": "minor"})
        self.assertNotIn("publish_at", after)
        other = self.desk.approved()["id"]
        self.done("anna", other, "publish", {"at": at})  # goes out at the same time: then the first would have been due too
        until(lambda: self.public(other).status == 200, 10)
        self.assertEqual(self.seen(notice)["state"], "draft")

    def test_one_that_expired_before_it_fires_is_held(self):
        notice = self.desk.approved(expires_at=in_seconds(1.2))["id"]
        self.done("anna", notice, "publish", {"at": in_seconds(1.0)})
        self.server.process.send_signal(signal.SIGSTOP)  # it sleeps over both moments
        past = in_seconds(1.3)
        until(lambda: in_seconds(0) > past)
        self.server.process.send_signal(signal.SIGCONT)
        held = until(lambda: "publish_held" in self.seen(notice) and self.seen(notice))
        self.assertEqual((held["publish_held"], held["state"]), ("expired", "approved"))
        self.assertEqual(self.public(notice).status, 404)
        # A person gives it more time; that needs a new approval.
        self.patched(notice, {"expires_at": "2099-01-01"})
        self.desk.approve(self.seen(notice))
        self.assertEqual(self.done("anna", notice, "publish")["state"], "published")

    def test_expired_is_computed(self):
        notice = self.desk.published(expires_at=in_seconds(1.2))["id"]
        self.assertEqual(self.public(notice).json["state"], "published")
        until(lambda: self.public(notice).json["state"] == "expired", 10)
        self.assertNotIn(notice, self.server.get("/v1/notices?live=true&limit=100").body)
        self.assertIn(notice, self.server.get("/v1/notices?limit=100").body)

    def test_what_expired_while_it_waited_for_publication_is_422(self):
        end = in_seconds(1.0)
        notice = self.desk.approved(expires_at=end)["id"]
        until(lambda: in_seconds(0) > end)
        self.assertEqual(self.pointers(self.call("anna", notice, "publish", version=self.seen(notice)["version"])), {("/expires_at", "time_past")})


class Public(Notices):
    def test_what_the_public_sees_is_signed_form_state_and_jws_alone(self):
        whole = self.desk.published(kind="debunk", verdict="false", claim={"text": "说法", "appearances": ["https://x.example"]}, evidence=[{"title": "t", "url": "https://e.example"}])
        shown = self.public(whole["id"])
        self.assertLessEqual(set(shown.json), SIGNED | {"state", "jws"})
        for target in ("", "/revisions", "?revision=1"):
            for word in ("anna", "bo", "content_hash", "approvals", "version"):
                self.assertNotIn(f'"{word}"', self.public(whole["id"], target).body)
        listed = [each for each in self.server.get("/v1/notices?limit=100").json["items"] if each["id"] == whole["id"]]
        self.assertEqual(listed, [shown.json])
        self.assertEqual(self.server.get(f"/v1/notices/{whole['id']}", self.partner).json, shown.json)

    def test_every_published_revision_is_signed(self):
        notice = self.desk.published(content={"zh": {"title": "引\"号\\\u2028", "summary": "摘\t要", "body": "正\u0001文€\U0001F600é"}})["id"]
        self.done("anna", notice, "correct", {"correction": "c"})
        self.done("anna", notice, "submit")
        self.done("bo", notice, "approve")
        self.done("anna", notice, "publish")
        self.done("bo", notice, "withdraw", {"reason_code": "error", "reason": "r"})
        jwks = self.server.get("/.well-known/jwks.json").json
        revisions = self.public(notice, "/revisions").json["items"]
        self.assertEqual([each["action"] for each in revisions], ["publish", "correct", "withdraw"])
        for each in revisions:
            form = signed_form(each)
            self.assertTrue(ed25519.verify_jws(each["jws"], ed25519.canonical(form), jwks))
            for changed in ({**form, "severity": "extreme"}, {**form, "revision": 9}, {**form, "extra": 1}):
                self.assertFalse(ed25519.verify_jws(each["jws"], ed25519.canonical(changed), jwks))
        self.assertFalse(ed25519.verify_jws(revisions[0]["jws"], ed25519.canonical(signed_form(revisions[1])), jwks))
        # The bytes kept and streamed are the canonical ones.
        with sqlite3.connect(f"file:{self.server.data}/clarion.db?mode=ro", uri=True) as db:
            kept = [form.encode() for (form,) in db.execute("SELECT form FROM revisions WHERE notice_id = ? ORDER BY revision", (notice,))]
        self.assertEqual(kept, [ed25519.canonical(signed_form(each)) for each in revisions])

    def test_the_verifier_of_these_tests_knows_the_vectors_of_rfc_8032(self):
        vectors = (("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
                    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
                   ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
                    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
                   ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
                    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"))
        for key, message, signature in vectors:
            self.assertTrue(ed25519.verify(bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature)))
            self.assertFalse(ed25519.verify(bytes.fromhex(key), bytes.fromhex(message) + b"x", bytes.fromhex(signature)))

    def test_the_audit_member_is_the_head_of_the_chain_before_it(self):
        notice = self.desk.published()
        with sqlite3.connect(f"file:{self.server.data}/clarion.db?mode=ro", uri=True) as db:
            before = db.execute("SELECT hash FROM audit WHERE seq = ?", (notice["audit"]["seq"],)).fetchone()[0]
            actor, action, subject = db.execute("SELECT actor, action, subject FROM audit WHERE seq = ?", (notice["audit"]["seq"] + 1,)).fetchone()
        self.assertEqual((notice["audit"]["hash"], actor, action, subject), (before, "anna", "notice.publish", notice["id"]))

    def test_an_etag_saves_the_body(self):
        notice = self.desk.published()["id"]
        for target in (f"/v1/notices/{notice}", "/v1/notices", f"/v1/notices/{notice}/revisions", "/.well-known/jwks.json"):
            first = self.server.get(target)
            again = self.server.get(target, headers={"If-None-Match": first.headers["ETag"]})
            self.assertEqual((again.status, again.body, again.headers["ETag"]), (304, "", first.headers["ETag"]))
            self.assertEqual(self.server.get(target, headers={"If-None-Match": '"other"'}).status, 200)
            head = self.server.call("HEAD", target)
            self.assertEqual((head.status, head.body, head.headers["ETag"]), (200, "", first.headers["ETag"]))
        tag = self.server.get(f"/v1/notices/{notice}").headers["ETag"]
        self.done("bo", notice, "withdraw", {"reason_code": "error", "reason": "r"})
        self.assertEqual(self.server.get(f"/v1/notices/{notice}", headers={"If-None-Match": tag}).status, 200)

    def test_the_version_is_the_etag_at_the_desk(self):
        notice = self.desk.draft()["id"]
        self.assertEqual(self.server.get(f"/v1/notices/{notice}", self.desk.anna).headers["ETag"], '"1"')

    def test_exercises_and_tests_stay_inside(self):
        drill = self.server.token("drill", "drill")
        for mode in ("Exercise", "Test"):
            notice = self.desk.published(mode=mode)["id"]
            self.assertEqual(self.seen(notice)["state"], "published")
            self.assertEqual(self.server.get(f"/v1/notices/{notice}", drill).status, 200)
            for token in (None, self.partner, self.desk.feed):
                for target in (f"/v1/notices/{notice}", f"/v1/notices/{notice}?revision=1", f"/v1/notices/{notice}/revisions"):
                    self.assertEqual(self.server.get(target, token).status, 404)
            for token in (None, self.partner, drill, self.desk.anna):
                self.assertNotIn(notice, self.server.get("/v1/notices?limit=100", token).body)

    def test_the_same_key_publishes_once(self):
        notice = self.desk.approved()["id"]
        version = self.seen(notice)["version"]
        first = self.done("anna", notice, "publish", version=version, **{"Idempotency-Key": "p1"})
        again = self.done("anna", notice, "publish", version=version, **{"Idempotency-Key": "p1"})
        self.assertEqual(again, first)
        self.assertEqual(len(self.public(notice, "/revisions").json["items"]), 1)
        self.refused(self.call("anna", notice, "publish", {"at": "2020-01-01T00:00:00Z"}, version, **{"Idempotency-Key": "p1"}), 422, "idempotency_mismatch")

    def test_a_bad_credential_is_never_taken_for_none(self):
        notice = self.desk.published()["id"]
        for target in ("/v1/notices", f"/v1/notices/{notice}", f"/v1/notices/{notice}/revisions"):
            self.refused(self.server.get(target, "clt_bad"), 401, "unauthorised")
            self.refused(self.server.get(target, headers={"Authorization": "Basic YTpi"}), 401, "unauthorised")

    def test_people_limited_to_regions_act_inside_alone(self):
        olga = self.server.user("olga", "operator", "--region", "440100")
        body = {"kind": "advisory", "severity": "minor", "topics": ["typhoon"], "content": {"zh": {"title": "题", "summary": "摘", "body": "文"}}, "expires_at": "2099-01-01"}
        for regions in ([], ["440300"], ["440100", "440300"], ["440000"]):
            self.refused(self.server.post("/v1/notices", olga, {**body, "regions": regions}), 403, "denied_region")
        mine = self.server.post("/v1/notices", olga, {**body, "regions": ["440106"]})
        self.assertEqual(mine.status, 201)
        self.refused(self.server.patch(f"/v1/notices/{mine.json['id']}", olga, {"regions": ["440300"]}, 1), 403, "denied_region")
        other = self.desk.draft(regions=["440300"])["id"]
        self.assertEqual(self.server.get(f"/v1/notices/{other}", olga).status, 404)
        self.refused(self.server.patch(f"/v1/notices/{other}", olga, {}, 1), 403, "denied_region")


class Lists(Notices):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Two of each: topic, region, kind, with and without English.
        cls.made = []
        for i in range(12):
            content = {"zh": {"title": f"第{i}条", "summary": "摘", "body": "文"}}
            if i % 3 == 0:
                content["en"] = {"title": "t", "summary": "s", "body": "b"}
            cls.made.append(cls.desk.published(topics=["typhoon"] if i % 2 else ["food"], regions=[["440100"], ["440300"], []][i % 3], kind=["advisory", "science"][i % 4 // 2], content=content))

    def ids(self, query, only_made=True):
        answer = self.server.get("/v1/notices?" + query)
        self.assertEqual(answer.status, 200, answer.body)
        made = {each["id"] for each in self.made}
        return [each["id"] for each in answer.json["items"] if each["id"] in made or not only_made]

    def where(self, wanted):
        return [each["id"] for i, each in reversed(list(enumerate(self.made))) if wanted(i)]

    def test_filters(self):
        self.assertEqual(self.ids(""), self.where(lambda i: True))
        self.assertEqual(self.ids("topic=food"), self.where(lambda i: i % 2 == 0))
        self.assertEqual(self.ids("topic=food&topic=typhoon"), self.where(lambda i: True))
        self.assertEqual(self.ids("region=440106"), self.where(lambda i: i % 3 in (0, 2)))
        self.assertEqual(self.ids("region=440000"), self.where(lambda i: True))
        self.assertEqual(self.ids("kind=science"), self.where(lambda i: i % 4 // 2 == 1))
        self.assertEqual(self.ids("lang=en"), self.where(lambda i: i % 3 == 0))
        self.assertEqual(self.ids("topic=food&region=440300&kind=advisory"), self.where(lambda i: i % 2 == 0 and i % 3 in (1, 2) and i % 4 // 2 == 0))
        self.assertEqual(self.ids("since=" + self.made[5]["published_at"]), self.where(lambda i: self.made[i]["published_at"] >= self.made[5]["published_at"]))
        self.assertEqual(self.ids("since=2098-1-1"), [])
        self.assertEqual(self.ids("live=true"), self.where(lambda i: True))

    def test_a_walk_meets_each_once_newest_first(self):
        for query in ("limit=5", "limit=1&topic=food", "limit=100"):
            target, seen = "/v1/notices?" + query, []
            while target:
                answer = self.server.get(target)
                self.assertEqual(answer.status, 200, answer.body)
                seen += [each["id"] for each in answer.json["items"]]
                target = answer.headers["Link"].split(";")[0].strip("<>") if answer.json["next"] else None
                if answer.json["next"]:
                    self.assertRegex(answer.json["next"], r"^[\w-]+$")
            self.assertEqual(len(seen), len(set(seen)))
            self.assertEqual([each for each in seen if each in {one["id"] for one in self.made}], self.where(lambda i: "food" not in query or i % 2 == 0))

    def test_only_the_newest_revision_is_listed(self):
        notice = self.desk.published()["id"]
        before = self.ids("", only_made=False)
        self.done("anna", notice, "update", {"severity": "minor"})
        self.assertEqual(self.ids("", only_made=False), before)
        self.done("anna", notice, "submit")
        self.done("bo", notice, "approve")
        self.done("anna", notice, "publish")
        self.assertEqual(self.ids("", only_made=False), [notice] + [each for each in before if each != notice])

    def test_wrong_parameters_are_named(self):
        for query, name in (("limit=0", "limit"), ("limit=101", "limit"), ("topic=x", "topic"), ("region=9", "region"), ("kind=x", "kind"), ("since=x", "since"), ("live=1", "live"),
                            ("cursor=!", "cursor"), ("cursor=", "cursor"), ("cursor=AAAA", "cursor"), ("colour=red", "colour")):
            answer = self.server.get("/v1/notices?" + query)
            self.refused(answer, 400, "query_invalid")
            self.assertEqual(answer.json["errors"][0]["pointer"].strip("/"), name)


if __name__ == "__main__":
    main()
