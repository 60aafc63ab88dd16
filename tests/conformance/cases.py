"""Runs cases of the ported Autobahn test suite against one server: cases.py PACKAGE_FOLDER SERVER_URL REPORT_FOLDER CASE…

Started by websocket_test.py in a Python that has Autobahn and Twisted. Writes the suite's own index.json.
"""
import os
import sys

os.environ["AUTOBAHN_USE_NVX"] = "0"  # the plain Python validator, as the cases expect
sys.path.insert(0, sys.argv[1])
sys.setrecursionlimit(10_000)

from autobahn.twisted.websocket import connectWS  # noqa: E402
from autobahn.websocket.protocol import WebSocketClientProtocol  # noqa: E402
from twisted.internet import reactor  # noqa: E402
from twisted.python import log  # noqa: E402

from autobahntestsuite import fuzzing  # noqa: E402
from autobahntestsuite.case import Case  # noqa: E402


def octets(value):
    return value.encode("latin-1") if isinstance(value, str) else value


def text(value):
    """Bytes as the cases know them: a text of one character each; in lists and tuples too."""
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("latin-1")
    if isinstance(value, (list, tuple)):
        return type(value)(text(one) for one in value)
    return value


class Protocol(fuzzing.FuzzingClientProtocol):
    """The suite's protocol over today's Autobahn: texts of the cases become bytes here, and bytes texts."""

    debug = False
    createWirelog = property(lambda self: False, lambda self, value: None)  # what went over the wire is only for reports

    def onConnect(self, response):
        self.caseAgent = "clarion"

    def sendFrame(self, opcode, payload=b"", fin=True, rsv=0, mask=None, payload_len=None, chopsize=None, sync=False):
        super().sendFrame(opcode, octets(payload), fin, rsv, octets(mask), payload_len, chopsize, sync)

    def sendMessage(self, payload, isBinary=False, fragmentSize=None, sync=False, doNotCompress=False):
        super().sendMessage(octets(payload), isBinary, fragmentSize, sync, doNotCompress)

    def sendMessageFrameData(self, payload, sync=False):
        return super().sendMessageFrameData(octets(payload), sync)

    def sendMessageFrame(self, payload, sync=False):
        super().sendMessageFrame(octets(payload), sync)

    def sendPing(self, payload=None):
        super().sendPing(octets(payload))

    def sendPong(self, payload=None):
        super().sendPong(octets(payload))

    def sendCloseFrame(self, code=None, reasonUtf8=None, isReply=False):
        super().sendCloseFrame(code, octets(reasonUtf8), isReply)

    def sendClose(self, code=None, reason=None):
        if code is not None and not (code == 1000 or 3000 <= code <= 4999):
            return self.sendCloseFrame(code, octets(reason))  # today's Autobahn sends no other codes of itself
        return super().sendClose(code, reason)

    def onMessage(self, payload, isBinary):
        super().onMessage(text(payload), isBinary)

    def onPing(self, payload):
        if self.runCase:
            self.runCase.onPing(text(payload))
        WebSocketClientProtocol.onPing(self, payload)

    def onPong(self, payload):
        super().onPong(text(payload))


class Factory(fuzzing.FuzzingClientFactory):
    def buildProtocol(self, addr):
        protocol = Protocol()
        protocol.factory = self
        protocol.caseAgent, protocol.case = self.agent, self.currentCaseIndex
        protocol.Case = fuzzing.Cases[self.currentCaseIndex - 1]
        protocol.runCase = protocol.Case(protocol)
        return protocol

    def createReports(self, produceHtml=False, produceJson=True):
        os.makedirs(self.outdir, exist_ok=True)
        self.createMasterReportJSON(self.outdir)


def stop_at_mistakes(event):
    """A mistake of this port must not look like a server that keeps silent."""
    if event.get("isError"):
        sys.stderr.write(log.textFromEventDict(event) + "\n")
        sys.stderr.flush()
        os._exit(2)


log.addObserver(stop_at_mistakes)
fuzzing.connectWS = connectWS
Case.compare = lambda self, one, other: text(one) == text(other)

_, _, url, folder, *cases = sys.argv
Factory({"outdir": folder, "cases": cases, "exclude-cases": [], "servers": [{"agent": "clarion", "url": url}]})
reactor.run()
