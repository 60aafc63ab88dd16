"""People: second factor, guessing, accounts, reset links, tokens, lists of sessions, the audit list."""
import base64
import hashlib
import hmac
import os
import sqlite3
import struct
import time
import unittest

import harness
from harness import Browser, Desk, Server, Stream, main, until

PASSWORD = "correct horse battery"


def totp(secret, step=None, ahead=0):
    """RFC 6238, written apart from the program."""
    step = int(time.time()) // 30 + ahead if step is None else step
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def from_address(address):
    return {"X-Forwarded-For": address}


class SecondFactor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(settings=("http.trusted_proxies=127.0.0.1",)).start()  # approvers and admins need one
        cls.addClassCleanup(cls.server.__exit__)

    def forget_steps(self):
        """As if the codes of this half minute had not been used."""
        store = sqlite3.connect(os.path.join(self.server.data, "clarion.db"), timeout=20)
        store.execute("UPDATE second_factors SET last_step = 0")
        store.commit()
        store.close()

    def enrolled(self, name, role="approver"):
        browser = self.server.person(name, role)
        shown = browser.post("/v1/session/second-factor", {} if role in ("approver", "admin") else {"password": PASSWORD}).json
        answer = browser.post("/v1/session/second-factor/confirm", {"totp": totp(shown["secret"])})
        self.assertEqual(answer.status, 200, answer.body)
        return browser, shown["secret"], answer.json["recovery_codes"]

    def test_a_role_that_needs_one_enrols_before_anything_else_opens(self):
        browser = self.server.person("bo", "approver")
        self.assertTrue(browser.get("/v1/session").json["enrol"])
        self.assertEqual(browser.get("/v1/session").json["second_factor"], {"required": True, "enrolled": False, "recovery_left": 0})
        for method, path in [("GET", "/v1/cases"), ("GET", "/v1/audit"), ("GET", "/v1/sessions"), ("POST", "/v1/notices"), ("POST", "/v1/session/password")]:
            answer = browser.call(method, path, {} if method == "POST" else None)
            self.assertEqual((answer.status, answer.code), (403, "enrol_first"), path)
        name, value = next(iter(browser.cookies.items()))
        stream = Stream(self.server.port, headers={"Cookie": f"{name}={value}", "Origin": self.server.url})
        self.addCleanup(stream.close)
        self.assertEqual(stream.subscribe("drill")["type"], "error")
        shown = browser.post("/v1/session/second-factor").json
        self.assertTrue(shown["uri"].startswith("otpauth://totp/Clarion"), shown["uri"])
        self.assertIn(shown["secret"], shown["uri"])
        self.assertTrue(shown["qr"]["size"] >= 33 and shown["qr"]["path"].startswith("M"))
        wrong = browser.post("/v1/session/second-factor/confirm", {"totp": "000000" if totp(shown["secret"]) != "000000" else "000001"})
        self.assertEqual((wrong.status, wrong.json["errors"][0]["code"]), (422, "totp_refused"))
        self.assertEqual(browser.get("/v1/cases").status, 403)  # shown is not confirmed
        codes = browser.post("/v1/session/second-factor/confirm", {"totp": totp(shown["secret"])}).json["recovery_codes"]
        self.assertEqual(len(set(codes)), 10)
        self.assertEqual(browser.get("/v1/cases").status, 200)
        self.assertEqual(browser.get("/v1/session").json["second_factor"], {"required": True, "enrolled": True, "recovery_left": 10})

    def test_a_session_from_before_a_role_that_needs_one_opens_nothing_after(self):
        browser = self.server.person("kim", "operator")
        admin, _, _ = self.enrolled("ada", "admin")
        change = lambda name: admin.call("PATCH", f"/v1/admin/users/{name}", {"role": "approver"}, {"Content-Type": "application/json"})
        self.assertEqual(change("kim").status, 200)
        self.assertEqual(browser.get("/v1/cases").code, "session_over")
        self.assertTrue(browser.sign_in("kim", PASSWORD).json["enrol"])
        had, _, _ = self.enrolled("lou", "operator")
        self.assertEqual(change("lou").status, 200)
        self.assertEqual(had.get("/v1/cases").status, 200)  # proven already

    def test_who_has_one_needs_it_and_no_code_counts_twice(self):
        _, secret, _ = self.enrolled("cai")
        self.forget_steps()
        answer = Browser(self.server).sign_in("cai", PASSWORD)
        self.assertEqual((answer.status, answer.code), (401, "totp_needed"))
        code = totp(secret)
        self.assertEqual(Browser(self.server).sign_in("cai", "wrong horse battery", totp=code).code, "signin_refused")
        self.assertEqual(Browser(self.server).sign_in("cai", PASSWORD, totp=code).status, 200)
        again = Browser(self.server).sign_in("cai", PASSWORD, totp=code)
        self.assertEqual((again.status, again.code), (401, "totp_refused"))

    def test_each_recovery_code_opens_once_and_none_is_kept_as_text(self):
        _, secret, codes = self.enrolled("dan")
        self.assertEqual(Browser(self.server).sign_in("dan", PASSWORD, recovery=codes[0].lower().replace("-", " ")).status, 200)
        answer = Browser(self.server).sign_in("dan", PASSWORD, recovery=codes[0])
        self.assertEqual((answer.status, answer.code), (401, "totp_refused"))
        browser = Browser(self.server)
        self.assertEqual(browser.sign_in("dan", PASSWORD, recovery=codes[1]).status, 200)
        self.assertEqual(browser.get("/v1/session").json["second_factor"]["recovery_left"], 8)
        for name in ("clarion.db", "clarion.db-wal"):
            with open(os.path.join(self.server.data, name), "rb") as file:
                kept = file.read()
            for code in codes:
                self.assertNotIn(code.encode(), kept)
        self.forget_steps()
        fresh = browser.post("/v1/session/recovery-codes", {"password": PASSWORD, "totp": totp(secret)}).json["recovery_codes"]
        self.assertEqual(Browser(self.server).sign_in("dan", PASSWORD, recovery=codes[2]).status, 401)
        self.assertEqual(Browser(self.server).sign_in("dan", PASSWORD, recovery=fresh[0]).status, 200)

    def test_changing_it_takes_password_and_code_and_a_role_that_needs_it_keeps_it(self):
        browser, secret, _ = self.enrolled("eve", "operator")
        self.forget_steps()
        for body, status in [({}, 422), ({"password": "wrong horse battery"}, 422), ({"password": PASSWORD}, 401)]:
            self.assertEqual(browser.post("/v1/session/second-factor", body).status, status)
            self.assertEqual(browser.post("/v1/session/second-factor/remove", body).status, status)
        self.assertEqual(browser.post("/v1/session/second-factor/remove", {"password": PASSWORD, "totp": totp(secret)}).status, 204)
        self.assertEqual(Browser(self.server).sign_in("eve", PASSWORD).status, 200)
        approver, secret, _ = self.enrolled("fay")
        self.forget_steps()
        answer = approver.post("/v1/session/second-factor/remove", {"password": PASSWORD, "totp": totp(secret)})
        self.assertEqual((answer.status, answer.code), (409, "factor_required"))

    def test_a_token_changes_no_password_and_no_factor(self):
        token = self.server.user("gus", "operator")
        for path in ("password", "second-factor", "second-factor/confirm", "second-factor/remove", "recovery-codes"):
            answer = self.server.post(f"/v1/session/{path}", token)
            self.assertEqual((answer.status, answer.code), (403, "session_needed"), path)

    def test_wrong_codes_slow_down_from_everywhere_and_only_who_has_the_password_can_bring_that_about(self):
        _, secret, _ = self.enrolled("hal")
        self.forget_steps()

        def try_in(number, password, code):
            body = {"name": "hal", "password": password, "totp": code}
            return self.server.post("/v1/session", None, body, headers=from_address(f"198.51.100.{number}"))

        wrong = "000000" if "000000" not in [totp(secret, ahead=ahead) for ahead in range(-2, 3)] else "111111"
        for number in range(12):
            self.assertEqual(try_in(number, "wrong horse battery", wrong).code, "signin_refused")
        self.assertEqual(try_in(100, PASSWORD, totp(secret)).status, 200)
        answers = [try_in(number, PASSWORD, wrong) for number in range(20, 28)]
        self.assertEqual([answer.code for answer in answers[:5]], ["totp_refused"] * 5)
        self.assertIn("signin_slow", [answer.code for answer in answers[5:]])


class Guessing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(settings=("security.second_factor=[]", "http.trusted_proxies=127.0.0.1")).start()
        cls.addClassCleanup(cls.server.__exit__)

    def guess(self, name, address, password="wrong horse battery", **more):
        return self.server.post("/v1/session", None, {"name": name, "password": password, **more}, headers=from_address(address))

    def test_slows_down_where_it_comes_from_and_lets_the_right_person_in_elsewhere(self):
        victim = self.server.person("ida", "operator")
        answers = [self.guess("ida", "203.0.113.1") for _ in range(8)]
        self.assertEqual([a.status for a in answers[:5]], [401] * 5)
        self.assertIn(429, [a.status for a in answers[5:]])
        slow = next(a for a in answers if a.status == 429)
        self.assertEqual(slow.code, "signin_slow")
        self.assertGreaterEqual(int(slow.headers["Retry-After"]), 1)
        # Even the right password waits there, so that nobody learns it was right.
        self.assertEqual(self.guess("ida", "203.0.113.1", PASSWORD).status, 429)
        self.assertEqual(self.guess("ida", "203.0.113.2", PASSWORD).status, 200)
        # From the guesser's own address, the device that she uses.
        answer = victim.call("POST", "/v1/session", {"name": "ida", "password": PASSWORD}, from_address("203.0.113.1"))
        self.assertEqual(answer.status, 200, answer.body)

    def test_from_a_thousand_addresses_locks_nobody_out(self):
        self.server.person("jan", "operator")
        for i in range(30):
            self.assertEqual(self.guess("jan", f"198.51.100.{i}").status, 401)
        self.assertEqual(self.guess("jan", "198.51.100.200", PASSWORD).status, 200)

    def test_of_many_names_from_one_address_slows_down_too(self):
        statuses = [self.guess(f"name{i}", "203.0.113.77").status for i in range(26)]
        self.assertEqual(statuses[:21], [401] * 21)
        self.assertIn(429, statuses[21:])

    def test_a_known_device_has_a_count_of_its_own(self):
        thief = self.server.person("kai", "operator")
        statuses = [thief.call("POST", "/v1/session", {"name": "kai", "password": "wrong horse battery"}, from_address(f"192.0.2.{i}")).status for i in range(14)]
        self.assertEqual(statuses[:10], [401] * 10)
        self.assertIn(429, statuses[10:])


class Accounts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(settings=("security.second_factor=[]",)).start()
        cls.addClassCleanup(cls.server.__exit__)
        cls.admin = cls.server.person("ada", "admin")
        cls.auditor = cls.server.person("ute", "auditor")

    def actions_on(self, subject):
        return [item["action"] for item in self.auditor.get(f"/v1/audit?subject={subject}").json["items"]]

    def secret_of(self, link):
        self.assertTrue(link.startswith("/signin#reset="), link)
        return link.split("=", 1)[1]

    def test_an_admin_adds_one_who_sets_the_password_by_a_link_that_works_once(self):
        answer = self.admin.post("/v1/admin/users", {"name": "lea", "role": "operator", "regions": ["440100"]})
        self.assertEqual(answer.status, 201, answer.body)
        self.assertEqual((answer.json["role"], answer.json["regions"], answer.json["password"]), ("operator", ["440100"], False))
        secret = self.secret_of(answer.json["reset"]["link"])
        self.assertEqual(self.server.post("/v1/session/reset", None, {"token": secret, "password": "short"}).status, 422)
        done = self.server.post("/v1/session/reset", None, {"token": secret, "password": PASSWORD})
        self.assertEqual((done.status, done.json["user"]), (200, "lea"))
        again = self.server.post("/v1/session/reset", None, {"token": secret, "password": "another horse battery"})
        self.assertEqual((again.status, again.code), (404, "link_over"))
        browser = Browser(self.server)
        self.assertEqual(browser.sign_in("lea", PASSWORD).status, 200)
        self.assertEqual(browser.get("/v1/session").json["regions"], ["440100"])
        self.assertEqual(self.actions_on("lea"), ["user.reset_used", "user.add"])

    def test_a_link_ends_after_an_hour_and_a_newer_one_ends_it(self):
        self.server.person("max", "operator")
        first = self.secret_of(self.admin.post("/v1/admin/users/max/reset").json["link"])
        second = self.secret_of(self.admin.post("/v1/admin/users/max/reset").json["link"])
        self.assertEqual(self.server.post("/v1/session/reset", None, {"token": first, "password": PASSWORD}).status, 404)
        store = sqlite3.connect(os.path.join(self.server.data, "clarion.db"), timeout=20)
        self.assertFalse(store.execute("SELECT 1 FROM reset_links WHERE hash IN (?, ?)", (first, second)).fetchone())
        left = store.execute("SELECT expires_at FROM reset_links WHERE account = 'max'").fetchone()[0] / 1000 - time.time()
        self.assertTrue(3500 < left <= 3600, left)
        store.execute("UPDATE reset_links SET expires_at = expires_at - 3600000")
        store.commit()
        store.close()
        self.assertEqual(self.server.post("/v1/session/reset", None, {"token": second, "password": PASSWORD}).status, 404)

    def test_a_reset_ends_all_sessions_and_takes_the_factor_when_asked(self):
        browser = self.server.person("nia", "operator")
        shown = browser.post("/v1/session/second-factor", {"password": PASSWORD}).json
        browser.post("/v1/session/second-factor/confirm", {"totp": totp(shown["secret"])})
        self.assertEqual(Browser(self.server).sign_in("nia", PASSWORD).code, "totp_needed")
        secret = self.secret_of(self.admin.post("/v1/admin/users/nia/reset", {"second_factor": True}).json["link"])
        self.assertEqual(browser.get("/v1/cases").status, 200)  # until the link is used
        self.assertEqual(self.server.post("/v1/session/reset", None, {"token": secret, "password": "another horse battery"}).status, 200)
        self.assertEqual(browser.get("/v1/cases").status, 401)
        self.assertEqual(Browser(self.server).sign_in("nia", "another horse battery").status, 200)

    def test_nobody_sets_a_password_for_another(self):
        self.server.person("oli", "operator")
        for path in ("/v1/admin/users/oli", ):
            answer = self.admin.call("PATCH", path, {"password": PASSWORD}, {"Content-Type": "application/json"})
            self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, "/password"))
        self.assertEqual(self.admin.post("/v1/admin/users", {"name": "pam", "role": "operator", "password": PASSWORD}).status, 422)

    def test_a_changed_role_counts_at_once_and_a_disabled_account_is_out(self):
        browser = self.server.person("rex", "operator")
        self.assertEqual(browser.post("/v1/notices", {"kind": "advisory"}).status, 201)
        change = lambda body: self.admin.call("PATCH", "/v1/admin/users/rex", body, {"Content-Type": "application/json"})
        self.assertEqual(change({"role": "auditor", "regions": ["440300"]}).json["role"], "auditor")
        self.assertEqual(browser.post("/v1/notices", {"kind": "advisory"}).status, 403)
        self.assertEqual(browser.get("/v1/audit").status, 200)
        name, value = next(iter(browser.cookies.items()))
        stream = Stream(self.server.port, path="/v1/stream", headers={"Cookie": f"{name}={value}", "Origin": self.server.url})
        self.addCleanup(stream.close)
        stream.subscribe("notices")
        self.assertEqual(change({"disabled": True}).json["disabled"], True)
        begun = time.monotonic()
        while stream.receive() is not None:
            pass
        self.assertEqual(stream.close_code, 3500)
        self.assertLess(time.monotonic() - begun, 1.0)
        self.assertEqual(browser.get("/v1/audit").status, 401)
        self.assertEqual(self.actions_on("rex")[:2], ["user.change", "user.change"])
        self.assertEqual(change({"role": "king"}).status, 422)
        self.assertEqual(change({"regions": ["999999"]}).status, 422)

    def test_the_last_admin_stays(self):
        answer = self.admin.call("PATCH", "/v1/admin/users/ada", {"disabled": True}, {"Content-Type": "application/json"})
        self.assertEqual((answer.status, answer.code), (409, "last_admin"))
        answer = self.admin.call("PATCH", "/v1/admin/users/ada", {"role": "operator"}, {"Content-Type": "application/json"})
        self.assertEqual((answer.status, answer.code), (409, "last_admin"))

    def test_a_new_password_ends_the_persons_other_sessions(self):
        one, two = self.server.person("sam", "operator"), Browser(self.server)
        two.sign_in("sam", PASSWORD)
        wrong = one.post("/v1/session/password", {"password": "wrong horse battery", "new_password": "another horse battery"})
        self.assertEqual((wrong.status, wrong.json["errors"][0]["code"]), (422, "password_wrong"))
        self.assertEqual(one.post("/v1/session/password", {"password": PASSWORD, "new_password": "short"}).status, 422)
        self.assertEqual(one.post("/v1/session/password", {"password": PASSWORD, "new_password": "another horse battery"}).status, 204)
        self.assertEqual((one.get("/v1/cases").status, two.get("/v1/cases").status), (200, 401))
        self.assertEqual(Browser(self.server).sign_in("sam", PASSWORD).status, 401)

    def test_sessions_are_listed_and_ended_by_their_owner_or_an_admin(self):
        one, two = self.server.person("tia", "operator"), Browser(self.server)
        two.call("POST", "/v1/session", {"name": "tia", "password": PASSWORD}, {"User-Agent": "Firefox \u00e9"})
        two.csrf = two.get("/v1/session").json["csrf"]
        items = one.get("/v1/sessions").json["items"]
        self.assertEqual([(item["current"], item["user"]) for item in items], [(False, "tia"), (True, "tia")])
        self.assertEqual((items[0]["address"], items[0]["mode"], items[0]["device"]), ("127.0.0.1", "Actual", "Firefox "))  # é was no UTF-8
        self.assertEqual(one.get("/v1/sessions?all=true").status, 403)
        self.assertIn("ada", {item["user"] for item in self.admin.get("/v1/sessions?all=true").json["items"]})
        other = self.server.person("uma", "operator")
        self.assertEqual(other.call("DELETE", f"/v1/sessions/{items[0]['id']}").status, 404)
        self.assertEqual(one.call("DELETE", f"/v1/sessions/{items[0]['id']}").status, 204)
        self.assertEqual(two.get("/v1/cases").status, 401)
        self.assertEqual(self.admin.call("DELETE", f"/v1/sessions/{items[1]['id']}").status, 204)
        self.assertEqual(one.get("/v1/cases").status, 401)

    def test_a_token_is_issued_to_oneself_by_an_admin_and_shown_once(self):
        answer = self.admin.post("/v1/tokens", {"name": "script", "days": 30}, headers={"Idempotency-Key": "t"})
        self.assertEqual(answer.status, 201, answer.body)
        token = answer.json["token"]
        self.assertEqual(self.server.get("/v1/admin/users", token).status, 200)
        self.assertNotIn("token", self.admin.get("/v1/tokens").json["items"][0])
        for name in ("clarion.db", "clarion.db-wal"):
            with open(os.path.join(self.server.data, name), "rb") as file:
                self.assertNotIn(token.encode(), file.read())
        answer = self.admin.post("/v1/tokens", {"name": "script", "user": "ute"})
        self.assertEqual((answer.status, answer.code), (403, "token_self_only"))
        self.assertEqual(self.auditor.post("/v1/tokens", {"name": "script"}).status, 403)
        id_of = lambda items, name: next(item["id"] for item in items if item["name"] == name)
        mine = id_of(self.admin.get("/v1/tokens").json["items"], "script")
        self.assertEqual(self.auditor.call("DELETE", f"/v1/tokens/{mine}").status, 404)
        self.assertEqual(self.admin.call("DELETE", f"/v1/tokens/{mine}").status, 204)
        self.assertEqual(self.server.get("/v1/admin/users", token).status, 401)
        self.server.user("vic", "operator")
        theirs = id_of(self.admin.get("/v1/tokens?all=true").json["items"], "vic")
        self.assertEqual(self.admin.call("DELETE", f"/v1/tokens/{theirs}").status, 204)

    def test_names_and_roles_are_there_for_who_works_at_the_desk(self):
        browser = self.server.person("wim", "operator")
        names = {item["name"]: item["role"] for item in browser.get("/v1/people").json["items"]}
        self.assertEqual((names["ada"], names["wim"]), ("admin", "operator"))
        self.assertEqual(browser.get("/v1/admin/users").status, 403)


class Audit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(settings=("security.second_factor=[]",)).start()
        cls.addClassCleanup(cls.server.__exit__)
        cls.desk = Desk(cls.server)
        cls.notice = cls.desk.published()
        cls.auditor = cls.server.person("ute", "auditor")

    def items(self, query=""):
        answer = self.auditor.get("/v1/audit" + query)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["items"]

    def test_is_newest_first_with_its_head_and_pages_to_the_first_record(self):
        page = self.auditor.get("/v1/audit?limit=3")
        self.assertEqual(page.json["head"]["seq"], page.json["items"][0]["seq"])
        self.assertEqual(page.json["head"]["hash"], page.json["items"][0]["hash"])
        self.assertIn('rel="next"', page.headers["Link"])
        seen = [item["seq"] for item in page.json["items"]]
        while page.json["next"]:
            page = self.auditor.get(f"/v1/audit?limit=3&cursor={page.json['next']}")
            seen += [item["seq"] for item in page.json["items"]]
        self.assertEqual(seen, list(range(seen[0], 0, -1)))

    def test_is_filtered_by_who_what_whom_and_when(self):
        self.assertEqual({item["actor"] for item in self.items("?actor=bo")}, {"bo"})
        self.assertEqual({item["subject"] for item in self.items(f"?subject={self.notice['id']}")}, {self.notice["id"]})
        self.assertEqual({item["action"].split(".")[0] for item in self.items("?action=notice")}, {"notice"})
        approvals = self.items("?action=notice.approve&actor=bo")
        self.assertEqual([item["action"] for item in approvals], ["notice.approve"])
        at = approvals[0]["at"]
        self.assertIn(approvals[0]["seq"], [item["seq"] for item in self.items(f"?from={at}&to={at}")])
        self.assertEqual(self.items("?from=2099-01-01T00:00:00Z"), [])
        self.assertEqual(self.items("?action=notic"), [])
        for bad in ("?limit=0", "?limit=101", "?cursor=x", "?from=2020-01-01", "?nothing=1", "?actor="):
            self.assertEqual(self.auditor.get("/v1/audit" + bad).status, 400, bad)


if __name__ == "__main__":
    main()
