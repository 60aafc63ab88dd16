#!/usr/bin/env python3
"""Fails on an include that climbs a row, goes sideways, or brings a foreign library where it does not belong; and on a test suite with a fixture in two files.

The rows stand in layers.json beside this file. Standard library only.
usage: layers_test.py [SOURCE_TREE]
"""

import json
import pathlib
import re
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else HERE.parent
LAYERS = json.loads((HERE / "layers.json").read_text(encoding="utf-8"))
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)
DEPS = re.compile(r"clarion_module\((\w+)(?:\s+DEPS((?:\s+\w+)*?))?(?=\s+LIBS|\s*\))")
# Headers of C++, POSIX and Linux: any folder may ask the system.
SYSTEM = re.compile(
    r"^[a-z_]+$|^(sys|netinet|arpa|linux|net)/"
    r"|^(dirent|dlfcn|endian|fcntl|glob|ifaddrs|malloc|netdb|poll|pthread|pwd|sched|signal|spawn|termios|unistd)\.h$"
)


def faults(folder, kind, header, layers=LAYERS):
    """What is wrong with one include of a file in src/<folder>: a text, or None."""
    folders = layers["folders"]
    if kind == '"':
        target = header.split("/")[0]
        if "/" not in header or target not in folders:
            return f'"{header}" is in no folder of layers.json (write includes from src/)'
        if target == folder:
            return None
        allowed = folders[folder].get("may", [])
        if folders[target]["row"] > folders[folder]["row"]:
            return f'"{header}" climbs: {target} stands above {folder}'
        if target in layers["anywhere"] and folders[target]["row"] < folders[folder]["row"]:
            return None
        if "*" in allowed or target in allowed:
            return None
        return f'"{header}": {folder} may not use {target}'
    for prefix, homes in layers["foreign"].items():
        if header.startswith(prefix):
            return None if "*" in homes or folder in homes else f"<{header}> belongs in {', '.join(homes)}"
    return None if SYSTEM.match(header) else f"<{header}> is no library of layers.json"


def sources():
    for path in sorted((ROOT / "src").glob("*/**/*")):
        # The precompiled header is made of what everyone may use; it is no part of base.
        exempt = path.name == "pch.h" or str(path.relative_to(ROOT)) in LAYERS["exempt"]
        if path.suffix in (".h", ".cc") and not exempt:
            yield path


SUITE = re.compile(r"^TEST(_F|_P)?\((\w+),", re.M)


class Suites(unittest.TestCase):
    def test_one_with_a_fixture_is_in_one_file(self):
        # unit_all holds all of them in one program: gtest refuses a suite of two fixtures there.
        homes, fixtures = {}, set()
        for path in sorted((ROOT / "tests").glob("*/*_test.cc")):
            for kind, name in SUITE.findall(path.read_text(encoding="utf-8")):
                homes.setdefault(name, set()).add(str(path.relative_to(ROOT)))
                if kind:
                    fixtures.add(name)
        self.assertGreater(len(homes), 100)
        self.assertEqual({}, {name: files for name, files in homes.items() if len(files) > 1 and name in fixtures})


class Layers(unittest.TestCase):
    def test_every_include_goes_down(self):
        found = []
        for path in sources():
            folder = path.relative_to(ROOT / "src").parts[0]
            place = path.relative_to(ROOT)
            if folder not in LAYERS["folders"]:
                found.append(f"{place}: {folder} has no row in layers.json")
                continue
            for kind, header in INCLUDE.findall(path.read_text(encoding="utf-8")):
                fault = faults(folder, kind, header)
                if fault:
                    found.append(f"{place}: {fault}")
        self.assertEqual([], found, "\n" + "\n".join(found))

    def test_every_link_goes_down(self):
        found = []
        for path in sorted((ROOT / "src").glob("*/CMakeLists.txt")):
            for folder, deps in DEPS.findall(path.read_text(encoding="utf-8")):
                for target in deps.split():
                    fault = faults(folder, '"', target + "/")
                    if fault:
                        found.append(f"{path.relative_to(ROOT)}: {fault}")
        self.assertEqual([], found, "\n" + "\n".join(found))

    def test_refuses_what_climbs_goes_sideways_or_is_foreign(self):
        self.assertIn("climbs", faults("store", '"', "desk/case.h"))
        self.assertIn("may not use", faults("store", '"', "http/router.h"))
        self.assertIn("may not use", faults("model", '"', "ops/clock.h"))
        self.assertIn("may not use", faults("broadcast", '"', "rules/scan.h"))
        self.assertIn("no folder", faults("store", '"', "../desk/case.h"))
        self.assertIn("belongs in", faults("desk", "<", "sqlite3.h"))
        self.assertIn("belongs in", faults("desk", "<", "boost/beast/http.hpp"))
        self.assertIn("no library", faults("desk", "<", "curl/curl.h"))

    def test_lets_pass_what_goes_down(self):
        for folder, kind, header in [
            ("store", '"', "base/result.h"),
            ("ops", '"', "model/time.h"),
            ("desk", '"', "identity/rights.h"),
            ("app", '"', "broadcast/hub.h"),
            ("store", "<", "sqlite3.h"),
            ("rules", "<", "hs/hs.h"),
            ("text", "<", "vector"),
            ("http", "<", "sys/socket.h"),
        ]:
            self.assertIsNone(faults(folder, kind, header), header)


if __name__ == "__main__":
    unittest.main()
