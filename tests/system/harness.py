"""What the system tests share: the real program on loopback, its verbs, HTTP and the stream. Python 3 standard library only.

A test file ends with `main()`: unittest, with the program's path as its first argument (ctest passes it).
"""
import base64
import contextlib
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = None  # set by main()


def main():
    global PROGRAM
    PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
    sys.modules.setdefault("harness", sys.modules[__name__]).PROGRAM = PROGRAM
    unittest.main(module="__main__", verbosity=1)


def run(*words, data=None, stdin=None, expect=0):
    """Runs a verb; returns its standard output. Fails unless it exits with `expect`."""
    command = [PROGRAM, *words] + (["--data", data] if data else [])
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60)
    if expect is not None and done.returncode != expect:
        raise AssertionError(f"{' '.join(words)}: exit {done.returncode}, expected {expect}\n{done.stdout}{done.stderr}")
    return done.stdout


def flagged(tag, length=80, words="听说喝点白酒就能杀死新冠病毒，赶紧转给家人。"):
    """A text that the built-in rules flag and that is near no other tag's text."""
    spread = random.Random(tag)
    return words + "".join(chr(spread.randrange(0x7000, 0x7300)) for _ in range(length))


def until(look, seconds=20, what="what was waited for"):
    """Calls `look` until it gives something true, and gives that; fails after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come within {seconds} s")
        time.sleep(0.02)  # between two looks, never in place of one


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json.get("code")


class Server:
    """One `clarion serve` on a data folder of its own, or on one that is given."""

    def __init__(self, data=None, wrapper=(), settings=(), port=0, tls=None, config=None, address="127.0.0.1"):
        self.address = address  # it is always called at 127.0.0.1
        self.tls = tls  # an ssl.SSLContext when the settings make it speak TLS
        self.own = data is None
        self.data = data or tempfile.mkdtemp(prefix="clarion-test-")
        self.wrapper, self.settings, self.port = list(wrapper), list(settings), port
        self.config = ["--config", config] if config else []
        self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        if self.own:
            shutil.rmtree(self.data, ignore_errors=True)

    def start(self):
        return self.spawn().wait_ready()

    def spawn(self):
        """Starts the process and does not wait for it."""
        sets = [word for pair in ("http.requests_per_address=0", "gateway.connections_per_address=0", *self.settings) for word in ("--set", pair)]
        self.log = open(os.path.join(self.data, "serve.log"), "ab")
        self.process = subprocess.Popen([*self.wrapper, PROGRAM, "serve", "--data", self.data, "--listen", f"{self.address}:{self.port}", *self.config, *sets],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        return self

    def wait_ready(self):
        line = self.process.stdout.readline()
        if not line.startswith("ready https://" if self.tls else "ready http://"):
            self.process.wait(10)
            raise AssertionError(f"not ready: {line!r}\n" + pathlib.Path(self.log.name).read_text()[-2000:])
        self.url = line.split()[1]
        self.port = int(self.url.rsplit(":", 1)[1])
        return self

    def kill(self):
        """SIGKILL, as a crash."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self._close()

    def stop(self):
        """SIGTERM; returns the exit status."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait(10)
        self._close()
        return status

    def _close(self):
        self.process.stdout.close()
        self.log.close()
        self.process = None

    # People, tokens and calls.

    def user(self, name, role, *more):
        run("user", "add", name, "--role", role, *more, data=self.data)
        return self.token(name, "desk", "--user", name)

    def person(self, name, role, password="correct horse battery", *more):
        """An account that signs in; a Browser that is signed in as it."""
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(password + "\n")
            file.flush()
            run("user", "add", name, "--role", role, "--password-file", file.name, *more, data=self.data)
        browser = Browser(self)
        answer = browser.sign_in(name, password)
        assert answer.status == 200, answer.body
        return browser

    def token(self, name, scope, *more):
        return run("token", "issue", name, "--scope", scope, *more, data=self.data).strip()

    def expert(self, **record):
        with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as file:
            file.write(json.dumps(record) + "\n")
            file.flush()
            run("expert", "import", file.name, data=self.data)

    def call(self, method, target, token=None, body=None, headers=None, timeout=30):
        connection = (http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=self.tls) if self.tls
                      else http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout))
        with contextlib.closing(connection):
            sent = dict(headers or {})
            if token:
                sent["Authorization"] = "Bearer " + token
            if isinstance(body, (dict, list)):
                body = json.dumps(body)
                sent.setdefault("Content-Type", "application/json")
            connection.request(method, target, body.encode() if isinstance(body, str) else body, sent)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read().decode())

    def get(self, target, token=None, **more):
        return self.call("GET", target, token, **more)

    def post(self, target, token=None, body=None, version=None, **more):
        headers = dict(more.pop("headers", {}))
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self.call("POST", target, token, {} if body is None else body, headers, **more)

    def patch(self, target, token, body, version):
        return self.call("PATCH", target, token, body, {"If-Match": f'"{version}"', "Content-Type": "application/merge-patch+json"})

    def send_posts(self, token, posts, **headers):
        lines = "".join(json.dumps(post, ensure_ascii=False) + "\n" for post in posts)
        return self.call("POST", "/v1/posts", token, lines, {"Content-Type": "application/x-ndjson", **headers})


class Browser:
    """A page's session: keeps the cookies, sends X-CSRF-Token with writes. `drill`: at the drill desk."""

    def __init__(self, server, drill=False):
        self.server, self.drill = server, drill
        self.cookies, self.csrf = {}, None

    def target(self, path):
        return "/drill" + path if self.drill and path.startswith("/v1/") else path

    def call(self, method, path, body=None, headers=None, csrf=True):
        sent = dict(headers or {})
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if csrf and self.csrf and method not in ("GET", "HEAD"):
            sent["X-CSRF-Token"] = self.csrf
        answer = self.server.call(method, self.target(path), None, body, sent)
        for line in answer.headers.get_all("Set-Cookie") or []:
            pair, _, rest = line.partition(";")
            name, _, value = pair.partition("=")
            self.cookies.pop(name, None)
            if "Max-Age=0" not in rest:
                self.cookies[name] = value
        return answer

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def post(self, path, body=None, version=None, **more):
        headers = dict(more.pop("headers", {}))
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self.call("POST", path, {} if body is None else body, headers, **more)

    def sign_in(self, name, password, **more):
        answer = self.post("/v1/session", {"name": name, "password": password, **more})
        if answer.status == 200:
            self.csrf = answer.json["csrf"]
        return answer


class Desk:
    """A server's people: anna (operator), chen (expert), bo and cai (approvers), and a feed."""

    def __init__(self, server):
        self.server = server
        self.anna = server.user("anna", "operator")
        self.chen = server.user("chen", "expert")
        self.bo = server.user("bo", "approver")
        self.cai = server.user("cai", "approver")
        self.feed = server.token("feed", "ingest")
        server.expert(id="e1", user="chen", name="陈", topics={"infectious": 3, "typhoon": 2}, regions=["440000"], langs=["zh"], capacity=50)

    def draft(self, **more):
        body = {"kind": "advisory", "severity": "moderate", "topics": ["typhoon"], "regions": ["440100"],
                "content": {"zh": {"title": "标题", "summary": "摘要", "body": "正文"}}, "expires_at": "2099-01-01T00:00:00Z", **more}
        answer = self.server.post("/v1/notices", self.anna, body)
        assert answer.status == 201, answer.body
        return answer.json

    def approved(self, **more):
        """A draft, submitted by anna and approved by bo (and cai where two are asked for)."""
        notice = self.draft(**more)
        return self.approve(notice)

    def approve(self, notice):
        path = f"/v1/notices/{notice['id']}"
        notice = self.ok(self.server.post(path + "/submit", self.anna, version=notice["version"]))
        for approver in (self.bo, self.cai)[:notice["approvals_required"]]:
            notice = self.ok(self.server.post(path + "/approve", approver, version=notice["version"]))
        return notice

    def published(self, **more):
        notice = self.approved(**more)
        return self.ok(self.server.post(f"/v1/notices/{notice['id']}/publish", self.anna, version=notice["version"]))

    @staticmethod
    def ok(answer):
        assert answer.status == 200, f"{answer.status} {answer.body}"
        return answer.json


class Demo:
    """A running `clarion serve --demo` whose temporary folder lies in a folder of the test's own."""

    def __init__(self, *more, speed=20, data=None):
        self.scratch = tempfile.mkdtemp(prefix="clarion-test-")
        words = [PROGRAM, "serve", "--demo", "--listen", "127.0.0.1:0", "--demo-speed", str(speed), *more]
        begun = time.monotonic()
        self.process = subprocess.Popen(words + (["--data", data] if data else []), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, "TMPDIR": self.scratch})
        line = self.process.stdout.readline()
        self.seconds_to_ready = time.monotonic() - begun
        self.said = []
        self.reader = threading.Thread(target=lambda: self.said.extend(iter(self.process.stderr.readline, "")), daemon=True)
        self.reader.start()
        assert line.startswith("ready http://"), (line, "".join(self.said))
        self.url = line.split()[1]
        self.port = int(self.url.rsplit(":", 1)[1])
        until(lambda: any(line.startswith("====") for line in self.said), what="the welcome")
        self.variables = re.search(r"^    \. (\S+)$", self.text(), re.M).group(1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def text(self):
        return "".join(self.said)

    def wait_for(self, words, seconds=90):
        until(lambda: words in self.text(), seconds, words)

    def stop(self):
        """As Ctrl-C does; the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        status = self.process.wait(20)
        self.reader.join(10)
        self.process.stdout.close()
        self.process.stderr.close()
        return status

    def token(self, name):
        return re.search(rf"^{name}='(.*)'$", pathlib.Path(self.variables).read_text(encoding="utf-8"), re.M).group(1)

    def get(self, target, token=None):
        return Server(data=self.scratch, port=self.port).get(target, token)

    def blocks(self):
        """The printed lines, as a visitor copies them."""
        return "".join(line[4:] if line.strip() else "\n" for line in self.said if line.startswith("    ") or not line.strip())


class Stream:
    """A WebSocket client of contract section 4, small and strict: text frames in, masked text frames out."""

    def __init__(self, port, token=None, by_subprotocol=False, timeout=20, tls=None, path="/v1/stream", headers=None):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="127.0.0.1")
        self.buffer = b""
        self.close_code = None
        protocols = "clarion.v1" + (f", clarion.token.{token}" if token and by_subprotocol else "")
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}", "Sec-WebSocket-Version: 13",
                 f"Sec-WebSocket-Protocol: {protocols}"]
        if token and not by_subprotocol:
            lines.append("Authorization: Bearer " + token)
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        try:
            self.socket.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
            while b"\r\n\r\n" not in self.buffer:
                self._fill()
        except OSError:
            self.socket.close()
            raise
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        self.status = int(head.split()[1])

    def _fill(self):
        more = self.socket.recv(65536)
        if not more:
            raise ConnectionError("the server closed the connection")
        self.buffer += more

    def _take(self, count):
        while len(self.buffer) < count:
            self._fill()
        out, self.buffer = self.buffer[:count], self.buffer[count:]
        return out

    def send(self, message):
        payload = json.dumps(message).encode()
        mask = os.urandom(4)
        size = len(payload)
        head = bytes([0x81, 0x80 | size]) if size < 126 else bytes([0x81, 0x80 | 126]) + struct.pack(">H", size)
        self.socket.sendall(head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload)))

    def receive(self):
        """The next message; None after a close frame (close_code is then set). Raises when the connection breaks."""
        while True:
            first, second = self._take(2)
            size = second & 0x7F
            if size == 126:
                size = struct.unpack(">H", self._take(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self._take(8))[0]
            payload = self._take(size)
            opcode = first & 0x0F
            if opcode == 0x8:
                self.close_code = struct.unpack(">H", payload[:2])[0] if len(payload) >= 2 else 1005
                return None
            if opcode == 0x9:
                mask = os.urandom(4)
                self.socket.sendall(bytes([0x8A, 0x80 | size]) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload)))
            elif opcode == 0x1:
                return json.loads(payload)

    def receive_type(self, *types):
        """The next message of one of the types; others are passed over."""
        while True:
            message = self.receive()
            if message is None:
                raise AssertionError(f"closed with {self.close_code} while waiting for {types}")
            if message["type"] in types:
                return message

    def subscribe(self, channel="notices", **more):
        self.send({"type": "subscribe", "id": 1, "channel": channel, **more})
        return self.receive_type("subscribed", "error")

    def close(self):
        self.socket.close()
