"""`clarion follow` (contract section 1): nothing missed, nothing repeated over cuts and restarts; bad signatures, broken servers.

CLARION_SEED repeats a run's choices. CLARION_LONG=1, or `--seconds S --cuts N`, sets the length of the run with cuts.
"""
import itertools
import json
import os
import pathlib
import random
import re
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import harness
from follower import Follower, fixed_port
from harness import Desk, Server, main, until
from proxy import FakeServer, Proxy, frame_head
from stream_test import approved_many

SEED = int(os.environ.get("CLARION_SEED", random.SystemRandom().randrange(2**32)))
LONG = os.environ.get("CLARION_LONG") == "1"
SECONDS, CUTS = (120, 60) if LONG else (20, 12)


def words(code, language="zh"):
    rows = (line.split("\t") for line in (harness.ROOT / "src/ops/catalogue.tsv").read_text(encoding="utf-8").splitlines())
    return next(row[1 if language == "zh" else 2] for row in rows if row[0] == code)


class Follow:
    """`clarion follow URL --json …` as a process; `lines` is what it printed, by line."""

    def __init__(self, url, *words, json_lines=True, environment=None):
        self.lines, self.moved = [], threading.Condition()
        self.process = subprocess.Popen([harness.PROGRAM, "follow", url, *(["--json"] if json_lines else []), *words],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})})
        self.complaints = ""
        self.readers = [threading.Thread(target=self._read, daemon=True), threading.Thread(target=self._read_complaints, daemon=True)]
        for reader in self.readers:
            reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self.moved:
                self.lines.append(line.rstrip("\n"))
                self.moved.notify_all()

    def _read_complaints(self):
        for line in self.process.stderr:
            self.complaints += line

    def messages(self):
        return [json.loads(line) for line in list(self.lines)]

    def of_type(self, *types):
        return [message for message in self.messages() if message["type"] in types]

    def events(self, *names):
        return [message for message in self.of_type("follow") if message["event"] in names]

    def notices(self):
        return [(int(frame["offset"]), frame["notice"]["id"], frame["notice"]["revision"], frame["jws"]) for frame in self.of_type("notice")]

    def wait_for(self, look, seconds=30, what="a line"):
        """Waits until look() is true of the lines so far."""
        with self.moved:
            if not self.moved.wait_for(lambda: look() or self.process.poll() is not None, seconds) or not look():
                raise AssertionError(f"{what} did not come; the last lines: {self.lines[-3:]} {self.complaints[-500:]}")

    def wait_for_offset(self, offset):
        """Until its position is there: `subscribed` names the head, but only a notice or a heartbeat moves the position."""
        self.wait_for(lambda: any(message["type"] in ("notice", "heartbeat") and int(message["offset"]) >= offset for message in self.messages()[-40:]), 60,
                      f"offset {offset}")

    def exit_status(self, seconds=30):
        status = self.process.wait(seconds)
        for reader in self.readers:
            reader.join(10)
        return status

    def stop(self):
        """Ctrl-C; the exit status and the position it printed."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        status = self.exit_status()
        found = re.search(r"^position (\S+)$", self.complaints, re.M)
        self.process.stdout.close()
        self.process.stderr.close()
        return status, found.group(1) if found else None


class Publisher(threading.Thread):
    """Publishes approved notices, one each `pause` seconds, also over restarts: the same key twice is one publication."""

    def __init__(self, port, desk, notices, topics, pause):
        super().__init__(daemon=True)
        self.port, self.desk, self.notices, self.topics, self.pause = port, desk, notices, topics, pause
        self.log, self.times, self.faults = [], [], []
        self.ended = threading.Event()

    def run(self):
        for number, notice in enumerate(self.notices):
            while not self.ended.is_set():
                try:
                    answer = self.desk.server.post(f"/v1/notices/{notice['id']}/publish", self.desk.anna, version=notice["version"],
                                                   headers={"Idempotency-Key": f"publish-{number}"}, timeout=5)
                except OSError:
                    time.sleep(0.02)  # the server is down
                    continue
                except Exception as fault:  # a cut answer
                    if "IncompleteRead" in repr(fault) or "RemoteDisconnected" in repr(fault) or "BadStatusLine" in repr(fault):
                        continue
                    self.faults.append(repr(fault))
                    return
                if answer.status == 503:
                    continue
                if answer.status != 200:
                    self.faults.append(f"{answer.status} {answer.body}")
                    return
                done = answer.json
                self.log.append((int(done["position"]["offset"]), done["id"], done["revision"], done["jws"], self.topics[number % len(self.topics)]))
                self.times.append(time.monotonic())
                break
            if self.ended.wait(self.pause):
                return

    def longest_pause(self):
        return max((b - a for a, b in itertools.pairwise(self.times)), default=0)


class Cuts(unittest.TestCase):
    def test_nothing_is_missed_and_nothing_repeated_over_cuts_and_restarts(self):
        print(f"CLARION_SEED={SEED}, {SECONDS} s, {CUTS} cuts", flush=True)
        dice = random.Random(SEED)
        topics, pause = ("typhoon", "typhoon", "infectious"), 0.4
        restarts = max(2, SECONDS // 20)
        with Server(settings=("gateway.heartbeat_seconds=1", "server.drain_seconds=1"), port=fixed_port()) as server:
            desk = Desk(server)
            notices = approved_many(desk, int(SECONDS / pause) + 5, lambda number: topics[number % len(topics)])
            proxy = Proxy(server.port, seed=SEED)
            self.addCleanup(proxy.close)
            url = f"http://127.0.0.1:{proxy.port}"
            plain = Follow(url, "--since", "0")
            filtered = Follow(url, "--since", "0", "--topic", "infectious")
            events = Follower(proxy.port, wire="events")
            events.start()
            publisher = Publisher(server.port, desk, notices, topics, pause)
            publisher.start()
            begun = time.monotonic()
            restart_at = [begun + SECONDS * (number + 1) / (restarts + 1) for number in range(restarts)]
            cuts = restarted = 0
            while (cuts < CUTS or restarted < restarts or time.monotonic() < begun + SECONDS) and not publisher.faults:
                if restarted < restarts and time.monotonic() > restart_at[restarted]:
                    server.kill() if restarted % 2 == 0 else self.assertEqual(server.stop(), 0)
                    server.start()
                    restarted += 1
                # Each cut is to hit all three; who is away for longer is not waited for.
                end = time.monotonic() + 2
                while proxy.live() < 3 and time.monotonic() < end:
                    time.sleep(0.01)
                proxy.cut()
                cuts += 1
                time.sleep(dice.uniform(0.2, 1.8) * max(0.2, SECONDS / CUTS - 0.3))  # the rate of cuts
            publisher.ended.set()
            publisher.join(30)
            self.assertEqual(publisher.faults, [])
            last = publisher.log[-1][0]
            for follow in (plain, filtered):
                follow.wait_for_offset(last)
            events.wait_for(last)
            events.end()
            ends = [follow.stop() for follow in (plain, filtered)]
            self.assertEqual([entry[0] for entry in publisher.log], list(range(1, last + 1)))
            for follow, topic, (status, position) in ((plain, None, ends[0]), (filtered, "infectious", ends[1])):
                self.assertEqual(status, 0, follow.complaints)
                self.assertEqual(follow.notices(), [entry[:4] for entry in publisher.log if topic in (None, entry[4])])
                self.assertEqual(follow.events("missed", "repeated", "bad"), [])
                self.assertEqual(int(position.rpartition(":")[2]), last)
            self.assertEqual(events.got, [entry[:4] for entry in publisher.log])
            self.assertEqual(events.faults, [])
            resumed = [len(follow.events("resumed")) for follow in (plain, filtered)] + [events.connections - 1]
            print(f"{last} notices in {time.monotonic() - begun:.0f} s, longest pause between two {publisher.longest_pause():.1f} s, {cuts} cuts, "
                  f"{restarted} restarts, resumed {resumed}", flush=True)
            for count in resumed:
                self.assertGreater(count, cuts // 2)

            # What follow printed at its end takes it on.
            more = [desk.published(topics=["fire"], severity="minor") for _ in range(2)]
            again = Follow(server.url, "--since", ends[0][1])
            again.wait_for_offset(last + 2)
            self.assertEqual(again.stop()[0], 0)
            self.assertEqual([entry[1] for entry in again.notices()], [notice["id"] for notice in more])


class Subscriber(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(settings=("gateway.heartbeat_seconds=1",)).start()
        cls.addClassCleanup(cls.server.__exit__)
        cls.desk = Desk(cls.server)
        cls.first = cls.desk.published(topics=["typhoon"])
        cls.desk.published(topics=["infectious"], regions=["440300"], severity="severe", kind="science")
        path = f"/v1/notices/{cls.first['id']}"
        right = cls.desk.ok(cls.server.post(path + "/correct", cls.desk.anna, {"correction": "数字写错了", "content": {"zh": {"title": "改正的标题"}}},
                                            cls.first["version"]))
        right = cls.desk.approve(right)
        right = cls.desk.ok(cls.server.post(path + "/publish", cls.desk.anna, version=right["version"]))
        cls.desk.ok(cls.server.post(path + "/withdraw", cls.desk.bo, {"reason_code": "outdated", "reason": "过期"}, right["version"]))
        cls.epoch = cls.first["position"]["epoch"]

        recorded = Follow(cls.server.url, "--since", "0")
        recorded.wait_for(lambda: len(recorded.of_type("notice")) == 4)
        recorded.stop()
        cls.frames = [line for line, message in zip(recorded.lines, recorded.messages()) if message["type"] == "notice"]
        cls.jwks = cls.server.get("/.well-known/jwks.json").json

    def follow(self, url, *words, **more):
        follow = Follow(url, *words, **more)
        self.addCleanup(follow.stop)
        return follow

    def fake(self, script, **more):
        server = FakeServer(more.pop("jwks", self.jwks), script, **more)
        self.addCleanup(server.__exit__)
        self.addCleanup(lambda: self.assertEqual(server.faults, []))
        return server


class Output(Subscriber):
    def test_prints_each_message_as_it_was_received(self):
        follow = self.follow(self.server.url, "--since", f"{self.epoch}:0")
        follow.wait_for(lambda: follow.of_type("heartbeat"))
        stream = harness.Stream(self.server.port)
        self.addCleanup(stream.close)
        stream.subscribe(**{"from": {"offset": "0"}})
        self.assertEqual([stream.receive_type("notice") for _ in range(4)], follow.of_type("notice"))
        self.assertEqual([message["type"] for message in follow.messages()[:3]], ["hello", "follow", "subscribed"])
        status, position = follow.stop()
        self.assertEqual((status, position), (0, f"{self.epoch}:4"))
        self.assertEqual(follow.messages()[-1], {"type": "follow", "event": "end", "position": f"{self.epoch}:4"})

    def test_shows_people_what_came_with_corrections_and_withdrawals_marked(self):
        follow = self.follow(self.server.url, "--since", "0", "--lang", "zh", json_lines=False)
        follow.wait_for(lambda: len([line for line in follow.lines if f"{self.epoch}:" in line]) == 4)
        follow.stop()
        text = "\n".join(follow.lines)
        self.assertIn(f"{words('severity_moderate')}  {words('follow_advisory')}  标题", text)
        self.assertIn("广州市 · ", text)
        self.assertRegex(text, words("follow_correct") + r"  改正的标题\n.*r2\n    数字写错了")
        self.assertRegex(text, words("follow_withdraw") + r"  .*\n.*r3")
        self.assertIn(f"{words('severity_severe')}  {words('follow_science')}", text)
        self.assertNotIn("\x1b", text, "colour is for terminals")
        self.assertIn(words("follow_connected")[:3], follow.complaints)

    def test_speaks_english_to_who_asks_by_locale_and_shows_no_controls(self):
        notice = self.desk.published(topics=["fire"], content={"zh": {"title": "a\u009b2Jb\u202ec", "summary": "摘要", "body": "正文"}})
        follow = self.follow(self.server.url, "--since", f"{self.epoch}:{int(notice['position']['offset']) - 1}", json_lines=False,
                             environment={"LC_ALL": "en_GB.UTF-8"})
        follow.wait_for(lambda: len(follow.lines) >= 2)
        follow.stop()
        self.assertRegex(follow.lines[0], words("severity_moderate", "en") + "  " + words("follow_advisory", "en") + r"  a\?2Jb\?c$")
        self.assertIn("Guangzhou", follow.lines[1])

    def test_filters_and_snapshots(self):
        cases = ((["--topic", "infectious"], [2]), (["--region", "440300"], [2]), (["--kind", "science"], [2]),
                 (["--min-severity", "severe"], [2]), (["--topic", "infectious", "--topic", "typhoon", "--region", "440100"], [1, 3, 4]))
        for words, offsets in cases:
            follow = self.follow(self.server.url, "--since", "0", *words)
            follow.wait_for(lambda: follow.of_type("heartbeat"))
            follow.stop()
            self.assertEqual([entry[0] for entry in follow.notices() if entry[0] <= 4], offsets, words)
            self.assertEqual(follow.events("missed"), [], words)
        follow = self.follow(self.server.url, "--since", "live_notices", "--region", "440300")
        follow.wait_for(lambda: follow.of_type("heartbeat"))
        self.assertEqual([entry[0] for entry in follow.notices()], [2])
        self.assertEqual(len(follow.of_type("snapshot_end")), 1)

    def test_says_that_a_position_of_another_epoch_is_gone_and_goes_on_from_what_is_in_force(self):
        follow = self.follow(self.server.url, "--since", "other:7", "--region", "440300")
        follow.wait_for(lambda: follow.of_type("heartbeat"))
        missed, = follow.events("missed")
        self.assertEqual((missed["reason"], missed["after"]), ("epoch", "other:7"))
        self.assertEqual([entry[0] for entry in follow.notices()], [2])
        self.assertEqual(follow.stop()[1].split(":")[0], self.epoch)
        follow = self.follow(self.server.url, "--since", f"{self.epoch}:9999")
        follow.wait_for(lambda: follow.events("missed"))
        self.assertEqual(follow.events("missed")[0]["reason"], "ahead")

    def test_wrong_usage_is_told_before_anything_is_dialled(self):
        for words in ((), ("nowhere",), ("ftp://a/",), ("http://127.0.0.1:9", "--since", "x:y"), ("http://127.0.0.1:9", "--topic", "nonsense"),
                      ("http://127.0.0.1:9", "--region", "1"), ("http://127.0.0.1:9", "--kind", "gossip")):
            harness.run("follow", *words, expect=2)

    def test_ends_when_its_output_is_closed(self):
        follow = subprocess.Popen([harness.PROGRAM, "follow", self.server.url, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertIn(b"hello", follow.stdout.readline())
        follow.stdout.close()
        self.assertEqual(follow.wait(20), 1)
        self.assertIn(b"output", follow.stderr.read())
        follow.stderr.close()


class Tokens(Subscriber):
    def test_a_bad_token_ends_it(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "token")
            file.write_text("wrong\n")
            follow = self.follow(self.server.url, "--token-file", str(file))
            self.assertEqual(follow.exit_status(), 1)
            self.assertIn("401", follow.complaints)
            file.write_text("two words\n")
            self.assertEqual(self.follow(self.server.url, "--token-file", str(file)).exit_status(), 1)
        self.assertEqual(self.follow(self.server.url, environment={"CLARION_TOKEN": "wrong"}).exit_status(), 1)

    def test_the_token_goes_into_the_header_and_opens_the_drill(self):
        token = self.server.token("drill", "drill")
        drill = self.desk.published(mode="Exercise", topics=["fire"])
        follow = self.follow(self.server.url, "--channel", "drill", "--since", "0", environment={"CLARION_TOKEN": token})
        follow.wait_for(lambda: follow.of_type("notice"))
        self.assertEqual(follow.of_type("notice")[0]["notice"]["id"], drill["id"])
        fake = self.fake(lambda peer, number: peer.close(3500, "bad token"))
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(token + "\n")
            file.flush()
            self.assertEqual(self.follow(fake.url, "--token-file", file.name).exit_status(), 1)
        self.assertIn(f"Authorization: Bearer {token}\r\n", fake.heads[0])
        self.assertNotIn(token, fake.heads[0].split("\r\n")[0])

    def test_without_right_to_the_channel_it_ends(self):
        follow = self.follow(self.server.url, "--channel", "drill")
        self.assertEqual(follow.exit_status(), 1)
        self.assertIn("103", follow.complaints)


class Signatures(Subscriber):
    def test_a_changed_byte_ends_it(self):
        for old, new in ((b'"severity":"moderate"', b'"severity":"extreme1"'), ("正文".encode(), "正女".encode())):
            proxy = Proxy(self.server.port, change=lambda data: data.replace(old, new))
            self.addCleanup(proxy.close)
            follow = self.follow(f"http://127.0.0.1:{proxy.port}", "--since", "0")
            self.assertEqual(follow.exit_status(), 1)
            self.assertEqual(follow.events("bad")[0]["position"], f"{self.epoch}:1")
            self.assertEqual(follow.notices(), [])
            self.assertEqual(follow.stop(), (1, f"{self.epoch}:0"))

    def test_a_good_notice_at_another_place_or_in_another_channel_ends_it(self):
        moved = self.frames[0].replace('"offset":"1","notice"', '"offset":"2","notice"')
        self.assertNotEqual(moved, self.frames[0])

        def script(peer, number):
            peer.greet()
            peer.accept(self.epoch, 4, recovered=True)
            peer.send(moved)
            peer.wait_for_end()

        follow = self.follow(self.fake(script).url, "--since", f"{self.epoch}:1")
        self.assertEqual(follow.exit_status(), 1)
        self.assertIn("offset 1", follow.events("bad")[0]["why"])

    def test_an_unknown_key_is_asked_for_once_more_and_then_ends_it(self):
        def script(peer, number):
            peer.greet(heartbeat=10)
            peer.accept(self.epoch, 4, recovered=True)
            peer.send(self.frames[0])
            peer.wait_for_end()

        fake = self.fake(script, jwks={"keys": []})
        follow = self.follow(fake.url, "--since", f"{self.epoch}:0")
        self.assertEqual(follow.exit_status(), 1)
        self.assertIn("no key", follow.events("bad")[0]["why"])
        self.assertEqual(fake.keys_asked, 2)

    def test_a_key_that_came_later_is_found(self):
        answers = [{"keys": []}]

        def script(peer, number):
            peer.greet(heartbeat=10)
            peer.accept(self.epoch, 4, recovered=True)
            for frame in self.frames[:2]:
                peer.send(frame)
            peer.wait_for_end()

        fake = self.fake(script, jwks=lambda: answers.pop() if answers else self.jwks)
        follow = self.follow(fake.url, "--since", f"{self.epoch}:0")
        follow.wait_for(lambda: len(follow.notices()) == 2)
        self.assertEqual(fake.keys_asked, 2)

    def test_keys_of_a_file_are_all_that_counts(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "jwks.json")
            for keys, status in ((self.jwks, 0), ({"keys": []}, 1)):
                file.write_text(json.dumps(keys))
                follow = self.follow(self.server.url, "--since", "0", "--jwks", str(file))
                follow.wait_for(lambda: follow.of_type("notice") or follow.events("bad"))
                self.assertEqual(follow.stop()[0], status, follow.complaints)


class Rotation(unittest.TestCase):
    def test_a_rotated_key_is_found_under_way_and_a_revoked_one_is_refused(self):
        with Server(settings=("gateway.heartbeat_seconds=1",)) as server:
            desk = Desk(server)
            old = harness.run("keys", "list", data=server.data).split("\t")[0]
            follow = Follow(server.url, "--since", "0")
            self.addCleanup(follow.stop)
            notices = [desk.published()]
            harness.run("keys", "rotate", data=server.data)
            notices.append(desk.published())
            follow.wait_for(lambda: len(follow.notices()) == 2)
            self.assertEqual([entry[3] for entry in follow.notices()], [notice["jws"] for notice in notices])
            self.assertNotEqual(*(notice["jws"].split(".")[0] for notice in notices))
            harness.run("keys", "revoke", old, data=server.data)
            late = Follow(server.url, "--since", "0")
            self.addCleanup(late.stop)
            self.assertEqual(late.exit_status(), 1)
            self.assertIn("revoked", late.events("bad")[0]["why"])


class Tls(unittest.TestCase):
    def test_follows_and_replays_over_tls_and_refuses_a_certificate_that_nobody_vouches_for(self):
        with tempfile.TemporaryDirectory(prefix="clarion-follow-") as folder:
            certificate, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=test",
                            "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate], check=True, capture_output=True)
            os.chmod(key, 0o600)
            settings = (f"server.tls_certificate={certificate}", f"server.tls_key={key}", "gateway.heartbeat_seconds=1")
            with Server(settings=settings, tls=ssl.create_default_context(cafile=certificate)) as server:
                desk = Desk(server)
                notices = [desk.published(content={"zh": {"title": "长", "summary": "摘要", "body": "文" * 9000}}) for _ in range(5)]
                follow = Follow(server.url, "--since", "0", environment={"SSL_CERT_FILE": certificate})
                self.addCleanup(follow.stop)
                follow.wait_for(lambda: len(follow.notices()) == 5 and follow.of_type("heartbeat"))
                self.assertEqual([entry[1] for entry in follow.notices()], [notice["id"] for notice in notices])
                stranger = Follow(server.url, "--since", "0")
                self.addCleanup(stranger.stop)
                self.assertEqual(stranger.exit_status(), 1)
                self.assertIn("certificate", stranger.complaints)
                posts = os.path.join(folder, "posts.ndjson")
                pathlib.Path(posts).write_text("".join(json.dumps({"id": str(i), "source": "s", "text": harness.flagged(i)}) + "\n" for i in range(300)))
                done = subprocess.run([harness.PROGRAM, "replay", posts, "--to", server.url], capture_output=True, text=True, timeout=60,
                                      env={**os.environ, "CLARION_TOKEN": desk.feed, "SSL_CERT_FILE": certificate})
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("sent 300, accepted 300, flagged 300, ", done.stdout)


class Servers(Subscriber):
    """What a server may do to a subscriber."""

    def test_a_server_that_stops_talking_is_left_after_two_heartbeats(self):
        def script(peer, number):
            peer.greet(heartbeat=1)
            peer.accept(self.epoch, 1, **({"recovered": True} if number else {}))
            if number:
                peer.send(self.frames[1])
            peer.wait_for_end()

        begun = time.monotonic()
        follow = self.follow(self.fake(script).url)
        follow.wait_for(lambda: follow.notices())
        self.assertGreater(time.monotonic() - begun, 2)
        self.assertIn("nothing came for 2 s", follow.events("cut")[0]["why"])
        self.assertEqual(follow.events("resumed")[0]["position"], f"{self.epoch}:1")

    def test_a_jump_is_mended_by_a_resume_or_told(self):
        def script(peer, number, lost_for_good):
            asked = peer.greet(heartbeat=10)
            peer.accept(self.epoch, 4, recovered=True)
            after = int(asked["from"]["offset"])
            for offset in range(after + 1, 5):
                if offset == 2 and (number == 0 or lost_for_good):
                    continue
                peer.send(self.frames[offset - 1])
            peer.wait_for_end()

        for lost, offsets in ((False, [1, 2, 3, 4]), (True, [1, 3, 4])):
            follow = self.follow(self.fake(lambda peer, number: script(peer, number, lost)).url, "--since", f"{self.epoch}:0")
            follow.wait_for(lambda: follow.notices() and follow.notices()[-1][0] == 4)
            self.assertEqual([entry[0] for entry in follow.notices()], offsets)
            missed = [(event["reason"], event["after"], event["until"]) for event in follow.events("missed")]
            self.assertEqual(missed, [("gap", f"{self.epoch}:1", f"{self.epoch}:3")] if lost else [])

    def test_what_comes_again_is_told_and_moves_nothing(self):
        def script(peer, number):
            peer.greet(heartbeat=10)
            peer.accept(self.epoch, 4, recovered=True)
            for frame in (0, 1, 0, 1, 2):
                peer.send(self.frames[frame])
            peer.wait_for_end()

        follow = self.follow(self.fake(script).url, "--since", f"{self.epoch}:0", "--lang", "en", json_lines=False)
        follow.wait_for(lambda: any(words("follow_correct", "en") in line for line in follow.lines))
        self.assertEqual(sum(words("follow_repeated", "en")[:8] in line for line in follow.lines), 2)
        self.assertEqual(sum(words("follow_advisory", "en") in line for line in follow.lines), 2)
        self.assertEqual(follow.stop(), (0, f"{self.epoch}:3"))

    def test_too_large_and_broken_frames_are_not_taken_and_end_it_when_nothing_else_comes(self):
        for broken in (frame_head(0x81, 1 << 20) + b"x" * 4096, frame_head(0x81, 1 << 62), b"\x81\x85abcdefghi", b"\xc1\x01x", b"\x82\x01x",
                       b"\x81\x01\xff", b"\x81\x05[1,2]"[:7]):
            def script(peer, number):
                peer.greet(heartbeat=10)
                peer.accept(self.epoch, 4, recovered=True)
                peer.send_raw(broken)
                peer.wait_for_end()

            fake = self.fake(script)
            follow = self.follow(fake.url, "--since", f"{self.epoch}:0")
            self.assertEqual(follow.exit_status(), 1, broken[:10])
            self.assertIn("protocol", follow.complaints)
            self.assertEqual(fake.subscribers, 3)

    def test_obeys_close_codes(self):
        for code in (3500, 3501, 3503, 3504):
            fake = self.fake(lambda peer, number: peer.close(code, "go away\x1b[2J"))
            follow = self.follow(fake.url)
            self.assertEqual(follow.exit_status(), 1)
            self.assertIn(f"closed with {code} go away?[2J", follow.complaints)
            self.assertEqual(fake.subscribers, 1)
        codes = (1001, 1011, 3001, 3005, 3008, 3012)
        fake = self.fake(lambda peer, number: peer.close(codes[number] if number < len(codes) else 3503))
        self.assertEqual(self.follow(fake.url).exit_status(60), 1)
        self.assertEqual(fake.subscribers, len(codes) + 1)

    def test_comes_back_from_what_passes_and_not_from_what_does_not(self):
        for refusal in ("404 Not Found", "401 Unauthorized", "403 Forbidden", "302 Found"):
            fake = self.fake(None, refuse=refusal)
            follow = self.follow(fake.url)
            self.assertEqual(follow.exit_status(), 1)
            self.assertIn(refusal[:3], follow.complaints)
            self.assertEqual(len(fake.heads), 1)
        fake = self.fake(None, refuse="503 Service Unavailable\r\nRetry-After: 1")
        begun = time.monotonic()
        follow = self.follow(fake.url)
        follow.wait_for(lambda: len(follow.events("cut")) == 2)
        self.assertGreater(time.monotonic() - begun, 1)

    def test_waits_for_a_server_that_is_not_there_yet(self):
        port = fixed_port()
        follow = self.follow(f"http://127.0.0.1:{port}", "--since", "0")
        follow.wait_for(lambda: follow.events("cut"))
        proxy = Proxy(self.server.port, port)
        self.addCleanup(proxy.close)
        follow.wait_for(lambda: len(follow.notices()) >= 4)
        self.assertEqual(follow.events("missed", "repeated"), [])


if __name__ == "__main__":
    for name in ("--seconds", "--cuts"):
        if name in sys.argv:
            at = sys.argv.index(name)
            value = int(sys.argv[at + 1])
            del sys.argv[at:at + 2]
            if name == "--seconds":
                SECONDS = value
            else:
                CUTS = value
    main()
