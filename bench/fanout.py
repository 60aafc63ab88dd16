#!/usr/bin/env python3
"""End to end: from sending a publish request to the last of 1,000 WebSocket subscribers having the whole frame, on loopback.

One notice at a time goes through the real program: HTTP, rights, signature, transaction with its sync, head file, frame, 1,000 sockets. The
client is one Python process on the same machine, so its own reading is in the figures. Also the server's resident memory a subscriber, above
what it had with one publication and no subscriber behind it. Medians after a warm-up.
"""
import argparse
import os
import pathlib
import platform
import re
import select
import socket
import statistics
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP / "tests" / "system"))

import harness  # noqa: E402  (after the path)


class Subscribers:
    """Connections that count whole notices, by frame lengths alone."""

    def __init__(self, port, count, topic):
        self.poll = select.epoll()
        self.streams = {}
        for _ in range(count):
            stream = harness.Stream(port)
            stream.subscribe(filter={"topics": [topic]})
            assert not stream.buffer, "nothing was published yet"
            stream.socket.setblocking(False)
            self.poll.register(stream.socket.fileno(), select.EPOLLIN)
            self.streams[stream.socket.fileno()] = stream

    def receive_one(self, seconds=30):
        """Reads until every subscriber has one more whole frame; gives the times of the first and the last."""
        waiting, first, end = len(self.streams), None, time.perf_counter() + seconds
        while waiting:
            ready = self.poll.poll(1)
            if time.perf_counter() > end:
                sys.exit(f"bench/fanout.py: {waiting} of {len(self.streams)} subscribers did not get the frame within {seconds} s")
            for number, _ in ready:
                stream = self.streams[number]
                stream.buffer += stream.socket.recv(65536)
                buffer = stream.buffer
                if len(buffer) < 4:
                    continue
                assert buffer[0] == 0x81 and buffer[1] == 126, "a text frame of 126 to 65535 bytes"
                size = 4 + int.from_bytes(buffer[2:4], "big")
                if len(buffer) < size:
                    continue
                assert len(buffer) == size, "one frame at a time"
                stream.buffer = b""
                waiting -= 1
                first = first or time.perf_counter()
        return first, time.perf_counter()

    def close(self):
        for stream in self.streams.values():
            stream.close()


def resident_kib(pid):
    return int(re.search(r"^VmRSS:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M).group(1))


def machine():
    model = re.search(r"^model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    return (f"{model.group(1) if model else 'unknown CPU'}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, "
            f"load {os.getloadavg()[0]:.1f}, {time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=TOP / "build" / "release" / "clarion")
    parser.add_argument("--subscribers", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=20, help="notices measured, 5 or more (20)")
    parser.add_argument("--warm-up", type=int, default=5)
    parser.add_argument("--body", type=int, default=300, help="characters of the notice's body (300)")
    args = parser.parse_args()
    if args.runs < 5:
        parser.error("--runs must be 5 or more: a median of fewer says little")
    harness.PROGRAM = str(args.binary)
    with harness.Server(settings=("gateway.heartbeat_seconds=600",)) as server:
        desk = harness.Desk(server)
        content = {"zh": {"title": "台风预警解读", "summary": "摘要", "body": "正" * args.body}}
        desk.published(content=content)
        ready = [desk.approved(content=content) for _ in range(args.warm_up + args.runs)]
        idle = resident_kib(server.process.pid)
        subscribers = Subscribers(server.port, args.subscribers, "typhoon")
        connected = resident_kib(server.process.pid)

        first_ms, last_ms = [], []
        for notice in ready:
            request = (f"POST /v1/notices/{notice['id']}/publish HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {desk.anna}\r\n"
                       f"If-Match: \"{notice['version']}\"\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}").encode()
            with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
                begun = time.perf_counter()
                connection.sendall(request)
                first, last = subscribers.receive_one()
                answer = connection.recv(64)
            if not answer.startswith(b"HTTP/1.1 200 "):
                sys.exit(f"bench/fanout.py: publish was answered {answer!r}")
            first_ms.append((first - begun) * 1e3)
            last_ms.append((last - begun) * 1e3)
        after = resident_kib(server.process.pid)
        subscribers.close()

    print(machine())
    print(f"command: {' '.join(map(str, [pathlib.Path(sys.argv[0]).name, *sys.argv[1:]]))}")
    print(f"subscribers {args.subscribers}, {args.runs} notices one at a time after {args.warm_up}, body of {args.body} characters")
    for name, times in (("first receipt", first_ms), ("last receipt", last_ms)):
        kept = sorted(times[args.warm_up:])
        print(f"publish sent to {name}, ms: median {statistics.median(kept):.1f}, least {kept[0]:.1f}, worst {kept[-1]:.1f}")
    for name, now in (("connected", connected), ("after the notices", after)):
        print(f"resident, {name}: {now} KiB, idle {idle} KiB: {(now - idle) / args.subscribers:.2f} KiB a subscriber")


if __name__ == "__main__":
    main()
