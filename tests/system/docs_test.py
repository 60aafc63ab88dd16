#!/usr/bin/env python3
"""Holds docs/contract.md's list of what this build serves to the program."""

import re
import unittest

import harness


def served(row):
    text = (harness.ROOT / "docs/contract.md").read_text(encoding="utf-8").split("\n## 7. ", 1)[1]
    line = next(line for line in text.splitlines() if line.startswith(f"| {row} |"))
    return re.findall(r"`([^`]+)`", line)


class Docs(unittest.TestCase):
    def test_every_listed_verb_has_help_with_an_example(self):
        for verb in served("verbs"):
            with self.subTest(verb=verb):
                self.assertIn(f"Example: clarion {verb}", harness.run(*verb.split(), "--help"))

    def test_no_verb_is_left_out(self):
        # CLI11 indents the names of subcommands by two blanks, below this heading.
        names = lambda text: re.findall(r"^  ([a-z-]+)\s", text.split("Subcommands:", 1)[1], re.M)
        verbs = []
        for name in names(harness.run("--help")):
            text = harness.run(name, "--help")
            verbs += [f"{name} {sub}" for sub in names(text)] if "Subcommands:" in text else [name]
        self.assertEqual(sorted(served("verbs")), sorted(verbs))

    def test_listed_open_calls_are_there_and_others_are_not(self):
        with harness.Server() as server:
            for row in ["notices", "pages", "operations", *(["desk's page"] if server.call("GET", "/signin").status == 200 else [])]:
                for call in served(row):
                    method, _, path = call.rpartition(" ")
                    if method in ("", "GET") and path.startswith("/") and "{" not in path and path != "/metrics":
                        self.assertEqual(200, server.call("GET", path).status, path)
            self.assertEqual(404, server.call("GET", "/v1/hazards").status)


if __name__ == "__main__":
    harness.main()
