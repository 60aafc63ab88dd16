"""TLS of the listener: HTTP, the stream and its resume, a slow reader, a certificate exchanged under way, what is refused at start."""
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import unittest

import harness
from harness import Desk, Server, Stream, flagged, main, until


class Tls(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="clarion-tls-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.certificate, self.key = os.path.join(self.folder, "cert.pem"), os.path.join(self.folder, "key.pem")
        self.settings = (f"server.tls_certificate={self.certificate}", f"server.tls_key={self.key}")
        self.make("first")

    def make(self, name):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", self.key, "-out", self.certificate], check=True, capture_output=True)
        os.chmod(self.key, 0o600)

    def trust(self):
        return ssl.create_default_context(cafile=self.certificate)

    def name_of(self, server):
        believe_all = ssl._create_unverified_context()
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as plain, believe_all.wrap_socket(plain) as tls:
            shown = tls.getpeercert(binary_form=True)
        return "second" if b"second" in shown else "first"

    def test_serves_posts_people_and_a_stream_that_resumes(self):
        with Server(settings=self.settings, tls=self.trust()) as server:
            desk = Desk(server)
            sent = server.send_posts(desk.feed, [{"id": str(i), "source": "s", "text": flagged(str(i))} for i in range(200)])
            self.assertEqual((sent.status, sent.json["flagged"]), (202, 200))
            first = desk.published()["position"]
            offsets = [desk.published()["position"]["offset"] for _ in range(30)]
            live = Stream(server.port, tls=self.trust())
            self.addCleanup(live.close)
            answer = live.subscribe(**{"from": first})
            self.assertTrue(answer["recovered"])
            self.assertEqual([live.receive_type("notice")["offset"] for _ in offsets], offsets)
            after = desk.published()["position"]["offset"]
            self.assertEqual(live.receive_type("notice")["offset"], after)
            server.process.send_signal(signal.SIGTERM)
            while live.receive() is not None:
                pass
            self.assertEqual(live.close_code, 3001)  # the goodbye of a drain goes through TLS as well
            live.close()

    def test_a_reader_that_stops_costs_others_nothing_and_is_closed(self):
        settings = (*self.settings, "gateway.stall_seconds=1", "gateway.max_backlog_bytes=4096")
        with Server(settings=settings, tls=self.trust()) as server:
            desk = Desk(server)
            slow, quick = Stream(server.port, tls=self.trust()), Stream(server.port, tls=self.trust())
            self.addCleanup(slow.close)
            self.addCleanup(quick.close)
            slow.subscribe()
            quick.subscribe()
            body = "正文" * 9000

            def publish_and_look():
                at = desk.published(content={"zh": {"title": "标题", "summary": "摘要", "body": body}})["position"]["offset"]
                self.assertEqual(quick.receive_type("notice")["offset"], at)
                return 'clarion_stream_closed_total{why="slow"} 1' in server.get("/metrics").body
            until(publish_and_look, 60, "the close of the slow reader")

    def test_a_reload_takes_a_new_certificate_and_keeps_connections(self):
        with Server(settings=self.settings, tls=self.trust()) as server:
            desk = Desk(server)
            old = Stream(server.port, tls=self.trust())
            self.addCleanup(old.close)
            old.subscribe()
            self.make("second")
            server.tls = self.trust()
            server.process.send_signal(signal.SIGHUP)
            until(lambda: self.name_of(server) == "second", what="the new certificate")
            self.assertEqual(old.receive_type("notice")["offset"] if desk.published() else None, "1")
            pathlib.Path(self.certificate).write_text("no certificate")
            server.process.send_signal(signal.SIGHUP)
            until(lambda: "reload refused" in pathlib.Path(server.data, "serve.log").read_text(), what="the refusal")
            self.assertEqual(self.name_of(server), "second")
            old.close()

    def test_says_at_start_what_is_wrong_with_the_files(self):
        config = os.path.join(self.folder, "clarion.toml")

        def complains(text):
            pathlib.Path(config).write_text(text)
            done = subprocess.run([harness.PROGRAM, "check-config", config], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 2, done.stderr)
            serve = subprocess.run([harness.PROGRAM, "serve", "--config", config, "--data", self.folder + "/d", "--listen", "127.0.0.1:0"], capture_output=True, text=True, timeout=60)
            self.assertEqual((serve.returncode, serve.stdout), (2, ""), serve.stderr)
            return done.stderr
        self.assertIn("both are needed", complains(f'[server]\ntls_certificate = "{self.certificate}"\n'))
        self.assertIn("/nowhere.pem", complains(f'[server]\ntls_certificate = "/nowhere.pem"\ntls_key = "{self.key}"\n'))
        os.chmod(self.key, 0o644)
        self.assertIn("chmod 600", complains(f'[server]\ntls_certificate = "{self.certificate}"\ntls_key = "{self.key}"\n'))


if __name__ == "__main__":
    main()
