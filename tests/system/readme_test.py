#!/usr/bin/env python3
"""Runs README's five minutes against a fresh demonstration, so that the page never shows what does not work."""

import os
import re
import subprocess
import unittest

import harness


def blocks():
    """The shell blocks of the chapter, in order; the last line of the last one is the stream, which never ends by itself."""
    text = (harness.ROOT / "README.md").read_text(encoding="utf-8")
    chapter = text.split("\n## Five minutes\n", 1)[1]
    return re.findall(r"^```sh\n(.*?)^```", chapter, re.M | re.S)


class Readme(unittest.TestCase):
    def bash(self, script):
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, timeout=60)
        self.assertEqual(0, done.returncode, f"{done.stdout}\n{done.stderr}")
        return done.stdout

    def bash_until(self, word, script, **environment):
        """What the script prints up to the line with the word."""
        command = ["bash", "-c", "exec " + script]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}) as process:
            seen = []
            for line in process.stdout:
                seen.append(line)
                if word in line:
                    break
            process.terminate()
        return "".join(seen)

    def test_five_minutes_work_as_written(self):
        first, *steps, last = blocks()
        self.assertRegex(first.splitlines()[0], r"^\. /tmp/clarion-demo-…/demo\.env$")
        *rest, stream = last.splitlines()
        with harness.Demo(speed=5) as demo:
            demo.wait_for("] 发布")
            here = f". {demo.variables}\n" + first.split("\n", 1)[1]
            out = self.bash("\n".join([here, *steps, *rest]))
            for word in ["二两白酒", "assigned", "judged", "submitted", "approved", "'offset':", "demo-flood-6", "<rss", "喝白酒不能预防流感"]:
                self.assertIn(word, out)
            out = self.bash_until("snapshot_end", stream, U=demo.url)
            for word in ["event: notice", '"jws":"', "喝白酒不能预防流感"]:
                self.assertIn(word, out)


if __name__ == "__main__":
    harness.main()
