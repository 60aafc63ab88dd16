#!/usr/bin/env python3
"""`clarion serve --demo` from its first line to Ctrl-C."""

import datetime
import os
import pathlib
import re
import stat
import subprocess
import tempfile
import unittest

import harness
from harness import Demo


def bash(script, **environment):
    return subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, timeout=60, env={**os.environ, **environment})


class WholeDemo(unittest.TestCase):
    """One demo, played fast to the end of its first round."""

    @classmethod
    def setUpClass(cls):
        cls.demo = Demo()
        cls.demo.wait_for("[演示 05:", 120)

    @classmethod
    def tearDownClass(cls):
        cls.demo.__exit__()

    def notices(self):
        return self.demo.get("/v1/notices?limit=100").json["items"]

    def test_notices_are_published_corrected_updated_and_withdrawn(self):
        actions = []
        for notice in {item["id"] for item in self.notices()}:
            actions += [each["action"] for each in self.demo.get(f"/v1/notices/{notice}/revisions").json["items"]]
        self.assertGreaterEqual(actions.count("publish"), 12)
        for action in ("correct", "update", "withdraw"):
            self.assertIn(action, actions)
        self.assertNotIn("跳过一幕", self.demo.text())

    def test_nothing_was_published_without_approval_by_someone_else(self):
        operator = self.demo.token("OPERATOR")
        seen = 0
        for item in self.notices():
            notice = self.demo.get(f"/v1/notices/{item['id']}?revision={item['revision']}", operator).json
            if notice["action"] == "withdraw":
                continue
            seen += 1
            approvers = {approval["by"] for approval in notice["approvals"]}
            self.assertTrue(approvers, notice["id"])
            self.assertFalse(approvers & set(notice["authors"]), notice["id"])
        self.assertGreaterEqual(seen, 12)

    def test_every_notice_says_that_it_is_a_demonstration(self):
        for notice in self.notices():
            self.assertIn("演示", notice["issuer"])
            self.assertIn("演示", notice["content"]["zh"]["title"])
            self.assertEqual("Actual", notice["mode"])

    def test_the_audit_chain_is_whole(self):
        folder = str(pathlib.Path(self.demo.variables).parent)
        self.assertRegex(harness.run("audit", "verify", data=folder), r"head \d+:[0-9a-f]{64}")

    def test_posts_are_counted_and_near_duplicates_share_a_case(self):
        counts = re.findall(r"(\d+) posts played, (\d+) flagged", self.demo.text())[-1]
        self.assertGreaterEqual(int(counts[0]), 400)
        self.assertGreaterEqual(int(counts[1]), 80)
        cases, target = [], "/v1/cases?limit=100&sort=id"
        while target:
            page = self.demo.get(target, self.demo.token("OPERATOR")).json
            cases += page["items"]
            target = page["next"] and f"/v1/cases?limit=100&sort=id&cursor={page['next']}"
        self.assertLess(len(cases), int(counts[1]) * 0.75)
        self.assertGreaterEqual(max(case["group"]["size"] for case in cases), 5)
        self.assertGreaterEqual(sum(case["state"] in ("open", "assigned") for case in cases), 10, "left for the visitor")

    def test_people_are_on_duty_and_what_a_roster_is_for_is_seen_at_the_first_look(self):
        get = lambda path: self.demo.get(path, self.demo.token("OPERATOR")).json
        now = get("/v1/roster/now")
        self.assertEqual({"desk": True, "expert": True, "approver": True}, now["planned"])
        on = {each["account"] for each in now["on"]}
        self.assertTrue({"demo-operator", "demo-approver", "demo-approver-2", "demo-expert"} <= on, on)
        self.assertEqual(len(get("/v1/experts")["items"]), len([each for each in now["on"] if each["duty"] == "expert"]), "every expert can be asked")
        self.assertEqual([], now["alarms"], "nothing rings at the start")
        self.assertIsNone(now["drills_blocked_until"])
        self.assertIn("demo-operator-2", {each["account"] for each in now["next"]})
        self.assertEqual([None, None], [each["blocked_by"] for each in now["drills"]])
        begin = now["at"][:10]
        until = (datetime.date.fromisoformat(begin) + datetime.timedelta(days=3)).isoformat()
        span = get(f"/v1/roster?from={begin}&until={until}")
        self.assertEqual({"approver", "expert"}, {gap["duty"] for gap in span["gaps"] if gap["from"] > now["at"]}, "gaps lie ahead")
        self.assertEqual(["demo-operator-2"], [each["by"] for each in span["swaps"]])
        self.assertEqual(["demo-operator-2"], [each["by"] for each in get("/v1/roster/handover")["notes"]])
        routing = get(f"/v1/cases/{get('/v1/cases?state=assigned')['items'][0]['id']}/routing")
        self.assertIn("route_line1", {reason["code"] for reason in routing["assignment_reasons"]}, "who is on duty is a reason")

    def test_the_library_holds_the_packaged_debunks(self):
        folder = str(pathlib.Path(self.demo.variables).parent)
        packaged = (harness.ROOT / "src/demo/data/debunks.ndjson").read_text(encoding="utf-8")
        self.assertEqual(len(packaged.splitlines()), len(harness.run("library", "export", data=folder).splitlines()))

    def test_secrets_stay_in_the_variables_file(self):
        self.assertEqual(0o600, stat.S_IMODE(os.stat(self.demo.variables).st_mode))
        self.assertNotIn("clt_", self.demo.text())


class Visitor(unittest.TestCase):
    def test_the_printed_lines_work_as_printed(self):
        with Demo(speed=5) as demo:
            harness.until(lambda: bash(f". {demo.variables}; call \"$OPERATOR\" \"$U/v1/cases?state=open,assigned\"").stdout.count("二两白酒"), what="the case")
            script = demo.blocks()
            endless = [line for line in script.splitlines() if line.startswith(("curl -sSN", '"$clarion" follow'))]
            self.assertEqual(2, len(endless), "what ends by Ctrl-C alone")
            for line in endless:
                script = script.replace(line, "")
            done = bash(script)
            self.assertEqual(0, done.returncode, done.stdout + done.stderr)
            for word in ("demo-typhoon-1\t", "二两白酒", "assigned", "judged", "submitted", "approved", "'offset':", '"known":true', "喝白酒不能预防流感"):
                self.assertIn(word, done.stdout)
            for line, words in zip(endless, ("喝白酒不能预防流感", "event: notice")):
                streamed = bash(f". {demo.variables}; timeout -s INT 5 {line} || true").stdout
                self.assertIn(words, streamed)
                self.assertIn("喝白酒不能预防流感", streamed)


class Bounds(unittest.TestCase):
    def refused(self, *words):
        done = subprocess.run([harness.PROGRAM, "serve", *words], capture_output=True, text=True, timeout=30)
        return done.returncode, done.stderr

    def test_listens_on_loopback_alone(self):
        for listen in ("0.0.0.0:0", "[::]:0"):
            status, said = self.refused("--demo", "--listen", listen)
            self.assertEqual(2, status)
            self.assertIn("loopback", said)
        self.assertEqual(2, self.refused("--demo", "--set", "server.listen=0.0.0.0:0")[0])

    def test_speaks_plain_http(self):
        status, said = self.refused("--demo", "--listen", "127.0.0.1:0", "--set", "server.tls_certificate=c.pem", "--set", "server.tls_key=k.pem")
        self.assertEqual(2, status)
        self.assertIn("server.tls_certificate", said)

    def test_speed_is_bounded_and_needs_the_demo(self):
        self.assertEqual(2, self.refused("--demo-speed", "2")[0])
        self.assertEqual(2, self.refused("--demo", "--demo-speed", "0")[0])

    def test_never_plays_into_a_real_desks_folder(self):
        with tempfile.TemporaryDirectory(prefix="clarion-test-") as folder:
            harness.run("user", "add", "anna", "--role", "operator", data=folder)
            status, said = self.refused("--demo", "--listen", "127.0.0.1:0", "--data", folder)
            self.assertEqual(2, status)
            self.assertIn("--demo", said)
            self.assertEqual("anna", harness.run("user", "list", data=folder).split()[0])
            self.assertEqual(1, len(harness.run("user", "list", data=folder).splitlines()))

    def test_ctrl_c_ends_it_and_takes_the_folder_with_it(self):
        with Demo(speed=1) as demo:
            self.assertEqual(1, len(os.listdir(demo.scratch)))
            self.assertLess(demo.seconds_to_ready, 5)
            self.assertEqual(0, demo.stop())
            self.assertEqual([], os.listdir(demo.scratch))

    def test_a_folder_that_was_named_stays_and_starts_again(self):
        with tempfile.TemporaryDirectory(prefix="clarion-test-") as folder:
            with Demo(data=folder) as first:
                first.wait_for("] 发布：【演示】风力等级")
                old = first.token("OPERATOR")
                password = re.search(r"password +(\S+)", first.text()).group(1)
                self.assertEqual(0, first.stop())
            with Demo(data=folder) as second:
                self.assertNotEqual(password, re.search(r"password +(\S+)", second.text()).group(1))
                self.assertEqual(401, second.get("/v1/cases", old).status, "an earlier start's token has ended")
                self.assertGreaterEqual(len(second.get("/v1/notices").json["items"]), 1)
                second.wait_for("] 发布：【演示】风力等级")


if __name__ == "__main__":
    harness.main()
