"""The stream over real sockets: cuts and resumes, corrections, credentials, wrong subscriptions.

CLARION_SEED repeats a run's choices.
"""
import os
import queue
import random
import re
import threading
import time
import unittest

from follower import EventStream, Follower
from harness import Desk, Server, Stream, main, run

BEHIND, LIVE, CUTS = 400, 100, 60
SEED = int(os.environ.get("CLARION_SEED", random.SystemRandom().randrange(2**32)))


def approved_many(desk, count, topic_of, workers=6):
    """That many approved notices, in the order of their numbers; made side by side, so that they share syncs."""
    notices, numbers, faults = [None] * count, queue.SimpleQueue(), []
    for number in range(count):
        numbers.put(number)

    def work():
        try:
            while True:
                number = numbers.get_nowait()
                notices[number] = desk.approved(topics=[topic_of(number)], severity="minor")
        except queue.Empty:
            pass
        except Exception as fault:  # a thread's own failure would go unseen
            faults.append(fault)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return notices


class Cuts(unittest.TestCase):
    def test_subscribers_cut_at_random_end_exact(self):
        """400 behind, then 100 more at 10 a second; one plain, one filtered that resumes from heartbeats, one over server-sent events."""
        print(f"CLARION_SEED={SEED}", flush=True)
        topics = ("typhoon", "typhoon", "typhoon", "infectious")
        with Server(settings=("gateway.heartbeat_seconds=1",)) as server:
            desk = Desk(server)
            notices = approved_many(desk, BEHIND + LIVE, lambda number: topics[number % len(topics)])
            log = []

            def publish(number):
                notice = notices[number]
                done = desk.ok(server.post(f"/v1/notices/{notice['id']}/publish", desk.anna, version=notice["version"]))
                log.append((int(done["position"]["offset"]), done["id"], done["revision"], done["jws"], topics[number % len(topics)]))

            for number in range(BEHIND):
                publish(number)
            dice = [random.Random(f"{SEED} {number}") for number in range(4)]
            plain = Follower(server.port, cut_after=lambda: dice[0].randrange(1, 12))
            filtered = Follower(server.port, "infectious", cut_after=lambda: dice[1].randrange(1, 4))
            events = Follower(server.port, wire="events", cut_after=lambda: dice[2].randrange(1, 12))
            followers = (plain, filtered, events)
            for follower in followers:
                follower.start()
            filtered.wait_for(BEHIND - len(topics))
            # From here on mostly cut after a heartbeat, so that the heartbeat's position is what it comes back with.
            filtered.cut_after, filtered.cut_on_beat = lambda: dice[1].randrange(5, 20), lambda: True
            for number in range(BEHIND, BEHIND + LIVE):
                publish(number)
                time.sleep(0.1)  # the rate
                for follower in (plain, events):
                    if dice[3].random() < 0.25:
                        follower.cut()  # wherever it stands, in the middle of a frame too
            while any(follower.connections <= CUTS for follower in followers):
                for follower in followers:
                    follower.cut()
                time.sleep(0.02)
            filtered.cut_on_beat = lambda: False
            for follower in followers:
                follower.cut_after = lambda: None
                follower.cut()
                follower.wait_for(len(log))
                follower.end()

            self.assertEqual([entry[0] for entry in log], list(range(1, BEHIND + LIVE + 1)))
            for follower in followers:
                self.assertEqual(follower.got, [entry[:4] for entry in log if follower.topic in (None, entry[4])])
                self.assertEqual(follower.faults, [])
                self.assertGreater(follower.connections, CUTS)
            self.assertGreater(filtered.from_beats, 2)
            print(f"connections {[follower.connections for follower in followers]}, resumes from heartbeats {filtered.from_beats}", flush=True)


class Subscribers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(settings=("gateway.heartbeat_seconds=1",)).start()
        cls.addClassCleanup(cls.server.__exit__)
        cls.desk = Desk(cls.server)

    def stream(self, *words, **more):
        stream = Stream(self.server.port, *words, **more)
        self.addCleanup(stream.close)
        return stream

    def test_a_correction_reaches_who_had_the_wrong_revision_though_it_left_their_filter(self):
        typhoon, infectious, fire = self.stream(), self.stream(), self.stream()
        for stream, topic in ((typhoon, "typhoon"), (infectious, "infectious"), (fire, "fire")):
            stream.subscribe(filter={"topics": [topic]})
        events = EventStream(self.server.port, "?topic=typhoon")
        self.addCleanup(events.close)
        events.receive_event("subscribed")
        wrong = self.desk.published(topics=["typhoon"])
        path = f"/v1/notices/{wrong['id']}"
        right = self.desk.ok(self.server.post(path + "/correct", self.desk.anna, {"topics": ["infectious"], "correction": "写错了"}, wrong["version"]))
        right = self.desk.approve(right)
        right = self.desk.ok(self.server.post(path + "/publish", self.desk.anna, version=right["version"]))
        marker = self.desk.published(topics=["fire"])

        for revision in (1, 2):
            frame = typhoon.receive_type("notice")
            self.assertEqual((frame["notice"]["id"], frame["notice"]["revision"]), (wrong["id"], revision))
            self.assertEqual(events.receive_event("notice")[1], frame)
        frame = infectious.receive_type("notice")
        self.assertEqual((frame["notice"]["id"], frame["notice"]["revision"], frame["notice"]["correction"]), (wrong["id"], 2, "写错了"))
        self.assertEqual(fire.receive_type("notice")["notice"]["id"], marker["id"])
        # Also to who was away in between, from before and from after the wrong revision.
        for offset, revisions in ((int(wrong["position"]["offset"]) - 1, (1, 2)), (int(wrong["position"]["offset"]), (2,))):
            late = self.stream()
            self.assertTrue(late.subscribe(filter={"topics": ["typhoon"]}, **{"from": {"offset": str(offset)}})["recovered"])
            for revision in revisions:
                frame = late.receive_type("notice")
                self.assertEqual((frame["notice"]["id"], frame["notice"]["revision"]), (wrong["id"], revision))
        # A snapshot judges the current revision: it is none of the typhoon's any more.
        now = self.stream()
        self.assertTrue(now.subscribe(filter={"topics": ["typhoon"]}, **{"from": "live_notices"})["snapshot"])
        ids = []
        while (message := now.receive_type("notice", "snapshot_end"))["type"] == "notice":
            ids.append(message["notice"]["id"])
        self.assertNotIn(wrong["id"], ids)

    def test_a_revoked_token_ends_its_connections_within_about_a_second(self):
        token = self.server.token("gone", "partner")
        listed = re.search(r"^(\S+)\s.*\bgone\b", run("token", "list", data=self.server.data), re.M).group(1)
        streams = [self.stream(token), self.stream(token, by_subprotocol=True)]
        for stream in streams:
            stream.subscribe()
        events = EventStream(self.server.port, token=token)
        self.addCleanup(events.close)
        events.receive_event("subscribed")
        other = self.stream(self.desk.bo)
        other.subscribe()
        run("token", "revoke", listed, data=self.server.data)
        begun = time.monotonic()
        for stream in streams:
            while stream.receive() is not None:
                pass
            self.assertEqual(stream.close_code, 3500)
        with self.assertRaises(ConnectionError):
            while True:
                events.receive()
        self.assertLess(time.monotonic() - begun, 5, "a second is promised; four more for a loaded machine")
        other.send({"type": "ping"})
        other.receive_type("pong")

    def test_a_disabled_account_ends_its_connections(self):
        token = self.server.user("dora", "operator")
        stream = self.stream(token)
        stream.subscribe("drill")
        run("user", "disable", "dora", data=self.server.data)
        while stream.receive() is not None:
            pass
        self.assertIn(stream.close_code, (3500, 3005))
        self.assertEqual(self.stream(token).status, 401)

    def test_a_bad_token_is_refused_before_the_upgrade_or_closed_with_3500(self):
        self.assertEqual(self.stream("clt_forged").status, 401)
        listed = self.stream("clt_forged", by_subprotocol=True)
        self.assertEqual(listed.status, 101)
        while listed.receive() is not None:
            pass
        self.assertEqual(listed.close_code, 3500)
        self.assertEqual(self.stream().status, 101)

    def test_wrong_subscriptions_get_their_error_and_the_connection_lives(self):
        stream = self.stream()
        self.assertEqual(stream.subscribe()["type"], "subscribed")
        for code, channel, more in ((105, "notices", {}), (107, "notices", {"filter": {"topics": ["no_such_topic"]}}),
                                    (107, "notices", {"filter": {"regions": ["999999"]}}), (107, "notices", {"filter": {"what": ["x"]}}),
                                    (107, "notices", {"from": {"offset": "-1"}}), (106, "notices", {"filters": [{}] * 17}),
                                    (102, "nowhere", {}), (103, "drill", {})):
            answer = stream.subscribe(channel, **more)
            self.assertEqual((answer["type"], answer["code"], answer["id"]), ("error", code, 1), more)
        stream.send({"type": "unsubscribe", "id": 2, "channel": "notices"})
        self.assertEqual(stream.receive_type("unsubscribed")["id"], 2)
        self.assertEqual(stream.subscribe()["type"], "subscribed")


if __name__ == "__main__":
    main()
