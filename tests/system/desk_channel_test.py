"""The channel `desk`: who is told what, coalescing, and a place that is kept over cuts, kills and changes of rights."""
import random
import sqlite3
import threading
import time
import unittest

from follower import EventStream, fixed_port
from harness import Browser, Desk, Server, Stream, flagged, main, run, until


def post(tag, number=0, **more):
    return {"id": f"{tag}-{number}", "source": "weibo", "text": flagged(tag), **more}


class Watcher(threading.Thread):
    """A desk page: all cases it may see as the channel tells them, with its place, over any number of cuts, until end()."""

    def __init__(self, port, token, **subscribe):
        super().__init__(daemon=True)
        self.port, self.token, self.more = port, token, subscribe
        self.lock = threading.Lock()
        self.place, self.view, self.cases, self.wrong = None, None, {}, []
        self.connections, self.reasons, self.events = 0, [], 0
        self.over = threading.Event()
        self.start()

    def run(self):
        while not self.over.is_set():
            try:
                stream = Stream(self.port, self.token, timeout=5)
            except OSError:
                time.sleep(0.05)  # between two dials
                continue
            try:
                self.follow(stream)
            except (OSError, ConnectionError):
                pass
            finally:
                stream.close()

    def follow(self, stream):
        if stream.status != 101:
            return
        self.connections += 1
        start = {**self.place, "view": self.view} if self.place else "open_cases"
        told = stream.subscribe("desk", **{"from": start}, **self.more)
        if told["type"] == "error":
            self.wrong.append(told)
            return self.over.set()
        snapshot = not told.get("recovered", False)
        if snapshot and "reason" in told:
            self.reasons.append(told["reason"])
        self.view, named, within = told["view"], set(), snapshot
        last = 0 if within else int(self.place["offset"])
        while not self.over.is_set():
            message = stream.receive()
            if message is None:
                return
            with self.lock:
                kind = message["type"]
                if kind == "case":
                    self.events += 1
                    if int(message["offset"]) <= last:
                        self.wrong.append(("order", last, message["offset"]))
                    case = message["case"]
                    if case.get("gone"):
                        self.cases.pop(case["id"], None)
                    else:
                        self.cases[case["id"]] = case
                    named.add(case["id"])
                if kind == "snapshot_end":
                    self.cases = {key: case for key, case in self.cases.items() if key in named}
                    within = False
                if "offset" in message:
                    last = max(last, int(message["offset"]))
                    if not within:
                        self.place = {"epoch": message["epoch"], "offset": message["offset"]}

    def versions(self):
        with self.lock:
            return {key: case["version"] for key, case in self.cases.items() if case["state"] in OPEN}

    def end(self):
        self.over.set()
        self.join(10)


OPEN = ("open", "assigned", "in_review", "judged")


def all_cases(server, token, **more):
    out, query = {}, "&".join(["state=" + ",".join(OPEN), "sort=id", "limit=100", *(f"{key}={value}" for key, value in more.items())])
    cursor = ""
    while True:
        page = Desk.ok(server.get(f"/v1/cases?{query}{cursor}", token))
        out.update({case["id"]: case["version"] for case in page["items"]})
        if not page["next"]:
            return out
        cursor = "&cursor=" + page["next"]


class DeskChannel(unittest.TestCase):
    def setUp(self):
        self.server = Server(settings=("gateway.heartbeat_seconds=1",)).start()
        self.addCleanup(self.server.__exit__)
        self.desk = Desk(self.server)

    def stream(self, token, **more):
        stream = Stream(self.server.port, token)
        self.addCleanup(stream.close)
        told = stream.subscribe("desk", **more)
        self.assertEqual(told["type"], "subscribed", told)
        return stream

    def case_of(self, tag, **more):
        self.assertEqual(self.server.send_posts(self.desk.feed, [post(tag, **more)]).json["flagged"], 1)
        newest = Desk.ok(self.server.get("/v1/cases?sort=id&limit=100", self.desk.anna))["items"]
        return max(newest, key=lambda case: case["created_at"] + case["id"])

    def act(self, case, action, token, **body):
        return Desk.ok(self.server.post(f"/v1/cases/{case['id']}/{action}", token, body))

    def test_a_case_is_told_as_lists_show_it_but_for_words(self):
        anna = self.stream(self.desk.anna)
        case = self.case_of("shown")
        frame = anna.receive_type("case")
        told = frame["case"]
        while told["version"] < case["version"]:
            told = anna.receive_type("case")["case"]
        listed = Desk.ok(self.server.get("/v1/cases?limit=1", self.desk.anna))["items"][0]
        for reasons in ("priority_reasons", "assignment_reasons"):
            for reason in listed[reasons]:
                reason.pop("text")
        listed["group"].pop("per_minute"), told["group"].pop("per_minute")  # falls with time
        self.assertEqual(told, listed)

    def test_programs_and_strangers_do_not_read_it(self):
        for scope in ("partner", "drill", "ingest"):
            stream = Stream(self.server.port, self.server.token(scope + "-x", scope))
            self.addCleanup(stream.close)
            self.assertNotIn("desk", stream.receive_type("hello")["channels"])
            self.assertEqual(stream.subscribe("desk")["code"], 103)
        nobody = Stream(self.server.port)
        self.addCleanup(nobody.close)
        self.assertEqual(nobody.subscribe("desk")["code"], 103)
        self.assertEqual(EventStream(self.server.port, "?channel=desk").status, 401)
        auditor = Stream(self.server.port, self.server.user("aud", "auditor"))
        self.addCleanup(auditor.close)
        self.assertIn("desk", auditor.receive_type("hello")["channels"])
        self.assertEqual(auditor.subscribe("desk")["type"], "subscribed")

    def test_an_expert_is_told_of_own_cases_and_when_one_is_theirs_no_more(self):
        case = self.case_of("own")
        self.assertEqual(case["assignee"], "chen")
        other = self.server.user("dora", "expert")
        chen, dora = self.stream(self.desk.chen), self.stream(other)
        held = self.act(case, "assign", self.desk.anna, user="dora")
        gone = chen.receive_type("case")["case"]
        self.assertEqual(gone, {"id": case["id"], "version": held["version"], "gone": True})
        self.assertEqual(dora.receive_type("case")["case"]["assignee"], "dora")
        # Told once: what happens to it later is no business of chen's any more.
        self.act(case, "note", self.desk.anna, text="x")
        again = self.act(case, "assign", self.desk.anna, user="chen")
        told = chen.receive_type("case")["case"]
        self.assertEqual((told["version"], told["assignee"]), (again["version"], "chen"))
        self.assertEqual(dora.receive_type("case")["case"]["version"], held["version"] + 1)
        self.assertTrue(dora.receive_type("case")["case"]["gone"])

    def test_who_is_asked_about_a_case_is_told_of_it_from_then_on(self):
        case = self.case_of("asked")
        eva = self.stream(self.server.user("eva", "expert"))
        summary = lambda: self.desk.ok(self.server.get("/v1/desk/summary", eva_token))
        eva_token = self.server.token("eva again", "desk", "--user", "eva")
        self.assertEqual(summary()["lanes"]["team"], 0)
        self.act(case, "note", self.desk.anna, text="x")
        asked = self.act(case, "ask", self.desk.chen, user="eva", question="剂量对吗")
        told = eva.receive_type("case")["case"]
        self.assertEqual((told["id"], told["version"], told["assignee"]), (case["id"], asked["version"], "chen"))
        self.assertEqual((summary()["lanes"]["team"], summary()["lanes"]["mine"]), (1, 0))
        answered = self.act(case, "answer", eva_token, text="不对")
        self.assertEqual(eva.receive_type("case")["case"]["version"], answered["version"])
        moved = self.act(case, "assign", self.desk.anna, user="bo")
        told = eva.receive_type("case")["case"]
        self.assertEqual((told["version"], told.get("gone")), (moved["version"], None))
        given = self.act(case, "release", self.desk.bo)
        self.assertEqual(eva.receive_type("case")["case"]["version"], given["version"])
        free = self.act(case, "release", self.desk.chen) if given["assignee"] == "chen" else given
        told = summary()
        self.assertEqual((told["lanes"]["free"], told["oldest_waiting"]), (1, {"case": case["id"], "since": case["created_at"]}), free["assignee"])

    def test_who_was_away_learns_of_a_case_that_is_theirs_no_more(self):
        case = self.case_of("away")
        chen = self.stream(self.desk.chen)
        place = chen.receive_type("heartbeat")
        self.act(case, "assign", self.desk.anna, user="bo")
        self.act(case, "note", self.desk.anna, text="x")
        back = Stream(self.server.port, self.desk.chen)
        self.addCleanup(back.close)
        told = back.subscribe("desk", **{"from": {"epoch": place["epoch"], "offset": place["offset"]}})
        self.assertTrue(told["recovered"], told)
        self.assertTrue(back.receive_type("case")["case"]["gone"])

    def test_a_resume_sends_only_the_newest_event_of_a_case(self):
        cases = [self.case_of(f"newest{number}") for number in range(3)]
        watch = self.stream(self.desk.anna)
        for _ in range(5):
            for case in cases:
                newest = self.act(case, "note", self.desk.anna, text="x")
        # Told live already: what comes after the subscription is no resume.
        while (told := watch.receive_type("case")["case"])["id"] != newest["id"] or told["version"] < newest["version"]:
            pass
        late = self.stream(self.desk.anna, **{"from": {"offset": "0"}})
        seen = []
        while (message := late.receive_type("case", "heartbeat"))["type"] == "case":
            seen.append(message["case"]["id"])
        self.assertEqual(sorted(seen), sorted(case["id"] for case in cases))

    def test_figures_come_once_a_second_and_actions_at_once(self):
        case = self.case_of("burst")
        anna = self.stream(self.desk.anna)
        begun = time.monotonic()
        for number in range(1, 120):
            self.server.send_posts(self.desk.feed, [post("burst", number)])
        spent = time.monotonic() - begun
        sizes = []
        while not sizes or sizes[-1] != 120:
            told = anna.receive_type("case")["case"]
            self.assertEqual(told["id"], case["id"])
            sizes.append(told["group"]["size"])
        self.assertEqual(sizes, sorted(set(sizes)))
        self.assertLessEqual(len(sizes), spent + 3, f"{len(sizes)} events in {spent:.1f} s")
        begun = time.monotonic()
        for _ in range(3):
            self.act(case, "note", self.desk.anna, text="x")
            anna.receive_type("case")
        self.assertLess(time.monotonic() - begun, 1)

    def test_filters_go_by_topics_regions_and_severity_of_the_case(self):
        guangzhou, shantou = (self.stream(self.desk.anna, filter={"regions": [code], "topics": ["infectious"]}) for code in ("440100", "440500"))
        wind = self.stream(self.desk.anna, filter={"topics": ["typhoon"]})
        nothing = self.stream(self.desk.anna, filter={"topics": []})
        here = self.case_of("here", geo={"region": "440106"})
        there = self.case_of("there", geo={"region": "440507"})
        self.assertEqual(guangzhou.receive_type("case")["case"]["id"], here["id"])
        self.assertEqual(shantou.receive_type("case")["case"]["id"], there["id"])
        for silent in (wind, nothing):
            self.assertEqual(silent.receive_type("case", "heartbeat")["type"], "heartbeat")
        for wrong in ({"kinds": ["debunk"]}, {"langs": ["zh"]}, {"topics": ["nonsense"]}):
            stream = Stream(self.server.port, self.desk.anna)
            self.addCleanup(stream.close)
            self.assertEqual(stream.subscribe("desk", filter=wrong)["code"], 107)

    def test_a_person_limited_to_regions_is_told_of_those_alone(self):
        west = self.server.user("wei", "operator", "--region", "440800")
        stream = self.stream(west)
        self.case_of("elsewhere", geo={"region": "440106"})
        here = self.case_of("in-west", geo={"region": "440800"})
        self.assertEqual(stream.receive_type("case")["case"]["id"], here["id"])

    def test_each_desk_is_told_of_its_own_modes(self):
        self.server.person("olga", "operator")
        browsers = [Browser(self.server, drill) for drill in (False, True)]
        streams = []
        for browser in browsers:
            self.assertEqual(browser.sign_in("olga", "correct horse battery").status, 200)
            name, value = next(iter(browser.cookies.items()))
            stream = Stream(self.server.port, path=browser.target("/v1/stream"), headers={"Cookie": f"{name}={value}", "Origin": self.server.url})
            self.addCleanup(stream.close)
            self.assertEqual(stream.subscribe("desk")["type"], "subscribed")
            streams.append(stream)
        for token, tag in ((self.server.token("drill feed", "drill"), "drilled"), (self.desk.feed, "live")):
            self.server.send_posts(token, [post(tag)])
        modes = [stream.receive_type("case")["case"]["mode"] for stream in streams]
        self.assertEqual(modes, ["Actual", "Exercise"])
        self.assertEqual([browser.get("/v1/desk/summary").json["lanes"]["team"] for browser in browsers], [1, 1])
        self.assertEqual(self.desk.ok(self.server.get("/v1/desk/summary", self.desk.anna))["lanes"]["team"], 2)

    def test_the_summary_counts_what_each_person_may_see(self):
        west = self.server.user("wei", "operator", "--region", "440800")
        case = self.case_of("sum1", geo={"region": "440106"})
        other = self.case_of("sum2", geo={"region": "440800"})
        self.act(case, "release", self.desk.chen)
        self.desk.draft()
        summary = lambda token: self.desk.ok(self.server.get("/v1/desk/summary", token))
        told = summary(self.desk.anna)
        self.assertEqual(told["lanes"], {"free": 1, "mine": 0, "team": 1, "approval": 0, "second_look": 0})
        self.assertEqual(told["drafts"]["draft"], 1)
        self.assertEqual(told["program"], run("version").split()[1])
        self.assertIsInstance(told["posts_per_minute"], int)
        self.assertEqual(told["oldest_waiting"], {"case": case["id"], "since": case["created_at"]})
        chens = summary(self.desk.chen)
        self.assertEqual((chens["lanes"]["free"], chens["lanes"]["mine"], chens["oldest_waiting"]), (0, 1, None))
        self.assertEqual(summary(west)["lanes"], {"free": 0, "mine": 0, "team": 1, "approval": 0, "second_look": 0})
        self.assertEqual(self.server.get("/v1/desk/summary", self.desk.feed).status, 403)
        self.assertEqual(self.server.get("/v1/desk/summary").status, 401)
        self.act(case, "dismiss", self.desk.anna, reason="x")
        self.act(other, "claim", self.desk.chen)
        told = summary(self.desk.anna)
        self.assertEqual((told["states"], told["oldest_waiting"]), ({"open": 0, "assigned": 0, "in_review": 1, "judged": 0}, None))

    def test_who_looks_at_a_case_is_told_to_those_who_may_see_it(self):
        case = self.case_of("looked", geo={"region": "440106"})
        west = self.stream(self.server.user("wei", "operator", "--region", "440800"))
        anna = self.stream(self.desk.anna)
        self.assertEqual(self.server.call("PUT", f"/v1/cases/{case['id']}/presence", self.desk.bo, {"what": "viewing"}).status, 200)
        told = anna.receive_type("presence")
        self.assertEqual(told["presence"], {"case": case["id"], "people": [{"user": "bo", "what": "viewing"}]})
        self.assertNotIn("offset", told)
        self.assertEqual(west.receive_type("presence", "heartbeat")["type"], "heartbeat")

    def test_drafts_are_told_with_their_state(self):
        anna = self.stream(self.desk.anna)
        chen = self.stream(self.desk.chen)
        draft = self.desk.draft()
        told = anna.receive_type("notice")
        self.assertEqual((told["notice"]["id"], told["notice"]["state"], told["notice"]["title"]), (draft["id"], "draft", {"zh": "标题"}))
        self.assertNotIn("content", told["notice"])
        self.desk.ok(self.server.post(f"/v1/notices/{draft['id']}/submit", self.desk.anna, version=draft["version"]))
        self.assertEqual(anna.receive_type("notice")["notice"]["state"], "submitted")
        self.assertEqual(chen.receive_type("notice", "heartbeat")["type"], "heartbeat")

    def test_changed_rights_end_the_connection_and_make_the_next_start_anew(self):
        self.case_of("rights", geo={"region": "440106"})
        bo = Watcher(self.server.port, self.desk.bo)
        self.addCleanup(bo.end)
        until(lambda: len(bo.versions()) == 1, what="the case")
        with sqlite3.connect(f"{self.server.data}/clarion.db", timeout=20) as database:
            database.execute("UPDATE accounts SET regions = '[\"440500\"]', generation = generation + 1 WHERE name = 'bo'")
        until(lambda: bo.connections > 1 and not bo.versions(), what="a page without the case")
        self.assertEqual(bo.reasons, ["rights"])
        self.assertEqual(bo.wrong, [])

    def test_a_position_older_than_the_log_is_too_old_and_gets_the_open_cases(self):
        old, kept = self.case_of("old"), self.case_of("kept")
        self.act(old, "dismiss", self.desk.anna, reason="x")
        self.act(kept, "note", self.desk.anna, text="x")
        self.server.stop()
        with sqlite3.connect(f"{self.server.data}/clarion.db") as database:
            database.execute("UPDATE desk_log SET at = at - 8 * 86400000")
        self.server.start()

        def told():
            stream = self.stream(self.desk.anna)
            stream.close()
            stream = Stream(self.server.port, self.desk.anna)
            self.addCleanup(stream.close)
            return stream, stream.subscribe("desk", **{"from": {"offset": "1"}})

        def too_old():
            stream, answer = told()
            return answer["recovered"] is False and (stream, answer)
        stream, answer = until(too_old, what="the log's end to move")
        self.assertEqual(answer["reason"], "too_old")
        self.assertEqual(stream.receive_type("case")["case"]["id"], kept["id"])
        self.assertEqual(stream.receive_type("case", "snapshot_end")["type"], "snapshot_end")

    def test_an_event_stream_tells_the_same(self):
        self.case_of("sse")
        events = EventStream(self.server.port, "?channel=desk&from=open_cases", token=self.desk.anna)
        self.addCleanup(events.close)
        self.assertTrue(events.receive_event("subscribed")[1]["snapshot"])
        at, told = events.receive_event("case")
        self.assertIsNone(at)
        at, _ = events.receive_event("snapshot_end")
        self.act(told["case"], "note", self.desk.anna, text="x")
        place, more = events.receive_event("case")
        self.assertEqual(more["case"]["version"], told["case"]["version"] + 1)
        again = EventStream(self.server.port, "?channel=desk", token=self.desk.anna, last_id=at)
        self.addCleanup(again.close)
        self.assertTrue(again.receive_event("subscribed")[1]["recovered"])
        self.assertEqual(again.receive_event("case"), (place, more))


class Exactness(unittest.TestCase):
    def test_after_kills_and_cuts_every_page_shows_exactly_the_newest_state_of_each_case(self):
        """Writers and readers go on while the server is killed again and again."""
        dice = random.Random(5)
        with Server(port=fixed_port(), settings=("gateway.heartbeat_seconds=1",)) as server:
            desk = Desk(server)
            dora = server.user("dora", "expert")
            west = server.user("wei", "operator", "--region", "440800")
            people = {"anna": desk.anna, "chen": desk.chen, "dora": dora, "wei": west}
            watchers = {name: Watcher(server.port, token) for name, token in people.items()}
            number = 0
            for round in range(5):
                stop = time.monotonic() + 2.5
                while time.monotonic() < stop:
                    number += 1
                    region = dice.choice(("440106", "440800", "440507"))
                    tag = f"exact{dice.randrange(25)}"
                    server.send_posts(desk.feed, [post(tag, number, geo={"region": region})])
                    page = server.get("/v1/cases?limit=30", desk.anna)
                    if page.status != 200 or not page.json["items"]:
                        continue
                    case = dice.choice(page.json["items"])
                    path = f"/v1/cases/{case['id']}/"
                    server.post(path + "assign", desk.anna, {"user": dice.choice(("chen", "dora", "bo"))})
                    if dice.random() < 0.1:
                        server.post(path + dice.choice(("dismiss", "reopen")), desk.anna, {"reason": "x"})
                if round < 4:
                    server.kill()
                    server.start()
            for name, watcher in watchers.items():
                expected = {}

                def same():
                    expected.clear()
                    expected.update(all_cases(server, people[name]))
                    return watcher.versions() == expected
                try:
                    until(same, 20, f"the newest states for {name}")
                except AssertionError:
                    have = watcher.versions()
                    raise AssertionError(f"{name}: lacks {set(expected.items()) - set(have.items())}, has beside {set(have.items()) - set(expected.items())}")
                self.assertEqual(watcher.wrong, [])
                self.assertGreaterEqual(watcher.connections, 5)
                self.assertEqual(watcher.reasons, [], "each resume was exact")
                watcher.end()
            self.assertGreater(len(all_cases(server, people["anna"])), 5)
            print(f"{number} rounds of changes, events told {[watcher.events for watcher in watchers.values()]}", flush=True)


if __name__ == "__main__":
    main()
