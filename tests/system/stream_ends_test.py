"""Ends of a stream and slow readers: shutdown, an older copy of the log put back, who stops reading."""
import pathlib
import re
import shutil
import socket
import threading
import time
import unittest

from follower import EventStream
from harness import Desk, Server, Stream, main, run, until


class Restarts(unittest.TestCase):
    def test_sigterm_closes_with_3001_and_an_event_stream_with_a_retry(self):
        with Server(settings=("server.drain_seconds=4",)) as server:
            streams = [Stream(server.port) for _ in range(5)]
            for stream in streams:
                stream.subscribe()
            events = EventStream(server.port)
            events.receive_event("subscribed")
            codes, retries = [], []

            def watch(stream):
                while stream.receive() is not None:
                    pass
                codes.append(stream.close_code)
                stream.close()

            def watch_events():
                while line := events.response.readline():
                    retries.extend(re.findall(rb"^retry: (\d+)", line))
                events.close()

            threads = [threading.Thread(target=watch, args=(stream,)) for stream in streams] + [threading.Thread(target=watch_events)]
            for thread in threads:
                thread.start()
            begun = time.monotonic()
            self.assertEqual(server.stop(), 0)
            self.assertLess(time.monotonic() - begun, 8, "server.drain_seconds is 4; as much again for a loaded machine")
            for thread in threads:
                thread.join(20)
            self.assertEqual(codes, [3001] * 5)
            self.assertEqual(len(retries), 1)

    def test_an_older_copy_put_back_begins_a_new_epoch_and_subscribers_are_told(self):
        with Server() as server:
            desk = Desk(server)
            kept = desk.published()
            old = kept["position"]["epoch"]
            server.stop()
            copy = pathlib.Path(server.data) / "copy"
            copy.mkdir()
            for file in pathlib.Path(server.data).glob("clarion.db*"):
                shutil.copy(file, copy)
            server.start()
            self.assertEqual(server.get(f"/v1/notices/{kept['id']}").json["position"]["epoch"], old)
            lost = desk.published()
            self.assertEqual(lost["position"], {"epoch": old, "offset": "2"})
            server.stop()
            for file in pathlib.Path(server.data).glob("clarion.db*"):
                file.unlink()
            for file in copy.iterdir():
                shutil.copy(file, server.data)

            server.start()
            for offset in ("2", "1", "0"):
                stream = Stream(server.port)
                answer = stream.subscribe(**{"from": {"epoch": old, "offset": offset}})
                self.assertEqual((answer["recovered"], answer["reason"], answer["head"]["offset"]), (False, "epoch", "1"))
                new = answer["head"]["epoch"]
                self.assertNotEqual(new, old)
                frame = stream.receive_type("notice", "snapshot_end")
                self.assertEqual((frame["notice"]["id"], frame["epoch"], frame["jws"]), (kept["id"], new, kept["jws"]))
                self.assertEqual(stream.receive_type("notice", "snapshot_end"),
                                 {"type": "snapshot_end", "channel": "notices", "epoch": new, "offset": "1"})
                stream.close()
            events = EventStream(server.port, last_id=f"{old}:2")
            self.assertEqual(events.status, 200)
            answer = events.receive_event("subscribed")[1]
            self.assertEqual((answer["recovered"], answer["reason"]), (False, "epoch"))
            events.close()
            after = desk.published()
            self.assertEqual(after["position"], {"epoch": new, "offset": "2"})
            self.assertIn("; head ", run("audit", "verify", data=server.data))
            # The new life is kept: a restart without loss changes nothing.
            server.stop()
            server.start()
            stream = Stream(server.port)
            self.assertTrue(stream.subscribe(**{"from": {"epoch": new, "offset": "2"}})["recovered"])
            stream.close()


class SlowReaders(unittest.TestCase):
    COUNT, BODY = 40, "长" * 16000  # 48 KB a notice: more than the kernel's buffers and the backlog hold together

    def slow_socket(self, server):
        """A subscriber with a small kernel buffer that has read nothing past `subscribed`."""
        create = socket.create_connection

        def narrow(address, timeout=None):
            made = socket.socket()
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            made.settimeout(timeout)
            made.connect(address)
            return made

        socket.create_connection = narrow
        try:
            stream = Stream(server.port)
        finally:
            socket.create_connection = create
        stream.subscribe(**{"from": {"offset": "0"}})
        return stream

    def slow_closes(self, server):
        return int(re.search(r'^clarion_stream_closed_total\{why="slow"\} (\d+)', server.get("/metrics").body, re.M).group(1))

    def publish_past_a_slow_reader(self, server):
        """Publishes; fails when a reader beside the slow one has to wait."""
        desk, waits = Desk(server), []
        other = Stream(server.port)
        other.subscribe(**{"from": {"offset": "0"}})
        for number in range(self.COUNT):
            notice = desk.approved(severity="minor", content={"zh": {"title": "长文", "summary": "摘要", "body": self.BODY}})
            desk.ok(server.post(f"/v1/notices/{notice['id']}/publish", desk.anna, version=notice["version"]))
            begun = time.monotonic()
            self.assertEqual(other.receive_type("notice")["offset"], str(number + 1))
            waits.append(time.monotonic() - begun)
        other.close()
        self.assertLess(sorted(waits)[len(waits) // 2], 0.5, "half a second for a loaded machine")

    def test_who_stops_reading_is_closed_as_too_slow(self):
        with Server(settings=("gateway.stall_seconds=2", "gateway.heartbeat_seconds=60", "gateway.max_backlog_bytes=65536")) as server:
            slow = self.slow_socket(server)
            self.publish_past_a_slow_reader(server)
            until(lambda: self.slow_closes(server) == 1, 30, "the close of the slow reader")
            got = []
            try:
                while (message := slow.receive()) is not None:
                    if message["type"] == "notice":
                        got.append(int(message["offset"]))
                self.assertEqual(slow.close_code, 3008)
            except ConnectionError:
                pass  # the close frame could not pass what it had not read
            self.assertEqual(got, list(range(1, len(got) + 1)), "a prefix of the log")
            self.assertLess(len(got), self.COUNT)
            slow.close()

    def test_who_reads_on_in_time_misses_nothing(self):
        with Server(settings=("gateway.stall_seconds=60", "gateway.heartbeat_seconds=60", "gateway.max_backlog_bytes=65536")) as server:
            slow = self.slow_socket(server)
            self.publish_past_a_slow_reader(server)
            got = [int(slow.receive_type("notice")["offset"]) for _ in range(self.COUNT)]
            self.assertEqual(got, list(range(1, self.COUNT + 1)))
            self.assertEqual(self.slow_closes(server), 0)
            slow.close()


if __name__ == "__main__":
    main()
