"""Reload and drain as section 1 of the contract has them: what a reload changes and keeps, and how a server that got SIGTERM ends."""
import pathlib
import re
import signal
import socket
import tempfile
import threading
import time
import unittest

from harness import Desk, Server, Stream, flagged, main, until


def figure(server, name):
    """A value of /metrics; 0 when it is not shown."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", server.get("/metrics").body, re.M)
    return float(found.group(1)) if found else 0


class Reload(unittest.TestCase):
    def reload(self, server, result):
        name = f'clarion_reloads_total{{result="{result}"}}'
        before = figure(server, name)
        server.process.send_signal(signal.SIGHUP)
        until(lambda: figure(server, name) > before, what=f"a reload that is {result}")

    def test_the_log_level_follows_and_a_broken_file_changes_nothing_of_it(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            def write(text):
                pathlib.Path(file.name).write_text(text)

            write('[log]\nlevel = "info"\n')
            with Server(config=file.name) as server:
                log = pathlib.Path(server.data, "serve.log")
                loaded = lambda: log.read_text().count("rules loaded")
                reader = Stream(server.port)
                reader.subscribe()
                self.assertEqual(loaded(), 1)
                write('[log]\nlevel = "error"\n')
                self.reload(server, "done")
                self.assertEqual(loaded(), 2, "said before the level went up")
                self.reload(server, "done")
                self.assertEqual(loaded(), 2)
                for broken in ('[log]\nlevel = "info"\n[no]\nsuch = 1\n', '[log]\nlevel = "loud"\n', '[log\n', '[log]\nlevel = "info"\n[rules]\ndir = "/nowhere"\n'):
                    write(broken)
                    refusals = log.read_text().count("reload refused")
                    self.reload(server, "refused")
                    self.assertEqual((loaded(), log.read_text().count("reload refused")), (2, refusals + 1), broken)
                write('[log]\nlevel = "info"\n')
                self.reload(server, "done")
                self.reload(server, "done")
                self.assertEqual(loaded(), 3)
                # No connection was dropped over all this.
                desk = Desk(server)
                notice = desk.published()
                self.assertEqual(reader.receive_type("notice")["jws"], notice["jws"])
                reader.close()


class Drain(unittest.TestCase):
    SECONDS = 6

    def server(self):
        return Server(settings=(f"server.drain_seconds={self.SECONDS}", "gateway.heartbeat_seconds=60"))

    def refuses(self, port):
        with socket.socket() as probe:
            probe.settimeout(5)
            return probe.connect_ex(("127.0.0.1", port)) != 0

    def test_new_connections_are_refused_and_one_that_is_there_is_told_503(self):
        with self.server() as server:
            readers = [Stream(server.port) for _ in range(20)]
            for reader in readers:
                reader.subscribe()
            asking = socket.create_connection(("127.0.0.1", server.port), timeout=20)
            asking.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\n")  # the rest comes while it drains
            gone = []

            def watch(reader):
                while reader.receive() is not None:
                    pass
                gone.append((time.monotonic(), reader.close_code))
                reader.close()

            threads = [threading.Thread(target=watch, args=(reader,)) for reader in readers]
            for thread in threads:
                thread.start()
            begun = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            until(lambda: self.refuses(server.port), what="new connections refused")
            asking.sendall(b"\r\n")
            answer = asking.recv(65536)
            asking.close()
            self.assertRegex(answer, rb"^HTTP/1.1 503 ")
            self.assertEqual(server.stop(), 0)
            ended = time.monotonic()
            for thread in threads:
                thread.join(20)
            self.assertEqual([code for _, code in gone], [3001] * 20)
            times = sorted(at - begun for at, _ in gone)
            self.assertLess(times[-1], self.SECONDS / 2 + 2, "at most half of drain_seconds, and two for a loaded machine")
            self.assertGreater(times[-1] - times[0], 0.3, "spread, so that they do not all come back at once")
            self.assertLess(ended - begun, self.SECONDS + 2)

    def test_it_ends_in_time_though_a_reader_takes_nothing(self):
        with self.server() as server:
            desk = Desk(server)
            deaf = socket.create_connection(("127.0.0.1", server.port), timeout=20)
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.sendall(b"GET /v1/stream?from=0 HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n")
            for _ in range(12):
                desk.published(content={"zh": {"title": "标题", "summary": "摘要", "body": "长" * 15000}})
            begun = time.monotonic()
            self.assertEqual(server.stop(), 0)
            self.assertLess(time.monotonic() - begun, self.SECONDS + 2)
            deaf.close()

    def test_what_was_published_and_sent_before_it_is_not_lost(self):
        with self.server() as server:
            desk = Desk(server)
            reader = Stream(server.port)
            reader.subscribe()
            published = [desk.published(content={"zh": {"title": "标题", "summary": "摘要", "body": "长" * 3000}}) for _ in range(15)]
            body = "".join('{"id":"d%d","source":"weibo","text":"%s"}\n' % (i, flagged(f"drain {i}")) for i in range(300)).encode()
            posting = socket.create_connection(("127.0.0.1", server.port), timeout=20)
            posting.sendall(b"POST /v1/posts HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nAuthorization: Bearer " + desk.feed.encode() +
                            b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body[:-20])
            server.process.send_signal(signal.SIGTERM)
            until(lambda: self.refuses(server.port), what="new connections refused")
            posting.sendall(body[-20:])
            answer = posting.recv(65536)
            posting.close()
            got = []
            while (message := reader.receive()) is not None:
                if message["type"] == "notice":
                    got.append(message["jws"])
            self.assertEqual(reader.close_code, 3001)
            self.assertEqual(got, [notice["jws"] for notice in published], "flushed before the close")
            reader.close()
            self.assertEqual(server.stop(), 0)
            server.start()
            if answer.startswith(b"HTTP/1.1 202"):
                again = server.call("POST", "/v1/posts", desk.feed, body, {"Content-Type": "application/x-ndjson"})
                self.assertEqual((again.json["flagged"], again.json["duplicates"]), (0, 300))
            else:
                self.assertRegex(answer, rb"^(HTTP/1.1 503 |$)", "told to come again, or cut: nothing was accepted")


if __name__ == "__main__":
    main()
