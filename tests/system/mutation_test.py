"""Thousands of mutated bodies, frames, tokens, queries and heads from a fixed seed, against the real server: no crash, no 5xx, nothing left behind.

Configurations and rule packs are mutated in process: tests/ops/config_mutation_test.cc, tests/rules/yaml_fuzz_test.cc.
"""
import contextlib
import gzip
import http.client
import json
import os
import pathlib
import random
import re
import socket
import struct
import unittest

from harness import Desk, Server, flagged, main, until

PIECES = [b"{", b"}", b"[", b"]", b'"', b"\\", b"\\u", b"\\ud800", b"\\u0000", b":", b",", b"\n", b"\r\n", b"\0", b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"null", b"true", b"-",
          b"1e999", b"-0", b"18446744073709551616", b"9" * 400, b"NaN", b"[" * 300, b'{"a":' * 200, b"\xe2\x80\xae", b"\xef\xbb\xbf", b" " * 50, b'"id":', b'"op":"delete"', b"/*", b"'", b"\x7f", b"\xe8\xb0"]


def mutated(data, spread, most=4):
    out = bytearray(data)
    for _ in range(spread.randint(1, most)):
        at = spread.randrange(len(out) + 1)
        change = spread.randrange(6)
        if change == 0 and out:
            out[at % len(out)] = spread.randrange(256)
        elif change == 1:
            del out[at:at + spread.randint(1, 9)]
        elif change == 2:
            out[at:at] = spread.choice(PIECES)
        elif change == 3 and out:
            out[at % len(out)] ^= 1 << spread.randrange(8)
        elif change == 4:
            source = spread.randrange(len(out) + 1)
            out[at:at] = out[source:source + spread.randint(1, 80)]
        elif change == 5 and spread.random() < 0.2:
            del out[at:]
    return bytes(out)


class Mutations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().start()
        cls.desk = Desk(cls.server)
        cls.pid = cls.server.process.pid
        cls.server.send_posts(cls.desk.feed, [{"id": "seed", "source": "seed", "text": flagged("seed")}])
        cls.case = cls.server.get("/v1/cases", cls.desk.anna).json["items"][0]["id"]
        cls.notice = cls.desk.published()["id"]
        cls.draft = cls.desk.draft()["id"]
        cls.descriptors = cls.open_descriptors()
        cls.memory = None

    @classmethod
    def open_descriptors(cls):
        return len(os.listdir(f"/proc/{cls.pid}/fd"))

    @classmethod
    def resident(cls):
        return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{cls.pid}/status").read_text()).group(1)) << 10

    @classmethod
    def tearDownClass(cls):
        try:
            case = cls()
            case.assertEqual(cls.server.process.poll(), None, "the server ended")
            case.assertEqual(cls.server.get("/readyz").status, 200)
            until(lambda: cls.open_descriptors() <= cls.descriptors + 4, 20, "the end of all connections")
            metrics = cls.server.get("/metrics").body
            case.assertRegex(metrics, r'(?m)^clarion_http_requests\w*\{status="5xx"\} 0$')
            log = pathlib.Path(cls.server.data, "serve.log").read_text(errors="replace")
            case.assertNotRegex(log, r"(?i)internal|exception|assert|terminate")
            case.assertEqual(cls.server.stop(), 0)
        finally:
            cls.server.__exit__()

    def runTest(self):
        """So that tearDownClass may assert."""

    @contextlib.contextmanager
    def no_growth(self, most=96 << 20):
        """What runs inside leaves the server's memory where it was, but for what caches and kept posts may take."""
        before = self.resident()
        yield
        self.assertLess(self.resident() - before, most)

    def connection(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        self.addCleanup(connection.close)
        return connection

    def answered(self, connection, method, target, body=None, headers=None):
        """Status and body; an answer is owed to every request, and an error says what it is."""
        connection.request(method, target, body, headers or {})
        response = connection.getresponse()
        text = response.read()
        self.assertLess(response.status, 500, (method, target, body, text[:500]))
        if response.status >= 400 and text:
            problem = json.loads(text)
            self.assertTrue(problem["code"] and problem["request_id"] and problem["detail"], text)
            for each in problem.get("errors", []):
                self.assertTrue(each["pointer"] and each["detail"], text)
                self.assertNotRegex(each["detail"], r"\{\w+\}")
        return response.status, text

    def test_lines_of_posts(self):
        spread = random.Random(1)
        posts = [{"id": "p1", "source": "weibo", "text": flagged("m1", 30), "author": {"id": "a", "name": "甲", "verified": True, "followers": 12}, "created_at": "2026-01-02T03:04:05+08:00", "rev": 3},
                 {"id": "p2", "source": "weibo", "text": "看", "media": [{"type": "video", "url": "https://v.example/1", "text": flagged("m2", 20)}], "geo": {"region": "440100"}, "metrics": {"reposts": 5}},
                 {"id": "p3", "platform": "weibo", "text": "今天天气\"不错\"\n\t", "author": "e36ca0c5", "reposts": 0, "created_at": "2020-2-7", "unknown": [{"a": [None, 1.5e3]}]},
                 {"id": "p1", "source": "weibo", "op": "delete", "rev": 4}]
        lines = [json.dumps(post, ensure_ascii=bool(i % 2)).encode() for i, post in enumerate(posts)]
        connection = self.connection()
        sent = refused = 0
        with self.no_growth():
            for _ in range(150):
                batch = [mutated(spread.choice(lines), spread).replace(b"\n", b" ") for _ in range(80)]
                good = {"id": f"good{sent}", "source": "good", "text": "平常"}
                batch.insert(spread.randrange(len(batch) + 1), json.dumps(good).encode())
                if batch[0].startswith(b"\xef\xbb\xbf"):
                    batch[0] = b"{}" + batch[0]
                status, text = self.answered(connection, "POST", "/v1/posts", b"\n".join(batch), {"Authorization": "Bearer " + self.desk.feed, "Content-Type": "application/x-ndjson", "Accept-Language": "en"})
                self.assertEqual(status, 202, text[:300])
                taken = json.loads(text)
                filled = [number for number, line in enumerate(batch, 1) if line.strip(b" \t\r\n")]
                self.assertEqual(taken["accepted"] + len(taken["rejected"]), len(filled))
                numbers = [each["line"] for each in taken["rejected"]]
                self.assertEqual(numbers, sorted(set(numbers)))
                self.assertLessEqual(set(numbers), set(filled))
                self.assertNotIn(batch.index(json.dumps(good).encode()) + 1, numbers)
                for each in taken["rejected"]:
                    self.assertTrue(each["code"] and each["detail"])
                    self.assertNotRegex(each["detail"], r"\{\w+\}")
                sent += len(batch)
                refused += len(numbers)
        self.assertGreater(sent, 12_000)
        self.assertGreater(refused, sent // 3)

    def test_whole_bodies_of_posts(self):
        spread = random.Random(2)
        posts = [{"id": f"b{i}", "source": "body", "text": flagged(f"b{i}", 10)} for i in range(4)]
        seeds = [(json.dumps(posts).encode(), "application/json", None), ("\n".join(map(json.dumps, posts)).encode(), "application/x-ndjson", None),
                 (gzip.compress(json.dumps(posts).encode()), "application/json", "gzip"), (gzip.compress("\n".join(map(json.dumps, posts)).encode()), "application/x-ndjson", "gzip")]
        connection, seen = self.connection(), set()
        with self.no_growth():
            for _ in range(2500):
                body, kind, encoding = spread.choice(seeds)
                headers = {"Authorization": "Bearer " + self.desk.feed, "Content-Type": kind, **({"Content-Encoding": encoding} if encoding else {})}
                seen.add(self.answered(connection, "POST", "/v1/posts", mutated(body, spread), headers)[0])
        self.assertLessEqual(seen, {202, 400, 413})
        self.assertIn(202, seen)

    def test_bodies_of_the_desk(self):
        spread = random.Random(3)
        notice = json.dumps({"kind": "debunk", "severity": "moderate", "topics": ["typhoon"], "regions": ["440100"], "mode": "Test", "content": {"zh": {"title": "题", "summary": "摘", "body": "文", "advice": ["一"]}},
                             "claim": {"text": "说法", "appearances": ["https://x.example"]}, "verdict": "false", "evidence": [{"title": "t", "url": "https://e.example"}], "experts": [{"name": "n"}],
                             "expires_at": "2099-01-01", "owner": "anna"}, ensure_ascii=False).encode()
        verdict = json.dumps({"verdict": "false", "reason": "r", "evidence": [{"title": "t", "url": "https://e.example", "publisher": "p"}]}).encode()
        calls = [("POST", "/v1/notices", notice), ("PATCH", f"/v1/notices/{self.draft}", notice), ("POST", f"/v1/notices/{self.notice}/withdraw", b'{"reason_code":"wrongs","reason":"r"}'),
                 ("POST", f"/v1/notices/{self.draft}/publish", b'{"at":"2099-01-01T00:00:00Z","confirm":"x"}'), ("POST", f"/v1/cases/{self.case}/verdict", verdict), ("POST", f"/v1/cases/{self.case}/note", b'{"text":"t"}'),
                 ("POST", f"/v1/cases/{self.case}/assign", b'{"user":"chen","note":"n"}'), ("POST", "/v1/check", '{"text":"听说喝点白酒就能杀死新冠病毒"}'.encode()),
                 ("POST", "/v1/library", '[{"@type":"ClaimReview","claimReviewed":"停水三天","url":"https://a.example/1","reviewRating":{"alternateName":"虛假","ratingValue":1}}]'.encode())]
        connection = self.connection()
        with self.no_growth():
            for _ in range(2500):
                method, target, body = spread.choice(calls)
                headers = {"Authorization": "Bearer " + spread.choice([self.desk.anna, self.desk.chen]), "Content-Type": "application/json"}
                if spread.random() < 0.8:
                    headers["If-Match"] = spread.choice(['"1"', "*", '"2"', "x", '""', '"9999999999999999999999"'])
                if spread.random() < 0.3:
                    headers["Idempotency-Key"] = spread.choice(["a", "b", "c" * 300, "\xe9\xff"])
                self.answered(connection, method, target, mutated(body, spread), headers)
        self.assertEqual(self.server.get(f"/v1/notices/{self.notice}").json["state"], "published")

    def test_tokens(self):
        spread = random.Random(4)
        connection, statuses = self.connection(), {}
        with self.no_growth():
            for _ in range(2000):
                token = self.desk.anna.encode()
                while token == self.desk.anna.encode():
                    token = mutated(self.desk.anna.encode(), spread, 2)
                token = bytes(octet for octet in token if octet not in b"\r\n\0").strip(b" \t")
                if token == self.desk.anna.encode():
                    continue
                head = spread.choice([b"Bearer ", b"bearer ", b"Bearer  ", b"Basic ", b"", b"Bearer\t"])
                if head == b"Bearer  " and token.startswith(self.desk.anna.encode()):
                    continue
                try:
                    status, _ = self.answered(connection, spread.choice(["GET", "POST"]), spread.choice(["/v1/cases", "/v1/notices", "/v1/admin/reload", "/v1/posts"]), headers={"Authorization": head + token})
                except (http.client.BadStatusLine, http.client.RemoteDisconnected, ConnectionError):
                    connection.close()
                    continue
                statuses[status] = statuses.get(status, 0) + 1
        self.assertLessEqual(set(statuses), {400, 401, 404, 405, 431})
        self.assertGreater(statuses[401], 1000)

    def test_paths_and_queries(self):
        spread = random.Random(5)
        seeds = [b"/v1/cases?state=open,assigned&limit=1&sort=id&cursor=aSBjXzAx&q=%E7%99%BD%E9%85%92", f"/v1/cases/{self.case}?posts_after=0".encode(), f"/v1/notices/{self.notice}?revision=1".encode(),
                 b"/v1/notices?topic=typhoon&region=440100&since=2026-01-01&live=true&cursor=MTAw&limit=3", f"/v1/notices/{self.notice}/revisions".encode(), b"/.well-known/jwks.json", b"/v1/experts", b"/v1/library?q=%E7%99%BD%E9%85%92&limit=5", b"/v1/library?cursor=YQ&limit=3"]
        connection = self.connection()
        for _ in range(3000):
            target = mutated(spread.choice(seeds), spread)
            target = b"/" + bytes(octet for octet in target if 0x20 < octet < 0x7F)[1:]
            headers = {"Authorization": "Bearer " + self.desk.anna} if spread.random() < 0.7 else {}
            connection.putrequest("GET", target.decode(), skip_host=False)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            response = connection.getresponse()
            text = response.read()
            self.assertLess(response.status, 500, (target, text[:300]))
            if response.will_close:
                connection.close()

    def stream(self, payload, head=None):
        """Opens the stream with raw bytes, sends the payload, and reads to the end."""
        out = b""
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=20) as link:
            link.sendall((head if head is not None else self.handshake()) + payload)
            with contextlib.suppress(OSError):  # it may have closed already
                link.shutdown(socket.SHUT_WR)
            while True:
                try:
                    more = link.recv(65536)
                except ConnectionResetError:
                    return out
                if not more:
                    return out
                out += more

    def handshake(self, *more):
        return ("\r\n".join(["GET /v1/stream HTTP/1.1", "Host: a", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                             "Sec-WebSocket-Version: 13", "Sec-WebSocket-Protocol: clarion.v1", *more]) + "\r\n\r\n").encode()

    @staticmethod
    def frame(payload, opcode=1, mask=b"\1\2\3\4"):
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else bytes([0xFE]) + struct.pack(">H", size)
        return bytes([0x80 | opcode]) + length + mask + bytes(octet ^ mask[i % 4] for i, octet in enumerate(payload))

    def check_frames(self, received, sent):
        """The server's side is well-formed whatever it was sent: unmasked whole frames, JSON in text, close codes of the contract or RFC 6455."""
        head, _, rest = received.partition(b"\r\n\r\n")
        self.assertRegex(head, rb"^HTTP/1.1 (101|4\d\d) ", sent)
        if b" 101 " not in head.split(b"\r\n")[0]:
            return None
        closed = None
        while rest:
            self.assertGreaterEqual(len(rest), 2, sent)
            opcode, size, at = rest[0], rest[1], 2
            self.assertEqual(opcode & 0x70, 0)
            self.assertIn(opcode, (0x81, 0x88, 0x89, 0x8A), sent)
            self.assertLess(size, 128, "the server masks")
            if size == 126:
                size, at = struct.unpack(">H", rest[2:4])[0], 4
            elif size == 127:
                size, at = struct.unpack(">Q", rest[2:10])[0], 10
            payload, rest = rest[at:at + size], rest[at + size:]
            if opcode == 0x81:
                message = json.loads(payload)
                self.assertIn(message["type"], ("hello", "subscribed", "unsubscribed", "notice", "heartbeat", "pong", "refreshed", "error", "snapshot_end"))
                if message["type"] == "error":
                    self.assertIn(message["code"], (101, 102, 103, 105, 106, 107, 109, 111), (message, sent))
                    self.assertNotRegex(message["message"], r"\{\w+\}")
            elif opcode == 0x88 and len(payload) >= 2:
                closed = struct.unpack(">H", payload[:2])[0]
                self.assertIn(closed, (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 3000, 3500, 3501) if closed < 3000 or closed >= 3500 else (closed,), sent)
                payload[2:].decode()
        return closed

    def test_frames_of_the_stream(self):
        spread = random.Random(6)
        messages = [{"type": "subscribe", "id": 1, "channel": "notices", "filter": {"topics": ["typhoon"], "regions": ["440100"], "min_severity": "moderate", "kinds": ["debunk"], "langs": ["zh"]}, "from": {"epoch": "e_1", "offset": "790"}},
                    {"type": "subscribe", "id": 1, "channel": "notices", "from": {"offset": "0"}}, {"type": "subscribe", "id": "x", "channel": "notices", "filters": [{}, {"topics": []}], "from": "live_notices"},
                    {"type": "unsubscribe", "id": 2, "channel": "notices"}, {"type": "ping"}, {"type": "refresh", "token": "clt_x"}, {"type": "ack", "channel": "notices", "epoch": "e", "offset": "812"}]
        closes, messages = {}, [json.dumps(message).encode() for message in messages]
        with self.no_growth():
            for _ in range(3000):
                frames = []
                for _ in range(spread.randint(1, 6)):
                    payload = spread.choice(messages)
                    how = spread.randrange(4)
                    if how == 0:  # the message inside a whole frame
                        frames.append(self.frame(mutated(payload, spread)[:60_000]))
                    elif how == 1:  # the frame's own bytes
                        frames.append(mutated(self.frame(payload), spread, 2))
                    elif how == 2:  # every kind of frame, fragments and control frames among them
                        whole = self.frame(payload[:spread.choice([0, 5, 125, 200])], spread.randrange(16))
                        frames.append(bytes([whole[0] & spread.choice([0xFF, 0x7F]) | spread.choice([0, 0, 0x40])]) + whole[1:])
                    else:
                        frames.append(self.frame(payload))
                sent = b"".join(frames)
                closed = self.check_frames(self.stream(sent), sent)
                closes[closed] = closes.get(closed, 0) + 1
        self.assertGreater(sum(count for code, count in closes.items() if code in (1002, 1003, 1007, 1009, 3501)), 600, closes)

    def test_heads_of_the_stream(self):
        spread = random.Random(7)
        seeds = [self.handshake(), self.handshake("Sec-WebSocket-Protocol: clarion.v1, clarion.token." + self.desk.anna[:-1]), self.handshake("Authorization: Bearer clt_x"),
                 b"GET /v1/stream?topic=typhoon&from=live_notices HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\nLast-Event-ID: e:1\r\n\r\n"]
        for _ in range(1000):
            head = mutated(spread.choice(seeds), spread)
            got = self.stream(b"", head)
            if got:
                self.assertRegex(got, rb"^HTTP/1\.[01] [1-4]\d\d ", (head, got[:200]))


if __name__ == "__main__":
    main()
