#!/usr/bin/env python3
"""What the desk watches (GET /v1/health): sources, channels, what waits. Unknown is null, never 0."""

import json
import unittest

import harness


class Health(unittest.TestCase):
    def look(self, server, token):
        answer = server.get("/v1/health", token)
        self.assertEqual(200, answer.status, answer.body)
        return answer.json

    def source(self, server, token, name):
        return next((each for each in self.look(server, token)["sources"] if each["source"] == name), None)

    def test_a_source_that_never_sent_is_unknown_and_not_zero(self):
        with harness.Server() as server:
            desk = harness.Desk(server)
            server.token("feed2", "ingest", "--source", "telegram")
            self.assertEqual({"source": "telegram", "last_at": None, "last_hour": None, "state": "unknown"}, self.source(server, desk.anna, "telegram"))
            server.send_posts(desk.feed, [{"id": "1", "source": "weibo", "text": "今天天气不错"}, {"id": "2", "source": "weibo", "text": "早"}])
            seen = self.source(server, desk.anna, "weibo")
            self.assertEqual((2, "flowing"), (seen["last_hour"], seen["state"]))  # unflagged ones count: the source lives
            first = self.look(server, desk.anna)["sources"][0]
            self.assertEqual("telegram", first["source"], "trouble comes first")

    def test_the_last_item_of_a_source_survives_a_restart_and_a_crash(self):
        with harness.Server() as server:
            desk = harness.Desk(server)
            server.send_posts(desk.feed, [{"id": str(n), "source": "wechat", "text": f"第 {n} 条"} for n in range(7)])
            before = self.source(server, desk.anna, "wechat")
            server.stop()
            server.start()
            self.assertEqual(before, self.source(server, desk.anna, "wechat"))
            server.send_posts(desk.feed, [{"id": "x", "source": "wechat", "text": "又一条"}])
            later = self.source(server, desk.anna, "wechat")["last_at"]
            # Figures are written down every five seconds; until then a crash costs them.
            rows = lambda: self.kept(server, "wechat")
            harness.until(lambda: rows() == 8, what="the figures on disk")
            server.kill()
            server.start()
            after = self.source(server, desk.anna, "wechat")
            self.assertEqual((later, 8), (after["last_at"], after["last_hour"]))

    @staticmethod
    def kept(server, source):
        import sqlite3
        with sqlite3.connect(f"file:{server.data}/clarion.db?mode=ro", uri=True) as store:
            row = store.execute("SELECT minutes FROM sources WHERE source = ?", (source,)).fetchone()
        return sum(count for _, count in json.loads(row[0])) if row else 0

    def test_exercise_posts_are_not_a_source_of_the_live_desk(self):
        with harness.Server() as server:
            desk = harness.Desk(server)
            drill = server.token("drill", "drill")
            server.send_posts(drill, [{"id": "1", "source": "script", "text": "演练"}])
            self.assertIsNone(self.source(server, desk.anna, "script"))

    def test_a_channel_nobody_follows_has_no_heartbeat_and_one_that_is_followed_has(self):
        with harness.Server(settings=["gateway.heartbeat_seconds=1"]) as server:
            desk = harness.Desk(server)
            channels = {each["channel"]: each for each in self.look(server, desk.anna)["channels"]}
            self.assertIsNone(channels["notices"]["heartbeat_at"])
            self.assertEqual("0", channels["notices"]["position"]["offset"])
            desk.published()
            import http.client
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
            connection.request("GET", "/v1/stream", headers={"Accept": "text/event-stream"})
            response = connection.getresponse()
            self.assertEqual(200, response.status)
            beat = lambda: {each["channel"]: each for each in self.look(server, desk.anna)["channels"]}["notices"]["heartbeat_at"]
            harness.until(beat, what="a heartbeat")
            connection.close()
            self.assertEqual("1", self.look(server, desk.anna)["channels"][0]["position"]["offset"])

    def test_what_waits_is_counted_with_its_oldest(self):
        with harness.Server() as server:
            desk = harness.Desk(server)
            waiting = self.look(server, desk.anna)["waiting"]
            self.assertEqual({"cases": {"count": 0, "oldest_at": None}, "notices": {"count": 0, "oldest_at": None}}, waiting)
            server.send_posts(desk.feed, [{"id": "1", "source": "weibo", "text": harness.flagged("h1")}, {"id": "2", "source": "weibo", "text": harness.flagged("h2")}])
            draft = desk.draft()
            desk.ok(server.post(f"/v1/notices/{draft['id']}/submit", desk.anna, version=draft["version"]))
            waiting = self.look(server, desk.anna)["waiting"]
            self.assertEqual((2, 1), (waiting["cases"]["count"], waiting["notices"]["count"]))
            self.assertIsNotNone(waiting["cases"]["oldest_at"])
            self.assertIsNotNone(waiting["notices"]["oldest_at"])

    @staticmethod
    def put_delivery(server, notice, name, state, error="", outlet="wechat", at=1_700_000_000_000):
        import sqlite3
        with sqlite3.connect(f"{server.data}/clarion.db", timeout=20) as store:
            store.execute("INSERT OR REPLACE INTO deliveries VALUES(?, ?, ?, ?, 1, ?, 1, ?, NULL, ?, ?)", (name, outlet, name, notice, state, error, at, at))

    def test_failed_deliveries_are_unknown_until_an_outlet_keeps_proof_and_then_named_with_reason(self):
        with harness.Server() as server:
            desk = harness.Desk(server)
            notice = desk.published()["id"]
            self.assertIsNone(self.look(server, desk.anna)["deliveries"], "nobody knows: not 0")
            self.put_delivery(server, notice, "d1", "delivered")
            self.assertEqual({"failed": []}, self.look(server, desk.anna)["deliveries"])
            self.put_delivery(server, notice, "d2", "failed", "overloaded", at=1_700_000_100_000)
            self.put_delivery(server, notice, "d3", "failed", "unavailable", at=1_700_000_200_000)
            failed, = self.look(server, desk.anna)["deliveries"]["failed"]
            self.assertEqual(("wechat", 2, 2, "unavailable"), (failed["outlet"], failed["count"], failed["recipients"], failed["reason"]["code"]))
            self.assertEqual(("2023-11-14T22:15:00.000Z", "2023-11-14T22:16:40.000Z"), (failed["since"], failed["last_at"]))
            self.assertEqual({"zh", "en"}, set(failed["reason"]["text"]))
            self.assertNotIn(failed["reason"]["text"]["zh"], ("", "unavailable"))
            self.assertEqual("微信公众号", failed["name"]["zh"])

    def test_the_desk_is_told_when_a_source_or_an_outlet_fares_otherwise(self):
        with harness.Server() as server:
            desk = harness.Desk(server)
            notice = desk.published()["id"]
            server.token("feed3", "ingest", "--source", "weibo")
            anna, chen = harness.Stream(server.port, desk.anna), harness.Stream(server.port, desk.chen)
            for stream in (anna, chen):
                stream.subscribe("desk")

            def told(kind, **want):
                while True:
                    event = anna.receive_type(kind)
                    self.assertNotIn("offset", event)
                    if all(event[kind].get(name) == value for name, value in want.items()):
                        return event[kind]

            silent = told("source", source="weibo", state="unknown")
            self.assertEqual((None, None), (silent["last_at"], silent["last_hour"]))
            self.assertIsNone(told("outlet", outlet="wechat")["failed"], "nobody knows: not 0")
            server.send_posts(desk.feed, [{"id": "1", "source": "weibo", "text": "早"}])
            flowing = told("source", source="weibo", state="flowing")
            self.assertEqual((1, "Actual"), (flowing["last_hour"], flowing["mode"]))
            self.put_delivery(server, notice, "d1", "failed", "unavailable")
            self.assertEqual(1, told("outlet", outlet="wechat", state="not_connected", failed=self.look(server, desk.anna)["deliveries"]["failed"][0])["failed"]["count"])
            server.send_posts(server.token("drill", "drill"), [{"id": "1", "source": "script", "text": "演练"}])
            self.assertEqual("Exercise", told("source", source="script")["mode"])
            # Who sees their own cases alone is told nothing of this.
            self.assertEqual("pong", (chen.send({"type": "ping"}), chen.receive_type("source", "outlet", "pong")["type"])[1])
            anna.close()
            chen.close()

    def test_the_machine_is_told_and_a_stranger_is_not(self):
        with harness.Server() as server:
            desk = harness.Desk(server)
            health = self.look(server, desk.chen)
            self.assertGreater(health["disk"]["free_bytes"], 0)
            self.assertIn("writes", health["queue"])
            self.assertRegex(health["generated_at"], r"^\d{4}-.*Z$")
            self.assertEqual(401, server.get("/v1/health").status)
            self.assertEqual(403, server.get("/v1/health", desk.feed).status)


if __name__ == "__main__":
    harness.main()
