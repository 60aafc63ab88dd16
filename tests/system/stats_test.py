#!/usr/bin/env python3
"""GET /v1/stats: what a day brought, counted once, whoever asks and however often."""

import unittest

import harness


class Stats(unittest.TestCase):
    def test_a_case_from_post_to_notice_stands_in_the_figures_once(self):
        with harness.Server() as server:
            desk = harness.Desk(server)
            server.send_posts(desk.feed, [{"id": "1", "source": "weibo", "text": harness.flagged("s1")}, {"id": "2", "source": "weibo", "text": "你好"}])
            case = server.get("/v1/cases?limit=1", desk.anna).json["items"][0]["id"]
            desk.ok(server.post(f"/v1/cases/{case}/assign", desk.anna, {"user": "chen"}))
            desk.ok(server.post(f"/v1/cases/{case}/claim", desk.chen))
            desk.ok(server.post(f"/v1/cases/{case}/verdict", desk.chen, {"verdict": "false", "reason": "r", "evidence": [{"title": "t", "url": "https://a.example/"}]}))
            desk.published(case=case, kind="debunk")
            look = lambda: server.get("/v1/stats", desk.anna).json
            body = harness.until(lambda: look() if look()["totals"]["notices"] == 1 and look()["totals"]["posts_seen"] else None, what="the figures")
            self.assertEqual((2, 1, 1, 1, 1, 0), tuple(body["totals"][name] for name in ("posts_seen", "posts_flagged", "cases_opened", "cases_closed", "verdicts", "withdrawals")))
            for name in ("claim", "verdict", "publication"):
                self.assertEqual(1, body["times"][name]["count"], name)
                self.assertGreater(body["times"][name]["median_seconds"], 0)
            self.assertEqual(0, body["backlog"]["open"])
            self.assertEqual(1, body["times"]["decision"]["count"])
            self.assertIsNone(body["published"], "of one day alone")
            today = server.get("/v1/stats?days=1", desk.anna).json
            self.assertEqual((today["from"], "Asia/Shanghai"), (today["to"], today["timezone"]))
            published, = today["published"]
            self.assertEqual(("publish", "debunk", "标题"), (published["action"], published["kind"], published["title"]["zh"]))
            self.assertTrue(published["url"].endswith(f"/n/{published['notice']}"), published["url"])
            self.assertEqual(1, sum(each["cases"] for each in today["hours"]))
            self.assertEqual(0, today["days"][0]["backlog"])
            self.assertEqual(case, body["effects"][0]["case"])
            self.assertIsNone(body["effects"][0]["half_life_seconds"], "too early to tell")
            server.stop()
            server.start()
            self.assertEqual(body["totals"], look()["totals"])

    def test_who_may_ask_and_for_which_days(self):
        with harness.Server() as server:
            desk = harness.Desk(server)
            auditor = server.user("audrey", "auditor")
            for token, status in ((desk.anna, 200), (desk.chen, 200), (desk.bo, 200), (auditor, 200), (server.user("ada", "admin"), 200), (desk.feed, 403), (None, 401)):
                self.assertEqual(status, server.get("/v1/stats?from=2026-01-01&to=2026-01-31", token).status)
            body = server.get("/v1/stats?from=2020-01-01&to=2020-01-02", desk.anna).json
            self.assertEqual(([], None, None), (body["days"], body["totals"]["posts_seen"], body["times"]["claim"]["median_seconds"]))
            for bad in ("from=x", "from=2026-02-01&to=2026-01-01", "from=2020-01-01&to=2026-01-01", "what=1", "days=0", "days=x", "days=367", "days=3&from=2026-01-01"):
                self.assertEqual("query_invalid", server.get(f"/v1/stats?{bad}", desk.anna).code, bad)


if __name__ == "__main__":
    harness.main()
