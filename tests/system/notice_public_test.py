"""What the public sees of notices: signed revisions, ETags, lists and their filters, nothing of the desk and of exercises."""
import sqlite3

import ed25519
from harness import main
from notice_parts import SIGNED, Notices, signed_form


class Public(Notices):
    def test_what_the_public_sees_is_signed_form_state_and_jws_alone(self):
        whole = self.desk.published(kind="debunk", verdict="false", claim={"text": "说法", "appearances": ["https://x.example"]}, evidence=[{"title": "t", "url": "https://e.example"}])
        shown = self.public(whole["id"])
        self.assertLessEqual(set(shown.json), SIGNED | {"state", "jws"})
        for target in ("", "/revisions", "?revision=1"):
            for word in ("anna", "bo", "content_hash", "approvals", "version"):
                self.assertNotIn(f'"{word}"', self.public(whole["id"], target).body)
        listed = [each for each in self.server.get("/v1/notices?limit=100").json["items"] if each["id"] == whole["id"]]
        self.assertEqual(listed, [shown.json])
        self.assertEqual(self.server.get(f"/v1/notices/{whole['id']}", self.partner).json, shown.json)

    def test_every_published_revision_is_signed(self):
        notice = self.desk.published(content={"zh": {"title": "引\"号\\\u2028", "summary": "摘\t要", "body": "正\u0001文€\U0001F600é"}})["id"]
        self.done("anna", notice, "correct", {"correction": "c"})
        self.done("anna", notice, "submit")
        self.done("bo", notice, "approve")
        self.done("anna", notice, "publish")
        self.done("bo", notice, "withdraw", {"reason_code": "error", "reason": "r"})
        jwks = self.server.get("/.well-known/jwks.json").json
        revisions = self.public(notice, "/revisions").json["items"]
        self.assertEqual([each["action"] for each in revisions], ["publish", "correct", "withdraw"])
        for each in revisions:
            form = signed_form(each)
            self.assertTrue(ed25519.verify_jws(each["jws"], ed25519.canonical(form), jwks))
            for changed in ({**form, "severity": "extreme"}, {**form, "revision": 9}, {**form, "extra": 1}):
                self.assertFalse(ed25519.verify_jws(each["jws"], ed25519.canonical(changed), jwks))
        self.assertFalse(ed25519.verify_jws(revisions[0]["jws"], ed25519.canonical(signed_form(revisions[1])), jwks))
        # The bytes kept and streamed are the canonical ones.
        with sqlite3.connect(f"file:{self.server.data}/clarion.db?mode=ro", uri=True) as db:
            kept = [form.encode() for (form,) in db.execute("SELECT form FROM revisions WHERE notice_id = ? ORDER BY revision", (notice,))]
        self.assertEqual(kept, [ed25519.canonical(signed_form(each)) for each in revisions])

    def test_the_verifier_of_these_tests_knows_the_vectors_of_rfc_8032(self):
        vectors = (("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
                    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
                   ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
                    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
                   ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
                    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"))
        for key, message, signature in vectors:
            self.assertTrue(ed25519.verify(bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature)))
            self.assertFalse(ed25519.verify(bytes.fromhex(key), bytes.fromhex(message) + b"x", bytes.fromhex(signature)))

    def test_the_audit_member_is_the_head_of_the_chain_before_it(self):
        notice = self.desk.published()
        with sqlite3.connect(f"file:{self.server.data}/clarion.db?mode=ro", uri=True) as db:
            before = db.execute("SELECT hash FROM audit WHERE seq = ?", (notice["audit"]["seq"],)).fetchone()[0]
            actor, action, subject = db.execute("SELECT actor, action, subject FROM audit WHERE seq = ?", (notice["audit"]["seq"] + 1,)).fetchone()
        self.assertEqual((notice["audit"]["hash"], actor, action, subject), (before, "anna", "notice.publish", notice["id"]))

    def test_an_etag_saves_the_body(self):
        notice = self.desk.published()["id"]
        for target in (f"/v1/notices/{notice}", "/v1/notices", f"/v1/notices/{notice}/revisions", "/.well-known/jwks.json"):
            first = self.server.get(target)
            again = self.server.get(target, headers={"If-None-Match": first.headers["ETag"]})
            self.assertEqual((again.status, again.body, again.headers["ETag"]), (304, "", first.headers["ETag"]))
            self.assertEqual(self.server.get(target, headers={"If-None-Match": '"other"'}).status, 200)
            head = self.server.call("HEAD", target)
            self.assertEqual((head.status, head.body, head.headers["ETag"]), (200, "", first.headers["ETag"]))
        tag = self.server.get(f"/v1/notices/{notice}").headers["ETag"]
        self.done("bo", notice, "withdraw", {"reason_code": "error", "reason": "r"})
        self.assertEqual(self.server.get(f"/v1/notices/{notice}", headers={"If-None-Match": tag}).status, 200)

    def test_the_version_is_the_etag_at_the_desk(self):
        notice = self.desk.draft()["id"]
        self.assertEqual(self.server.get(f"/v1/notices/{notice}", self.desk.anna).headers["ETag"], '"1"')

    def test_readers_say_whether_it_helped_and_the_desk_sees_the_counts(self):
        notice = self.desk.published()
        path = f"/v1/notices/{notice['id']}"
        readers = lambda: self.server.get(path + "/deliveries", self.desk.anna).json["readers"]
        self.assertEqual(readers(), [])
        for helped in (True, True, False):
            self.assertEqual(self.server.post(path + "/feedback", None, {"revision": 1, "helped": helped}).status, 204)
        self.assertEqual(readers(), [{"revision": 1, "helped": 2, "not_helped": 1}])
        self.assertNotIn("helped", self.server.get(path).body)  # for the desk alone
        for body, status in (({"revision": 2, "helped": True}, 404), ({"helped": True}, 422), ({"revision": 1}, 422), ({"revision": 1, "helped": "yes"}, 422),
                             ({"revision": 1, "helped": True, "text": "x"}, 422), ({"revision": 0, "helped": True}, 422)):
            self.assertEqual(self.server.post(path + "/feedback", None, body).status, status, body)
        self.assertEqual(self.server.post("/v1/notices/n_x/feedback", None, {"revision": 1, "helped": True}).status, 404)
        self.assertEqual(readers(), [{"revision": 1, "helped": 2, "not_helped": 1}])

    def test_exercises_and_tests_stay_inside(self):
        drill = self.server.token("drill", "drill")
        for mode in ("Exercise", "Test"):
            notice = self.desk.published(mode=mode)["id"]
            self.assertEqual(self.seen(notice)["state"], "published")
            self.assertEqual(self.server.get(f"/v1/notices/{notice}", drill).status, 200)
            for token in (None, self.partner, self.desk.feed):
                for target in (f"/v1/notices/{notice}", f"/v1/notices/{notice}?revision=1", f"/v1/notices/{notice}/revisions"):
                    self.assertEqual(self.server.get(target, token).status, 404)
            for token in (None, self.partner, drill, self.desk.anna):
                self.assertNotIn(notice, self.server.get("/v1/notices?limit=100", token).body)

    def test_the_same_key_publishes_once(self):
        notice = self.desk.approved()["id"]
        version = self.seen(notice)["version"]
        first = self.done("anna", notice, "publish", version=version, **{"Idempotency-Key": "p1"})
        again = self.done("anna", notice, "publish", version=version, **{"Idempotency-Key": "p1"})
        self.assertEqual(again, first)
        self.assertEqual(len(self.public(notice, "/revisions").json["items"]), 1)
        self.refused(self.call("anna", notice, "publish", {"at": "2020-01-01T00:00:00Z"}, version, **{"Idempotency-Key": "p1"}), 422, "idempotency_mismatch")

    def test_a_bad_credential_is_never_taken_for_none(self):
        notice = self.desk.published()["id"]
        for target in ("/v1/notices", f"/v1/notices/{notice}", f"/v1/notices/{notice}/revisions"):
            self.refused(self.server.get(target, "clt_bad"), 401, "unauthorised")
            self.refused(self.server.get(target, headers={"Authorization": "Basic YTpi"}), 401, "unauthorised")

    def test_people_limited_to_regions_act_inside_alone(self):
        olga = self.server.user("olga", "operator", "--region", "440100")
        body = {"kind": "advisory", "severity": "minor", "topics": ["typhoon"], "content": {"zh": {"title": "题", "summary": "摘", "body": "文"}}, "expires_at": "2099-01-01"}
        for regions in ([], ["440300"], ["440100", "440300"], ["440000"]):
            self.refused(self.server.post("/v1/notices", olga, {**body, "regions": regions}), 403, "denied_region")
        mine = self.server.post("/v1/notices", olga, {**body, "regions": ["440106"]})
        self.assertEqual(mine.status, 201)
        self.refused(self.server.patch(f"/v1/notices/{mine.json['id']}", olga, {"regions": ["440300"]}, 1), 403, "denied_region")
        other = self.desk.draft(regions=["440300"])["id"]
        self.assertEqual(self.server.get(f"/v1/notices/{other}", olga).status, 404)
        self.refused(self.server.patch(f"/v1/notices/{other}", olga, {}, 1), 403, "denied_region")


class Lists(Notices):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Two of each: topic, region, kind, with and without English.
        cls.made = []
        for i in range(12):
            content = {"zh": {"title": f"第{i}条", "summary": "摘", "body": "文"}}
            if i % 3 == 0:
                content["en"] = {"title": "t", "summary": "s", "body": "b"}
            cls.made.append(cls.desk.published(topics=["typhoon"] if i % 2 else ["food"], regions=[["440100"], ["440300"], []][i % 3], kind=["advisory", "science"][i % 4 // 2], content=content))

    def ids(self, query, only_made=True):
        answer = self.server.get("/v1/notices?" + query)
        self.assertEqual(answer.status, 200, answer.body)
        made = {each["id"] for each in self.made}
        return [each["id"] for each in answer.json["items"] if each["id"] in made or not only_made]

    def where(self, wanted):
        return [each["id"] for i, each in reversed(list(enumerate(self.made))) if wanted(i)]

    def test_filters(self):
        self.assertEqual(self.ids(""), self.where(lambda i: True))
        self.assertEqual(self.ids("topic=food"), self.where(lambda i: i % 2 == 0))
        self.assertEqual(self.ids("topic=food&topic=typhoon"), self.where(lambda i: True))
        self.assertEqual(self.ids("region=440106"), self.where(lambda i: i % 3 in (0, 2)))
        self.assertEqual(self.ids("region=440000"), self.where(lambda i: True))
        self.assertEqual(self.ids("kind=science"), self.where(lambda i: i % 4 // 2 == 1))
        self.assertEqual(self.ids("lang=en"), self.where(lambda i: i % 3 == 0))
        self.assertEqual(self.ids("topic=food&region=440300&kind=advisory"), self.where(lambda i: i % 2 == 0 and i % 3 in (1, 2) and i % 4 // 2 == 0))
        self.assertEqual(self.ids("since=" + self.made[5]["published_at"]), self.where(lambda i: self.made[i]["published_at"] >= self.made[5]["published_at"]))
        self.assertEqual(self.ids("since=2098-1-1"), [])
        self.assertEqual(self.ids("live=true"), self.where(lambda i: True))

    def test_a_walk_meets_each_once_newest_first(self):
        for query in ("limit=5", "limit=1&topic=food", "limit=100"):
            target, seen = "/v1/notices?" + query, []
            while target:
                answer = self.server.get(target)
                self.assertEqual(answer.status, 200, answer.body)
                seen += [each["id"] for each in answer.json["items"]]
                target = answer.headers["Link"].split(";")[0].strip("<>") if answer.json["next"] else None
                if answer.json["next"]:
                    self.assertRegex(answer.json["next"], r"^[\w-]+$")
            self.assertEqual(len(seen), len(set(seen)))
            self.assertEqual([each for each in seen if each in {one["id"] for one in self.made}], self.where(lambda i: "food" not in query or i % 2 == 0))

    def test_only_the_newest_revision_is_listed(self):
        notice = self.desk.published()["id"]
        before = self.ids("", only_made=False)
        self.done("anna", notice, "update", {"severity": "minor"})
        self.assertEqual(self.ids("", only_made=False), before)
        self.done("anna", notice, "submit")
        self.done("bo", notice, "approve")
        self.done("anna", notice, "publish")
        self.assertEqual(self.ids("", only_made=False), [notice] + [each for each in before if each != notice])

    def test_wrong_parameters_are_named(self):
        for query, name in (("limit=0", "limit"), ("limit=101", "limit"), ("topic=x", "topic"), ("region=9", "region"), ("kind=x", "kind"), ("since=x", "since"), ("live=1", "live"),
                            ("cursor=!", "cursor"), ("cursor=", "cursor"), ("cursor=AAAA", "cursor"), ("colour=red", "colour")):
            answer = self.server.get("/v1/notices?" + query)
            self.refused(answer, 400, "query_invalid")
            self.assertEqual(answer.json["errors"][0]["pointer"].strip("/"), name)


if __name__ == "__main__":
    main()
