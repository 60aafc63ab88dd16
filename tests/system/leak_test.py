"""Exercise and Test notices, and what a drill posts, reach no public place; the drill channel has them."""
import unittest

from follower import EventStream
from harness import Desk, Server, Stream, flagged, main

MARK = "演练标记"  # stands in every title, text and claim of what must not be seen
TOPIC = {"topics": ["typhoon"], "regions": ["440100"]}


def content(title):
    return {"zh": {"title": f"{MARK}{title}", "summary": f"{MARK}摘要", "body": f"{MARK}正文"}}


class Leak(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = server = Server(settings=("gateway.heartbeat_seconds=1",)).start()
        cls.addClassCleanup(server.__exit__)
        cls.desk = desk = Desk(server)
        cls.drill = server.token("leader", "drill")
        cls.partner = server.token("partner", "partner")
        cls.metrics = server.token("graphs", "metrics")
        cls.watching = [Stream(server.port), Stream(server.port, cls.partner)]
        for stream in cls.watching:
            assert stream.subscribe()["type"] == "subscribed"

        cls.secret, cls.open = [], []
        for mode in ("Exercise", "Test"):
            notice = desk.published(mode=mode, content=content(mode))
            cls.secret.append(notice)
            cls.open.append(desk.published(content={"zh": {"title": "公开", "summary": "摘要", "body": "正文"}}))
            path = f"/v1/notices/{notice['id']}"
            corrected = desk.ok(server.post(path + "/correct", desk.anna, {"correction": MARK}, notice["version"]))
            corrected = desk.approve(corrected)
            cls.secret.append(desk.ok(server.post(path + "/publish", desk.anna, version=corrected["version"])))
        cls.secret.append(desk.ok(server.post(path + "/withdraw", desk.bo, {"reason_code": "error", "reason": MARK}, cls.secret[-1]["version"])))
        cls.drafts = [desk.draft(mode=mode, content=content("草稿")) for mode in ("Exercise", "Test", "Actual")]

        # A drill's post makes an Exercise case, and its notice is one of the drill.
        posts = [{"id": "d1", "source": "weibo", "text": MARK + flagged("drill")}, {"id": "d2", "source": "weibo", "text": MARK + flagged("other drill")}]
        assert server.send_posts(cls.drill, posts).json["flagged"] == 2
        cls.cases = desk.ok(server.get("/v1/cases", desk.anna))["items"]
        cls.secret.append(desk.published(case=cls.cases[0]["id"], content=content("案件")))
        cls.last_open = desk.published(content={"zh": {"title": "最后", "summary": "摘要", "body": "正文"}})
        cls.ids = {notice["id"] for notice in cls.secret} | {notice["id"] for notice in cls.drafts} | {case["id"] for case in cls.cases}

    def clean(self, text, where):
        self.assertNotIn(MARK, text, where)
        for identity in self.ids:
            self.assertNotIn(identity, text, where)

    def test_a_drills_posts_and_notices_stay_in_their_mode(self):
        self.assertEqual({case["mode"] for case in self.cases}, {"Exercise"})
        self.assertEqual([notice["mode"] for notice in self.secret], ["Exercise"] * 2 + ["Test"] * 3 + ["Exercise"])
        refused = self.server.post("/v1/notices", self.desk.anna, {"case": self.cases[0]["id"], "mode": "Actual", "kind": "advisory"})
        self.assertEqual((refused.status, refused.code), (422, "field_invalid"), refused.body)
        draft = self.drafts[0]
        moved = self.server.patch(f"/v1/notices/{draft['id']}", self.desk.anna, {"mode": "Actual"}, draft["version"])
        self.assertEqual(moved.status, 422, moved.body)

    def test_the_public_lists_and_pages_do_not_hold_them(self):
        queries = ["", "?live=true", "?live=false", "?topic=typhoon", "?region=440100", "?kind=advisory", "?lang=zh", "?since=2020-01-01",
                   "?topic=typhoon&region=440000&live=true", "?limit=100"]
        for token in (None, self.partner, self.desk.feed, self.metrics):
            for query in queries:
                answer = self.server.get("/v1/notices" + query, token)
                self.assertEqual(answer.status, 200, answer.body)
                self.assertEqual(len(answer.json["items"]), 3, query)
                self.clean(answer.body, query)
            self.assertEqual(self.server.get("/v1/notices?state=draft", token).status, 400)
            cursor, seen = "", 0
            while cursor is not None:
                page = self.server.get(f"/v1/notices?limit=1{cursor and '&cursor=' + cursor}", token)
                self.clean(page.body, cursor)
                seen += len(page.json["items"])
                cursor = page.json["next"]
            self.assertEqual(seen, 3)

    def test_they_are_not_found_by_id(self):
        for token in (None, self.partner, self.desk.feed, self.metrics):
            for identity in self.ids:
                for path in ("/v1/notices/{}", "/v1/notices/{}/revisions", "/v1/notices/{}?revision=1", "/v1/notices/{}?revision=2",
                             "/v1/notices/{}?revision=3", "/n/{}", "/cap/{}-1.xml", "/cap/{}.xml"):
                    answer = self.server.get(path.format(identity), token)
                    self.assertEqual(answer.status, 404, path)
                    self.assertNotIn(MARK, answer.body)

    def test_no_public_path_of_the_contract_holds_them(self):
        paths = ["/", "/v1/cases", "/v1/cases/" + self.cases[0]["id"], "/v1/experts", "/v1/stats", "/v1/audit", "/v1/outlets", "/v1/library",
                 "/v1/resources", "/v1/hazards", "/.well-known/jwks.json", "/metrics", "/livez", "/readyz", "/v1/openapi.json",
                 "/v1/asyncapi.json"] + [f"/feeds/{name}" for name in ("rss.xml", "atom.xml", "feed.json", "cap.atom", "claimreview.json")]
        for token in (None, self.partner):
            for path in paths:
                self.clean(self.server.get(path, token).body, path)
            for path in ("/v1/check", "/v1/questions"):
                self.clean(self.server.post(path, token, {"text": MARK + flagged("drill")}).body, path)
        for path in ("/v1/cases", "/v1/cases/" + self.cases[0]["id"]):
            self.assertEqual(self.server.get(path).status, 401)
            self.assertEqual(self.server.get(path, self.partner).status, 403)
            self.assertEqual(self.server.get(path, self.drill).status, 403)

    def test_nothing_of_them_may_be_kept_by_a_cache(self):
        self.assertIn("public", self.server.get("/v1/notices").headers["Cache-Control"])
        for token in (self.drill, self.desk.anna):
            for path in (f"/v1/notices/{self.secret[0]['id']}", f"/v1/notices/{self.secret[0]['id']}/revisions",
                         f"/v1/notices/{self.secret[0]['id']}?revision=1", "/v1/notices?state=draft,published"):
                answer = self.server.get(path, token)
                if token == self.drill and "state=" in path:
                    self.assertEqual(answer.status, 400)
                    continue
                self.assertEqual(answer.status, 200, answer.body)
                self.assertIn(MARK, answer.body)
                self.assertEqual(answer.headers["Cache-Control"], "no-store", path)

    def test_the_public_channel_does_not_hold_them(self):
        """Those who watched all the time, a resume from the beginning, snapshots, filters: the same three notices, offsets 1 to 3."""
        wanted = [(str(offset + 1), notice["id"]) for offset, notice in enumerate([*self.open, self.last_open])]

        def read(stream):
            got = []
            while len(got) < len(wanted):
                message = stream.receive()
                self.clean(str(message), "the stream")
                if message["type"] == "notice":
                    got.append((message["offset"], message["notice"]["id"]))
            beat = stream.receive_type("heartbeat")  # nothing more up to here
            self.assertEqual((got, beat["offset"]), (wanted, "3"))
            stream.close()

        streams = list(self.watching)
        for token in (None, self.partner, self.drill, self.desk.anna):
            for more in ({"from": {"offset": "0"}}, {"from": "live_notices"}, {"from": "live_notices", "filter": {"topics": ["typhoon"]}},
                         {"from": {"offset": "0"}, "filters": [{"regions": ["440000"]}, {"kinds": ["advisory"]}]},
                         {"from": {"offset": "9"}}, {"from": {"epoch": "e_other", "offset": "1"}}):
                stream = Stream(self.server.port, token)
                answer = stream.subscribe(**more)
                self.assertEqual((answer["type"], answer["head"]["offset"]), ("subscribed", "3"))
                streams.append(stream)
        for stream in streams:
            read(stream)

    def test_the_public_event_stream_does_not_hold_them(self):
        queries = ("?from=0", "?from=live_notices", "?from=0&topic=typhoon", "?from=0&region=440100&kind=advisory&lang=zh")
        streams = [EventStream(self.server.port, query, last_id=last_id) for query in queries for last_id in (None, "e_other:1")]
        for stream in streams:
            events = []
            while None not in events:  # up to a heartbeat
                event, _, data = stream.receive()
                self.clean(str(data), "the event stream")
                events.append(event)
            self.assertEqual(events.count("notice"), 3)
            stream.close()

    def test_the_drill_channel_is_closed_to_the_public(self):
        for token in (None, self.partner, self.desk.feed, self.metrics):
            stream = Stream(self.server.port, token)
            self.assertNotIn("drill", stream.receive_type("hello")["channels"])
            for channel, code in (("drill", 103), ("desk", 103), ("nowhere", 102)):
                answer = stream.subscribe(channel, **{"from": {"offset": "0"}})
                self.assertEqual((answer["type"], answer["code"]), ("error", code), channel)
            stream.close()
            events = EventStream(self.server.port, "?channel=drill&from=0", token)
            self.assertEqual(events.status, 403 if token else 401)
            self.clean(str(events.body()), "the refusal")
            events.close()
        self.assertEqual(EventStream(self.server.port, "?channel=drill&from=0", "clt_forged").status, 401)

    def test_the_drill_channel_has_them_all_for_drills_and_staff(self):
        wanted = [(str(offset + 1), notice["id"], notice["revision"]) for offset, notice in enumerate(self.secret)]
        for token in (self.drill, self.desk.anna, self.desk.chen, self.desk.bo):
            stream = Stream(self.server.port, token)
            self.assertIn("drill", stream.receive_type("hello")["channels"])
            self.assertTrue(stream.subscribe("drill", **{"from": {"offset": "0"}})["recovered"])
            frames = [stream.receive_type("notice") for _ in wanted]
            self.assertEqual([(frame["offset"], frame["notice"]["id"], frame["notice"]["revision"]) for frame in frames], wanted)
            self.assertEqual({frame["notice"]["mode"] for frame in frames}, {"Exercise", "Test"})
            stream.close()
        events = EventStream(self.server.port, "?channel=drill&from=0", self.drill)
        self.assertEqual([events.receive_event("notice")[1]["notice"]["id"] for _ in wanted], [each[1] for each in wanted])
        events.close()


if __name__ == "__main__":
    main()
