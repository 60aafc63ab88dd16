"""SIGKILL at random moments while posts arrive, people work, notices go out and subscribers follow: what was answered 2xx is there once.

CLARION_SEED repeats a run's choices, CLARION_KILLS sets how often it is killed (20).
"""
import collections
import http.client
import json
import os
import random
import threading
import time
import unittest

from follower import Follower, fixed_port
from harness import Desk, ROOT, Server, main, run

KILLS = int(os.environ.get("CLARION_KILLS", "20"))
SEED = int(os.environ.get("CLARION_SEED", random.SystemRandom().randrange(2**32)))
KILL_SECONDS = 30  # killing goes on for at most so long, so that a loaded machine ends in time too


def rumors():
    """Texts of the packaged demonstration that the built-in rules flag."""
    sample = str(ROOT / "src" / "demo" / "data" / "feed.ndjson")
    wanted = {found["post_id"] for found in map(json.loads, run("scan", sample).splitlines()) if not any("media" in hit for hit in found["hits"])}
    with open(sample, encoding="utf-8") as lines:
        return [post["text"] for post in map(json.loads, lines) if post["id"] in wanted and "rev" not in post]


class Worker(threading.Thread):
    """Somebody at work: calls step() until told to stop, and repeats each request until it is answered."""

    def __init__(self, desk, name):
        super().__init__(daemon=True)
        self.desk, self.server = desk, desk.server
        self.random = random.Random(f"{SEED} {name}")
        self.name, self.keys, self.lost = name, 0, 0
        self.stopped = threading.Event()
        self.fault = None

    def run(self):
        try:
            while not self.stopped.is_set():
                self.step()
        except Exception as fault:  # a thread's own failure would go unseen
            self.fault = repr(fault)

    def key(self):
        self.keys += 1
        return f"{self.name}-{self.keys}"

    def attempt(self, method, target, token, body, headers):
        """One request; None when no answer came."""
        try:
            return self.server.call(method, target, token, body, headers, timeout=20)
        except (OSError, http.client.HTTPException):
            self.lost += 1
            time.sleep(0.01)  # the server is down: no use in dialling without pause
            return None

    def insist(self, method, target, token, body, **headers):
        """Repeats a request, with one idempotency key, until it is answered."""
        headers.setdefault("Idempotency-Key", self.key())
        while True:
            answer = self.attempt(method, target, token, body, headers)
            if answer is not None and answer.status not in (429, 503):
                return answer


class Feed(Worker):
    """Sends posts that get flagged. Some batches are never sent again when the answer was lost: those may be there or not, but not twice."""

    def __init__(self, desk, texts):
        super().__init__(desk, "feed")
        self.texts, self.sent = texts, 0
        self.answered, self.unsure = {}, {}  # lines by id

    def step(self):
        batch = {}
        for _ in range(self.random.randrange(1, 12)):
            self.sent += 1
            post = {"id": f"k{self.sent}", "source": "weibo", "text": self.random.choice(self.texts)}
            batch[post["id"]] = json.dumps(post, ensure_ascii=False) + "\n"
        body = "".join(batch.values())
        how = self.random.choice(("keyed", "again", "once"))
        headers = {"Content-Type": "application/x-ndjson"}
        if how == "keyed":
            answer = self.insist("POST", "/v1/posts", self.desk.feed, body, **headers)
            assert answer.json["flagged"] == len(batch), answer.body
        else:
            answer = self.attempt("POST", "/v1/posts", self.desk.feed, body, headers)
            while how == "again" and answer is None:
                answer = self.attempt("POST", "/v1/posts", self.desk.feed, body, headers)
        if answer is None:
            self.unsure.update(batch)
            return
        counts = answer.json
        assert answer.status == 202 and counts["accepted"] == len(batch) == counts["flagged"] + counts["duplicates"], answer.body
        self.answered.update(batch)


class Operator(Worker):
    """Anna: notes on cases, claims, gives back."""

    def __init__(self, desk):
        super().__init__(desk, "operator")
        self.notes = {}  # text to case
        self.done = collections.Counter()  # of (case, action), answered 200

    def step(self):
        page = self.attempt("GET", "/v1/cases?sort=id&limit=100", self.desk.anna, None, {})
        if page is None or not page.json["items"]:
            return
        for case in self.random.sample(page.json["items"], min(4, len(page.json["items"]))):
            path = f"/v1/cases/{case['id']}/"
            text = f"note {self.key()}"
            answer = self.insist("POST", path + "note", self.desk.anna, {"text": text})
            assert answer.status == 200, answer.body
            self.notes[text] = case["id"]
            for action in ("claim", "release"):
                answer = self.insist("POST", path + action, self.desk.anna, {})
                # Routing may have given the case to chen; what was refused is not done.
                assert answer.status in (200, 409), answer.body
                if answer.status == 200:
                    self.done[case["id"], action] += 1


class Publisher(Worker):
    """Takes notices through the four steps, now and then a correction of one."""

    def __init__(self, desk):
        super().__init__(desk, "publisher")
        self.out = []  # of every publication answered: (offset, id, revision, jws, topic, title)

    def act(self, notice, action, token, body=None):
        answer = self.insist("POST", f"/v1/notices/{notice['id']}/{action}", token, body or {}, **{"If-Match": f'"{notice["version"]}"'})
        assert answer.status == 200, f"{action}: {answer.body}"
        return answer.json

    def publish(self, notice, topic, title):
        notice = self.act(notice, "submit", self.desk.anna)
        notice = self.act(notice, "approve", self.desk.bo)
        notice = self.act(notice, "publish", self.desk.anna)
        self.out.append((int(notice["position"]["offset"]), notice["id"], notice["revision"], notice["jws"], topic, title))
        return notice

    def step(self):
        topic = self.random.choice(("typhoon", "infectious"))
        title = f"标题 {self.key()}"
        answer = self.insist("POST", "/v1/notices", self.desk.anna, {
            "kind": "advisory", "severity": "minor", "topics": [topic], "regions": ["440100"], "expires_at": "2099-01-01",
            "content": {"zh": {"title": title, "summary": "摘要", "body": "正文"}}})
        assert answer.status == 201, answer.body
        notice = self.publish(answer.json, topic, title)
        if self.random.random() < 0.2:
            title += " 更正"
            notice = self.act(notice, "correct", self.desk.anna, {"correction": "改错字", "content": {"zh": {"title": title}}})
            self.publish(notice, topic, title)


class Crash(unittest.TestCase):
    def setUp(self):
        print(f"CLARION_SEED={SEED}", flush=True)
        self.server = Server(port=fixed_port(), settings=("gateway.heartbeat_seconds=1",)).start()
        self.addCleanup(lambda: self.server.__exit__())

    def test_what_was_answered_is_there_once_and_subscribers_miss_nothing(self):
        server, desk = self.server, Desk(self.server)
        workers = [Feed(desk, rumors()), Operator(desk), Publisher(desk)]
        feed, operator, publisher = workers
        followers = [Follower(server.port), Follower(server.port, "infectious"), Follower(server.port, wire="events")]
        for thread in (*workers, *followers):
            thread.start()
        kills, early, took = self.kill_at_random(server)
        for worker in workers:
            worker.stopped.set()
        for worker in workers:
            worker.join(60)
            self.assertFalse(worker.is_alive(), worker.name)
            self.assertIsNone(worker.fault, worker.name)

        log = self.published_log(publisher)
        for follower in followers:
            follower.wait_for(len(log))
            follower.end()
            expected = [entry[:4] for entry in log if follower.topic in (None, entry[4])]
            self.assertEqual(follower.got, expected)
            self.assertEqual(follower.faults, [])
        self.assertEqual(len(set.union(*(follower.epochs for follower in followers))), 1, "the epoch changed")
        self.posts_are_there_once(feed)
        self.work_is_there_once(operator)
        for step in ("beside the server", "after it stopped"):
            with self.subTest(step):
                self.assertIn("; head ", run("audit", "verify", data=server.data))
                run("db", "check", data=server.data)
            server.stop()

        print(f"{kills} kills ({early} before ready) in {took:.0f} s; {len(feed.answered)} posts, {len(operator.notes)} notes, {len(log)} "
              f"publications, {sum(worker.lost for worker in workers)} requests lost; connections of the subscribers: "
              f"{[follower.connections for follower in followers]}", flush=True)
        # A run in which nothing happened would prove nothing.
        self.assertGreaterEqual(kills, min(KILLS, 5))
        for count in (feed.answered, operator.notes, log, followers[1].got):
            self.assertGreater(len(count), 0)

    def kill_at_random(self, server):
        dice = random.Random(f"{SEED} kills")
        begun = time.monotonic()
        kills = early = 0
        while kills < KILLS and (kills < 5 or time.monotonic() - begun < KILL_SECONDS):
            time.sleep(dice.uniform(0.02, 1.2))  # the random moment
            server.kill()
            kills += 1
            if dice.random() < 0.2 and kills < KILLS:
                server.spawn()
                time.sleep(dice.uniform(0, 0.3))
                server.kill()
                kills += 1
                early += 1
            server.start()
        return kills, early, time.monotonic() - begun

    def published_log(self, publisher):
        """What was answered as published is the whole log: offsets 1 to n, each publication once, as the public list tells it too."""
        log = sorted(publisher.out)
        self.assertEqual([entry[0] for entry in log], list(range(1, len(log) + 1)))
        listed, cursor = [], ""
        while cursor is not None:
            page = self.server.get("/v1/notices?limit=100" + (f"&cursor={cursor}" if cursor else "")).json
            listed += [(int(item["position"]["offset"]), item["id"], item["revision"], item["jws"], item["topics"][0], item["content"]["zh"]["title"])
                       for item in page["items"]]
            cursor = page["next"]
        newest = {}
        for entry in log:
            newest[entry[1]] = entry
        self.assertEqual(listed, sorted(newest.values(), reverse=True))
        for entry in log:
            revisions = self.server.get(f"/v1/notices/{entry[1]}/revisions").json["items"]
            self.assertEqual([r["jws"] for r in revisions if r["revision"] == entry[2]], [entry[3]])
        return log

    def posts_are_there_once(self, feed):
        """By the cases' posts, and by sending all of them again."""
        token, found = feed.desk.anna, collections.Counter()
        for case in self.cases(token):
            after = "0"
            while after is not None:
                page = self.server.get(f"/v1/cases/{case['id']}?posts_after={after}", token).json
                found.update(post["id"] for post in page["posts"])
                after = page["posts_next"]
        self.assertEqual([post for post, times in found.items() if times > 1], [])
        self.assertEqual(set(feed.answered) - set(found), set())
        self.assertEqual(set(found) - set(feed.answered) - set(feed.unsure), set())

        lines, step = list(feed.answered.values()), 2000
        for start in range(0, len(lines), step):
            some = lines[start:start + step]
            again = self.server.call("POST", "/v1/posts", feed.desk.feed, "".join(some), {"Content-Type": "application/x-ndjson"})
            self.assertEqual(again.json, {"accepted": len(some), "flagged": 0, "duplicates": len(some), "rejected": []})

    def work_is_there_once(self, operator):
        notes, done = collections.Counter(), collections.Counter()
        for case in self.cases(operator.desk.anna):
            for event in self.server.get(f"/v1/cases/{case['id']}", operator.desk.anna).json["history"]:
                if event["by"] != "anna":
                    continue
                if event["action"] == "note":
                    notes[event["detail"]["text"], case["id"]] += 1
                else:
                    done[case["id"], event["action"]] += 1
        self.assertEqual(notes, collections.Counter(operator.notes.items()))
        self.assertEqual(done, operator.done)

    def cases(self, token):
        cursor = ""
        while cursor is not None:
            page = self.server.get("/v1/cases?sort=id&limit=100" + (f"&cursor={cursor}" if cursor else ""), token).json
            yield from page["items"]
            cursor = page["next"]


if __name__ == "__main__":
    main()
