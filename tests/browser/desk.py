#!/usr/bin/env python3
"""The desk behind the browser tests: one server and its people, told what to do by lines of JSON on standard input.

usage: desk.py CLARION. A line {"do": NAME, …} is answered by one line {"done": …} or {"failed": TEXT}.
"""
import json
import pathlib
import shutil
import sqlite3
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
import harness  # noqa: E402

# Every check of a page asks from one address, more often than any person.
SETTINGS = ["desk.name=示例编辑部", "server.drain_seconds=2", "http.requests_per_address=0", "security.second_factor=[]"]
PASSWORD = "a password of the tests"
PEOPLE = {"anna": "operator", "chen": "expert", "bo": "approver", "cai": "approver", "dora": "admin", "eli": "auditor"}


class Stage:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="clarion-browser-")
        self.count = 0
        self.server = None
        self.fresh()

    def fresh(self, settings=()):
        """A server on a new data folder, on the port of the last one; with more settings."""
        self.count += 1
        data = f"{self.folder}/{self.count}"
        pathlib.Path(data).mkdir(mode=0o700)
        port = self.server.port if self.server else 0
        if self.server:
            self.server.stop()
        self.server = harness.Server(data, settings=[*SETTINGS, *settings], port=port).start()
        self.desk = harness.Desk(self.server)
        return self.server.url

    def kill(self):
        self.server.kill()

    def start(self, elsewhere=False):
        """Starts again on the same data; `elsewhere`: on another port, where no page looks."""
        port = self.server.port
        self.server.port = 0 if elsewhere else port
        self.server.start()
        self.there = port
        return self.server.url

    def move_back(self):
        self.server.stop()
        self.server.port = self.there
        self.server.start()

    def publish(self, notice):
        return self.desk.published(**notice)

    def change(self, notice, action, body):
        path = f"/v1/notices/{notice}"
        version = self.desk.ok(self.server.get(path, self.desk.anna))["version"]
        draft = self.desk.ok(self.server.post(f"{path}/{action}", self.desk.anna, body, version=version))
        draft = self.desk.approve(draft)
        return self.desk.ok(self.server.post(f"{path}/publish", self.desk.anna, version=draft["version"]))

    def withdraw(self, notice, reason_code="wrong"):
        return self.desk.ok(self.server.post(f"/v1/notices/{notice}/withdraw", self.desk.bo, {"reason_code": reason_code, "reason": "-"}, headers={"If-Match": "*"}))

    def people(self):
        """Gives everyone a password (those of harness.Desk and the roles it lacks); who has which token."""
        for name, role in PEOPLE.items():
            if not hasattr(self.desk, name):
                setattr(self.desk, name, self.server.user(name, role))
            password = pathlib.Path(self.folder, "password")
            password.write_text(PASSWORD + "\n", encoding="utf-8")
            harness.run("user", "passwd", name, "--password-file", str(password), data=self.server.data)
        return {"password": PASSWORD, "tokens": {name: getattr(self.desk, name) for name in [*PEOPLE, "feed"]}}

    def person(self, name, role):
        """One person more, with the password of all."""
        setattr(self.desk, name, self.server.user(name, role))
        password = pathlib.Path(self.folder, "password")
        password.write_text(PASSWORD + "\n", encoding="utf-8")
        harness.run("user", "passwd", name, "--password-file", str(password), data=self.server.data)

    def end_lease(self, case, seconds):
        """Lets the lease of a case end so soon, as if its holder had claimed it long ago; the server's own clock ends it."""
        with sqlite3.connect(f"{self.server.data}/clarion.db", timeout=10) as store:
            changed = store.execute("UPDATE cases SET lease_until = ? WHERE id = ? AND lease_until IS NOT NULL", (int((time.time() + seconds) * 1000), case)).rowcount
        store.close()
        assert changed == 1, "the case has no lease"

    def token(self, name, scope, more=()):
        return self.server.token(name, scope, *more)

    def call(self, method, path, who=None, token=None, body=None, headers=None):
        """A call as one of the people (`who`) or with a token: {status, body}."""
        answer = self.server.call(method, path, token or (getattr(self.desk, who) if who else None), body, headers)
        return {"status": answer.status, "body": json.loads(answer.body) if answer.body else None}

    def posts(self, posts, token=None):
        """Sends posts as a source does; the answer's body."""
        return json.loads(self.server.send_posts(token or self.desk.feed, posts).body)

    def put_delivery(self, notice, name, state, error="", outlet="wechat"):
        """A delivery as an outbox worker leaves it."""
        now = int(time.time() * 1000)
        with sqlite3.connect(f"{self.server.data}/clarion.db", timeout=20) as store:
            store.execute("INSERT OR REPLACE INTO deliveries VALUES(?, ?, ?, ?, 1, ?, 1, ?, NULL, ?, ?)", (name, outlet, name, notice, state, error, now, now))

    def put_alert(self, name, topic, region, severity, hours=2):
        """An official warning in force, as who reads them keeps it."""
        now = int(time.time() * 1000)
        with sqlite3.connect(f"{self.server.data}/clarion.db", timeout=20) as store:
            store.execute("INSERT OR REPLACE INTO hazards VALUES(?, ?, ?, ?, ?, ?, '{}')", (name, topic, region, severity, now - 60000, now + hours * 3600000))

    def close(self):
        if self.server.process:
            self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    harness.PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())
    stage = Stage()
    try:
        print(json.dumps({"done": stage.server.url}), flush=True)
        for line in sys.stdin:
            order = json.loads(line)
            try:
                answer = {"done": getattr(stage, order.pop("do"))(**order)}
            except Exception as failed:  # told to the test, which fails with it
                answer = {"failed": f"{type(failed).__name__}: {failed}"}
            print(json.dumps(answer), flush=True)
    finally:
        stage.close()


if __name__ == "__main__":
    main()
