"""What a person had part in, and what needs a second look, as a list and as a feed (lessons, item 13)."""
import json
import pathlib
import urllib.parse
import xml.etree.ElementTree as ElementTree

from casework_test import Desk
from harness import main, run

ATOM = "{http://www.w3.org/2005/Atom}"
EVIDENCE = [{"title": "台网", "url": "https://quake.example/1"}]


class OwnWork(Desk):
    settings = ("desk.name=示例编辑部", "server.public_url=https://desk.example")

    def mine(self, part, who="chen", **query):
        return self.get(f"/v1/desk/mine?{urllib.parse.urlencode({'part': part, **query})}", who)

    def ids(self, part, who="chen"):
        return [each["id"] for each in self.mine(part, who)["items"]]

    def held(self, who="chen", **more):
        case = self.case(**more)
        self.post(f"/v1/cases/{case['id']}/assign", {"user": who})
        return self.post(f"/v1/cases/{case['id']}/claim", {}, who)

    def judged(self, **more):
        case = self.held(**more)
        return self.post(f"/v1/cases/{case['id']}/verdict", {"verdict": "false", "reason": "台网没有记录", "evidence": EVIDENCE}, "chen")


class Parts(OwnWork):
    def test_what_one_judged_answered_asked_and_may_still_answer(self):
        judged = self.judged()["id"]
        asked = self.case()["id"]
        self.post(f"/v1/cases/{asked}/ask", {"user": "chen", "question": "你怎么看？", "kind": "opinion"})
        self.assertEqual((self.ids("judged"), self.ids("to_answer"), self.ids("answered")), ([judged], [asked], []))
        waiting = self.mine("to_answer")["items"][0]
        self.assertEqual([(each["by"], each["kind"], each["question"], each["state"]) for each in waiting["asks"]], [("anna", "opinion", "你怎么看？", "open")])
        self.assertEqual(self.mine("judged")["items"][0]["verdict"]["verdict"], "false")
        self.post(f"/v1/cases/{asked}/answer", {"text": "没有依据"}, "chen")
        self.assertEqual((self.ids("to_answer"), self.ids("answered"), self.ids("asked", "anna")), ([], [asked], [asked]))
        self.assertEqual(self.ids("acted"), [asked, judged], "the newest case first")
        self.post(f"/v1/cases/{judged}/watch", {}, "bo")
        self.assertEqual((self.ids("watching", "bo"), self.ids("watching")), ([judged], []))

    def test_pages_meet_each_case_once(self):
        made = [self.case()["id"] for _ in range(5)]
        for each in made:
            self.post(f"/v1/cases/{each}/note", {"text": "看过"}, "bo")
        seen, cursor = [], {}
        while True:
            page = self.mine("acted", "bo", limit=2, **cursor)
            seen += [each["id"] for each in page["items"]]
            if not page["next"]:
                break
            cursor = {"cursor": page["next"]}
        self.assertEqual(seen, sorted(made, reverse=True))

    def test_a_case_that_one_may_not_see_any_more_is_not_listed(self):
        case = self.held()["id"]
        self.post(f"/v1/cases/{case}/note", {"text": "我的备注"}, "chen")
        self.assertIn(case, self.ids("acted"))
        self.post(f"/v1/cases/{case}/release", {"reason": "no_time"}, "chen")
        self.assertNotIn(case, self.ids("acted"))

    def test_wrong_queries_are_named(self):
        for query in ("", "?part=all", "?part=judged&limit=0", "?part=judged&cursor=***", "?part=judged&x=1"):
            self.assertEqual(self.get(f"/v1/desk/mine{query}", status=400)["code"], "query_invalid", query)


class SecondLook(OwnWork):
    def feed_of(self, form, who="anna"):
        answer = self.server.get(f"/v1/desk/second-look.{form}", self.people[who])
        self.assertEqual(answer.status, 200, answer.body)
        return answer

    def items(self, who="anna"):
        return {each["id"]: each for each in self.feed_of("json", who).json["items"]}

    def test_judged_cases_without_a_notice_stand_in_the_feed_until_they_are_closed(self):
        case = self.judged(words="<b>内部消息</b> & \"今晚\"地震局的朋友说本月十五号省城将发生七级以上地震，快转给家人。")
        key = f"urn:clarion:case:{case['id']}"
        item = self.items()[key]
        self.assertTrue(item["title"].startswith("待复看（不实）：<b>内部消息</b>"), item["title"])
        self.assertEqual((item["url"], item["content_text"]), (f"https://desk.example/cases/{case['id']}", "chen 已判定“不实”，还没有公告"))
        answer = self.feed_of("atom")
        self.assertIn("application/atom+xml", answer.headers["Content-Type"])
        self.assertEqual(answer.headers["Cache-Control"], "private, no-store")
        root = ElementTree.fromstring(answer.body)
        self.assertEqual(root.find(ATOM + "title").text, "示例编辑部：待复看的案件")
        entry = next(each for each in root.findall(ATOM + "entry") if each.find(ATOM + "id").text == key)
        self.assertEqual(entry.find(ATOM + "title").text, item["title"])
        self.post(f"/v1/cases/{case['id']}/close", {"reason": "不再传播"})
        self.assertNotIn(key, self.items())

    def test_a_personal_link_opens_without_a_credential_and_shows_what_its_person_sees(self):
        case = self.judged()
        key = f"urn:clarion:case:{case['id']}"
        self.assertIsNone(self.get("/v1/desk/feed", "olga")["since"])
        links = {}
        for who in ("anna", "chen", "bo"):
            made = self.post("/v1/desk/feed", {}, who, 201)
            links[who] = made["path"]
            self.assertEqual(self.get("/v1/desk/feed", who)["since"], made["since"])
        read = lambda path: self.server.get(path)  # noqa: E731
        for who in ("anna", "chen"):
            self.assertIn(key, [each["id"] for each in json.loads(read(links[who] + ".json").body)["items"]], who)
        other = self.held("anna")["id"]
        self.assertEqual(read(links["anna"] + ".atom").status, 200)
        self.assertEqual(read(links["anna"]).status, 404)
        self.assertEqual(read(links["anna"][:-1] + ".json").status, 404)
        self.assertNotIn(other, read(links["chen"] + ".json").body)
        # A newer link ends the old one, DELETE ends it, a disabled account ends it.
        newer = self.post("/v1/desk/feed", {}, "anna", 201)["path"]
        self.assertEqual((read(links["anna"] + ".json").status, read(newer + ".json").status), (404, 200))
        self.call("DELETE", "/v1/desk/feed", "anna")
        self.assertEqual(read(newer + ".json").status, 404)
        run("user", "disable", "bo", data=self.server.data)
        self.assertEqual(read(links["bo"] + ".json").status, 404)
        secret = links["chen"].rsplit("/", 1)[1]
        self.assertNotIn(secret.encode(), b"".join(each.read_bytes() for each in pathlib.Path(self.server.data).glob("clarion.db*")), "only its hash is kept")


if __name__ == "__main__":
    main()
