"""`clarion replay` (contract section 1): what is recorded arrives once, at the pace asked for, through refusals, cuts and restarts."""
import gzip
import http.server
import json
import lzma
import os
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest

import harness
from follower import fixed_port
from harness import Server, flagged, main, until


def post(number, **more):
    return json.dumps({"id": str(number), "source": "weibo", "text": flagged(number) if number % 2 else f"天气不错 {number}", **more}, ensure_ascii=False)


class Receiver:
    """An HTTP server that answers as `answers` says: (status, headers) or None for a cut; then 202 for all lines. Keeps what came."""

    def __init__(self, answers=()):
        outer = self
        self.answers, self.requests, self.times = list(answers), [], []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append((self.path, dict(self.headers), body.decode()))
                outer.times.append(time.monotonic())
                answer = outer.answers.pop(0) if outer.answers else (202, {})
                if answer is None:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                status, headers = answer
                content = json.dumps({"accepted": body.count(b"\n"), "flagged": 0, "duplicates": 0, "rejected": []}).encode() if status == 202 else b""
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def lines(self):
        return "".join(body for _, _, body in self.requests).splitlines()


class Replay(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="clarion-replay-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, lines, name="posts.ndjson"):
        path = self.folder / name
        data = "".join(line + "\n" for line in lines).encode()
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else lzma.compress(data) if name.endswith(".xz") else data)
        return str(path)

    def start(self, file, url, *words, token="t"):
        process = subprocess.Popen([harness.PROGRAM, "replay", file, "--to", url, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env={**os.environ, "CLARION_TOKEN": token})
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        return process

    def replay(self, file, url, *words, token="t", expect=0):
        process = self.start(file, url, *words, token=token)
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, expect, out + err)
        return {name: int(number) for name, number in re.findall(r"(accepted|flagged|duplicates|rejected|sent) (\d+)", out)}, out, err


class Arrival(Replay):
    def test_every_post_arrives_and_what_is_refused_is_named_by_its_line(self):
        lines = [post(number) for number in range(3000)]
        lines[10], lines[2500] = "no json", '{"id":"x","source":"s"}'
        lines.insert(20, "")
        with Server() as server:
            token = server.token("feed", "ingest")
            counts, _, err = self.replay(self.file(lines, "posts.ndjson.xz"), server.url, token=token, expect=1)
            self.assertEqual(counts, {"sent": 3000, "accepted": 2998, "flagged": 1500, "duplicates": 0, "rejected": 2})
            self.assertRegex(err, r"posts\.ndjson\.xz:11: line_not_object: .*\n.*posts\.ndjson\.xz:2502: field_required: ")
            del lines[2501], lines[20], lines[10]
            counts, out, _ = self.replay(self.file(lines, "posts.ndjson.gz"), server.url, token=token)
            self.assertEqual((counts["accepted"], counts["flagged"], counts["duplicates"]), (2998, 0, 1500))
            self.assertIn("2 batches, 0 retries", out)

    def test_a_server_that_is_killed_and_comes_back_has_each_post_once(self):
        with Server(port=fixed_port()) as server:
            token = server.token("feed", "ingest")
            process = self.start(self.file([post(number) for number in range(600)]), server.url, "--rate", "300", token=token)
            for _ in range(2):
                time.sleep(0.6)  # so that it dies at work
                server.kill()
                server.start()
            out, err = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 0, out + err)
            self.assertIn("sent 600, accepted 600, ", out)
            with sqlite3.connect(f"file:{server.data}/clarion.db?mode=ro", uri=True) as database:
                self.assertEqual(database.execute("SELECT count(*), count(DISTINCT id) FROM posts").fetchone(), (300, 300))

    def test_the_token_goes_into_the_header_and_a_refusal_ends_it(self):
        with Server() as server:
            _, out, err = self.replay(self.file([post(1)]), server.url, token="wrong", expect=1)
            self.assertIn("answered 401", err)
            self.assertIn("sent 0", out)
        token = self.folder / "token"
        token.write_text("secret\n")
        with Receiver() as receiver:
            self.replay(self.file([post(1)]), receiver.url + "/under/", "--token-file", str(token))
            path, headers, body = receiver.requests[0]
            self.assertEqual((path, headers["Authorization"], headers["Content-Type"], body), ("/under/v1/posts", "Bearer secret", "application/x-ndjson", post(1) + "\n"))
        for answer in (400, 403, 404, 413, 302):
            with Receiver([(answer, {})]) as receiver:
                self.assertIn(f"answered {answer}", self.replay(self.file([post(1)]), receiver.url, expect=1)[2])
                self.assertEqual(len(receiver.requests), 1)


class Pressure(Replay):
    def test_refusals_for_now_and_cuts_are_sent_again_under_the_same_key(self):
        answers = [(429, {"Retry-After": "1"}), None, (503, {"Retry-After": "x"}), (500, {}), None]
        with Receiver(answers) as receiver:
            _, out, _ = self.replay(self.file([post(number) for number in range(5)]), receiver.url)
            self.assertIn("sent 5, accepted 5, ", out)
            self.assertIn("1 batches, 5 retries", out)
            self.assertEqual(len({headers["Idempotency-Key"] for _, headers, _ in receiver.requests}), 1)
            self.assertEqual(len({body for _, _, body in receiver.requests}), 1)
            self.assertGreaterEqual(receiver.times[1] - receiver.times[0], 1, "Retry-After")

    def test_it_can_be_stopped_while_it_waits_and_says_how_far_it_came(self):
        with Receiver([(202, {}), (429, {"Retry-After": "60"})]) as receiver:
            process = self.start(self.file([post(number) for number in range(3000)]), receiver.url)
            until(lambda: len(receiver.requests) == 2, what="the second batch")
            begun = time.monotonic()
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=20)
            self.assertLess(time.monotonic() - begun, 10)
            self.assertEqual(process.returncode, 1)
            self.assertIn("2000 posts were taken", err)
            self.assertIn("sent 2000", out)


class Pace(Replay):
    def test_a_rate_is_kept(self):
        with Receiver() as receiver:
            self.replay(self.file([post(number) for number in range(101)]), receiver.url, "--rate", "100")
            self.assertEqual(receiver.lines(), [post(number) for number in range(101)])
            self.assertGreaterEqual(receiver.times[-1] - receiver.times[0], 0.85, "a hundred posts after the first take a second, less one batch")
            self.assertGreater(len(receiver.requests), 5)

    def test_posts_go_out_by_their_own_times(self):
        stamps = ["2026-01-01T08:00:00+08:00", "2026-01-01T00:00:01Z", None, "2025-12-31T00:00:00Z", "2026-01-01T00:00:09Z", "2026-01-01T00:00:09.2Z"]
        lines = [post(number, **({"created_at": stamp} if stamp else {})) for number, stamp in enumerate(stamps)]
        with Receiver() as receiver:
            self.replay(self.file(lines), receiver.url, "--speed", "6")
            self.assertEqual(receiver.lines(), lines)
            self.assertEqual([body.count("\n") for _, _, body in receiver.requests], [1, 3, 2])
            self.assertGreaterEqual(receiver.times[2] - receiver.times[0], 1.4, "nine seconds at six times the speed")

    def test_wrong_usage(self):
        file = self.file([post(1)])
        for words in ((file,), (file, "--to", "nowhere"), (file, "--to", "http://127.0.0.1:9", "--rate", "0"), (file, "--to", "http://127.0.0.1:9", "--rate", "1", "--speed", "1")):
            harness.run("replay", *words, expect=2)
        harness.run("replay", "/nonexistent", "--to", "http://127.0.0.1:9", expect=1)


if __name__ == "__main__":
    main()
