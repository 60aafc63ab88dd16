"""Subscribers for the system tests: an event stream client, and one that keeps its position over any number of cuts."""
import http.client
import json
import pathlib
import random
import socket
import threading

from harness import Stream


def fixed_port():
    """A port to keep over restarts, outside the range of outgoing connections: one inside may be taken by a client while the server is
    down, even by the one that dials it."""
    first, last = map(int, pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    ports = [port for port in range(10000, 65536) if not first <= port <= last]
    while True:
        port = random.choice(ports)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class EventStream:
    """The stream as server-sent events (contract section 4)."""

    def __init__(self, port, query="", token=None, last_id=None, timeout=20):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        headers = {"Accept": "text/event-stream"}
        if token:
            headers["Authorization"] = "Bearer " + token
        if last_id is not None:
            headers["Last-Event-ID"] = last_id
        self.connection.connect()
        self.socket = self.connection.sock  # http.client lets go of it once the answer has begun
        try:
            self.connection.request("GET", "/v1/stream" + query, headers=headers)
            self.response = self.connection.getresponse()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise
        self.status = self.response.status

    def receive(self):
        """The next event as (event, id, data), each None where it was not sent. Raises when the connection ends."""
        fields = {}
        while True:
            line = self.response.readline()
            if not line.endswith(b"\n"):
                raise ConnectionError("the event stream ended")
            line = line.decode().rstrip("\n")
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif fields:
                data = fields.get("data")
                return fields.get("event"), fields.get("id"), None if data is None else json.loads(data)

    def receive_event(self, *events):
        """The next event of one of the names, as (id, data); others are passed over."""
        while True:
            event, at, data = self.receive()
            if event in events:
                return at, data

    def body(self):
        """Of a refusal."""
        return json.loads(self.response.read())

    def close(self):
        self.response.close()
        self.connection.close()


class Follower(threading.Thread):
    """A subscriber that keeps its position and comes back with it after every cut, until end().

    `got` holds (offset, id, revision, jws) of each notice in the order of arrival. With `cut_after` it cuts itself after so many
    notices (called anew for each connection), with `cut_on_beat` after a heartbeat for which it gives true. `from_beats` counts the
    resumes from a position that only a heartbeat gave. `faults` holds what must never happen while the epoch lives.
    """

    def __init__(self, port, topic=None, wire="websocket", cut_after=lambda: None, cut_on_beat=lambda: False, channel="notices", token=None):
        super().__init__(daemon=True)
        self.port, self.topic, self.wire, self.channel, self.token = port, topic, wire, channel, token
        self.cut_after, self.cut_on_beat = cut_after, cut_on_beat
        self.got, self.faults, self.epochs = [], [], set()
        self.offset, self.epoch = 0, None
        self.beats = self.connections = self.from_beats = 0
        self.open = None
        self.ended = threading.Event()
        self.moved = threading.Condition()

    def run(self):
        while not self.ended.is_set():
            try:
                self._websocket() if self.wire == "websocket" else self._events()
            except (OSError, ConnectionError, http.client.HTTPException):
                pass
            except Exception as fault:  # a thread's own failure would go unseen
                self.faults.append(repr(fault))
                return
            finally:
                if self.open is not None:
                    self.open.close()
                    self.open = None
            self.ended.wait(0.01)  # so that a server that is down is not dialled without pause

    def cut(self):
        """Cuts the connection from outside, wherever it stands."""
        stream = self.open
        try:
            if stream is not None:
                stream.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it was cut already

    def end(self):
        self.ended.set()
        self.cut()
        self.join(20)

    def wait_for(self, offset, seconds=60):
        """Waits until everything up to the offset has come or, by a heartbeat, is known not to concern it."""
        with self.moved:
            if not self.moved.wait_for(lambda: self.offset >= offset or self.faults, seconds):
                raise AssertionError(f"{self.wire} {self.topic}: at {self.offset} after {seconds} s, not at {offset}")

    def _position(self):
        return {"epoch": self.epoch, "offset": str(self.offset)} if self.epoch else {"offset": "0"}

    def _subscribed(self, answer):
        self.connections += 1
        self.from_beats += bool(self.got) and self.offset > self.got[-1][0]
        if not answer.get("recovered"):
            self.faults.append(f"not recovered from {self._position()}: {answer}")
        self.epochs.add(answer["head"]["epoch"])
        self.left = self.cut_after()

    def _move(self, epoch, offset):
        if int(offset) < self.offset:
            self.faults.append(f"went back from {self.offset} to {offset}")
        with self.moved:
            self.epoch, self.offset = epoch, int(offset)
            self.moved.notify_all()

    def _beat(self, epoch, offset):
        self.beats += 1
        self._move(epoch, offset)
        if self.cut_on_beat():
            raise ConnectionError("cut by the test")

    def _take(self, frame):
        self.epochs.add(frame["epoch"])
        notice = frame["notice"]
        self.got.append((int(frame["offset"]), notice["id"], notice["revision"], frame["jws"]))
        self._move(frame["epoch"], frame["offset"])
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                raise ConnectionError("cut by the test")

    def _websocket(self):
        self.open = stream = Stream(self.port, self.token)
        more = {"filter": {"topics": [self.topic]}} if self.topic else {}
        answer = stream.subscribe(self.channel, **more, **{"from": self._position()})
        if answer["type"] == "error":
            raise AssertionError(answer)
        self._subscribed(answer)
        while True:
            message = stream.receive()
            if message is None:
                return
            if message["type"] == "notice":
                self._take(message)
            elif message["type"] == "heartbeat":
                self._beat(message["epoch"], message["offset"])

    def _events(self):
        query = f"?channel={self.channel}&from=0" + (f"&topic={self.topic}" if self.topic else "")
        self.open = stream = EventStream(self.port, query, self.token, f"{self.epoch}:{self.offset}" if self.epoch else None)
        if stream.status != 200:
            return  # draining, or not there yet
        self._subscribed(stream.receive_event("subscribed")[1])
        while True:
            event, at, data = stream.receive()
            if event == "notice":
                if at != f"{data['epoch']}:{data['offset']}":
                    self.faults.append(f"id {at} on the frame of {data['offset']}")
                self._take(data)
            elif event is None and at is not None:
                self._beat(*at.split(":"))
