"""The public pages and feeds over HTTP: complete without scripts, filtered by their address, in two languages; what is not public is not there."""
import gzip
import json
import re
import unittest
import urllib.parse
import xml.etree.ElementTree as ET

from harness import Desk, Server, main

ATOM = "{http://www.w3.org/2005/Atom}"


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(settings=["server.public_url=https://zy.example", "desk.name=示例编辑部"]).start()
        cls.desk = Desk(cls.server)
        publish = cls.desk.published
        cls.science = publish(kind="science", severity="minor", topics=["earthquake"], regions=[], content={
            "zh": {"title": "地震时先保护头部", "summary": "伏地、遮挡、抓牢。", "body": "正文"},
            "en": {"title": "Protect your head first", "summary": "Drop, cover, hold on.", "body": "Body"}})
        cls.debunk = publish(kind="debunk", topics=["typhoon"], regions=["440400"], verdict="false", claim={"text": "停水七天"},
                             evidence=[{"title": "供水声明", "url": "https://evidence.example/1", "publisher": "水务"}],
                             content={"zh": {"title": "供水正常", "summary": "没有停水计划。", "body": "**事实** 供水正常。", "advice": ["不必抢购"]}})
        cls.exercise = publish(mode="Exercise", content={"zh": {"title": "演练用的公告", "summary": "演练", "body": "演练"}})
        cls.draft = cls.desk.draft(content={"zh": {"title": "还没发的草稿", "summary": "草稿", "body": "草稿"}})
        first = publish(kind="debunk", topics=["food"], regions=["440100"], verdict="misleading", claim={"text": "桶装水有毒"},
                        content={"zh": {"title": "旧标题", "summary": "旧", "body": "旧"}})
        cls.corrected = cls.change(first, "correct", {"correction": "日期写错了", "content": {"zh": {"title": "新标题", "summary": "新", "body": "新"}}})
        gone = publish(kind="debunk", topics=["flood"], regions=["440300"], verdict="false", claim={"text": "x"},
                       content={"zh": {"title": "要撤回的", "summary": "摘要", "body": "正文"}})
        cls.withdrawn = cls.desk.ok(cls.server.post(f"/v1/notices/{gone['id']}/withdraw", cls.desk.bo, {"reason_code": "wrong", "reason": "内部原因"},
                                                    version=gone["version"]))

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    @classmethod
    def change(cls, notice, action, body):
        draft = cls.desk.ok(cls.server.post(f"/v1/notices/{notice['id']}/{action}", cls.desk.anna, body, version=notice["version"]))
        draft = cls.desk.approve(draft)
        return cls.desk.ok(cls.server.post(f"/v1/notices/{notice['id']}/publish", cls.desk.anna, version=draft["version"]))

    def page(self, target, status=200, **headers):
        answer = self.server.get(target, headers=headers)
        self.assertEqual(status, answer.status, answer.body[:300])
        self.assertEqual("text/html; charset=utf-8", answer.headers["Content-Type"])
        return answer

    def titles(self, target):
        return re.findall(r"<h3[^>]*><a[^>]*>([^<]*)</a></h3>", self.page(target).body)

    # The board.

    def test_the_board_shows_the_newest_first_without_scripts(self):
        self.assertEqual(["撤回：要撤回的", "新标题", "供水正常", "地震时先保护头部"], self.titles("/"))
        body = self.page("/").body
        for words in ("不实", "误导", "更正", "已撤回", "日期写错了", "科普"):
            self.assertIn(words, body)

    def test_filters_stand_in_the_address_and_in_the_links(self):
        self.assertEqual(["供水正常"], self.titles("/?topic=typhoon"))
        self.assertEqual(["新标题", "地震时先保护头部"], self.titles("/?region=440100"))
        self.assertEqual(["供水正常", "地震时先保护头部"], self.titles("/?topic=typhoon&topic=earthquake&region=440400"))
        self.assertEqual([], self.titles("/?topic=nuclear"))
        body = self.page("/?region=440400&lang=en").body
        self.assertIn('href="/?topic=typhoon&amp;region=440400&amp;lang=en"', body)
        self.assertIn('href="/feeds/rss.xml?region=440400"', body)

    def test_unknown_parameters_of_a_shared_link_do_no_harm(self):
        self.assertEqual(4, len(self.titles("/?utm_source=x&topic=%3Cscript%3E&region=1&before=x&lang=fr")))

    def test_the_language_is_that_of_the_address_then_of_the_browser(self):
        self.assertIn('<html lang="zh-CN">', self.page("/").body)
        self.assertIn('<html lang="en">', self.page("/", **{"Accept-Language": "en-GB"}).body)
        self.assertIn('<html lang="zh-CN">', self.page("/?lang=zh", **{"Accept-Language": "en-GB"}).body)
        english = self.page("/?lang=en").body
        self.assertIn("Protect your head first", english)
        self.assertIn('<h3 lang="zh-CN"><a href="/n/' + self.debunk["id"] + '?lang=en">供水正常', english)

    def test_pages_may_be_kept_and_are_asked_for_anew(self):
        for target in ("/", "/about", f"/n/{self.debunk['id']}"):
            answer = self.page(target)
            self.assertIn("Accept-Language", answer.headers["Vary"])
            again = self.server.get(target, headers={"If-None-Match": answer.headers["ETag"]})
            self.assertEqual((304, ""), (again.status, again.body))
            self.assertEqual(200, self.server.get(target, headers={"If-None-Match": '"x"'}).status)

    def test_pages_allow_no_foreign_code_and_no_frame(self):
        headers = self.page("/").headers
        policy = headers["Content-Security-Policy"]
        for part in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
            self.assertIn(part, policy)
        self.assertNotIn("unsafe", policy)
        self.assertEqual(("nosniff", "no-referrer"), (headers["X-Content-Type-Options"], headers["Referrer-Policy"]))

    def test_pages_hold_no_inline_script_or_style_and_name_no_other_host(self):
        for target in ("/", "/about", f"/n/{self.debunk['id']}", f"/n/{self.withdrawn['id']}", "/?lang=en"):
            body = self.page(target).body
            self.assertNotRegex(body, r"\son\w+=|\sstyle=|<style")
            for attributes in re.findall(r"<script([^>]*)>", body):
                self.assertRegex(attributes, r'src="/assets/|type="application/(ld\+)?json"')
            for loaded in re.findall(r'<(?:script|img|link rel="(?:stylesheet|icon)")[^>]*(?:src|href)="([^"]*)"', body):
                self.assertTrue(loaded.startswith("/assets/"), loaded)

    def test_assets_never_change_and_come_small(self):
        addresses = re.findall(r'"(/assets/[^"]+)"', self.page("/").body)
        self.assertGreaterEqual(len(addresses), 3)
        for address in addresses:
            answer = self.server.get(address)
            self.assertEqual(200, answer.status)
            self.assertIn("immutable", answer.headers["Cache-Control"])
        self.assertEqual(404, self.server.get("/assets/pages.css").status)
        self.assertEqual(404, self.server.get("/assets/..%2F..%2Fetc%2Fpasswd").status)

    def test_gzip_is_the_same_page(self):
        import http.client
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port)
        connection.request("GET", "/", headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        packed = answer.read()
        connection.close()
        self.assertEqual("gzip", answer.headers["Content-Encoding"])
        plain = self.page("/")
        self.assertEqual(plain.body, gzip.decompress(packed).decode())
        self.assertNotEqual(plain.headers["ETag"], answer.headers["ETag"])

    # A notice.

    def test_a_notice_page_says_it_all(self):
        body = self.page(f"/n/{self.debunk['id']}").body
        for words in ("供水正常", "不实", "没有停水计划。", "<strong>事实</strong>", "不必抢购", "停水七天", "水务", "示例编辑部", "珠海", "台风", "第 1 版"):
            self.assertIn(words, body)
        self.assertIn('<a href="https://evidence.example/1" rel="nofollow noopener noreferrer">', body)
        self.assertIn(f'<link rel="canonical" href="https://zy.example/n/{self.debunk["id"]}">', body)
        self.assertIn('<meta property="og:title" content="供水正常">', body)
        review = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', body).group(1))
        self.assertEqual(("ClaimReview", "停水七天", "不实", 1, f"https://zy.example/n/{self.debunk['id']}"),
                         (review["@type"], review["claimReviewed"], review["reviewRating"]["alternateName"], review["reviewRating"]["ratingValue"], review["url"]))

    def test_only_debunks_carry_claimreview(self):
        self.assertNotIn("ld+json", self.page(f"/n/{self.science['id']}").body)
        self.assertNotIn("ld+json", self.page(f"/n/{self.withdrawn['id']}").body)

    def test_a_withdrawn_notice_stays_with_a_banner_and_without_the_inner_reason(self):
        body = self.page(f"/n/{self.withdrawn['id']}").body
        self.assertIn("这条公告已撤回", body)
        self.assertIn("内容有误", body)
        self.assertNotIn("内部原因", body)
        self.assertIn("这条公告已撤回", self.page(f"/n/{self.withdrawn['id']}?revision=1").body)

    def test_a_corrected_notice_keeps_its_earlier_revision(self):
        path = f"/n/{self.corrected['id']}"
        body = self.page(path).body
        self.assertIn("日期写错了", body)
        self.assertIn(f'href="{path}?revision=1"', body)
        old = self.page(path + "?revision=1").body
        self.assertIn("旧标题", old)
        self.assertIn("这是第 1 版", old)
        self.page(path + "?revision=3", status=404)
        self.page(path + "?revision=x", status=404)

    def test_what_is_not_public_is_not_found(self):
        missing = self.page("/n/n_01ARZ3NDEKTSV4RRFFQ69G5FAV", status=404).body
        self.assertIn("没有这条公告", missing)
        for other in (self.exercise, self.draft):
            self.assertEqual(missing, self.page(f"/n/{other['id']}", status=404).body)
        self.assertIn("There is no such notice", self.page("/n/x?lang=en", status=404).body)

    def test_exercise_and_drafts_are_on_no_page_and_in_no_feed(self):
        for target in ("/", "/feeds/rss.xml", "/feeds/atom.xml", "/feeds/feed.json", "/feeds/claimreview.json"):
            body = self.server.get(target).body
            for other in (self.exercise, self.draft):
                self.assertNotIn(other["id"], body)
            self.assertNotIn("演练用的公告", body)
            self.assertNotIn("还没发的草稿", body)

    def test_the_signed_form_links_to_the_page(self):
        self.assertEqual({"json": f"https://zy.example/v1/notices/{self.debunk['id']}", "html": f"https://zy.example/n/{self.debunk['id']}"}, self.debunk["links"])
        self.assertEqual({"json"}, set(self.exercise["links"]))
        with Server() as bare:
            notice = Desk(bare).published()
            self.assertEqual(f"{bare.url}/n/{notice['id']}", notice["links"]["html"])
            self.assertEqual(200, bare.get(urllib.parse.urlsplit(notice["links"]["html"]).path).status)

    # Feeds.

    def feed(self, name, query=""):
        answer = self.server.get(f"/feeds/{name}{query}")
        self.assertEqual(200, answer.status, answer.body)
        return answer

    def test_atom_is_well_formed_and_whole(self):
        feed = ET.fromstring(self.feed("atom.xml").body)
        self.assertEqual("https://zy.example/feeds/atom.xml", feed.find(f"{ATOM}link[@rel='self']").get("href"))
        entries = feed.findall(ATOM + "entry")
        self.assertEqual(["撤回：要撤回的", "更正 · 误导：新标题", "不实：供水正常", "科普：地震时先保护头部"], [each.find(ATOM + "title").text for each in entries])
        second = entries[1]
        self.assertEqual("urn:clarion:notice:" + self.corrected["id"], second.find(ATOM + "id").text)
        self.assertEqual(self.corrected["published_at"], second.find(ATOM + "updated").text)
        self.assertIn("日期写错了", second.find(ATOM + "content").text)
        self.assertEqual(f"https://zy.example/n/{self.corrected['id']}", second.find(f"{ATOM}link[@type='text/html']").get("href"))

    def test_rss_is_well_formed_and_whole(self):
        channel = ET.fromstring(self.feed("rss.xml").body).find("channel")
        items = channel.findall("item")
        self.assertEqual(4, len(items))
        self.assertEqual(f"urn:clarion:notice:{self.corrected['id']}:2", items[1].find("guid").text)
        self.assertRegex(items[1].find("pubDate").text, r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")

    def test_json_feed_and_data_feed_are_whole(self):
        feed = self.feed("feed.json").json
        self.assertEqual("https://jsonfeed.org/version/1.1", feed["version"])
        self.assertEqual(4, len(feed["items"]))
        data = self.feed("claimreview.json").json
        self.assertEqual([True, False, False], ["dateDeleted" in each for each in data["dataFeedElement"]])
        self.assertEqual("停水七天", data["dataFeedElement"][2]["item"][0]["claimReviewed"])

    def test_feeds_filter_and_refuse_what_they_do_not_know(self):
        count = lambda query: len(self.feed("feed.json", query).json["items"])
        self.assertEqual((1, 2, 3, 1, 3), tuple(map(count, ("?topic=typhoon", "?region=440400&topic=typhoon,earthquake", "?kind=debunk", "?lang=en",
                                                          "?min_severity=moderate"))))
        self.assertEqual("科普：地震时先保护头部", self.feed("feed.json", "?kind=science").json["items"][0]["title"])
        self.assertEqual("Science: Protect your head first", self.feed("feed.json", "?lang=en").json["items"][0]["title"])
        for query in ("?topic=x", "?limit=3", "?min_severity=x", "?kind=x", "?lang=fr"):
            answer = self.server.get("/feeds/atom.xml" + query)
            self.assertEqual((400, "query_invalid"), (answer.status, answer.code), query)

    def test_feeds_answer_304_until_something_changes(self):
        with Server() as server:
            desk = Desk(server)
            desk.published()
            known = server.get("/feeds/atom.xml").headers
            for asked in ({"If-None-Match": known["ETag"]}, {"If-Modified-Since": known["Last-Modified"]}):
                self.assertEqual(304, server.get("/feeds/atom.xml", headers=asked).status)
            desk.published(topics=["food"])
            self.assertEqual(200, server.get("/feeds/atom.xml", headers={"If-None-Match": known["ETag"]}).status)

    def test_the_board_names_its_feeds(self):
        for path in re.findall(r'<link rel="alternate" type="application/\w+\+\w+"[^>]* href="([^"]*)"', self.page("/").body):
            self.assertEqual(200, self.server.get(path).status)

    # Hostile content, through the whole life of a notice.

    def test_a_hostile_notice_stays_text(self):
        with Server() as server:
            notice = Desk(server).published(
                kind="debunk", verdict="false", claim={"text": "</script><script>alert(1)</script>", "appearances": ["https://x.example/\"onload=1"]},
                content={"zh": {"title": "\"><script>alert(2)</script>\u202e", "summary": "<img src=x onerror=alert(3)>",
                                "body": "<script>alert(4)</script>\n\n[a](javascript:alert(5)) ![p](https://other.example/p.png) " + "字" * 17000,
                                "advice": ["<iframe src=//other.example>"]}})
            for target in ("/", f"/n/{notice['id']}", "/feeds/rss.xml", "/feeds/atom.xml"):
                body = server.get(target).body
                for bad in ("<script>alert", "<img", "<iframe", 'href="javascript', "\u202e"):
                    self.assertNotIn(bad, body, target)
                if target.startswith("/feeds"):
                    ET.fromstring(body)


if __name__ == "__main__":
    main()
