#!/usr/bin/env python3
"""deploy/run behind the build: what it starts, says, and leaves behind. The steps that install and build are stood in for."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest

import harness

STAND_IN = """
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
say() { printf '%s\\n' "$*" >&2; }
install_packages() { say installed; }
build_tree() { say built "$@"; }
"""


class DeployRun(unittest.TestCase):
    def setUp(self):
        self.tree = pathlib.Path(tempfile.mkdtemp(prefix="clarion-test-"))
        self.addCleanup(shutil.rmtree, self.tree)
        for folder in ("deploy", "build/release", "tmp"):
            (self.tree / folder).mkdir(parents=True)
        shutil.copy(harness.ROOT / "deploy/run", self.tree / "deploy/run")
        (self.tree / "deploy/lib.sh").write_text(STAND_IN, encoding="utf-8")
        (self.tree / "build/release/clarion").symlink_to(harness.PROGRAM)

    def start(self, *words):
        process = subprocess.Popen([self.tree / "deploy/run", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   start_new_session=True, env={**os.environ, "TMPDIR": str(self.tree / "tmp")})
        line = process.stdout.readline()
        return process, line

    def ctrl_c(self, process):
        """As a terminal does it: to the whole group. What was said on standard error."""
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=20)
        with self.assertRaises(ProcessLookupError, msg="a process was left"):
            os.killpg(process.pid, 0)
        return said

    def test_ends_in_the_demonstration_and_leaves_nothing_behind(self):
        process, line = self.start("--listen", "127.0.0.1:0")
        self.assertTrue(line.startswith("ready http://127.0.0.1:"), line)
        said = self.ctrl_c(process)
        self.assertIn("built release clarion", said)
        self.assertIn("演示", said)
        self.assertEqual([], os.listdir(self.tree / "tmp"))
        self.assertFalse((self.tree / "clarion-data").exists())

    def test_plain_starts_without_a_demonstration_on_data_that_stay(self):
        process, line = self.start("--plain", "--listen", "127.0.0.1:0")
        self.assertTrue(line.startswith("ready http://127.0.0.1:"), line)
        said = self.ctrl_c(process)
        self.assertNotIn("演示", said)
        self.assertTrue((self.tree / "clarion-data/clarion.db").exists())
        lines = [each.strip() for each in said.splitlines() if each.startswith("    ")]
        self.assertEqual(4, len(lines))
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", "\n".join([*lines, "echo ${#ANNA} ${#FEED}"])], capture_output=True, text=True, timeout=30)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual("47 47", done.stdout.splitlines()[-1])

    def test_data_and_serve_options_are_handed_on(self):
        folder = self.tree / "own data"
        process, line = self.start("--data", str(folder), "--listen", "127.0.0.1:0", "--", "--demo-speed", "50")
        self.assertTrue(line.startswith("ready http://"), line)
        self.ctrl_c(process)
        self.assertTrue((folder / "clarion.db").exists())

    def test_build_only_names_the_program(self):
        done = subprocess.run([self.tree / "deploy/run", "--build-only"], capture_output=True, text=True, timeout=30)
        self.assertEqual(f"{self.tree}/build/release/clarion\n", done.stdout)

    def test_wrong_usage_is_2(self):
        done = subprocess.run([self.tree / "deploy/run", "--no-samples"], capture_output=True, text=True, timeout=30)
        self.assertEqual(2, done.returncode)
        self.assertIn("--no-samples", done.stderr)


if __name__ == "__main__":
    harness.main()
