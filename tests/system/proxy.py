"""A TCP proxy that cuts connections and may change what a server says, and a server of the stream that does what a test tells it."""
import base64
import contextlib
import hashlib
import json
import random
import socket
import struct
import threading


class Proxy:
    """Forwards 127.0.0.1:port to the server's port until close().

    `change(bytes)` may alter what the server sends; it gets what one read brought.
    """

    def __init__(self, target, port=0, change=lambda data: data, seed=1):
        self.target, self.change, self.dice = target, change, random.Random(seed)
        self.lock = threading.Lock()  # guards pairs
        self.pairs = set()
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target), timeout=5)
                server.settimeout(None)
            except OSError:
                client.close()
                continue
            pair = Pair(self, client, server)
            with self.lock:
                self.pairs.add(pair)
            pair.start()

    def live(self):
        """How many connections the server has begun to answer on."""
        with self.lock:
            return sum(pair.answered for pair in self.pairs)

    def cut(self):
        """Cuts all connections: by a reset, by an end, or by an end in the middle of what the server says next."""
        with self.lock:
            pairs = list(self.pairs)
        for pair in pairs:
            pair.cut(self.dice.choice(("reset", "end", "within")))

    def close(self):
        self.listener.close()
        with self.lock:
            pairs = list(self.pairs)
        for pair in pairs:
            pair.cut("reset")


class Pair:
    def __init__(self, proxy, client, server):
        self.proxy, self.client, self.server = proxy, client, server
        self.answered = self.break_off = False

    def start(self):
        threading.Thread(target=self._forward, args=(self.client, self.server, False), daemon=True).start()
        threading.Thread(target=self._forward, args=(self.server, self.client, True), daemon=True).start()

    def _forward(self, source, sink, from_server):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if from_server:
                    self.answered = True
                    data = self.proxy.change(data)
                    if self.break_off:
                        sink.sendall(data[:len(data) // 2])
                        break
                sink.sendall(data)
        self._end()

    def _end(self):
        with self.proxy.lock:
            self.proxy.pairs.discard(self)
        for one in (self.client, self.server):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def cut(self, how):
        if how == "within":
            self.break_off = True
            return
        if how == "reset":
            for one in (self.client, self.server):
                with contextlib.suppress(OSError):
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._end()


class Peer:
    """One subscriber of a FakeServer, behind its handshake."""

    def __init__(self, connection, reader):
        self.connection, self.reader = connection, reader

    def send(self, message):
        """A message, or its text as it is to be sent."""
        payload = (message if isinstance(message, str) else json.dumps(message)).encode()
        self.send_raw(frame_head(0x81, len(payload)) + payload)

    def send_raw(self, data):
        self.connection.sendall(data)

    def close(self, code, reason=""):
        payload = struct.pack(">H", code) + reason.encode()
        self.send_raw(bytes([0x88, len(payload)]) + payload)

    def receive(self):
        """The next text of the subscriber as JSON; None for its Close or end. Pongs are passed over."""
        while True:
            head = self.reader.read(2)
            if len(head) < 2:
                return None
            size = head[1] & 0x7F
            if size == 126:
                size = struct.unpack(">H", self.reader.read(2))[0]
            mask = self.reader.read(4)
            payload = bytes(b ^ mask[i % 4] for i, b in enumerate(self.reader.read(size)))
            if head[0] & 0x0F == 8:
                return None
            if head[0] & 0x0F == 1:
                return json.loads(payload)

    def greet(self, heartbeat=1):
        """hello; gives the subscription."""
        self.send({"type": "hello", "protocol": "clarion.v1", "heartbeat_s": heartbeat, "limits": {"frame": 65536, "filters": 16}, "channels": ["notices"]})
        return self.receive()

    def accept(self, epoch, head, **more):
        self.send({"type": "subscribed", "id": 1, "channel": "notices", **more, "head": {"epoch": epoch, "offset": str(head)}})

    def wait_for_end(self):
        while self.receive() is not None:
            pass


def frame_head(first, size):
    if size < 126:
        return bytes([first, size])
    return bytes([first, 126]) + struct.pack(">H", size) if size < 65536 else bytes([first, 127]) + struct.pack(">Q", size)


class FakeServer:
    """Serves the keys and the stream. `script(peer, number)` is what the number-th subscriber meets; afterwards its connection is closed."""

    def __init__(self, jwks, script, refuse=None):
        self.jwks, self.script, self.refuse = jwks, script, refuse
        self.subscribers = self.keys_asked = 0
        self.faults = []
        self.heads = []  # of the requests for the stream
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection, connection.makefile("rb") as reader:
            try:
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    line = reader.readline()
                    if not line:
                        return
                    head += line
                self._answer(connection, reader, head.decode())
            except OSError:
                pass  # the subscriber is gone
            except Exception as fault:  # a thread's own failure would go unseen
                self.faults.append(repr(fault))

    def _answer(self, connection, reader, head):
        if "jwks.json" in head:
            self.keys_asked += 1
            body = json.dumps(self.jwks() if callable(self.jwks) else self.jwks).encode()
            connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            return
        self.heads.append(head)
        if self.refuse:
            connection.sendall(f"HTTP/1.1 {self.refuse}\r\nContent-Length: 0\r\n\r\n".encode())
            return
        number, self.subscribers = self.subscribers, self.subscribers + 1
        key = next(line.split(": ", 1)[1] for line in head.split("\r\n") if line.lower().startswith("sec-websocket-key"))
        accept = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
        connection.sendall(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            f"Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: clarion.v1\r\n\r\n").encode())
        self.script(Peer(connection, reader), number)
