"""Cases as sections 2 and 3 of the contract say: who may do what from which state, what a person sees, lists, reasons, refusals."""
import itertools
import json
import unittest
import urllib.parse

from harness import Server, flagged, main

QUAKE = "在地震局的朋友内部消息，本月十五号省城将发生七级以上地震，快转给家人。"  # a topic that no expert of these tests knows
FOOD = "千万别吃带红点的草莓，打了激素，小孩吃了得白血病，转给当妈妈的。"
EVIDENCE = [{"title": "世卫组织", "url": "https://www.who.int/zh"}]
VERDICT = {"verdict": "false", "reason": "没有依据", "evidence": EVIDENCE}
BODIES = {"claim": {}, "extend": {}, "release": {"note": "换人"}, "note": {"text": "记一笔"}, "assign": {"user": "bo"}, "dismiss": {"reason": "不是谣言"},
          "reopen": {"reason": "又传开了"}, "verdict": VERDICT, "close": {"reason": "不需要通告"}}


class Desk(unittest.TestCase):
    settings = ()

    @classmethod
    def setUpClass(cls):
        cls.server = Server(settings=cls.settings).start()
        user = cls.server.user
        cls.people = {"anna": user("anna", "operator"), "chen": user("chen", "expert"), "emma": user("emma", "expert"), "bo": user("bo", "approver"),
                      "root": user("root", "admin"), "audi": user("audi", "auditor"), "olga": user("olga", "operator", "--region", "440100")}
        cls.feed = cls.server.token("feed", "ingest")
        cls.server.expert(id="e1", user="chen", name="陈", topics={"infectious": 3}, regions=["440000"], langs=["zh"], capacity=1000)
        cls.server.expert(id="e2", user="emma", name="艾", topics={"food": 2}, capacity=1000)
        cls.count = itertools.count()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def get(self, target, who="anna", **headers):
        answer = self.server.get(target, self.people.get(who, who), headers=headers)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def case(self, words="听说喝点白酒就能杀死新冠病毒，赶紧转给家人。", **post):
        """A new case; its id."""
        number = next(self.count)
        text = flagged(f"{self.id()} {number}", words=words)
        taken = self.server.send_posts(self.feed, [{"id": f"p{number}", "source": "weibo", "text": text, **post}])
        self.assertEqual(taken.json["flagged"], 1, taken.body)
        return self.get("/v1/cases?q=" + urllib.parse.quote(text[-40:]))["items"][0]["id"]

    def act(self, who, case, action, body=None, version=None, **headers):
        return self.server.post(f"/v1/cases/{case}/{action}", self.people.get(who, who), BODIES[action] if body is None else body, version, headers=headers)

    def done(self, *args, **more):
        answer = self.act(*args, **more)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def refused(self, answer, status, code):
        self.assertEqual((answer.status, answer.code), (status, code), answer.body)
        self.assertEqual(answer.headers["Content-Type"].split(";")[0], "application/problem+json")
        self.assertEqual(answer.headers["X-Request-Id"], answer.json["request_id"])
        self.assertNotIn("{", answer.json["detail"])

    def in_state(self, state, holder="chen"):
        """A new case in a state; assigned, in_review and judged ones are the holder's."""
        case = self.case(QUAKE)
        if state == "dismissed":
            self.done("anna", case, "dismiss")
        elif state != "open":
            self.done("anna", case, "assign", {"user": holder})
            if state != "assigned":
                self.done(holder, case, "claim")
            if state in ("judged", "closed"):
                self.done(holder, case, "verdict")
            if state == "closed":
                self.done("anna", case, "close")
        self.assertEqual(self.get(f"/v1/cases/{case}")["state"], state)
        return case


class Rights(Desk):
    def test_the_table_row_by_row(self):
        # The state an action starts from, whose the case is, and who may: the rights table of section 3.
        mine = "anna", "bo"
        rows = {"claim": ("assigned", mine + ("chen",)), "extend": ("in_review", mine + ("chen",)), "release": ("in_review", mine + ("chen",)),
                "note": ("in_review", mine + ("chen",)), "assign": ("open", mine), "dismiss": ("open", mine), "reopen": ("dismissed", mine),
                "verdict": ("in_review", ("chen",)), "close": ("judged", mine + ("chen",))}
        for action, (state, may) in rows.items():
            for who in ("anna", "chen", "bo", "root", "audi"):
                with self.subTest(action=action, who=who):
                    holder = "chen" if state in ("judged", "closed") or who in ("root", "audi") else who
                    case = self.in_state(state, holder)
                    answer = self.act(who, case, action)
                    if who in may:
                        self.assertEqual(answer.status, 200, answer.body)
                    else:
                        self.refused(answer, 403, "expert_needed" if action == "verdict" else "denied")

    def test_an_expert_acts_on_own_cases_alone(self):
        for action in ("claim", "extend", "release", "note", "verdict", "close", "assign", "dismiss"):
            case = self.in_state("judged" if action == "close" else "in_review")
            version = self.get(f"/v1/cases/{case}")["version"]
            answer = self.act("emma", case, action)
            self.assertIn(answer.status, (403, 404), (action, answer.body))
            self.assertEqual(self.get(f"/v1/cases/{case}")["version"], version)

    def test_programs_and_strangers_get_in_nowhere(self):
        case = self.case()
        partner = self.server.token("partner", "partner")
        for target in ("/v1/cases", f"/v1/cases/{case}", "/v1/experts"):
            self.refused(self.server.get(target), 401, "unauthorised")
            self.refused(self.server.get(target, "clt_x"), 401, "unauthorised")
            for token in (self.feed, partner):
                self.refused(self.server.get(target, token), 403, "denied")
        for action in BODIES:
            self.refused(self.act(None, case, action), 401, "unauthorised")
            self.refused(self.act(self.feed, case, action), 403, "denied")

    def test_what_is_not_there_is_404(self):
        self.refused(self.server.get("/v1/cases/c_nothing", self.people["anna"]), 404, "not_found")
        self.refused(self.act("anna", "c_nothing", "claim"), 404, "not_found")
        self.refused(self.server.post(f"/v1/cases/{self.case()}/explode", self.people["anna"]), 404, "not_found")
        self.refused(self.server.call("DELETE", "/v1/cases", self.people["anna"]), 405, "method_not_allowed")


class OperatorsJudge(Desk):
    settings = ("desk.operator_may_judge=true",)

    def test_by_configuration_the_operator_who_holds_a_case_may_judge(self):
        case = self.case(QUAKE)
        self.refused(self.act("anna", case, "verdict"), 409, "case_state")
        self.done("anna", case, "claim")
        self.refused(self.act("bo", case, "verdict"), 403, "expert_needed")
        self.refused(self.act("olga", case, "verdict"), 403, "denied_region")
        self.assertEqual(self.done("anna", case, "verdict")["state"], "judged")


class Sight(Desk):
    def test_experts_see_their_own_cases_alone(self):
        mine, other = self.case(), self.case(FOOD)
        self.assertEqual([self.get(f"/v1/cases/{case}")["assignee"] for case in (mine, other)], ["chen", "emma"])
        self.assertEqual(self.get(f"/v1/cases/{mine}", "chen")["id"], mine)
        self.refused(self.server.get(f"/v1/cases/{other}", self.people["chen"]), 404, "not_found")
        for who in ("chen", "emma"):
            listed = self.get("/v1/cases?limit=100", who)["items"]
            self.assertTrue(listed)
            self.assertEqual({case["assignee"] for case in listed}, {who})
        self.assertEqual(self.get("/v1/cases?assignee=emma", "chen")["items"], [])

    def test_people_limited_to_regions_see_what_matches_and_act_inside_alone(self):
        inside, city, province, elsewhere, nowhere = (self.case(QUAKE, **({"geo": {"region": region}} if region else {}))
                                                      for region in ("440106", "440100", "440000", "440300", None))
        two = self.case(QUAKE, geo={"region": "440100"})
        text = self.get(f"/v1/cases/{two}")["claim"]
        self.server.send_posts(self.feed, [{"id": "second", "source": "weibo", "text": text, "geo": {"region": "440300"}}])
        self.assertEqual(self.get(f"/v1/cases/{two}")["regions"], ["440100", "440300"])
        listed = {case["id"] for case in self.get("/v1/cases?limit=100", "olga")["items"]}
        self.assertLessEqual({inside, city, province, nowhere, two}, listed)
        self.assertNotIn(elsewhere, listed)
        self.refused(self.server.get(f"/v1/cases/{elsewhere}", self.people["olga"]), 404, "not_found")
        self.refused(self.act("olga", elsewhere, "claim"), 404, "not_found")
        for case in (inside, city):
            self.done("olga", case, "claim")
        for case in (province, nowhere, two):
            self.get(f"/v1/cases/{case}", "olga")
            for action in ("claim", "note", "assign", "dismiss"):
                self.refused(self.act("olga", case, action), 403, "denied_region")

    def test_regions_and_topics_filter_the_list(self):
        city, other, none = self.case(QUAKE, geo={"region": "440106"}), self.case(FOOD, geo={"region": "440300"}), self.case(FOOD)
        def ids(query):
            return {case["id"] for case in self.get("/v1/cases?limit=100&" + query)["items"]} & {city, other, none}
        self.assertEqual(ids("region=440100"), {city, none})
        self.assertEqual(ids("region=440000"), {city, other, none})
        self.assertEqual(ids("topic=food"), {other, none})
        self.assertEqual(ids("topic=food&region=440106"), {none})
        self.assertEqual(ids("topic=vaccine_drug"), set())


class Work(Desk):
    def test_a_case_goes_its_way(self):
        case = self.case()
        seen = self.get(f"/v1/cases/{case}")
        self.assertEqual((seen["state"], seen["assignee"], seen["lease_until"]), ("assigned", "chen", None))
        claimed = self.done("chen", case, "claim")
        self.assertEqual(claimed["state"], "in_review")
        extended = self.done("chen", case, "extend")
        self.assertGreaterEqual(extended["lease_until"], claimed["lease_until"])
        judged = self.done("chen", case, "verdict")
        verdict = judged["verdicts"][0]
        self.assertEqual((judged["state"], judged["lease_until"], verdict["by"], verdict["verdict"], verdict["reason"], verdict["evidence"]),
                         ("judged", None, "chen", "false", "没有依据", EVIDENCE))
        self.assertEqual(self.done("anna", case, "close")["state"], "closed")
        again = self.done("anna", case, "reopen")
        self.assertIn(again["state"], ("open", "assigned"))
        self.assertEqual(len(again["verdicts"]), 1)
        self.assertEqual([event["action"] for event in again["history"]][:7], ["open", "route", "claim", "extend", "verdict", "close", "reopen"])
        versions = [seen["version"], claimed["version"], extended["version"], judged["version"]]
        self.assertEqual(versions, list(range(versions[0], versions[0] + 4)))

    def test_from_other_states_nothing_goes(self):
        starts = {"claim": {"open", "assigned", "in_review"}, "extend": {"in_review"}, "release": {"assigned", "in_review"}, "verdict": {"in_review"},
                  "close": {"judged"}, "dismiss": {"open", "assigned", "in_review"}, "reopen": {"closed", "dismissed"}, "assign": {"open", "assigned"},
                  "note": {"open", "assigned", "in_review", "judged", "closed", "dismissed"}}
        for state in ("open", "assigned", "in_review", "judged", "closed", "dismissed"):
            case = self.in_state(state)
            version = self.get(f"/v1/cases/{case}")["version"]
            for action, may in starts.items():
                if state in may:
                    continue
                with self.subTest(state=state, action=action):
                    # Whoever may do it at all: the expert for what is the expert's, else the operator.
                    answer = self.act("chen" if action == "verdict" and state != "open" else "anna", case, action)
                    self.assertIn((answer.status, answer.code), ((409, "case_state"), (409, "held"), (403, "expert_needed")), answer.body)
            self.assertEqual(self.get(f"/v1/cases/{case}")["version"], version, state)

    def test_what_another_holds_is_409_held(self):
        case = self.in_state("in_review")
        for action in ("claim", "assign", "extend", "release"):
            answer = self.act("anna", case, action)
            self.refused(answer, 409, "held")
        self.assertEqual(self.done("chen", case, "claim")["state"], "in_review")  # one's own is no conflict
        case = self.in_state("assigned")
        self.refused(self.act("anna", case, "claim"), 409, "held")

    def test_a_stale_version_is_412_and_a_good_one_passes(self):
        case = self.case(QUAKE)
        version = self.get(f"/v1/cases/{case}")["version"]
        self.refused(self.act("anna", case, "note", version=version + 1), 412, "stale")
        self.assertEqual(self.done("anna", case, "note", version=version)["version"], version + 1)
        self.refused(self.act("anna", case, "claim", version=version), 412, "stale")
        self.done("anna", case, "note", **{"If-Match": "*"})
        for wrong in ("3", '"x"', 'W/"3"', '"-1"', '"99999999999999999999"', '"1","2"'):
            self.refused(self.act("anna", case, "note", **{"If-Match": wrong}), 400, "if_match_invalid")

    def test_the_version_is_the_etag(self):
        case = self.case(QUAKE)
        answer = self.server.get(f"/v1/cases/{case}", self.people["anna"])
        self.assertEqual(answer.headers["ETag"], f'"{answer.json["version"]}"')

    def test_a_verdict_without_reason_or_evidence_is_422_and_says_where(self):
        case = self.in_state("in_review")
        def pointers(body):
            answer = self.act("chen", case, "verdict", body)
            self.refused(answer, 422, "field_invalid")
            for each in answer.json["errors"]:
                self.assertNotRegex(each["detail"], r"[{}_]", each)
            return {(each["pointer"], each["code"]) for each in answer.json["errors"]}
        self.assertEqual(pointers({}), {("/verdict", "field_required"), ("/reason", "field_required"), ("/evidence", "evidence_required")})
        self.assertEqual(pointers({**VERDICT, "reason": " \n"}), {("/reason", "field_required")})
        self.assertEqual(pointers({**VERDICT, "reason": None}), {("/reason", "field_required")})
        self.assertEqual(pointers({**VERDICT, "evidence": []}), {("/evidence", "evidence_required")})
        self.assertEqual(pointers({**VERDICT, "evidence": [{}, 5]}), {("/evidence/0/title", "field_required"), ("/evidence/0/url", "field_required"), ("/evidence/1", "field_type")})
        self.assertEqual(pointers({**VERDICT, "evidence": [{"title": "t", "url": "ftp://x"}]}), {("/evidence/0/url", "field_url")})
        self.assertEqual(pointers({**VERDICT, "more": 1}), {("/more", "field_unknown")})
        self.assertEqual(pointers({**VERDICT, "reason": "长" * 4001}), {("/reason", "field_too_long")})
        self.assertEqual(pointers({**VERDICT, "evidence": EVIDENCE * 21}), {("/evidence", "field_too_many")})
        self.assertEqual(pointers({**VERDICT, "verdict": 7, "reason": ["x"]}), {("/verdict", "field_type"), ("/reason", "field_type")})
        self.assertEqual(self.get(f"/v1/cases/{case}")["verdicts"], [])
        self.done("chen", case, "verdict")

    def test_bodies_that_are_no_such_object_are_refused(self):
        case = self.case(QUAKE)
        for body, status in (("[]", 400), ("{", 400), ('{"text":"a","text":"b"}', 400), ("7", 400), ('{"text":"\\ud800"}', 400), ("\xff", 400)):
            answer = self.server.call("POST", f"/v1/cases/{case}/note", self.people["anna"], body.encode("latin-1"), {"Content-Type": "application/json"})
            self.assertEqual(answer.status, status, (body, answer.body))
        self.assertEqual(self.server.call("POST", f"/v1/cases/{case}/note", self.people["anna"], "text=a", {"Content-Type": "text/plain"}).status, 415)
        self.refused(self.act("anna", case, "note", {"text": "a\0b"}), 422, "field_invalid")

    def test_assign_takes_a_person_who_can_work_or_an_expert(self):
        case = self.case(QUAKE)
        self.assertEqual(self.done("anna", case, "assign", {"expert": "e2"})["assignee"], "emma")
        self.assertEqual(self.done("anna", case, "assign", {"user": "anna", "note": "我来"})["assignee"], "anna")
        for body, code in (({}, "assign_one_of"), ({"user": "chen", "expert": "e1"}, "assign_one_of"), ({"user": "nobody"}, "account_cannot_work"),
                           ({"user": "root"}, "account_cannot_work"), ({"user": "audi"}, "account_cannot_work"), ({"expert": "e9"}, "expert_unknown")):
            answer = self.act("anna", case, "assign", body)
            self.assertEqual((answer.status, answer.json["errors"][0]["code"]), (422, code), answer.body)

    def test_the_same_key_acts_once(self):
        case = self.case(QUAKE)
        first = self.done("anna", case, "note", **{"Idempotency-Key": "once"})
        self.assertEqual(self.done("anna", case, "note", **{"Idempotency-Key": "once"}), first)
        self.refused(self.act("anna", case, "note", {"text": "other"}, **{"Idempotency-Key": "once"}), 422, "idempotency_mismatch")
        self.assertEqual(self.get(f"/v1/cases/{case}")["version"], first["version"])

    def test_a_kept_answer_is_looked_up_before_if_match(self):
        case = self.case(QUAKE)
        version = self.get(f"/v1/cases/{case}")["version"]
        first = self.done("anna", case, "note", version=version, **{"Idempotency-Key": "before"})
        self.assertEqual(self.done("anna", case, "note", version=version, **{"Idempotency-Key": "before"}), first)

    def test_history_says_who_did_what(self):
        case = self.case(QUAKE)
        self.done("anna", case, "note", {"text": "已核对来源"})
        event = self.get(f"/v1/cases/{case}")["history"][-1]
        self.assertEqual((event["by"], event["action"], event["detail"]["text"]), ("anna", "note", "已核对来源"))


class Routing(Desk):
    def test_reasons_stand_in_the_language_asked_for(self):
        case = self.case(geo={"region": "440100"})
        shown = {lang: self.get(f"/v1/cases/{case}", **{"Accept-Language": lang}) for lang in ("zh-CN", "en")}
        for lang, seen in shown.items():
            self.assertEqual([reason["code"] for reason in seen["assignment_reasons"]], ["route_topic", "route_region", "route_lang", "route_load", "route_pace_unknown"])
            self.assertEqual(sum(reason["points"] for reason in seen["priority_reasons"]), seen["priority"])
            for reason in seen["assignment_reasons"] + seen["priority_reasons"]:
                self.assertNotRegex(reason["text"], r"[{}]")
                self.assertEqual(any("\u4e00" <= char <= "\u9fff" for char in reason["text"]), lang == "zh-CN", reason)
        self.assertIn("Guangdong", shown["en"]["assignment_reasons"][1]["text"])
        routed = next(event for event in shown["en"]["history"] if event["action"] == "route")
        self.assertEqual(routed["detail"]["reasons"], shown["en"]["assignment_reasons"])

    def test_by_hand_the_reason_is_who_did_it(self):
        case = self.case(QUAKE)
        reasons = self.done("anna", case, "assign", {"user": "chen"}, **{"Accept-Language": "en"})["assignment_reasons"]
        self.assertEqual([(reason["code"], reason["text"]) for reason in reasons], [("route_by_hand", "Assigned by anna")])

    def test_capacity_conflicts_and_giving_back_are_minded(self):
        notes = "新版假币又来了，冠字号CE开头的一百元都是假的，赶紧转给做生意的朋友。"
        for name, more in (("f1", {"capacity": 1}), ("f2", {"capacity": 1, "langs": ["zh"]}), ("f3", {"conflicts": ["weibo"]})):
            self.server.user(name, "expert")
            self.server.expert(id="x-" + name, user=name, name=name, topics={"finance": 1}, **more)
        first, second, third = (self.case(notes) for _ in range(3))
        def holder(case):
            return self.get(f"/v1/cases/{case}")["assignee"]
        self.assertEqual([holder(case) for case in (first, second, third)], ["f2", "f1", None])
        self.people["f1"] = self.server.token("f1-more", "desk", "--user", "f1")
        self.assertEqual(self.done("f1", second, "release")["assignee"], None)  # f2 is full, f3 has a conflict, f1 gave it back
        self.assertEqual(holder(third), "f1")  # whose hands are free for the one that waited

    def test_experts_are_listed_with_their_load(self):
        self.case()
        listed = {expert["id"]: expert for expert in self.get("/v1/experts")["items"]}
        self.assertEqual(listed["e1"]["topics"], {"infectious": 3})
        self.assertGreaterEqual(listed["e1"]["load"], 1)


class Lists(Desk):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        posts = [{"id": f"l{i}", "source": f"s{i % 2}", "text": flagged(f"list {i}", words=QUAKE if i % 3 else FOOD), "metrics": {"reposts": 10 ** (i % 5)}}
                 for i in range(37)]
        assert cls.server.send_posts(cls.feed, posts).json["flagged"] == 37

    def walk(self, query, between=lambda: None):
        items, target = [], "/v1/cases?" + query
        while target:
            answer = self.server.get(target, self.people["anna"])
            self.assertEqual(answer.status, 200, answer.body)
            items += answer.json["items"]
            following = answer.json["next"]
            if following is None:
                self.assertNotIn("Link", answer.headers)
                return items
            self.assertRegex(following, r"^[\w-]+$")
            link, relation = answer.headers["Link"].split(";")
            self.assertEqual(relation.strip(), 'rel="next"')
            target = link.strip("<>")
            self.assertIn("cursor=" + following, target)
            between()

    def test_a_walk_by_id_meets_each_once_also_while_cases_change(self):
        before = {case["id"] for case in self.walk("sort=id&limit=100")}
        def disturb():
            self.case(QUAKE)
            self.server.send_posts(self.feed, [{"id": f"more{next(self.count)}", "source": "s0", "text": flagged(f"list {next(self.count) % 37}", words=QUAKE),
                                                "metrics": {"reposts": 10 ** 6}}])
        for limit in (5, 1):
            seen = [case["id"] for case in self.walk(f"sort=id&limit={limit}", disturb if limit == 5 else lambda: None)]
            self.assertEqual(len(seen), len(set(seen)))
            self.assertLessEqual(before, set(seen))
            self.assertEqual(seen, sorted(seen))

    def test_by_priority_the_most_urgent_come_first(self):
        for query in ("limit=7", "sort=priority&limit=100"):
            seen = self.walk(query)
            self.assertEqual([case["priority"] for case in seen], sorted((case["priority"] for case in seen), reverse=True))
            self.assertEqual(len({case["id"] for case in seen}), len(seen))
            self.assertEqual({case["id"] for case in seen}, {case["id"] for case in self.walk("sort=id&limit=100")})
        for case in seen:
            self.assertTrue(0 <= case["priority"] <= 100)

    def test_filters_narrow_a_walk(self):
        everything = self.walk("sort=id&limit=100")
        def ids(items):
            return [case["id"] for case in items]
        middle = sorted(case["priority"] for case in everything)[len(everything) // 2]
        self.assertEqual(ids(self.walk(f"sort=id&limit=4&min_priority={middle}")), ids(case for case in everything if case["priority"] >= middle))
        self.assertEqual(ids(self.walk("sort=id&limit=4&topic=food")), ids(case for case in everything if "food" in case["topics"]))
        self.assertEqual(ids(self.walk("sort=id&limit=4&state=assigned")), ids(case for case in everything if case["state"] == "assigned"))
        self.assertEqual(ids(self.walk("sort=id&state=open,assigned&limit=100")), ids(everything))
        self.assertEqual(ids(self.walk("sort=id&limit=9&assignee=emma")), ids(case for case in everything if case["assignee"] == "emma"))
        self.assertEqual(ids(self.walk("sort=id&q=" + urllib.parse.quote("带红点的草莓") + "&limit=100")), ids(case for case in everything if "草莓" in case["claim"]))
        self.assertEqual(self.get("/v1/cases?mine=true", "anna")["items"], [])
        mine = self.case(QUAKE)
        self.done("anna", mine, "claim")
        self.assertEqual(ids(self.get("/v1/cases?mine=true", "anna")["items"]), [mine])
        self.assertEqual(ids(self.get("/v1/cases?mine=true&state=closed", "anna")["items"]), [])

    def test_wrong_parameters_are_named(self):
        for query, name in (("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"), ("state=opened", "state"), ("state=", "state"), ("state=open,,closed", "state"),
                            ("topic=ghosts", "topic"), ("region=1", "region"), ("sort=age", "sort"), ("min_priority=-1", "min_priority"), ("min_priority=1e2", "min_priority"),
                            ("mine=yes", "mine"), ("q=", "q"), ("colour=red", "colour"), ("cursor=!!", "cursor"), ("cursor=AAAA", "cursor"), ("cursor=", "cursor")):
            answer = self.server.get("/v1/cases?" + query, self.people["anna"])
            self.refused(answer, 400, "query_invalid")
            self.assertEqual(answer.json["errors"][0]["pointer"].strip("/"), name, query)
            self.assertNotRegex(answer.json["errors"][0]["detail"], r"[{}_]", query)
        by_id = self.get("/v1/cases?sort=id&limit=1")["next"]
        self.refused(self.server.get(f"/v1/cases?cursor={by_id}", self.people["anna"]), 400, "query_invalid")

    def test_hostile_words_are_words_alone(self):
        for words in ("' OR 1=1 --", "%", "_", "\\", "\"", "草莓' UNION SELECT", "\u202e", "𠮷"):
            self.assertEqual(self.get("/v1/cases?q=" + urllib.parse.quote(words))["items"], [], words)

    def test_a_case_with_many_posts_shows_them_by_pages(self):
        text = flagged("pages", 160, words=QUAKE)
        posts = [{"id": f"pg{i}", "source": "pages", "text": f"{text}{i}"} for i in range(120)]
        self.assertEqual(self.server.send_posts(self.feed, posts).json["flagged"], 120)
        case = self.get("/v1/cases?q=" + urllib.parse.quote(text[-40:]))["items"][0]
        self.assertEqual(case["group"]["size"], 120)
        seen, after = [], "0"
        while after is not None:
            page = self.get(f"/v1/cases/{case['id']}?posts_after={after}")
            seen += [post["id"] for post in page["posts"]]
            self.assertEqual({hit["post_id"] for hit in page["hits"]}, {post["id"] for post in page["posts"]})
            after = page["posts_next"]
        self.assertEqual(seen, [post["id"] for post in posts])


class Chain(Desk):
    def test_each_act_is_in_the_audit_chain_and_holds_no_words_of_people(self):
        case = self.in_state("judged")
        self.done("anna", case, "note", {"text": "内部讨论的话"})
        import sqlite3
        with sqlite3.connect(f"file:{self.server.data}/clarion.db?mode=ro", uri=True) as db:
            rows = db.execute("SELECT actor, action, detail FROM audit WHERE subject = ? ORDER BY seq", (case,)).fetchall()
        self.assertEqual([(actor, action) for actor, action, _ in rows],
                         [("anna", "case.assign"), ("chen", "case.claim"), ("chen", "case.verdict"), ("anna", "case.note")])
        everything = json.dumps(rows, ensure_ascii=False)
        for words in ("内部讨论的话", VERDICT["reason"], "地震"):
            self.assertNotIn(words, everything)


if __name__ == "__main__":
    main()
