"""Under strace: each 2xx that changed something is sent after its bytes were synced, and a publication leaves after its sync and the head file's."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading
import unittest

from harness import Desk, Server, Stream, flagged, main, until

CALLS = "fdatasync,fsync,pwrite64,write,writev,sendto,sendmsg,read,readv,recvfrom,recvmsg,rename"


def why_not():
    """Why strace can't be used here; empty when it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(["strace", "-D", "-f", "-o", os.devnull, "true"], capture_output=True, text=True, timeout=20)
    return "" if tried.returncode == 0 and not tried.stderr else f"strace may not trace here: {tried.stderr.strip()}"


class Call:
    """One system call: which lines of the trace it began and ended in, on what, and its arguments as strace wrote them."""

    def __init__(self, name, begun):
        self.name, self.begun, self.ended = name, begun, None
        self.words = ""

    @property
    def on(self):
        """The descriptor with what it stands for, such as 5</data/clarion.db-wal>."""
        found = re.match(r"\d+<.*?>(?=[,)])", self.words)
        return found.group() if found else ""

    def is_sync_of(self, name):
        return self.name in ("fsync", "fdatasync") and self.words.endswith("= 0") and self.on.endswith(f"/{name}>")


def read_trace(path):
    """The calls of a trace in the order of their begin. strace splits a call's line when another thread's comes in between."""
    calls, open_calls = [], {}
    with open(path, encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines):
            pid, _, rest = line.rstrip("\n").partition(" ")
            rest = rest.strip()
            resumed = re.match(r"<\.\.\. (\w+) resumed>(.*)", rest)
            begun = re.match(r"(\w+)\((.*)", rest)
            if resumed and pid in open_calls:
                call = open_calls.pop(pid)
                call.words += resumed.group(2)
                call.ended = number
            elif begun:
                call = Call(begun.group(1), number)
                call.words = begun.group(2)
                if call.words.endswith(" <unfinished ...>"):
                    call.words = call.words.removesuffix(" <unfinished ...>")
                    open_calls[pid] = call
                else:
                    call.ended = number
                calls.append(call)
    return [call for call in calls if call.ended is not None]


class Order:
    """What a trace says about answers and syncs."""

    def __init__(self, calls):
        self.calls = calls

    def first(self, after, matches):
        return next((call for call in self.calls if call.begun > after and matches(call)), None)

    def answer(self, request_id):
        """The request's arrival and the sending of its answer, by the answer's X-Request-Id."""
        sent = self.first(-1, lambda call: call.name in ("sendmsg", "sendto", "write", "writev") and request_id in call.words)
        assert sent is not None, f"no answer {request_id} in the trace"
        asked = [call for call in self.calls if call.begun < sent.begun and call.on == sent.on and re.search(r'"(POST|PATCH|GET) /v1/', call.words)]
        assert asked, f"no request for {request_id} in the trace"
        return asked[-1], sent

    def is_synced(self, request_id):
        """True when a sync of the write-ahead log began after the request came in and ended before its answer left."""
        asked, sent = self.answer(request_id)
        return any(call.begun > asked.begun and call.ended < sent.begun and call.is_sync_of("clarion.db-wal") for call in self.calls)

    def unsynced_writes(self, request_id):
        """How often the log was written between the last sync before the answer and the answer."""
        asked, sent = self.answer(request_id)
        dirty = 0
        for call in self.calls:
            if asked.begun < call.begun < sent.begun:
                if call.name == "pwrite64" and call.on.endswith("/clarion.db-wal>"):
                    dirty += 1
                elif call.is_sync_of("clarion.db-wal"):
                    dirty = 0
        return dirty


class ReadsATrace(unittest.TestCase):
    """The reader itself: it must not take a late or failed sync for one in time."""

    def order(self, *middle):
        lines = ['7 recvfrom(9<socket:[1]>, "POST /v1/notices HTTP/1.1"..., 99, 0, NULL, NULL) = 30', *middle]
        with tempfile.NamedTemporaryFile("w", suffix=".trace") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            return Order(read_trace(file.name))

    SENT = '7 sendmsg(9<socket:[1]>, {msg_iov=[{iov_base="HTTP/1.1 200 OK X-Request-Id: abc"...}]}, 0) = 30'
    WROTE = '8 pwrite64(5</d/clarion.db-wal>, "x", 1, 0) = 1'

    def test_sees_a_sync_in_time(self):
        order = self.order(self.WROTE, "8 fdatasync(5</d/clarion.db-wal>) = 0", self.SENT)
        self.assertTrue(order.is_synced("abc"))
        self.assertEqual(order.unsynced_writes("abc"), 0)

    def test_sees_a_sync_that_is_missing_failed_or_of_something_else(self):
        for line in ("", "8 fdatasync(5</d/clarion.db-wal>) = -1 EIO (Input/output error)", "8 fdatasync(5</d/clarion.db>) = 0"):
            order = self.order(self.WROTE, line, self.SENT)
            self.assertFalse(order.is_synced("abc"), line)
            self.assertEqual(order.unsynced_writes("abc"), 1)

    def test_sees_a_sync_that_ends_after_the_answer(self):
        order = self.order(self.WROTE, "8 fdatasync(5</d/clarion.db-wal> <unfinished ...>", self.SENT, "8 <... fdatasync resumed>) = 0")
        self.assertFalse(order.is_synced("abc"))


class Sync(unittest.TestCase):
    def setUp(self):
        if reason := why_not():
            print(f"SKIPPED sync_test: {reason}; nothing was shown about syncs", flush=True)
            self.skipTest(reason)

    def test_a_2xx_comes_after_its_sync_and_a_frame_after_the_head_file(self):
        with tempfile.TemporaryDirectory(prefix="clarion-trace-") as folder:
            trace = os.path.join(folder, "trace")
            # -D: the process started is the server itself, so that signals reach it.
            with Server(wrapper=["strace", "-D", "-f", "-yy", "-s", "160", "-e", "trace=" + CALLS, "-o", trace]) as server:
                alone, together, reads, offsets = self.work(server)
                pid = server.process.pid
                server.stop()
            until(lambda: re.search(rf"^{pid} +\+\+\+ exited", pathlib.Path(trace).read_text(errors="replace"), re.M), what="the end of the trace")
            order = Order(read_trace(trace))

        for name, answer in alone:
            with self.subTest(name):
                self.assertIn(answer.status, (200, 201, 202), answer.body)
                self.assertTrue(order.is_synced(answer.headers["X-Request-Id"]), "no sync between the request and its 2xx")
                self.assertEqual(order.unsynced_writes(answer.headers["X-Request-Id"]), 0)
        for answer in together:
            self.assertEqual(answer.status, 202, answer.body)
            self.assertTrue(order.is_synced(answer.headers["X-Request-Id"]))
        # The server's own work may sync while a read is answered, but not in each of them.
        self.assertFalse(all(order.is_synced(read.headers["X-Request-Id"]) for read in reads), "a read needs none: what is seen would show nothing")

        for offset, answer in offsets.items():
            with self.subTest(f"frame {offset}"):
                asked, _ = order.answer(answer.headers["X-Request-Id"])
                frame = order.first(asked.begun, lambda call: call.name in ("sendmsg", "sendto", "write", "writev")
                                    and rf'\"type\":\"notice\"' in call.words and rf'\"offset\":\"{offset}\"' in call.words)
                self.assertIsNotNone(frame)
                wal = order.first(asked.begun, lambda call: call.is_sync_of("clarion.db-wal"))
                head = order.first(wal.ended, lambda call: call.is_sync_of("head.new"))
                renamed = order.first(head.ended, lambda call: call.name == "rename" and "/head.new" in call.words)
                folder = order.first(renamed.ended, lambda call: call.is_sync_of(os.path.basename(server.data)))
                self.assertLess(folder.ended, frame.begun)

    def work(self, server):
        """Answers of changes made one by one and by many at once, of reads, and of publications by offset."""
        desk = Desk(server)
        reader = Stream(server.port)
        reader.subscribe(**{"from": {"offset": "0"}})
        alone, published = [], {}

        def made(name, answer):
            alone.append((name, answer))
            return answer.json

        made("posts", server.send_posts(desk.feed, [{"id": "p1", "source": "weibo", "text": flagged("sync")}]))
        reads = [server.get("/v1/cases", desk.anna) for _ in range(8)]
        case = f"/v1/cases/{reads[0].json['items'][0]['id']}"
        made("note", server.post(case + "/note", desk.anna, {"text": "电话核实"}))
        made("claim", server.post(case + "/claim", desk.chen))  # to whom routing gave it
        for offset in ("1", "2"):
            notice = made("create", server.post("/v1/notices", desk.anna, {
                "kind": "advisory", "severity": "minor", "topics": ["typhoon"], "expires_at": "2099-01-01",
                "content": {"zh": {"title": "标题", "summary": "摘要", "body": "正文"}}}))
            path = f"/v1/notices/{notice['id']}"
            notice = made("edit", server.patch(path, desk.anna, {"severity": "moderate"}, notice["version"]))
            for action, who in (("submit", desk.anna), ("approve", desk.bo), ("publish", desk.anna)):
                notice = made(action, server.post(f"{path}/{action}", who, version=notice["version"]))
            published[offset] = alone[-1][1]
            self.assertEqual(reader.receive_type("notice")["offset"], offset)
        withdrawn = server.post(path + "/withdraw", desk.bo, {"reason_code": "outdated", "reason": "过时"}, notice["version"])
        made("withdraw", withdrawn)
        published["3"] = withdrawn
        self.assertEqual(reader.receive_type("notice")["offset"], "3")
        reader.close()

        together = []

        def feed(name):
            for number in range(5):
                together.append(server.send_posts(desk.feed, [{"id": f"{name}-{number}", "source": "weibo", "text": flagged("sync")}]))

        threads = [threading.Thread(target=feed, args=(f"t{number}",)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(together), 30)
        return alone, together, reads, published


if __name__ == "__main__":
    main()
