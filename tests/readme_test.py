#!/usr/bin/env python3
"""Runs README's five minutes against a fresh server, so that the page never shows what does not work.

Standard library only. usage: readme_test.py CLARION_PROGRAM
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 else str(ROOT / "build/release/clarion")
SAMPLES = ROOT / "deploy/sample-posts.ndjson"


def blocks():
    """The shell blocks of the chapter, in order; the last one is the stream, which never ends by itself."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    chapter = text.split("\n## Five minutes\n", 1)[1]
    return re.findall(r"^```sh\n(.*?)^```", chapter, re.M | re.S)


class Readme(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.data = str(pathlib.Path(self.folder.name) / "data")
        self.server = subprocess.Popen(
            [PROGRAM, "serve", "--data", self.data, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True
        )
        self.addCleanup(self.stop)
        ready = self.server.stdout.readline().split()
        self.assertEqual("ready", ready[0] if ready else "no first line")
        self.url = ready[1]

    def stop(self):
        self.server.terminate()
        self.server.wait(timeout=20)
        self.server.stdout.close()

    def bash(self, script):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, timeout=60, cwd=self.folder.name
        )
        self.assertEqual(0, done.returncode, f"{done.stdout}\n{done.stderr}")
        return done.stdout

    def test_five_minutes_work_as_written(self):
        setup, *steps, stream = blocks()
        first, rest = setup.split("\n", 1)
        self.assertIn("clarion=", first, "the first line names program, data folder and address")
        here = f"clarion={PROGRAM} D={self.data} U={self.url}\n{rest}"
        post = (
            f"TOKEN=$({PROGRAM} token issue feed --scope ingest --data {self.data})\n"
            f"curl -sS --fail-with-body -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/x-ndjson' "
            f"--data-binary @{SAMPLES} {self.url}/v1/posts"
        )
        self.assertIn('"rejected":[]', self.bash(post))
        # A stream that goes on is cut by curl's own limit (28); whatever came before counts.
        cut = stream.replace("curl -N", "curl -sS -N --max-time 3") + ' || [ $? = 28 ]'
        out = self.bash("\n".join([here, *steps, cut]))
        for word in ["assigned", "judged", "submitted", "approved", "'offset': '1'", "event: notice", '"jws":"']:
            self.assertIn(word, out)


if __name__ == "__main__":
    unittest.main()
