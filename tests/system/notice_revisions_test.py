"""A notice once it is approved: its time of publication and its end, corrections, updates, withdrawals."""
import datetime
import json
import signal

from harness import Stream, main, until
from notice_parts import Notices, in_seconds


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


if __name__ == "__main__":
    main()
