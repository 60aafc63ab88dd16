"""The command line of section 1 of the contract: help, wrong usage, accounts and tokens beside a running server, checks, scan, reload, logs."""
import gzip
import json
import lzma
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import unittest

import harness
from harness import ROOT, Desk, Server, flagged, main, run, until

RUMOR = "听说喝点白酒就能杀死新冠病毒，赶紧转给家人"
LEAVES = ("serve", "check-config", "scan", "rules check", "rules test", "rules bench", "rules explain", "user add", "user list", "user disable", "user passwd", "token issue", "token list",
          "token revoke", "expert import", "library import", "library export", "library search", "verify", "db migrate", "db check", "db backup", "db restore", "audit verify",
          "keys list", "keys rotate", "keys revoke", "version")


class Verbs(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="clarion-verbs-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.data = os.path.join(self.folder, "data")

    def path(self, name, text=None):
        path = os.path.join(self.folder, name)
        if text is not None:
            pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
            pathlib.Path(path).write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def does(self, *words, stdin="", environment=None):
        """Exit status, standard output and standard error of a verb."""
        done = subprocess.run([harness.PROGRAM, *words], input=stdin if isinstance(stdin, bytes) else stdin.encode(), capture_output=True, timeout=60,
                              env={**os.environ, **(environment or {})}, cwd=self.folder)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def fails(self, status, *words, says="", **more):
        got, out, error = self.does(*words, **more)
        self.assertEqual(got, status, (words, out, error))
        if says:
            self.assertRegex(error + out, says)
        return error + out


class Usage(Verbs):
    def test_every_verb_has_a_help_with_an_example(self):
        for verb in LEAVES:
            status, out, _ = self.does(*verb.split(), "--help")
            self.assertEqual(status, 0, verb)
            self.assertIn(f"Example: clarion {verb}", out)
        for group in ("rules", "user", "token", "expert", "library", "db", "audit", "keys"):
            self.assertEqual(self.does(group, "--help")[0], 0)
        everything = self.does("--help")[1]
        for verb in LEAVES:
            self.assertIn(verb.split()[0], everything)
        self.assertIn("--head", self.does("audit", "verify", "--help")[1])

    def test_wrong_usage_is_2_and_names_what_is_wrong(self):
        data = ("--data", self.data)
        for words, says in ((("explode",), "explode|subcommand"), ((), "subcommand"), (("user",), "subcommand"), (("user", "add", *data), "NAME"), (("user", "add", "anna", *data), "--role"),
                            (("user", "add", "anna", "--role", "king", *data), "--role: 'king'"), (("user", "add", "Anna Ü", "--role", "operator", *data), "'Anna Ü'"),
                            (("user", "add", "anna", "--role", "operator", "--region", "99", *data), "--region: '99'"), (("user", "add", "anna", "--role", "operator", "--colour", "red", *data), "--colour"),
                            (("token", "issue", "x", "--scope", "all", *data), "--scope: 'all'"), (("token", "issue", "x", "--scope", "desk", *data), "--user"),
                            (("token", "issue", "x", "--scope", "ingest", "--days", "0", *data), "--days"), (("token", "issue", "x", "--scope", "ingest", "--days", "many", *data), "--days"),
                            (("scan", "--threads", "0"), "--threads"), (("scan", "--flag-score", "7"), "--flag-score"), (("serve", "--listen", "here", *data), "--listen"),
                            (("serve", "--set", "nothing", *data), "--set"), (("serve", "--set", "desk.colour=1", *data), "desk.colour"), (("serve", "--set", "desk.lease_minutes=soon", *data), "desk.lease_minutes"),
                            (("audit", "verify", "--head", "x", *data), "--head"), (("check-config",), "FILE"), (("rules", "explain"), "TEXT")):
            self.fails(2, *words, says=says)
        self.assertFalse(os.path.exists(self.data))

    def test_what_reads_a_store_makes_none(self):
        for words in (("user", "list"), ("token", "list"), ("keys", "list"), ("db", "check"), ("audit", "verify")):
            self.fails(1, *words, "--data", self.data, says=re.escape(self.data))
            self.assertFalse(os.path.exists(self.data), words)

    def test_version_names_what_it_runs_on(self):
        status, out, _ = self.does("version")
        self.assertEqual(status, 0)
        self.assertRegex(out, r"^clarion \d+\.\d+\.\d+ ")
        for library in ("Boost", "Hyperscan", "SQLite", "OpenSSL"):
            self.assertRegex(out, library + r" \d")


class Accounts(Verbs):
    def test_accounts_are_added_listed_and_disabled(self):
        password = self.path("password", "correct horse\nsecond line")
        run("user", "add", "anna", "--role", "operator", "--region", "440100", "--region", "440300", "--password-file", password, data=self.data)
        run("user", "add", "bo", "--role", "approver", data=self.data)
        self.fails(1, "user", "add", "anna", "--role", "operator", "--data", self.data, says="anna")
        self.fails(1, "user", "disable", "nobody", "--data", self.data, says="nobody")
        run("user", "disable", "bo", data=self.data)
        self.assertEqual(run("user", "list", data=self.data), "anna\toperator\tactive\t440100,440300\nbo\tapprover\tdisabled\teverywhere\n")
        self.fails(1, "token", "issue", "x", "--scope", "desk", "--user", "bo", "--data", self.data, says="bo")
        self.fails(1, "token", "issue", "x", "--scope", "desk", "--user", "nobody", "--data", self.data, says="nobody")

    def test_passwords_are_read_from_files_or_input_and_kept_as_argon2_alone(self):
        run("user", "add", "anna", "--role", "operator", data=self.data)
        said = ""
        for stdin, status in (("short", 2), ("", 2), ("x" * 1025, 2), ("long enough 1\nmore", 0)):
            got, out, error = self.does("user", "passwd", "anna", "--data", self.data, stdin=stdin)
            self.assertEqual(got, status, (stdin, error))
            self.assertNotIn("password:", out + error)  # nothing is asked when nobody is there
            said += out + error
        self.fails(1, "user", "passwd", "anna", "--password-file", "/nowhere/file", "--data", self.data, says="/nowhere/file")
        self.fails(1, "user", "passwd", "nobody", "--data", self.data, stdin="long enough 2", says="nobody")
        self.assertNotIn("long enough", said)
        with sqlite3.connect(self.data + "/clarion.db") as db:
            self.assertTrue(db.execute("SELECT password FROM accounts").fetchone()[0].startswith("$argon2id$"))
            self.assertNotIn("long enough", "\n".join(db.iterdump()))

    def test_a_token_is_printed_alone_and_once(self):
        out = run("token", "issue", "feed", "--scope", "ingest", "--source", "weibo", data=self.data)
        self.assertRegex(out, r"^clt_[\w-]{43}\n$")
        token = out.strip()
        listed = run("token", "list", data=self.data)
        self.assertRegex(listed, r"^t_\w+\tfeed\tingest\t-\tactive\t\d{4}-")
        with sqlite3.connect(self.data + "/clarion.db") as db:
            dump = "\n".join(db.iterdump())
        self.assertNotIn(token, listed + dump)
        self.assertNotIn(token[4:], dump)
        identity = listed.split("\t")[0]
        run("token", "revoke", identity, data=self.data)
        self.assertIn("revoked", run("token", "list", data=self.data))
        for unknown in (identity, "t_none"):
            self.fails(1, "token", "revoke", unknown, "--data", self.data, says=unknown)

    def test_experts_come_all_or_none_and_a_wrong_line_is_named(self):
        run("user", "add", "chen", "--role", "expert", data=self.data)
        good = {"id": "e1", "user": "chen", "name": "陈", "topics": {"infectious": 3}}
        for wrong, says in (({"id": "e2"}, "/name"), ({**good, "id": "e2", "topics": {"ghosts": 1}}, "topics/ghosts"), ({**good, "id": "e2", "topics": {"typhoon": 4}}, "topics/typhoon"),
                            ({**good, "id": "e2", "regions": ["1"]}, "regions/0"), ({**good, "id": "e2", "colour": 1}, "colour"), ("not json", "line 3"), ([], "line 3"), ({**good, "id": "e2"}, "chen")):
            file = self.path("experts", json.dumps(good) + "\n\n" + (wrong if wrong == "not json" else json.dumps(wrong)) + "\n")
            status, out, error = self.does("expert", "import", file, "--data", self.data)
            self.assertIn(status, (1, 2), (wrong, out, error))
            self.assertRegex(error, r"experts: line 3: .*" + (says if says != "line 3" else ""))
        self.fails(1, "expert", "import", self.path("e", json.dumps({**good, "user": "nobody"})), "--data", self.data, says="nobody")
        with sqlite3.connect(self.data + "/clarion.db") as db:
            self.assertEqual(db.execute("SELECT count(*) FROM experts").fetchone(), (0,))
        self.assertIn("imported 1 expert\n", run("expert", "import", self.path("good", json.dumps(good)), data=self.data))

    def test_the_folder_is_its_owners_alone(self):
        with Server(data=self.data if os.makedirs(self.data, 0o755) is None else None):
            self.assertEqual(os.stat(self.data).st_mode & 0o777, 0o700)
            keys = list(pathlib.Path(self.data, "keys").iterdir())
            self.assertTrue(keys)
            for key in keys:
                self.assertEqual(key.stat().st_mode & 0o777, 0o600)


class Beside(Verbs):
    """Verbs beside a running server."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server().start()
        cls.anna = cls.server.user("anna", "operator")

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def status(self, token):
        return self.server.get("/v1/cases", token).status

    def identity(self, name):
        return next(line.split("\t")[0] for line in run("token", "list", data=self.server.data).splitlines() if line.split("\t")[1] == name)

    def test_a_new_token_works_at_the_next_request(self):
        for i in range(5):
            token = self.server.token(f"new{i}", "desk", "--user", "anna")
            self.assertEqual(self.status(token), 200)

    def test_a_revoked_token_stops_within_a_second(self):
        token = self.server.token("short", "desk", "--user", "anna")
        self.assertEqual(self.status(token), 200)
        run("token", "revoke", self.identity("short"), data=self.server.data)
        until(lambda: self.status(token) == 401, 1)
        self.assertEqual(self.status(self.anna), 200)

    def test_a_disabled_account_stops_within_a_second(self):
        token = self.server.user("leaver", "approver")
        self.assertEqual(self.status(token), 200)
        run("user", "disable", "leaver", data=self.server.data)
        until(lambda: self.status(token) == 401, 1)

    def test_a_new_expert_gets_the_next_case(self):
        self.server.user("wu", "expert")
        feed = self.server.token("feed", "ingest")
        self.server.expert(id="e-wu", user="wu", name="吴", topics={"infectious": 1})
        self.server.send_posts(feed, [{"id": "1", "source": "s", "text": flagged("expert")}])
        self.assertEqual(self.server.get("/v1/cases", self.anna).json["items"][0]["assignee"], "wu")

    def test_every_reading_verb_works_beside_it(self):
        for words in (("user", "list"), ("token", "list"), ("keys", "list"), ("db", "check"), ("db", "migrate"), ("audit", "verify")):
            run(*words, data=self.server.data)

    def test_the_current_key_is_the_one_that_readers_see(self):
        kid, state, _ = run("keys", "list", data=self.server.data).strip().split("\t")
        self.assertEqual((state, [key["kid"] for key in self.server.get("/.well-known/jwks.json").json["keys"]]), ("current", [kid]))

    def test_a_second_server_on_the_folder_names_the_first(self):
        self.fails(1, "serve", "--data", self.server.data, "--listen", "127.0.0.1:0", says=rf"\b{self.server.process.pid}\b")
        self.assertEqual(self.server.get("/readyz").status, 200)

    def test_a_port_that_is_taken_is_named(self):
        self.fails(1, "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.server.port}", says=str(self.server.port))

    def test_a_killed_server_leaves_no_lock(self):
        server = Server(data=self.data if os.makedirs(self.data) is None else None).start()
        server.kill()
        server.start()
        self.assertEqual(server.stop(), 0)


class Configuration(Verbs):
    def check(self, text, *says, environment=None):
        file = self.path("clarion.toml", text)
        error = self.fails(2, "check-config", file, environment=environment)
        for each in says:
            self.assertIn(each.replace("FILE", file), error)

    def test_what_is_shipped_is_good(self):
        self.assertEqual(self.does("check-config", str(ROOT / "deploy/clarion.toml"))[0], 0)
        self.assertEqual(self.does("check-config", self.path("empty.toml", ""))[0], 0)

    def test_what_is_wrong_is_named_with_file_and_line(self):
        self.check("[server]\nlisten = \"127.0.0.1:1\"\ncolour = 1\n", "FILE:3", "server.colour", "unknown key")
        self.check("[sever]\nlisten = \"x\"\n", "sever")
        self.check("\n[desk]\nlease_minutes = 0\n", "FILE:3", "desk.lease_minutes", "1..1440")
        self.check("[desk]\nlease_minutes = \"30\"\n", "FILE:2", "desk.lease_minutes")
        self.check("[desk]\ntimezone = \"Mars/Olympus\"\n", "FILE:2", "desk.timezone")
        self.check("[log]\nlevel = \"loud\"\n", "FILE:2", "log.level", "debug, info, warn, error")
        self.check("[server]\nlisten = \"nowhere\"\n[log]\nformat = 3\n[x]\n", "server.listen", "log.format", "x")  # all at once
        self.check("[server\n", "FILE:1")
        self.check("a = 1\na = 2\n", "FILE:2")
        self.check("[rules]\ndir = \"/nowhere/rules\"\n", "/nowhere/rules")
        self.check("[rules]\ndir = \"" + self.path("broken") + "\"\n" if self.path("broken/a.yaml", "pack: x\n") else "", "a.yaml")
        self.check("[scan]\nflag_score = 1.5\n", "FILE:2", "scan.flag_score")
        self.check("[scan]\nflag_score = nan\n", "FILE:2", "scan.flag_score")
        self.check("[http]\ntrusted_proxies = [\"10.0.0.0/8\", \"x\"]\n", "FILE:2", "http.trusted_proxies")
        self.check("\xff\xfe".encode("latin-1"), "FILE")
        self.check("", "CLARION_DESK__LEASE_MINUTES", environment={"CLARION_DESK__LEASE_MINUTES": "soon"})
        self.check("", "CLARION_DESK__COLOUR", environment={"CLARION_DESK__COLOUR": "1"})
        self.fails(2, "check-config", "/nowhere/clarion.toml", says="/nowhere/clarion.toml")

    def test_the_environment_wins_over_the_file_and_set_over_both(self):
        file = self.path("clarion.toml", "[desk]\nname = \"文件\"\n[data]\ndir = \"" + self.data + "\"\n")
        os.makedirs(self.data)
        self.assertIn("added", self.does("user", "add", "anna", "--role", "operator", "--config", file)[1])
        token = self.does("token", "issue", "anna", "--scope", "desk", "--user", "anna", "--config", file)[1].strip()

        def issuer(settings=(), environment=None):
            server = Server(data=self.data, settings=settings, wrapper=["env", *(f"{name}={value}" for name, value in (environment or {}).items())])
            with server:
                return server.post("/v1/notices", token, {}).json["issuer"]
        self.assertEqual(issuer(), "Clarion 正音")
        self.assertEqual(issuer(environment={"CLARION_DESK__NAME": "环境"}), "环境")
        self.assertEqual(issuer(("desk.name=命令行",), {"CLARION_DESK__NAME": "环境"}), "命令行")


class Rules(Verbs):
    def test_what_is_shipped_passes(self):
        self.assertEqual(self.does("rules", "check", str(ROOT / "rules"))[0], 0)
        status, out, _ = self.does("rules", "test", str(ROOT / "rules"))
        self.assertEqual(status, 0, out)
        self.assertRegex(out, r"(\d+) rules, \d+ examples passed, 0 failed")
        self.assertEqual(self.does("rules", "test")[1], out)  # the same as those built in

    def pack(self, **changes):
        rule = {"id": "p.one", "title": {"zh": "题", "en": "t"}, "topic": "infectious", "severity": "moderate", "weight": 0.6, "match": {"any": ["独特短语"]},
                "hits": ["这里有独特短语"], "misses": ["这里没有"], **changes}
        return json.dumps({"pack": "p", "version": 1, "owner": "o", "licence": "CC-BY-4.0", "rules": [rule]}, ensure_ascii=False)  # JSON is YAML

    def test_a_wrong_pack_is_named_with_file_and_line(self):
        folder = self.path("packs")
        self.path("packs/p.yaml", self.pack())
        self.assertEqual(self.does("rules", "test", folder)[0], 0, self.does("rules", "test", folder))
        for change, says in (({"weight": 7}, "weight"), ({"topic": "ghosts"}, "ghosts"), ({"match": {"regex": "("}}, "regex"), ({"colour": 1}, "colour"), ({"severity": "bad"}, "severity"), ({"match": {}}, "match")):
            self.path("packs/p.yaml", self.pack(**change))
            self.fails(1, "rules", "check", folder, says=r"p\.yaml:\d+.*" + says)
        self.path("packs/p.yaml", "pack: [\n")
        self.fails(1, "rules", "check", folder, says=r"p\.yaml:\d+")
        self.path("packs/p.yaml", self.pack(hits=["这里没有"], misses=["有独特短语"]))
        out = self.fails(1, "rules", "test", folder, says="2 failed")
        self.assertRegex(out, r"p\.yaml:\d+: ")
        for folder in ("/nowhere", self.path("empty")):
            os.makedirs(self.path("empty"), exist_ok=True)
            for verb in ("check", "test"):
                self.fails(1, "rules", verb, folder, says=folder)

    def test_bench_says_how_fast_and_what_went_through_hyperscan(self):
        lines = [{"id": "1", "source": "s", "text": RUMOR}, {"id": "2", "source": "s", "text": "今天天气不错"}, {"id": "3", "source": "s", "op": "delete"}, {"id": "4"}]
        posts = self.path("posts.ndjson.gz", gzip.compress("\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()))
        status, out, err = self.does("rules", "bench", str(ROOT / "rules"), posts)
        self.assertEqual(status, 0, err)
        self.assertIn("1 lines are no posts", err)
        said = {line[:14].strip(): line[14:] for line in out.splitlines()}
        rules = int(re.match(r"(\d+) in \d+ packs, \d+ phrases and \d+ regexes, compiled in [\d.]+ CPU s$", said["rules"])[1])
        self.assertRegex(said["posts"], r"^2 with 0\.0 MB of text, 1 flagged \(50\.0 %\)$")
        self.assertGreater(int(re.match(r"(\d+) posts/s, [\d.]+ MB/s a core; median of \d+ passes, \d+ to \d+$", said["throughput"])[1]), 0)
        self.assertRegex(said["by Hyperscan"], rf"^{rules} of {rules} rules \(100\.0 %\), 2 of 2 texts \(100\.0 %\), [\d.]+ % of the time$")
        self.assertIn("rules each", said["the rest"])
        self.fails(1, "rules", "bench", str(ROOT / "rules"), self.path("none.ndjson", ""), says="no posts")
        self.fails(2, "rules", "bench", str(ROOT / "rules"), says="FILE")

    def test_explain_says_what_hit_where(self):
        status, out, _ = self.does("rules", "explain", RUMOR)
        self.assertEqual(status, 0)
        for words in ("folded", "infectious.home-cure", "白酒", "0.6"):
            self.assertIn(words, out)
        explained = json.loads(self.does("rules", "explain", "--json", RUMOR)[1])
        self.assertIn("infectious.home-cure", json.dumps(explained))
        self.assertEqual(self.does("rules", "explain", "--rules", str(ROOT / "rules"), RUMOR)[1], out)
        self.assertIn("not flagged", self.does("rules", "explain", "今天天气不错")[1])
        self.assertEqual(self.does("rules", "explain", "")[0], 0)


class Scan(Verbs):
    def lines(self, count):
        return "".join(json.dumps({"id": f"i{i}", "source": "s", "text": flagged(str(i)) if i % 3 == 0 else "今天天气不错"}, ensure_ascii=False) + "\n" for i in range(count))

    def test_files_compressed_ones_and_input_give_the_same_in_input_order(self):
        text = self.lines(3000)
        expected = [f"i{i}" for i in range(0, 3000, 3)]
        outputs = set()
        files = {"plain": text.encode(), "p.gz": gzip.compress(text.encode()), "p.xz": lzma.compress(text.encode())}
        for threads in ("1", "4"):
            for name, content in files.items():
                status, out, error = self.does("scan", "--threads", threads, self.path(name, content))
                self.assertEqual(status, 0)
                self.assertEqual([json.loads(line)["post_id"] for line in out.splitlines()], expected)
                self.assertRegex(error, r"3000 posts, 1000 flagged.*posts/s.*MB/s")
                outputs.add(out)
            outputs.add(self.does("scan", "--threads", threads, stdin=text)[1])
            outputs.add(self.does("scan", "--threads", threads, "-", stdin=text)[1])
        self.assertEqual(len(outputs), 1)
        self.assertEqual(len(self.does("scan", "--all", stdin=text)[1].splitlines()), 3000)

    def test_a_bad_line_is_named_and_loses_no_good_one(self):
        good = json.dumps({"id": "g", "source": "s", "text": RUMOR})
        file = self.path("bad.ndjson", "\n".join([good, "{", "", good, "\"x\"", good[:-1], "x" * 300_000, good]).encode() + b"\n{\"id\":\"\xff\"}\n")
        status, out, error = self.does("scan", file)
        self.assertEqual((status, len(out.splitlines())), (0, 3))
        for number in (2, 5, 6, 7, 9):
            self.assertRegex(error, rf"{re.escape(file)}:{number}: ")
        self.assertRegex(error, "5 lines rejected")
        self.assertNotIn("xxxx", error)

    def test_what_can_not_be_read_is_1(self):
        self.fails(1, "scan", "/nowhere/posts", says="/nowhere/posts")
        self.fails(1, "scan", self.path("cut.gz", gzip.compress(self.lines(50).encode())[:-20]), says=r"cut\.gz")
        self.fails(1, "scan", self.path("cut.xz", lzma.compress(self.lines(50).encode())[:-20]), says=r"cut\.xz")
        self.assertEqual(self.does("scan", stdin="")[0:2], (0, ""))


class Signatures(Verbs):
    def test_good_and_bad_ones_are_told_apart(self):
        with Server() as server:
            desk = Desk(server)
            notice = desk.published()
            shown = server.get(f"/v1/notices/{notice['id']}").body
            frames = [json.dumps({"type": "hello"}), json.dumps({"type": "notice", "channel": "notices", "notice": {k: v for k, v in json.loads(shown).items() if k not in ("state", "jws")},
                                                                "jws": notice["jws"]}), json.dumps({"type": "heartbeat", "offset": "1"})]
            good = [self.path("public.json", shown), self.path("desk.json", json.dumps(notice)), self.path("frames.ndjson", "\n".join(frames) + "\n"),
                    self.path("pretty.json", json.dumps(json.loads(shown), indent=2, ensure_ascii=False))]
            jwks = self.path("jwks.json", server.get("/.well-known/jwks.json").body)
            for file in good:
                for keys in (("--data", server.data), ("--jwks", server.url + "/.well-known/jwks.json"), ("--jwks", jwks)):
                    status, out, error = self.does("verify", file, *keys)
                    self.assertEqual(status, 0, (file, out, error))
                    self.assertIn(f"{notice['id']} revision 1", out)
            changed = json.loads(shown)
            changed["content"]["zh"]["title"] = "假的标题"
            head, _, signature = notice["jws"].split(".")
            bad = {"text": json.dumps(changed), "cut": shown[:-40], "none": json.dumps({"id": "n"}), "list": "[]", "empty": "", "alone": json.dumps({"type": "heartbeat"}), "extra": json.dumps({**json.loads(shown), "more": 1}),
                   "jws": json.dumps({**json.loads(shown), "jws": head + ".." + ("A" if signature[0] != "A" else "B") + signature[1:]}), "nul": shown + "\0", "jws2": json.dumps({**json.loads(shown), "jws": "x"})}
            for name, text in bad.items():
                self.fails(1, "verify", self.path(name, text), "--data", server.data)
            self.fails(1, "verify", self.path("mixed", frames[1] + "\n" + json.dumps(changed) + "\n"), "--data", server.data, says="1 good, 1 bad")
            other = json.loads(pathlib.Path(jwks).read_text())
            other["keys"][0]["x"] = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
            self.fails(1, "verify", good[0], "--jwks", self.path("other.json", json.dumps(other)))
            for keys in ("/nowhere/jwks", server.url + "/nothing", "http://127.0.0.1:1"):
                self.fails(1, "verify", good[0], "--jwks", keys, says=re.escape(keys))
            self.assertNotEqual(self.does("verify", good[0], "--jwks", self.path("broken", "{"))[0], 0)
            self.fails(1, "verify", "/nowhere/file", "--data", server.data, says="/nowhere/file")


class Store(Verbs):
    def test_a_good_store_is_ok_and_a_damaged_one_is_not(self):
        run("user", "add", "anna", "--role", "operator", data=self.data)
        self.assertEqual(run("db", "check", data=self.data), "ok\n")
        self.assertRegex(run("db", "migrate", data=self.data), r"^schema \d+\n$")
        store = pathlib.Path(self.data, "clarion.db")
        whole = store.read_bytes()
        store.write_bytes(whole[:8192] + b"\xa5" * 8192 + whole[16384:])
        self.assertEqual(self.does("db", "check", "--data", self.data)[0], 1)
        store.write_bytes(b"not a database at all" * 100)
        for words in (("db", "check"), ("user", "list"), ("audit", "verify")):
            self.fails(1, *words, "--data", self.data, says=re.escape(self.data))
        self.fails(1, "serve", "--data", self.data, "--listen", "127.0.0.1:0", says=re.escape(self.data))

    def test_data_of_a_newer_program_are_left_alone(self):
        run("user", "add", "anna", "--role", "operator", data=self.data)
        with sqlite3.connect(self.data + "/clarion.db") as db:
            db.execute("PRAGMA user_version = 999")
            before = list(db.iterdump())
        for words in (("db", "migrate"), ("user", "list"), ("serve", "--listen", "127.0.0.1:0")):
            self.fails(1, *words, "--data", self.data, says="schema 999")
        with sqlite3.connect(self.data + "/clarion.db") as db:
            self.assertEqual(list(db.iterdump()), before)


class Reload(Verbs):
    def test_broken_rules_are_refused_whole_and_good_ones_are_taken(self):
        rules = self.path("rules")
        shutil.copytree(ROOT / "rules", rules)
        with Server(settings=("rules.dir=" + rules,)) as server:
            feed, root, anna = server.token("feed", "ingest"), server.user("root", "admin"), server.user("anna", "operator")
            log = pathlib.Path(server.data, "serve.log")

            def flags(tag, words):
                return server.send_posts(feed, [{"id": tag, "source": "s", "text": flagged(tag, words=words)}]).json["flagged"]

            def reload(result):
                metric = re.compile(r'^clarion_reloads\w*\{[^}]*result="' + result + r'"[^}]*\} (\d+)', re.M)

                def count():
                    found = metric.search(server.get("/metrics").body)
                    return int(found.group(1)) if found else 0
                before = count()
                server.process.send_signal(signal.SIGHUP)
                until(lambda: count() > before, 20, f"a reload that is {result}")
            self.assertEqual((flags("a", RUMOR), flags("b", "独特短语")), (1, 0))
            extra = self.path("rules/extra.yaml", "pack: extra\nversion: 1\nrules: 7\n")
            reload("refused")
            self.assertIn("extra.yaml", log.read_text())
            self.assertEqual((flags("c", RUMOR), flags("d", "独特短语")), (1, 0))
            answer = server.post("/v1/admin/reload", root)
            self.assertEqual(answer.code, "reload_refused")
            self.assertIn("extra.yaml", answer.json["detail"])
            self.assertEqual(server.post("/v1/admin/reload", anna).status, 403)
            self.assertEqual(server.post("/v1/admin/reload").status, 401)
            pathlib.Path(extra).write_text(Rules.pack(self))
            reload("done")
            self.assertEqual((flags("e", RUMOR), flags("f", "独特短语")), (1, 1))
            os.remove(extra)
            self.assertEqual(server.post("/v1/admin/reload", root).status, 200)
            self.assertEqual((flags("g", RUMOR), flags("h", "独特短语")), (1, 0))
            self.assertEqual(server.get("/readyz").status, 200)


class Logs(Verbs):
    def test_logs_hold_no_token_and_no_words_of_posts_or_people(self):
        with Server(settings=("log.level=debug",)) as server:
            desk = Desk(server)
            text, secret = flagged("logs"), "clt_" + "秘密".encode().hex() * 3
            server.send_posts(desk.feed, [{"id": "1", "source": "s", "text": text}, {"id": "2", "source": "s", "text": text, "rev": "x"}])
            server.call("POST", "/v1/posts", desk.feed, text, {"Content-Type": "application/x-ndjson"})
            server.call("POST", "/v1/posts", secret, text, {"Content-Type": "application/x-ndjson"})
            case = server.get("/v1/cases", desk.anna).json["items"][0]["id"]
            server.post(f"/v1/cases/{case}/note", desk.anna, {"text": text})
            server.post(f"/v1/cases/{case}/verdict", desk.anna, {"reason": text})
            desk.published(content={"zh": {"title": text[:40], "summary": text, "body": text}})
            server.post("/v1/notices", desk.anna, {"colour": text})
            server.get("/v1/cases?q=" + "x" * 300, desk.anna)
            server.call("GET", "/v1/notices/" + secret, desk.anna)
            for token in (desk.bo, "clt_bad"):
                with self.subTest(), harness.contextlib.suppress(Exception):
                    stream = harness.Stream(server.port, token, by_subprotocol=True)
                    stream.subscribe()
                    stream.close()
            status = server.stop()
            self.assertEqual(status, 0)
            log = pathlib.Path(server.data, "serve.log").read_text()
        for words in (desk.anna, desk.feed, desk.bo, secret, text, text[-30:], text[:20]):
            self.assertNotIn(words, log)
        self.assertNotIn("clt_", log)
        self.assertRegex(log, "ready")


if __name__ == "__main__":
    main()
