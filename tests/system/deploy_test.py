"""deploy/ and docs/operations.md against the program: alerts ask for figures that exist, the unit holds and lets the program work, the commands run."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import harness
from harness import ROOT, Desk, Server, flagged, main, until
from sync_test import why_not

OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
ALERTS = ROOT / "deploy/prometheus-alerts.yml"
UNIT = ROOT / "deploy/clarion.service"


def needs(case, tool):
    if shutil.which(tool) is None:
        print(f"SKIPPED {case.id()}: {tool} is not installed", flush=True)
        case.skipTest(f"{tool} is not installed")


def does(*words, **more):
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, **more)
    return done.returncode, done.stdout + done.stderr


def section(title):
    return OPERATIONS.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


class Figures(unittest.TestCase):
    def shown(self):
        with Server() as server:
            return set(re.findall(r"^# TYPE (\S+)", server.get("/metrics").body, re.M))

    def test_the_metrics_are_those_that_are_written_down_and_alerts_ask_for_no_other(self):
        shown = self.shown()
        self.assertEqual(set(re.findall(r"^\| `(\w+)` \|", section("Metrics"), re.M)), shown)
        asked = set(re.findall(r"\b(?:clarion|process)_\w+", " ".join(re.findall(r"^ +expr: (.*)$", ALERTS.read_text(), re.M))))
        self.assertGreater(len(asked), 15)
        self.assertEqual(asked - shown, set())

    def test_every_alert_is_explained(self):
        names = re.findall(r"- alert: (\w+)", ALERTS.read_text())
        explained = [name for row in re.findall(r"^\| (Clarion[\w, ]+) \|", section("Alerts"), re.M) for name in row.split(", ")]
        self.assertEqual(sorted(names), sorted(explained))
        self.assertEqual(len(set(names)), len(names))

    def test_prometheus_takes_the_rules_and_they_ring_when_they_should(self):
        needs(self, "promtool")
        for words in (("check", "rules", str(ALERTS)), ("test", "rules", str(ROOT / "tests/deploy/alerts.yml"))):
            status, out = does("promtool", *words)
            self.assertEqual(status, 0, out)


class Unit(unittest.TestCase):
    def value(self, name):
        return re.findall(rf"^{name}=(.*)$", UNIT.read_text(), re.M)

    def test_systemd_takes_it_and_finds_it_tight(self):
        needs(self, "systemd-analyze")
        with tempfile.TemporaryDirectory(prefix="clarion-unit-") as folder:
            unit = pathlib.Path(folder, "clarion.service")
            unit.write_text(UNIT.read_text().replace("/usr/bin/clarion", harness.PROGRAM))
            status, out = does("systemd-analyze", "verify", "--man=no", str(unit))
            self.assertEqual((status, [line for line in out.splitlines() if "clarion.service" in line]), (0, []), out)
            status, out = does("systemd-analyze", "security", "--offline=yes", str(unit))
        score = re.search(r"exposure level for clarion.service: ([\d.]+)", out)
        if not score:
            print(f"SKIPPED the unit's score: {out.strip()}", flush=True)
            self.skipTest("systemd-analyze gives no score here")
        print(f"systemd-analyze security: {score.group(1)}", flush=True)
        self.assertLessEqual(float(score.group(1)), 1.5)

    def test_it_stops_and_reloads_as_the_contract_says(self):
        drain = int(re.search(r"^drain_seconds = (\d+)", (ROOT / "deploy/clarion.toml").read_text(), re.M).group(1))
        self.assertGreater(int(self.value("TimeoutStopSec")[0]), drain)
        self.assertEqual(self.value("KillSignal"), ["SIGTERM"])
        self.assertIn("-HUP $MAINPID", self.value("ExecReload")[0])

    def test_the_program_makes_no_call_that_it_forbids_and_no_memory_both_written_and_run(self):
        if reason := why_not():
            print(f"SKIPPED the unit's filter: {reason}", flush=True)
            self.skipTest(reason)
        needs(self, "systemd-analyze")
        with tempfile.TemporaryDirectory(prefix="clarion-unit-") as folder:
            trace = pathlib.Path(folder, "trace")
            with Server(wrapper=["strace", "-D", "-f", "-o", str(trace)]) as server:
                desk = Desk(server)
                server.send_posts(desk.feed, [{"id": "1", "source": "weibo", "text": flagged("unit")}])
                desk.published()
                server.post("/v1/admin/reload", server.user("root", "admin"))
                self.assertEqual(server.get("/metrics").status, 200)
                pid = server.process.pid
            until(lambda: re.search(rf"^{pid} +\+\+\+ exited", trace.read_text(errors="replace"), re.M), what="the end of the trace")
            text = trace.read_text(errors="replace")
        self.assertEqual(re.findall(r"(?:mmap|mprotect)\([^)]*PROT_WRITE\|PROT_EXEC.*", text), [])
        used = set(re.findall(r"^\d+ +(\w+)\(", text, re.M))
        self.assertGreater(len(used), 30)
        allowed, forbidden = self.calls("@system-service"), self.calls("@privileged")
        if not allowed:
            self.skipTest("systemd-analyze knows no sets of system calls here")
        # SQLite gives its files the owner of the data base when it runs as root, which the unit does not.
        self.assertEqual(used - (allowed - forbidden) - {"fchown", "chown"}, set())

    def calls(self, name):
        status, out = does("systemd-analyze", "syscall-filter", name)
        found = set()
        for line in out.splitlines() if status == 0 else []:
            word = line.strip()
            if word.startswith("@") and word != name:
                found |= self.calls(word)
            elif re.fullmatch(r"[a-z_0-9]+", word):
                found.add(word)
        return found


class Commands(unittest.TestCase):
    def test_the_commands_of_operations_md_run_beside_a_server(self):
        blocks = re.findall(r"^```sh\n(.*?)^```", OPERATIONS, re.M | re.S)
        self.assertGreaterEqual(len(blocks), 5)
        with tempfile.TemporaryDirectory(prefix="clarion-operations-") as folder, Server() as server:
            files = {}
            for name, data in {"CONFIG": server.data, "RESTORED": os.path.join(folder, "restored")}.items():
                files[name] = os.path.join(folder, name + ".toml")
                pathlib.Path(files[name]).write_text(f'[data]\ndir = "{data}"\n')
            environment = {**os.environ, **files, "BACKUPS": folder, "PATH": os.path.dirname(harness.PROGRAM) + ":" + os.environ["PATH"]}
            for block in blocks:
                status, out = does("bash", "-euo", "pipefail", "-c", block, env=environment)
                self.assertEqual(status, 0, block + out)
            self.assertEqual(harness.run("db", "check", data=os.path.join(folder, "restored")), "ok\n")


if __name__ == "__main__":
    main()
