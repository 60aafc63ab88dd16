"""The long poll (contract section 3): GET /v1/notices?wait=…&since=POS answers when there is something, and who passes `position` back misses nothing."""
import base64
import pathlib
import random
import shutil
import tempfile
import threading
import time
import unittest

from follower import fixed_port
from harness import Desk, Server, main, until


class Poll(threading.Thread):
    """One long poll, under way."""

    def __init__(self, server, query, **more):
        super().__init__(daemon=True)
        self.server, self.query, self.more, self.answer = server, query, more, None
        self.start()

    def run(self):
        begun = time.monotonic()
        self.answer = self.server.get("/v1/notices?" + self.query, **self.more)
        self.seconds = time.monotonic() - begun

    def result(self, seconds=30):
        self.join(seconds)
        assert self.answer is not None, f"no answer within {seconds} s"
        return self.answer


def ids(answer):
    return [each["id"] for each in answer.json["items"]]


class Polls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().start()
        cls.addClassCleanup(cls.server.__exit__)
        cls.desk = Desk(cls.server)
        cls.desk.published()

    def position(self):
        return self.server.get("/v1/notices?limit=1").json["position"]

    def waiting(self, query, **more):
        """A poll that has reached the server and waits."""
        poll = Poll(self.server, query, **more)
        time.sleep(0.15)  # nothing shows from outside that it waits; sooner it would test less
        self.assertIsNone(poll.answer and poll.answer.body)
        return poll


class Waiting(Polls):
    def test_a_publication_ends_the_wait_and_the_position_goes_on(self):
        since = self.position()
        poll = self.waiting(f"wait=20&since={since}")
        notice = self.desk.published()
        answer = poll.result()
        self.assertLess(poll.seconds, 15)
        self.assertEqual(ids(answer), [notice["id"]])
        place = notice["position"]
        self.assertEqual((answer.json["position"], answer.json["recovered"], answer.json["next"]), (f"{place['epoch']}:{place['offset']}", True, None))
        self.assertEqual(set(answer.json["items"][0]) - set(self.server.get(f"/v1/notices/{notice['id']}").json), set())
        # Nothing new: an empty list after the wait.
        begun = time.monotonic()
        answer = self.server.get(f"/v1/notices?wait=1&since={answer.json['position']}")
        self.assertGreaterEqual(time.monotonic() - begun, 1)
        self.assertEqual((ids(answer), answer.json["recovered"]), ([], True))

    def test_what_is_there_already_is_answered_at_once_in_the_order_of_the_log(self):
        since = self.position()
        notices = [self.desk.published()["id"] for _ in range(3)]
        begun = time.monotonic()
        self.assertEqual(ids(self.server.get(f"/v1/notices?wait=20&since={since}")), notices)
        self.assertLess(time.monotonic() - begun, 10)
        answer = self.server.get(f"/v1/notices?wait=20&since={since}&limit=2")
        self.assertEqual(ids(answer), notices[:2])
        self.assertEqual(ids(self.server.get(f"/v1/notices?wait=20&since={answer.json['position']}")), notices[2:])
        # Who walks by cursor gets the same.
        target = answer.headers["Link"].split(";")[0].strip("<>")
        self.assertEqual(ids(self.server.get(target)), notices[2:])
        # Offsets without epoch are of the living one.
        self.assertEqual(ids(self.server.get(f"/v1/notices?since={since.split(':')[1]}")), notices)

    def test_filters_wait_for_what_passes_and_move_past_what_does_not(self):
        since = self.position()
        poll = self.waiting(f"wait=20&since={since}&topic=fire&region=440300")
        for more in ({"topics": ["food"]}, {"topics": ["fire"], "regions": ["440100"]}):
            self.desk.published(**more)
        self.assertIsNone(poll.answer)
        notice = self.desk.published(topics=["fire"], regions=["440305"])
        answer = poll.result()
        self.assertEqual((ids(answer), answer.json["position"]), ([notice["id"]], self.position()))
        answer = self.server.get(f"/v1/notices?since={since}&topic=earthquake&wait=1")
        self.assertEqual((ids(answer), answer.json["position"]), ([], self.position()), "an empty answer moves on, too")

    def test_a_correction_reaches_who_got_the_wrong_revision_and_a_withdrawal_comes(self):
        since = self.position()
        wrong = self.desk.published(topics=["typhoon"])
        path = f"/v1/notices/{wrong['id']}"
        right = self.desk.ok(self.server.post(path + "/correct", self.desk.anna, {"topics": ["infectious"], "correction": "写错了"}, wrong["version"]))
        right = self.desk.approve(right)
        right = self.desk.ok(self.server.post(path + "/publish", self.desk.anna, version=right["version"]))
        items = self.server.get(f"/v1/notices?since={since}&topic=typhoon").json["items"]
        self.assertEqual([(each["revision"], each["state"]) for each in items], [(1, "superseded"), (2, "published")])
        self.assertEqual([each["revision"] for each in self.server.get(f"/v1/notices?since={since}&topic=infectious").json["items"]], [2])
        poll = self.waiting(f"wait=20&since={self.position()}&topic=typhoon")
        self.desk.ok(self.server.post(path + "/withdraw", self.desk.bo, {"reason_code": "wrong", "reason": "错"}, right["version"]))
        self.assertEqual([(each["revision"], each["action"]) for each in poll.result().json["items"]], [(3, "withdraw")])
        self.assertEqual(ids(self.server.get(f"/v1/notices?since={since}&live=true&topic=typhoon")), [])

    def test_without_a_place_it_waits_for_the_first_that_passes(self):
        poll = self.waiting("wait=20&topic=heat")
        notice = self.desk.published(topics=["heat"])
        self.assertEqual(ids(poll.result()), [notice["id"]])
        begun = time.monotonic()
        answer = self.server.get("/v1/notices?wait=20&topic=heat")
        self.assertEqual((ids(answer), answer.json["position"]), ([notice["id"]], self.position()))
        self.assertLess(time.monotonic() - begun, 10)

    def test_a_place_of_another_log_is_told_with_what_is_in_force(self):
        live = [self.desk.published(topics=["hazchem"])["id"] for _ in range(3)]
        gone = self.desk.published(topics=["hazchem"])
        self.desk.ok(self.server.post(f"/v1/notices/{gone['id']}/withdraw", self.desk.bo, {"reason_code": "error", "reason": "r"}, gone["version"]))
        epoch = self.position().split(":")[0]
        for since, reason in (("e_other:1", "epoch"), (f"{epoch}:99999", "ahead"), ("99999", "ahead")):
            answer = self.server.get(f"/v1/notices?since={since}&wait=20&topic=hazchem")
            self.assertEqual((answer.json["recovered"], answer.json["reason"], answer.json["position"]), (False, reason, self.position()))
            self.assertEqual(ids(answer), live[::-1])
            page = self.server.get(f"/v1/notices?since={since}&topic=hazchem&limit=2")
            rest = self.server.get(page.headers["Link"].split(";")[0].strip("<>"))
            self.assertEqual(ids(page) + ids(rest), live[::-1])
        begun = time.monotonic()
        answer = self.server.get("/v1/notices?since=e_other:1&wait=20&topic=earthquake")
        self.assertEqual((ids(answer), answer.json["recovered"]), ([], False))
        self.assertLess(time.monotonic() - begun, 10, "it is told at once, though nothing is in force")

    def test_drafts_and_exercises_wake_and_reach_nobody(self):
        poll = self.waiting(f"wait=1&since={self.position()}")
        self.desk.draft()
        self.desk.published(mode="Exercise")
        self.assertEqual(ids(poll.result()), [])

    def test_if_none_match_is_judged_when_the_answer_is_made(self):
        since = self.position()
        empty = self.server.get(f"/v1/notices?since={since}")
        for header in (empty.headers["ETag"], "W/" + empty.headers["ETag"], f'"x", {empty.headers["ETag"]}', "*"):
            answer = self.server.get(f"/v1/notices?since={since}&wait=1", headers={"If-None-Match": header})
            self.assertEqual((answer.status, answer.body), (304, ""), header)
        poll = self.waiting(f"since={since}&wait=20", headers={"If-None-Match": empty.headers["ETag"]})
        self.desk.published()
        self.assertEqual(poll.result().status, 200)

    def test_wrong_parameters_are_named(self):
        for query, name in (("wait=26", "wait"), ("wait=-1", "wait"), ("wait=x", "wait"), ("wait=", "wait"), ("since=:1", "since"), ("since=a:", "since"), ("since=a:b", "since"),
                            ("since=-1", "since"), ("since=a:99999999999999999999999", "since"), ("since=2026-11-24T10:00", "since"),
                            (f"since=0&cursor={base64.urlsafe_b64encode(b'12').decode().rstrip('=')}", "cursor")):
            answer = self.server.get("/v1/notices?" + query)
            self.assertEqual((answer.status, answer.code), (400, "query_invalid"), query)
            self.assertEqual(answer.json["errors"][0]["pointer"].strip("/"), name, query)
        answer = self.server.get("/v1/notices?state=draft&wait=5", self.desk.anna)
        self.assertEqual((answer.status, answer.json["errors"][0]["pointer"].strip("/")), (400, "wait"))
        self.assertEqual(self.server.get("/v1/notices?since=2020-1-1").status, 200, "a time stays a time")


class Many(unittest.TestCase):
    def test_polls_hold_no_worker_and_are_bounded_an_address(self):
        with Server(settings=("http.workers=2",)) as server:
            desk = Desk(server)
            polls = [Poll(server, "wait=20&since=0") for _ in range(60)]
            refused = until(lambda: [poll for poll in polls if poll.answer is not None and poll.answer.status == 429], what="a refusal")
            until(lambda: len([poll for poll in polls if poll.answer is not None]) == 10, what="ten refusals")
            self.assertEqual((refused[0].answer.code, refused[0].answer.headers["Retry-After"]), ("too_many_polls", "5"))
            begun = time.monotonic()
            self.assertEqual(server.get("/v1/notices").status, 200)
            self.assertLess(time.monotonic() - begun, 10, "with two workers and fifty polls")
            notice = desk.published()
            answers = [poll.result() for poll in polls]
            self.assertEqual([ids(answer) for answer in answers if answer.status == 200], [[notice["id"]]] * 50)
            # The room is free again.
            self.assertEqual(ids(server.get("/v1/notices?wait=1&since=0")), [notice["id"]])

    def test_a_shutdown_answers_all(self):
        with Server() as server:
            polls = [Poll(server, "wait=25&since=0") for _ in range(8)]
            until(lambda: "clarion_http_connections 9" in server.get("/metrics").body, what="eight polls")
            begun = time.monotonic()
            self.assertEqual(server.stop(), 0)
            self.assertLess(time.monotonic() - begun, 12)
            for poll in polls:
                self.assertEqual((poll.result().status, ids(poll.answer)), (200, []))

    def test_who_passes_the_position_back_misses_nothing_and_gets_nothing_twice_over_restarts(self):
        with Server(port=fixed_port(), settings=("server.drain_seconds=1",)) as server:
            desk = Desk(server)
            notices = [desk.approved(severity="minor", topics=["typhoon" if number % 3 else "fire"]) for number in range(60)]
            last, faults = threading.Event(), []
            got = {"": [], "&topic=fire": []}

            def follow(query):
                position = "0"
                dice = random.Random(query)
                try:
                    while True:
                        try:
                            answer = server.get(f"/v1/notices?wait=2&limit={dice.randrange(1, 5)}&since={position}{query}", timeout=10)
                        except (OSError, ValueError):
                            continue
                        except Exception:  # a cut answer
                            continue
                        if answer.status != 200:
                            continue
                        if not answer.json["recovered"]:
                            faults.append(answer.body)
                        ended = last.is_set() and not answer.json["items"]
                        got[query] += ids(answer)
                        position = answer.json["position"]
                        if ended:
                            return
                except Exception as fault:  # a thread's own failure would go unseen
                    faults.append(fault)

            threads = [threading.Thread(target=follow, args=(query,), daemon=True) for query in got]
            for thread in threads:
                thread.start()
            for number, notice in enumerate(notices):
                desk.ok(server.post(f"/v1/notices/{notice['id']}/publish", desk.anna, version=notice["version"]))
                if number in (20, 40):
                    server.kill() if number == 20 else server.stop()
                    server.start()
            last.set()
            for thread in threads:
                thread.join(60)
            self.assertEqual(faults, [])
            self.assertEqual(got[""], [notice["id"] for notice in notices])
            self.assertEqual(got["&topic=fire"], [notice["id"] for number, notice in enumerate(notices) if number % 3 == 0])


class Epochs(unittest.TestCase):
    def test_an_older_copy_put_back_is_told(self):
        with Server() as server, tempfile.TemporaryDirectory() as copy:
            desk = Desk(server)
            kept = desk.published()["id"]
            server.stop()
            for file in pathlib.Path(server.data).glob("clarion.db*"):
                shutil.copy(file, copy)
            server.start()
            desk.published()
            position = server.get("/v1/notices").json["position"]
            server.stop()
            for file in pathlib.Path(server.data).glob("clarion.db*"):
                file.unlink()
            for file in pathlib.Path(copy).iterdir():
                shutil.copy(file, server.data)
            server.start()
            answer = server.get(f"/v1/notices?wait=20&since={position}")
            self.assertEqual((answer.json["recovered"], answer.json["reason"], ids(answer)), (False, "epoch", [kept]))
            self.assertNotEqual(answer.json["position"].split(":")[0], position.split(":")[0])
            self.assertEqual(server.get(f"/v1/notices?since={answer.json['position']}").json["recovered"], True)


if __name__ == "__main__":
    main()
