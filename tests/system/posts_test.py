"""POST /v1/posts as sections 2 and 3 of the contract say: bodies, limits, duplicates, edits, deletes, tokens, repeats."""
import contextlib
import gzip
import http.client
import json
import lzma
import sqlite3
import threading
import time
import unittest
import urllib.parse

from harness import ROOT, Server, flagged, main, until

LABELLED = ROOT.parent / "shared/data/posts_labelled.ndjson.xz"  # beside a checkout of the team; else skipped, loudly
HARMLESS = "今天天气不错，我们去公园走走"


def lines(*posts):
    return "".join((post if isinstance(post, str) else json.dumps(post, ensure_ascii=False)) + "\n" for post in posts)


class Feed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().start()
        cls.anna = cls.server.user("anna", "operator")
        cls.feed = cls.server.token("feed", "ingest")

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def send(self, body, kind="application/x-ndjson", token=None, **headers):
        return self.server.call("POST", "/v1/posts", token or self.feed, body, {"Content-Type": kind, **{k.replace("_", "-"): v for k, v in headers.items()}})

    def taken(self, *posts, **more):
        answer = self.send(lines(*posts), **more)
        self.assertEqual(answer.status, 202, answer.body)
        return answer.json

    def counts(self, *posts, **more):
        """accepted, flagged, duplicates and how many were rejected."""
        taken = self.taken(*posts, **more)
        return taken["accepted"], taken["flagged"], taken["duplicates"], len(taken["rejected"])

    def cases(self, text, token=None):
        """The cases whose claim holds the text's own end."""
        answer = self.server.get("/v1/cases?sort=id&q=" + urllib.parse.quote(text[-40:]), token or self.anna)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["items"]

    def only_case(self, text, token=None):
        found = self.cases(text, token)
        self.assertEqual(len(found), 1, [case["id"] for case in found])
        return self.detail(found[0]["id"], token)

    def detail(self, case, token=None):
        answer = self.server.get(f"/v1/cases/{case}", token or self.anna)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json


class Bodies(Feed):
    def test_a_case_is_readable_when_its_202_is_answered(self):
        for i in range(10):
            text = flagged(f"readable {i}")
            self.assertEqual(self.counts({"id": f"r{i}", "source": "weibo", "text": text}), (1, 1, 0, 0))
            self.assertEqual(self.only_case(text)["posts"][0]["id"], f"r{i}")

    def test_lines_and_an_array_mean_the_same(self):
        posts = [{"id": "a1", "source": "array", "text": flagged("array")}, {"id": "a2", "source": "array", "text": HARMLESS}]
        answer = self.send(json.dumps(posts), "application/json; charset=utf-8")
        self.assertEqual((answer.status, answer.json), (202, {"accepted": 2, "flagged": 1, "duplicates": 0, "rejected": []}))
        self.assertEqual(self.counts(*posts), (2, 0, 1, 0))

    def test_an_array_counts_its_items_from_one(self):
        good = {"id": "n1", "source": "items", "text": HARMLESS}
        answer = self.send(json.dumps([good, 7, good, {"id": "n2"}, "x"]), "application/json").json
        self.assertEqual((answer["accepted"], [(each["line"], each["code"]) for each in answer["rejected"]]),
                         (2, [(2, "line_not_object"), (4, "field_required"), (5, "line_not_object")]))

    def test_an_array_that_breaks_off_keeps_what_came_before(self):
        good = json.dumps({"id": "b1", "source": "broken", "text": flagged("broken")}, ensure_ascii=False)
        answer = self.send("[" + good + "," + good[:-5], "application/json").json
        self.assertEqual((answer["accepted"], answer["flagged"], [(each["line"], each["code"]) for each in answer["rejected"]]),
                         (1, 1, [(2, "batch_broken")]))
        self.assertEqual(self.send("{}", "application/json").code, "batch_not_array")

    def test_gzip_is_taken_and_a_damaged_one_is_refused(self):
        whole = gzip.compress(lines({"id": "z1", "source": "gz", "text": flagged("gzip")}).encode())
        answer = self.send(whole, Content_Encoding="gzip")
        self.assertEqual((answer.status, answer.json["flagged"]), (202, 1))
        for damaged in (whole[:-6], whole[:20], b"\x1f\x8b" + bytes(50), b"plain"):
            answer = self.send(damaged, Content_Encoding="gzip")
            self.assertEqual((answer.status, answer.code), (400, "gzip_invalid"))
        self.assertEqual(self.send(b"x", Content_Encoding="br").status, 415)

    def test_other_types_are_refused(self):
        for kind in ("text/plain", "application/xml", "application/x-ndjsonx", "application/jsonl", ""):
            answer = self.send(lines({"id": "1", "source": "s", "text": "t"}), kind)
            self.assertEqual((answer.status, answer.code), (415, "media_type_unsupported"), kind)

    def test_one_bad_line_loses_no_good_one_and_is_named_by_its_number(self):
        texts = [flagged(f"good {i}") for i in range(3)]
        body = "\n".join(["\ufeff" + json.dumps({"id": "g0", "source": "mixed", "text": texts[0]}), "", "{\"id\":", "[1]",
                          json.dumps({"id": "g1", "source": "mixed", "text": texts[1]}) + "\r", json.dumps({"id": "x", "source": "mixed"}),
                          json.dumps({"id": "x", "source": "mixed", "text": 5}), json.dumps({"id": "x", "source": "mixed", "text": "t", "op": "remove"}),
                          json.dumps({"id": "x", "source": "mixed", "text": "t"}) + "}", json.dumps({"id": "g2", "source": "mixed", "text": texts[2]})])
        answer = self.send(body).json
        self.assertEqual((answer["accepted"], answer["flagged"]), (3, 3))
        self.assertEqual([(each["line"], each["code"]) for each in answer["rejected"]],
                         [(3, "line_not_json"), (4, "line_not_object"), (6, "field_required"), (7, "field_type"), (8, "field_not_one_of"), (9, "line_not_json")])
        for each in answer["rejected"]:
            self.assertTrue(each["detail"])
            self.assertNotIn("{", each["detail"])
        for text in texts:
            self.only_case(text)

    def test_a_body_of_bad_lines_alone_is_202_too(self):
        self.assertEqual(self.counts("nonsense", "{}"), (0, 0, 0, 2))
        self.assertEqual(self.send("").json, {"accepted": 0, "flagged": 0, "duplicates": 0, "rejected": []})

    def test_bytes_that_are_no_utf8_are_refused_with_their_line(self):
        good = json.dumps({"id": "u1", "source": "utf", "text": HARMLESS}).encode()
        for bad in (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe4\xb8"):
            answer = self.send(good + b"\n" + good[:-2] + bad + b"\"}\n" + good).json
            self.assertEqual((answer["accepted"], [each["line"] for each in answer["rejected"]]), (2, [2]), bad)

    def test_details_follow_the_language_asked_for(self):
        zh = self.taken("{}", Accept_Language="zh-CN")["rejected"][0]["detail"]
        en = self.taken("{}", Accept_Language="en")["rejected"][0]["detail"]
        self.assertIn("必填", zh)
        self.assertIn("required", en)


class Limits(Feed):
    def head_alone(self, length, token):
        """Sends a head that announces `length` bytes, and no byte of them; returns the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        with contextlib.closing(connection):
            connection.putrequest("POST", "/v1/posts")
            for name, value in (("Content-Type", "application/x-ndjson"), ("Content-Length", str(length)), ("Expect", "100-continue"),
                                ("Authorization", "Bearer " + token)):
                connection.putheader(name, value)
            connection.endheaders()
            response = connection.getresponse()
            return response.status, json.loads(response.read())["code"]

    def test_more_than_16_mib_are_refused_before_they_are_sent(self):
        self.assertEqual(self.head_alone((16 << 20) + 1, self.feed), (413, "body_too_large"))

    def test_a_body_that_inflates_to_more_than_16_mib_is_refused(self):
        answer = self.send(gzip.compress(bytes((16 << 20) + 1)), Content_Encoding="gzip")
        self.assertEqual((answer.status, answer.code), (413, "body_too_large"))
        self.assertEqual(self.send(gzip.compress(b"\n" * (16 << 20)), Content_Encoding="gzip").status, 202)

    def test_who_may_not_send_learns_that_first(self):
        self.assertEqual(self.head_alone((16 << 20) + 1, "clt_unknown"), (401, "unauthorised"))
        self.assertEqual(self.head_alone((16 << 20) + 1, self.anna), (403, "denied"))
        self.assertEqual(self.send("x", "text/plain", token="clt_unknown").status, 401)
        self.assertEqual(self.send("x", "text/plain", token=self.anna).status, 403)
        self.assertEqual(self.server.call("POST", "/v1/posts", None, "x", {"Content-Type": "text/plain"}).status, 401)
        for scope in ("partner", "metrics"):
            self.assertEqual(self.send("x", token=self.server.token(scope, scope)).status, 403)

    def test_ten_thousand_lines_and_no_more(self):
        line = json.dumps({"id": "l", "source": "many", "text": "x"}) + "\n"
        self.assertEqual(self.send(line * 10_000 + "\n\n").json["accepted"], 10_000)
        answer = self.send(line * 10_001)
        self.assertEqual((answer.status, answer.code), (413, "too_many_lines"))
        answer = self.send("[" + ",".join([line] * 10_001) + "]", "application/json")
        self.assertEqual((answer.status, answer.code), (413, "too_many_lines"))

    def test_a_line_has_at_most_256_kib(self):
        def sized(name, size):
            line = json.dumps({"id": name, "source": "long", "text": ""})
            return line[:-2] + "x" * (size - len(line)) + line[-2:]
        good = {"id": "short", "source": "long", "text": HARMLESS}
        taken = self.taken(sized("fits", 256 << 10), sized("over", (256 << 10) + 1), good)
        self.assertEqual((taken["accepted"], [(each["line"], each["code"]) for each in taken["rejected"]]), (2, [(2, "line_too_long")]))
        self.assertIn("262144", taken["rejected"][0]["detail"])

    def test_with_too_much_under_way_a_sender_is_told_to_wait_and_nothing_is_lost(self):
        body = b" " * ((16 << 20) - 2000) + b"\n"  # a blank line costs little work, yet counts as bytes under way
        post = lines({"id": "w1", "source": "waits", "text": flagged("waits")})
        answers = []

        def send(more):
            answers.append(self.send(body + more))
        db = sqlite3.connect(self.server.data + "/clarion.db", isolation_level=None)
        with contextlib.closing(db):
            db.execute("BEGIN IMMEDIATE")  # the server's writer waits, so what it was given stays under way
            threads = [threading.Thread(target=send, args=(post.encode() if i == 0 else b"",)) for i in range(6)]
            try:
                for thread in threads:
                    thread.start()
                until(lambda: len(answers) >= 2, what="two refusals")
                self.assertEqual([(answer.status, answer.code) for answer in answers], [(429, "overloaded")] * 2)
                self.assertTrue(all(int(answer.headers["Retry-After"]) >= 1 for answer in answers))
            finally:
                db.execute("ROLLBACK")
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(answer.status for answer in answers), [202] * 4 + [429] * 2)
        again = self.send(post).json  # whichever way the first copy went, this one is in
        self.assertEqual(again["flagged"] + again["duplicates"], 1)


class Order(Feed):
    def test_a_repeat_is_counted_and_opens_nothing(self):
        post = {"id": "d1", "source": "repeat", "text": flagged("repeat"), "created_at": "2026-01-01T00:00:00Z"}
        self.assertEqual(self.counts(post), (1, 1, 0, 0))
        before = self.only_case(post["text"])
        self.assertEqual(self.counts(post), (1, 0, 1, 0))
        self.assertEqual(self.counts(post, post, {"id": "d2", "source": "repeat", "text": HARMLESS}), (3, 0, 2, 0))
        self.assertEqual(self.only_case(post["text"]), before)

    def test_the_same_id_of_another_source_is_another_post(self):
        text = flagged("sources")
        self.assertEqual(self.counts(*({"id": "same", "source": source, "text": text} for source in ("one", "two"))), (2, 2, 0, 0))
        self.assertEqual(self.only_case(text)["group"]["sources"], {"one": 1, "two": 1})

    def edits(self, name, first, second, wins):
        old, new = flagged(name + " old"), flagged(name + " new")
        key = {"id": name, "source": "edits"}
        self.counts({**key, "text": old, **first})
        case = self.only_case(old)
        self.assertEqual(self.counts({**key, "text": new, **second}), (1, 0, 0, 0))
        after = self.detail(case["id"])
        kept, gone = (new, old) if wins else (old, new)
        self.assertEqual((after["posts"][0]["text"], after["claim"]), (kept, kept))
        self.assertNotIn(gone[-40:], json.dumps(after, ensure_ascii=False))
        self.assertEqual(after["posts"][0]["text"][after["hits"][0]["span"][0]:][:2], kept[after["hits"][0]["span"][0]:][:2])

    def test_a_higher_rev_wins_whatever_the_times_say(self):
        self.edits("rev", {"rev": 1, "edited_at": "2026-02-01T00:00:00Z"}, {"rev": 2, "edited_at": "2026-01-01T00:00:00Z"}, True)

    def test_a_lower_rev_is_stale(self):
        self.edits("stale rev", {"rev": 7}, {"rev": 6, "edited_at": "2030-01-01T00:00:00Z"}, False)

    def test_without_rev_the_later_edit_wins(self):
        self.edits("edited", {"created_at": "2026-03-01T00:00:00Z"}, {"created_at": "2026-01-01T00:00:00Z", "edited_at": "2026-04-01T00:00:00+08:00"}, True)
        self.edits("earlier", {"edited_at": "2026-03-01T00:00:00Z"}, {"edited_at": "2026-02-28T23:59:59.999Z"}, False)

    def test_a_bare_date_is_the_first_moment_of_its_day_at_the_desk(self):
        self.edits("date", {"created_at": "2026-03-01"}, {"edited_at": "2026-02-28T16:00:00.001Z"}, True)
        self.edits("before date", {"created_at": "2026-3-1"}, {"edited_at": "2026-02-28T15:59:59Z"}, False)

    def test_a_missing_order_is_the_lowest(self):
        self.edits("none after some", {"created_at": "2020-1-2"}, {}, False)
        self.edits("some after none", {}, {"created_at": "2020-1-2"}, True)
        self.edits("rev beats none", {"created_at": "2026-01-01"}, {"rev": 0}, True)

    def test_equal_order_and_other_text_means_the_later_received(self):
        self.edits("equal", {"rev": 3}, {"rev": 3}, True)
        self.edits("equal none", {}, {}, True)

    def test_equal_order_and_equal_text_is_a_duplicate_whatever_else_changed(self):
        post = {"id": "metrics", "source": "edits", "text": flagged("metrics"), "rev": 1}
        self.counts(post)
        self.assertEqual(self.counts({**post, "metrics": {"reposts": 5}, "unknown": [1, {"a": None}], "author": None}), (1, 0, 1, 0))

    def test_what_becomes_a_rumor_by_an_edit_opens_a_case(self):
        key = {"id": "turns", "source": "edits"}
        self.assertEqual(self.counts({**key, "text": HARMLESS, "rev": 1}), (1, 0, 0, 0))
        text = flagged("turns")
        self.assertEqual(self.counts({**key, "text": text, "rev": 2}), (1, 1, 0, 0))
        self.only_case(text)


class Deletes(Feed):
    def test_a_delete_takes_text_author_and_hits_out_of_the_case_and_of_the_store(self):
        text = flagged("removed")
        key = {"id": "rm", "source": "deletes"}
        self.counts({**key, "text": text, "author": {"name": "甲乙丙丁作者"}, "media": [{"type": "video", "url": "https://a.example/v", "text": text[::-1]}]})
        case = self.only_case(text)
        # An answer kept for a repeat shows the case as well.
        self.assertEqual(self.server.post(f"/v1/cases/{case['id']}/note", self.anna, {"text": "n"}, headers={"Idempotency-Key": "kept"}).status, 200)
        self.assertEqual(self.counts({**key, "op": "delete"}), (1, 0, 0, 0))
        after = self.detail(case["id"])
        self.assertEqual((after["claim"], after["hits"]), ("", []))
        self.assertTrue(after["posts"][0]["removed"])
        self.assertGreater(after["version"], case["version"])
        with sqlite3.connect(f"file:{self.server.data}/clarion.db?mode=ro", uri=True) as db:
            dump = "\n".join(db.iterdump())
        for gone in (text[-40:], text[::-1][:40], "甲乙丙丁作者"):
            self.assertNotIn(gone, dump)

    def test_the_claim_of_a_case_passes_to_a_post_that_is_left(self):
        text = flagged("claims")
        posts = [{"id": f"cl{i}", "source": "deletes", "text": text + "！" * i} for i in range(3)]
        self.counts(*posts)
        case = self.only_case(text)
        self.assertEqual(case["claim"], posts[0]["text"])
        self.counts({"id": "cl0", "source": "deletes", "op": "delete"}, {"id": "cl1", "source": "deletes", "op": "delete"})
        self.assertEqual(self.detail(case["id"])["claim"], posts[2]["text"])

    def test_a_late_copy_does_not_come_back(self):
        text = flagged("late")
        post = {"id": "late", "source": "deletes", "text": text}
        self.counts({**post, "rev": 3})
        case = self.only_case(text)
        self.counts({"id": "late", "source": "deletes", "op": "delete", "rev": 5})
        for rev in (3, 4, 5):
            self.assertEqual(self.counts({**post, "rev": rev})[1], 0)
        self.counts(post)
        self.assertTrue(self.detail(case["id"])["posts"][0]["removed"])
        self.assertEqual(self.cases(text), [])
        self.counts({**post, "rev": 6})  # posted again by its author, later than the delete
        self.assertEqual(self.detail(case["id"])["posts"][0]["text"], text)

    def test_a_delete_without_order_wins_for_good(self):
        text = flagged("for good")
        post = {"id": "good", "source": "deletes", "text": text, "rev": 9}
        self.counts(post)
        self.counts({"id": "good", "source": "deletes", "op": "delete"})
        self.counts({**post, "rev": 10_000, "edited_at": "2099-01-01"})
        self.assertEqual(self.cases(text), [])

    def test_an_older_delete_than_the_post_does_nothing(self):
        text = flagged("older delete")
        self.counts({"id": "old", "source": "deletes", "text": text, "rev": 9})
        self.counts({"id": "old", "source": "deletes", "op": "delete", "rev": 8})
        self.only_case(text)

    def test_a_delete_may_come_before_its_post(self):
        text = flagged("before")
        self.assertEqual(self.counts({"id": "early", "source": "deletes", "op": "delete", "rev": 2}), (1, 0, 0, 0))
        self.assertEqual(self.counts({"id": "early", "source": "deletes", "text": text, "rev": 1})[1], 0)
        self.assertEqual(self.cases(text), [])
        self.assertEqual(self.counts({"id": "early", "source": "deletes", "text": text, "rev": 3})[1], 1)

    def test_all_in_one_body_is_taken_in_its_order(self):
        text = flagged("one body")
        post = {"id": "ob", "source": "deletes", "text": text, "rev": 1}
        self.assertEqual(self.counts(post, {"id": "ob", "source": "deletes", "op": "delete", "rev": 2}, post)[1], 1)
        self.assertEqual(self.cases(text), [])


class Groups(Feed):
    def test_near_duplicates_are_one_case(self):
        text = flagged("near", 160)
        posts = [{"id": f"nd{i}", "source": f"s{i % 3}", "text": text[:60] + f"@{i}" + text[60:] + "转" * i} for i in range(9)]
        self.assertEqual(self.counts(*posts), (9, 9, 0, 0))
        found = [case for case in self.cases(text) if case["group"]["size"]]
        self.assertEqual([case["group"]["size"] for case in found], [9])
        case = self.detail(found[0]["id"])
        self.assertEqual((len(case["posts"]), case["group"]["sources"]), (9, {"s0": 3, "s1": 3, "s2": 3}))
        self.assertEqual(sum(point["posts"] for point in case["group"]["series"]), 9)

    def test_other_claims_are_other_cases(self):
        self.counts(*({"id": f"o{i}", "source": "other", "text": flagged(f"other {i}")} for i in range(5)))
        self.assertEqual(len({self.only_case(flagged(f"other {i}"))["id"] for i in range(5)}), 5)

    def test_the_flat_form_is_read(self):
        text = flagged("flat")
        self.assertEqual(self.counts({"id": "f1", "platform": "weibo", "text": text, "author": "e36ca0c5", "reposts": 3, "comments": 16,
                                      "created_at": "2020-2-7", "label": "rumor"}), (1, 1, 0, 0))
        post = self.only_case(text)["posts"][0]
        self.assertEqual((post["source"], post["author"]["name"] if "name" in post["author"] else post["author"]["id"]), ("weibo", "e36ca0c5"))
        self.assertEqual((post["metrics"], post["created_at"], post["created_at_approximate"]),
                         ({"reposts": 3, "comments": 16, "likes": 0}, "2020-02-06T16:00:00.000Z", True))

    def test_words_in_media_are_scanned_too(self):
        text = flagged("media")
        self.assertEqual(self.counts({"id": "m1", "source": "video", "text": "看视频", "media": [{"type": "video", "url": "https://v.example/1", "text": text}]})[1], 1)

    def test_regions_come_from_geo_or_the_text(self):
        geo, named, none = flagged("geo"), "深圳市" + flagged("named"), flagged("nowhere")
        self.counts({"id": "g1", "source": "geo", "text": geo, "geo": {"region": "440100"}}, {"id": "g2", "source": "geo", "text": named},
                    {"id": "g3", "source": "geo", "text": none})
        self.assertEqual([self.only_case(text)["regions"] for text in (geo, named, none)], [["440100"], ["440300"], []])


class Tokens(Feed):
    def test_a_token_with_sources_sends_edits_and_deletes_within_them_alone(self):
        limited = self.server.token("limited", "ingest", "--source", "mine", "--source", "ours")
        texts = {source: flagged("limited " + source) for source in ("mine", "theirs", "ours")}
        posts = [{"id": "t", "source": source, "text": text} for source, text in texts.items()]
        taken = self.taken(*posts, token=limited)
        self.assertEqual((taken["accepted"], taken["flagged"], [(each["line"], each["code"]) for each in taken["rejected"]]), (2, 2, [(2, "source_denied")]))
        self.assertEqual(self.cases(texts["theirs"]), [])
        self.counts(posts[1])
        self.assertEqual(self.counts({"id": "t", "source": "theirs", "op": "delete"}, {"id": "t", "platform": "theirs", "op": "delete"}, token=limited), (0, 0, 0, 2))
        self.only_case(texts["theirs"])

    def test_a_drill_tokens_cases_are_exercise_and_meet_no_real_post(self):
        drill = self.server.token("drill", "drill")
        text = flagged("drill")
        post = {"id": "x1", "source": "weibo", "text": text}
        self.assertEqual(self.counts(post, token=drill), (1, 1, 0, 0))
        self.assertEqual(self.counts(post), (1, 1, 0, 0))
        found = {case["mode"]: case for case in self.cases(text)}
        self.assertEqual(sorted(found), ["Actual", "Exercise"])
        self.counts({"id": "x1", "source": "weibo", "op": "delete"}, token=drill)
        self.assertEqual(self.detail(found["Actual"]["id"])["posts"][0]["text"], text)
        self.assertTrue(self.detail(found["Exercise"]["id"])["posts"][0]["removed"])


class Repeats(Feed):
    def test_the_same_key_and_body_give_the_same_answer(self):
        body = lines({"id": "k1", "source": "keys", "text": flagged("keys")}, "nonsense")
        first = self.send(body, Idempotency_Key="k-1")
        again = self.send(body, Idempotency_Key="k-1")
        self.assertEqual((first.status, first.json["flagged"]), (202, 1))
        self.assertEqual((again.status, again.json), (first.status, first.json))

    def test_the_same_key_and_another_body_is_422(self):
        self.assertEqual(self.send(lines({"id": "k2", "source": "keys", "text": "a"}), Idempotency_Key="k-2").status, 202)
        answer = self.send(lines({"id": "k2", "source": "keys", "text": "b"}), Idempotency_Key="k-2")
        self.assertEqual((answer.status, answer.code), (422, "idempotency_mismatch"))

    def test_keys_belong_to_their_credential(self):
        other = self.server.token("other", "ingest")
        self.send("", Idempotency_Key="k-3")
        self.assertEqual(self.send("x", token=other, Idempotency_Key="k-3").status, 202)

    def test_one_still_running_is_409_and_a_refused_one_may_be_tried_again(self):
        self.assertEqual(self.send("x", "text/plain", Idempotency_Key="k-4").status, 415)
        answers = []
        body = lines({"id": "k4", "source": "keys", "text": flagged("running")})

        def send():
            answers.append(self.send(body, Idempotency_Key="k-4"))
        with contextlib.closing(sqlite3.connect(self.server.data + "/clarion.db", isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")  # holds the first one up
            threads = [threading.Thread(target=send) for _ in range(2)]
            try:
                for thread in threads:
                    thread.start()
                until(lambda: answers, what="a refusal")
                self.assertEqual((answers[0].status, answers[0].code), (409, "idempotency_running"))
            finally:
                db.execute("ROLLBACK")
        for thread in threads:
            thread.join()
        self.assertEqual((answers[1].status, answers[1].json["flagged"]), (202, 1))


@unittest.skipUnless(LABELLED.exists(), f"SKIPPED: {LABELLED} is not on this machine")
class Labelled(Feed):
    def test_all_4376_posts_are_accepted_and_the_same_again_opens_no_case(self):
        body = lzma.decompress(LABELLED.read_bytes())
        begun = time.monotonic()
        first = self.send(body).json
        second = self.send(gzip.compress(body, 1), Content_Encoding="gzip").json
        self.assertEqual((first["accepted"], first["duplicates"], first["rejected"]), (4376, 0, []))
        self.assertGreater(first["flagged"], 100)
        self.assertEqual(second, {"accepted": 4376, "flagged": 0, "duplicates": first["flagged"], "rejected": []})
        seen, cursor, members = set(), "", 0
        while cursor is not None:
            page = self.server.get("/v1/cases?sort=id&limit=100" + (f"&cursor={cursor}" if cursor else ""), self.anna).json
            for case in page["items"]:
                self.assertNotIn(case["id"], seen)
                seen.add(case["id"])
                members += case["group"]["size"]
            cursor = page["next"]
        self.assertEqual(members, first["flagged"])
        self.assertLess(time.monotonic() - begun, 60)


if __name__ == "__main__":
    main()
