"""What people work with at a case: drafts, files, notes with mentions, watching, presence, search."""
import base64
import hashlib
import os
import pathlib
import stat
import unittest
import urllib.parse

from casework_test import QUAKE, Desk
from harness import flagged, main, run, until

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


class Workspace(Desk):
    def held(self, who="chen"):
        """A new case that a person has in review."""
        case = self.case()
        self.post(f"/v1/cases/{case['id']}/assign", {"user": who})
        return self.post(f"/v1/cases/{case['id']}/claim", {}, who)

    def upload(self, data, name="a.png", kind="image/png", who="chen"):
        return self.server.call("POST", "/v1/files?name=" + urllib.parse.quote(name), self.people[who], data, {"Content-Type": kind})

    def files(self):
        folder = pathlib.Path(self.server.data, "files")
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


class Drafts(Workspace):
    def test_a_draft_is_its_persons_alone_and_survives_a_crash(self):
        body = {"reason": "写到一半", "evidence": []}
        self.call("PUT", "/v1/drafts/case:c_1", "chen", body)
        self.call("PUT", "/v1/drafts/case:c_1", "chen", {**body, "reason": "写完了"})
        self.get("/v1/drafts/case:c_1", "anna", 404)
        self.server.kill()
        self.server.start()
        self.assertEqual(self.get("/v1/drafts/case:c_1", "chen")["body"]["reason"], "写完了")
        self.assertEqual([row["key"] for row in self.get("/v1/drafts", "chen")["items"]], ["case:c_1"])
        audit = run("audit", "verify", data=self.server.data)
        self.assertNotIn("draft", audit)
        self.call("DELETE", "/v1/drafts/case:c_1", "chen", status=204)
        self.get("/v1/drafts/case:c_1", "chen", 404)

    def test_bounds(self):
        self.call("PUT", "/v1/drafts/" + "k" * 121, "chen", {}, 400)
        self.call("PUT", "/v1/drafts/" + urllib.parse.quote("钥匙"), "chen", {}, 400)
        self.call("PUT", "/v1/drafts/big", "chen", {"text": "x" * 70000}, 413)
        for who in ("root", "audi"):
            self.call("PUT", "/v1/drafts/k", who, {}, 403)
        for number in range(200):
            self.call("PUT", f"/v1/drafts/n{number}", "bo", {})
        self.assertEqual(self.call("PUT", "/v1/drafts/one-more", "bo", {}, 409)["code"], "draft_many")
        self.call("PUT", "/v1/drafts/n7", "bo", {"again": True})


class Files(Workspace):
    def test_bytes_are_kept_by_hash_and_given_back_as_an_attachment(self):
        answer = self.upload(PNG, "台网 \"实况\"/截图.png")
        self.assertEqual(answer.status, 201, answer.body)
        file = answer.json
        digest = hashlib.sha256(PNG).hexdigest()
        self.assertEqual((file["type"], file["bytes"], file["sha256"], file["name"]), ("image/png", len(PNG), digest, "截图.png"))
        path = pathlib.Path(self.server.data, "files", digest)
        self.assertEqual((path.read_bytes(), stat.S_IMODE(os.stat(path).st_mode), stat.S_IMODE(os.stat(path.parent).st_mode)), (PNG, 0o600, 0o700))
        import http.client
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        connection.request("GET", f"/v1/files/{file['id']}", headers={"Authorization": "Bearer " + self.people["chen"]})
        got = connection.getresponse()
        self.assertEqual((got.status, got.read()), (200, PNG))
        self.assertTrue(got.headers["Content-Disposition"].startswith("attachment;"))
        self.assertEqual(got.headers["X-Content-Type-Options"], "nosniff")
        connection.close()

    def test_a_file_that_is_not_what_it_is_said_to_be_is_refused(self):
        for data, kind, code in ((PNG, "application/pdf", "file_type_differs"), (b"<svg onload=alert(1)>", "image/svg+xml", "file_type_differs"),
                                 (b"\x7fELF\x00\x01", "application/octet-stream", "file_type"), (b"MZ\x00\x00", "image/png", "file_type"), (b"", "text/plain", "file_type")):
            answer = self.upload(data, kind=kind)
            self.assertEqual((answer.status, answer.code), (415, code), answer.body)
        self.assertEqual(self.upload(b"x" * ((10 << 20) + 1), kind="text/plain").status, 413)
        self.assertEqual(self.upload(PNG, who="root").status, 403)
        self.assertEqual(self.upload(PNG, who="audi").status, 403)

    def test_a_verdict_cites_it_and_who_sees_the_case_sees_it(self):
        case = self.held()
        file = self.upload(b"screenshot text\n", "a.txt", "text/plain").json
        self.get(f"/v1/files/{file['id']}", "anna", 404)
        other = self.upload(b"annas own", "b.txt", "text/plain", "anna").json
        verdict = {"verdict": "false", "reason": "没有依据", "uncertain": "登陆点", "evidence": [{"title": "截图", "file": other["id"]}]}
        refused = self.post(f"/v1/cases/{case['id']}/verdict", verdict, "chen", 422)
        self.assertEqual(refused["errors"][0]["code"], "file_unknown")
        verdict["evidence"] = [{"title": "截图", "file": file["id"]}, {"title": "声明", "url": "https://a.example/x"}]
        judged = self.post(f"/v1/cases/{case['id']}/verdict", verdict, "chen")
        self.assertEqual(judged["verdicts"][0]["evidence"][0]["sha256"], file["sha256"])
        self.assertEqual(judged["verdicts"][0]["uncertain"], "登陆点")
        self.assertEqual(self.server.get(f"/v1/files/{file['id']}", self.people["anna"]).body, "screenshot text\n")
        made = self.post("/v1/notices", {"case": case["id"], "kind": "debunk"}, status=201)
        self.assertEqual(made["evidence"], [{"title": "声明", "url": "https://a.example/x"}])

    def test_a_picture_is_kept_without_what_it_tells_of_its_maker(self):
        told = b"\x00\x00\x00\x0btEXtAuthor\x00GPS!sum!"
        answer = self.upload(PNG[:33] + told + PNG[33:] + b"GPS!", "a.png")
        self.assertEqual((answer.status, answer.json["removed"]), (201, ["text", "trailing"]), answer.body)
        self.assertEqual((answer.json["sha256"], answer.json["bytes"]), (hashlib.sha256(PNG).hexdigest(), len(PNG)))
        self.assertEqual(self.upload(PNG, "b.png").json["removed"], [])
        torn = self.upload(PNG[:40], "torn.png")
        self.assertEqual((torn.status, torn.code), (415, "file_broken"))

    def test_a_backup_holds_them(self):
        file = self.upload(b"kept in the backup", "c.txt", "text/plain", "anna").json
        copy = os.path.join(self.server.data, "copy.backup")
        run("db", "backup", copy, data=self.server.data)
        fresh = os.path.join(self.server.data, "restored")
        run("db", "restore", copy, data=fresh)
        self.assertEqual(pathlib.Path(fresh, "files", file["sha256"]).read_bytes(), b"kept in the backup")


class CaseOfWhoAsks(Workspace):
    def test_a_case_says_what_who_asks_may_do_and_within_which_limits(self):
        case = self.held()
        seen = {who: self.get(f"/v1/cases/{case['id']}", who) for who in ("anna", "chen", "audi")}
        self.assertIn("dismiss", seen["anna"]["may"])
        self.assertNotIn("verdict", seen["anna"]["may"])
        self.assertIn("verdict", seen["chen"]["may"])
        self.assertEqual((seen["audi"]["may"], seen["audi"]["watching"]), ([], False))
        self.assertEqual(set(seen["anna"]["limits"]), {"reason_least", "reason_most", "evidence_least", "evidence_most", "claim_most", "file_most_bytes", "suggest_score", "known_score"})
        self.assertEqual(self.post(f"/v1/cases/{case['id']}/watch", {}, "anna")["watching"], True)


class Notes(Workspace):
    def test_who_may_see_the_case_is_told_and_nobody_else(self):
        case = self.held()
        shown = self.post(f"/v1/cases/{case['id']}/note", {"text": "@chen @olga @nobody @root 请看 @anna."})
        self.assertEqual(shown["history"][-1]["detail"]["mentions"], ["chen", "olga", "root"])  # a case without regions is seen by all
        names = [row["user"] for row in self.get(f"/v1/cases/{case['id']}/people")["items"]]
        self.assertEqual(names, ["anna", "audi", "bo", "chen", "olga", "root"])
        far = self.case(geo={"region": "445100"})
        shown = self.post(f"/v1/cases/{far['id']}/note", {"text": "@chen @olga @bo"})
        self.assertEqual(shown["history"][-1]["detail"]["mentions"], ["bo"])

    def test_watchers_are_told_of_what_became_of_it(self):
        case = self.held()
        self.assertTrue(self.post(f"/v1/cases/{case['id']}/watch", {}, "bo")["watching"])
        version = self.get(f"/v1/cases/{case['id']}")["version"]
        self.assertEqual(version, case["version"])  # watching changes nothing of the case
        self.post(f"/v1/cases/{case['id']}/verdict", {"verdict": "false", "reason": "r", "evidence": [{"title": "t", "url": "https://a.example"}]}, "chen")
        self.assertTrue(self.get(f"/v1/cases/{case['id']}", "bo")["watching"])
        self.post(f"/v1/cases/{case['id']}/unwatch", {}, "bo")
        self.assertFalse(self.get(f"/v1/cases/{case['id']}", "bo")["watching"])


class Presence(Workspace):
    def test_others_who_see_the_case_see_who_is_there(self):
        case = self.held()
        path = f"/v1/cases/{case['id']}/presence"
        self.call("PUT", path, "anna", {"what": "viewing"})
        there = self.call("PUT", path, "chen", {"what": "editing"})
        self.assertEqual(there["people"], [{"user": "anna", "what": "viewing"}, {"user": "chen", "what": "editing"}])
        self.call("PUT", path, "anna", {"what": "left"})
        self.assertEqual(self.get(path, "bo")["people"], [{"user": "chen", "what": "editing"}])
        self.call("PUT", path, "chen", {"what": "hiding"}, 422)
        self.call("PUT", path, "root", {"what": "viewing"}, 403)
        other = self.case()
        self.call("PUT", f"/v1/cases/{other['id']}/presence", "chen", {"what": "viewing"}, 404)  # not the expert's


class Search(Workspace):
    def search(self, words, who="anna"):
        return self.get("/v1/search?q=" + urllib.parse.quote(words), who)

    def found(self, words, who="anna"):
        return [row["id"] for row in self.search(words, who)["cases"]]

    def test_ids_and_addresses_jump(self):
        case = self.case(url="https://weibo.example/9/abc")
        for words in (case["id"], f"http://desk.example/cases/{case['id']}", " https://www.weibo.example/9/abc#c "):
            self.assertEqual(self.search(words)["jump"]["id"], case["id"], words)
        self.assertIsNone(self.search(case["id"], "chen")["jump"])  # not the expert's
        notice = self.post("/v1/notices", {"kind": "science", "content": {"zh": {"title": "海水倒灌怎么办"}}}, status=201)
        self.assertEqual(self.search(notice["id"])["jump"]["title"], "海水倒灌怎么办")
        self.assertEqual([row["id"] for row in self.search("海水倒灌")["notices"]], [notice["id"]])

    def test_a_post_is_found_by_its_id_alone_or_with_its_source_and_a_merged_case_by_where_it_went(self):
        case, other = self.case(), self.case()
        post = case["posts"][0]["id"]
        for words in (post, f"weibo {post}", f"weibo/{post}", f"weibo:{post}"):
            found = self.search(words)["jump"]
            self.assertEqual((found["type"], found["id"], found["post"]), ("case", case["id"], {"source": "weibo", "id": post}), words)
        self.assertIsNone(self.search(f"douyin {post}")["jump"])
        self.assertIsNone(self.search(post, "chen")["jump"], "not the expert's")
        self.post(f"/v1/cases/{case['id']}/merge", {"into": other["id"]})
        self.assertEqual(self.search(post)["jump"]["id"], other["id"])

    def test_resources_are_found_by_words_id_and_address(self):
        made = self.post("/v1/resources", {"topic": "infectious", "phase": "any", "title": {"zh": "喝酒防不了翡翠热"}, "summary": {"zh": "饮酒不能预防感染。"}, "body": {"zh": "正文"},
                         "sources": [{"title": "说明", "publisher": "省疾控中心"}], "reviewed_at": "2026-01-02", "review_by": "2030-01-02"}, status=201)
        self.assertEqual(self.search("翡翠热")["resources"][0], {"id": made["id"], "state": "current", "title": made["title"], "topic": "infectious", "phase": "any"})
        for words in (made["id"], f"https://desk.example/resources/{made['id']}", f"https://desk.example/resources/{made['id']}/edit?x=1"):
            found = self.search(words)
            self.assertEqual((found["jump"]["type"], found["jump"]["id"], found["resources"][0]["id"]), ("resource", made["id"], made["id"]), words)
        self.assertEqual(self.search("翡翠热", "chen")["resources"][0]["id"], made["id"], "whoever sees the library")
        self.assertEqual(self.search("翡翠热", "root")["resources"], [], "admins do not")

    def test_words_of_claims_and_posts_are_found_until_the_text_goes(self):
        words = "翡翠鲸鱼"
        text = flagged("search", words=QUAKE + words)
        self.server.send_posts(self.feed, [{"id": "s1", "source": "weibo", "text": text}])
        case = until(lambda: self.found(words), what="the post in the index")[0]
        self.assertEqual(self.found("翡翠·鲸魚"), [case])  # folded as the rules see it
        self.assertEqual(self.found("鲸鱼翡翠"), [])
        self.assertEqual(self.found(words, "chen"), [])
        self.server.send_posts(self.feed, [{"id": "s1", "source": "weibo", "text": text.replace(words, "珍珠海龟"), "rev": 2}])
        self.assertEqual((self.found(words), self.found("珍珠海龟")), ([], [case]))
        self.server.send_posts(self.feed, [{"id": "s1", "source": "weibo", "op": "delete"}])
        self.assertEqual(self.found("珍珠海龟"), [])
        self.call("PATCH", f"/v1/cases/{case}", "anna", {"claim": "人写的琥珀海马说法"})
        self.assertEqual(self.found("琥珀海马"), [case])

    def test_wrong_queries_are_named(self):
        for target in ("/v1/search", "/v1/search?q=", "/v1/search?x=1"):
            self.assertEqual(self.get(target, status=400)["code"], "query_invalid")
        self.get("/v1/search?q=x", self.feed, 403)


if __name__ == "__main__":
    main()
