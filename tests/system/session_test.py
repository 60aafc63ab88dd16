"""Signing in: cookies, CSRF, the two desks, the stream by cookie, and how a session ends."""
import os
import re
import sqlite3
import tempfile
import time
import unittest

import harness
from harness import Browser, Desk, Server, Stream, flagged, main, run, until

PASSWORD = "correct horse battery"


def stream_of(server, browser, origin=None):
    name = "clarion_drill" if browser.drill else "clarion_session"
    value = browser.cookies[name]
    return Stream(server.port, path=browser.target("/v1/stream"), headers={"Cookie": f"{name}={value}", "Origin": origin or server.url})


class Sessions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(settings=("security.second_factor=[]", "gateway.allowed_origins=https://desk.example")).start()
        cls.addClassCleanup(cls.server.__exit__)
        cls.desk = Desk(cls.server)
        cls.anna2 = cls.server.person("olga", "operator")

    def browser(self, name="olga", drill=False):
        browser = Browser(self.server, drill)
        answer = browser.sign_in(name, PASSWORD)
        self.assertEqual(answer.status, 200, answer.body)
        return browser

    def test_tells_who_is_signed_in_at_which_desk_and_until_when(self):
        answer = self.browser().get("/v1/session").json
        self.assertEqual((answer["user"], answer["role"], answer["regions"], answer["mode"], answer["enrol"], answer["demo"]),
                         ("olga", "operator", [], "Actual", False, False))
        self.assertEqual(answer["idle_seconds"], 3600)
        self.assertLess(answer["time"], answer["expires_at"])
        self.assertEqual(self.browser(drill=True).get("/v1/session").json["mode"], "Exercise")
        nobody = self.server.get("/v1/session")
        self.assertEqual((nobody.status, nobody.json["user"], nobody.json["csrf"]), (200, None, None))

    def test_cookie_is_for_no_script_no_other_site_and_only_its_own_desk(self):
        answer = self.server.post("/v1/session", None, {"name": "olga", "password": PASSWORD})
        self.assertRegex(answer.headers["Set-Cookie"], r"^clarion_session=[\w-]{43}; Path=/; HttpOnly; SameSite=Strict$")
        answer = self.server.post("/drill/v1/session", None, {"name": "olga", "password": PASSWORD})
        self.assertRegex(answer.headers["Set-Cookie"], r"^clarion_drill=[\w-]{43}; Path=/drill; HttpOnly; SameSite=Strict$")

    def test_secret_is_in_no_file_of_the_data_folder(self):
        browser = self.browser()
        secret = browser.cookies["clarion_session"].encode()
        for name in os.listdir(self.server.data):
            path = os.path.join(self.server.data, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    self.assertNotIn(secret, file.read(), name)

    def test_a_write_by_cookie_needs_the_csrf_header_and_a_read_does_not(self):
        browser = self.browser()
        self.assertEqual(browser.get("/v1/cases").status, 200)
        draft = {"kind": "advisory", "severity": "minor", "topics": ["typhoon"]}
        for headers in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": self.browser().csrf}):
            answer = browser.post("/v1/notices", draft, csrf=False, headers=headers)
            self.assertEqual((answer.status, answer.code), (403, "csrf"))
        answer = browser.call("DELETE", "/v1/session", csrf=False)
        self.assertEqual((answer.status, answer.code), (403, "csrf"))
        self.assertEqual(browser.post("/v1/notices", draft).status, 201)

    def test_wrong_name_wrong_password_and_no_password_are_one_answer(self):
        run("user", "add", "bare", "--role", "operator", data=self.server.data)
        told = set()
        for name, password in [("olga", "wrong horse battery"), ("nobody", PASSWORD), ("bare", PASSWORD), ("olga", ""), ("安娜", "x" * 1000)]:
            answer = self.server.post("/v1/session", None, {"name": name, "password": password})
            if password:
                self.assertEqual(answer.status, 401)
                told.add((answer.code, answer.json["detail"] if "detail" in answer.json else answer.json["title"]))
            else:
                self.assertEqual(answer.status, 422)
            self.assertNotIn("Set-Cookie", answer.headers)
        self.assertEqual(len(told), 1)

    def test_a_malformed_password_hash_opens_nothing(self):
        with Server(settings=("security.second_factor=[]", "http.trusted_proxies=127.0.0.1")) as server:
            addresses = iter(range(1, 200))

            def status_of(password):  # each from an address of its own: guessing slows down
                body = {"name": "eva", "password": password}
                return server.post("/v1/session", None, body, headers={"X-Forwarded-For": f"203.0.113.{next(addresses)}"}).status

            server.person("eva", "operator")
            store = sqlite3.connect(os.path.join(server.data, "clarion.db"))
            good = store.execute("SELECT password FROM accounts WHERE name = 'eva'").fetchone()[0]
            bad = ["", "*", "!", "x", "$argon2id$", good[:-1], good[:40], good.replace("$argon2id$", "$argon2i$"), PASSWORD, "$argon2id$" + "A" * 500]
            for kept in bad:
                store.execute("UPDATE accounts SET password = ? WHERE name = 'eva'", (kept,))
                store.commit()
                for password in (PASSWORD, kept):
                    if password:
                        self.assertEqual(status_of(password), 401, kept)
            store.execute("UPDATE accounts SET password = ? WHERE name = 'eva'", (good,))
            store.commit()
            store.close()
            self.assertEqual(status_of(PASSWORD), 200)

    def test_a_cookie_of_one_desk_opens_nothing_at_the_other(self):
        live, drill = self.browser(), self.browser(drill=True)
        both = {"clarion_session": drill.cookies["clarion_drill"], "clarion_drill": live.cookies["clarion_session"]}
        swapped = Browser(self.server)
        swapped.cookies = dict(both)
        self.assertEqual((swapped.get("/v1/cases").status, swapped.get("/v1/session").json["user"]), (401, None))
        swapped = Browser(self.server, drill=True)
        swapped.cookies = dict(both)
        self.assertEqual((swapped.get("/v1/cases").status, swapped.get("/v1/session").json["user"]), (401, None))

    def test_each_desk_sees_and_makes_records_of_its_own_modes_alone(self):
        drill_feed = self.server.token("drill feed", "drill")
        for token, tag in ((self.desk.feed, "live"), (drill_feed, "drilled")):
            sent = self.server.send_posts(token, [{"id": tag, "source": "s", "text": flagged(tag)}])
            self.assertEqual(sent.json["flagged"], 1, sent.body)
        live, drill = self.browser(), self.browser(drill=True)
        ids = {}
        for name, browser, modes in (("live", live, {"Actual"}), ("drill", drill, {"Exercise"})):
            items = browser.get("/v1/cases").json["items"]
            self.assertEqual({item["mode"] for item in items}, modes)
            ids[name] = items[0]["id"]
        both = {item["mode"] for item in self.server.get("/v1/cases", self.desk.anna).json["items"]}
        self.assertEqual(both, {"Actual", "Exercise"})
        self.assertEqual({item["mode"] for item in self.server.get("/drill/v1/cases", self.desk.anna).json["items"]}, {"Exercise"})
        for browser, other in ((live, ids["drill"]), (drill, ids["live"])):
            self.assertEqual(browser.get(f"/v1/cases/{other}").status, 404)
            self.assertEqual(browser.post(f"/v1/cases/{other}/claim").status, 404)
        draft = {"kind": "advisory", "severity": "minor", "topics": ["typhoon"]}
        for browser, other, mode, foreign in ((live, drill, "Actual", "Exercise"), (drill, live, "Exercise", "Actual")):
            notice = browser.post("/v1/notices", draft).json
            self.assertEqual(notice["mode"], mode)
            self.assertEqual(other.get(f"/v1/notices/{notice['id']}").status, 404)
            self.assertEqual(other.post(f"/v1/notices/{notice['id']}/submit", version=1).status, 404)
            mine = [item["id"] for item in browser.get("/v1/notices?state=draft").json["items"]]
            theirs = [item["id"] for item in other.get("/v1/notices?state=draft").json["items"]]
            self.assertIn(notice["id"], mine)
            self.assertNotIn(notice["id"], theirs)
            answer = browser.post("/v1/notices", {**draft, "mode": foreign})
            self.assertEqual((answer.status, answer.json["errors"][0]["code"]), (422, "mode_of_session"))
        self.assertEqual(drill.post("/v1/notices", {**draft, "mode": "Test"}).json["mode"], "Test")

    def test_a_page_publishes_only_what_it_confirmed(self):
        notice = self.desk.approved()
        path, browser = f"/v1/notices/{notice['id']}/publish", self.browser()
        answer = browser.post(path, {}, version=notice["version"])
        self.assertEqual((answer.status, answer.code), (409, "confirm_needed"))
        confirm = browser.post(path + "?dry_run=true", {}, version=notice["version"]).json["confirm"]
        answer = browser.post(path, {"confirm": confirm}, version=notice["version"])
        self.assertEqual((answer.status, answer.json["state"]), (200, "published"))

    def test_token_approvals_are_about_tokens_not_about_people(self):
        with Server(settings=("security.second_factor=[]", "security.token_approvals=false")) as server:
            desk = Desk(server)
            page = server.person("paul", "approver")
            notice = desk.draft()
            path = f"/v1/notices/{notice['id']}"
            notice = desk.ok(server.post(path + "/submit", desk.anna, version=notice["version"]))
            self.assertEqual(server.post(path + "/approve", desk.bo, version=notice["version"]).status, 403)
            self.assertEqual(page.post(path + "/approve", version=notice["version"]).status, 200)

    def test_an_idempotency_key_is_the_sessions_own(self):
        one, two = self.browser(), self.browser()
        draft = {"kind": "advisory", "severity": "minor", "topics": ["typhoon"]}
        key = {"Idempotency-Key": "k1"}
        first = one.post("/v1/notices", draft, headers=key).json["id"]
        self.assertEqual(one.post("/v1/notices", draft, headers=key).json["id"], first)
        self.assertNotEqual(two.post("/v1/notices", draft, headers=key).json["id"], first)

    def test_signing_out_or_in_again_ends_the_session_at_once(self):
        browser = self.browser()
        old = dict(browser.cookies)
        self.assertEqual(browser.call("DELETE", "/v1/session").status, 204)
        self.assertNotIn("clarion_session", browser.cookies)
        browser.cookies = old
        answer = browser.get("/v1/cases")
        self.assertEqual((answer.status, answer.code), (401, "session_over"))
        browser = self.browser()
        old = Browser(self.server)
        old.cookies = dict(browser.cookies)
        self.assertEqual(browser.sign_in("olga", PASSWORD).status, 200)
        self.assertEqual(browser.get("/v1/cases").status, 200)
        self.assertEqual(old.get("/v1/cases").status, 401)

    def test_stream_of_the_drill_desk_takes_its_cookie_and_the_live_desks_does_not_open_drill(self):
        live, drill = stream_of(self.server, self.browser()), stream_of(self.server, self.browser(drill=True))
        self.addCleanup(live.close)
        self.addCleanup(drill.close)
        self.assertEqual(live.subscribe("notices")["type"], "subscribed")
        self.assertEqual(live.subscribe("drill")["type"], "error")
        self.assertEqual(drill.subscribe("drill")["type"], "subscribed")

    def test_stream_takes_a_cookie_from_our_own_pages_and_allowed_origins_alone(self):
        browser = self.browser(drill=True)
        for origin, answer in ((self.server.url, "subscribed"), ("https://desk.example", "subscribed"), ("https://evil.example", "error")):
            stream = stream_of(self.server, browser, origin)
            self.addCleanup(stream.close)
            self.assertEqual(stream.subscribe("drill")["type"], answer, origin)

    def test_connections_of_a_session_end_within_a_second_of_it(self):
        browser = self.browser(drill=True)
        stream = stream_of(self.server, browser)
        self.addCleanup(stream.close)
        self.assertEqual(stream.subscribe("drill")["type"], "subscribed")
        browser.call("DELETE", "/v1/session")
        ended = time.monotonic()
        while stream.receive() is not None:
            pass
        self.assertEqual(stream.close_code, 3500)
        self.assertLess(time.monotonic() - ended, 1.0)

    def test_a_disabled_account_is_signed_out_and_a_changed_one_reconnects(self):
        browser = self.server.person("dora", "operator")
        run("user", "disable", "dora", data=self.server.data)
        self.assertEqual(browser.get("/v1/cases").status, 401)
        self.assertEqual(Browser(self.server).sign_in("dora", PASSWORD).status, 401)

    def test_a_changed_password_ends_the_sessions(self):
        browser = self.server.person("pia", "operator")
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("another horse battery\n")
            file.flush()
            run("user", "passwd", "pia", "--password-file", file.name, data=self.server.data)
        self.assertEqual(browser.get("/v1/cases").status, 401)
        self.assertEqual(Browser(self.server).sign_in("pia", PASSWORD).status, 401)
        self.assertEqual(Browser(self.server).sign_in("pia", "another horse battery").status, 200)

    def test_a_session_ends_by_idleness_and_by_age(self):
        browser = self.browser()
        store = sqlite3.connect(os.path.join(self.server.data, "clarion.db"))
        self.addCleanup(store.close)
        self.assertEqual(browser.get("/v1/cases").status, 200)
        store.execute("UPDATE sessions SET seen_at = seen_at - 3661000")
        store.commit()
        self.assertEqual(browser.get("/v1/cases").status, 401)
        browser = self.browser()
        store.execute("UPDATE sessions SET expires_at = created_at")
        store.commit()
        self.assertEqual(browser.get("/v1/cases").status, 401)

    def test_passwords_come_by_tls_alone_off_loopback(self):
        with Server(address="0.0.0.0", settings=("security.second_factor=[]", "http.trusted_proxies=127.0.0.1")) as server:
            server.user("tom", "operator")
            body = {"name": "tom", "password": PASSWORD}
            answer = server.post("/v1/session", None, body)
            self.assertEqual((answer.status, answer.code), (403, "tls_needed"))
            answer = server.post("/v1/session", None, body, headers={"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"})
            self.assertEqual((answer.status, answer.code), (401, "signin_refused"))

    def test_sign_ins_and_outs_are_audited_without_secrets(self):
        browser = self.browser()
        secret = browser.cookies["clarion_session"]
        browser.call("DELETE", "/v1/session")
        store = sqlite3.connect(os.path.join(self.server.data, "clarion.db"))
        self.addCleanup(store.close)
        rows = store.execute("SELECT action, detail FROM audit WHERE actor = 'olga' ORDER BY seq DESC LIMIT 2").fetchall()
        self.assertEqual([row[0] for row in rows], ["session.close", "session.open"])
        for _, detail in rows:
            self.assertNotIn(secret, detail)
            self.assertNotIn(PASSWORD, detail)


if __name__ == "__main__":
    main()
