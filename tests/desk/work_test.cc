// What people do with a case beside judging it: hand over, refuse, ask, vote, pin.
#include "desk/case_view.h"
#include "desk/desk_store.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace clarion::desk {
namespace {

class CaseWork : public testing::Test, protected DeskStore {
 protected:
  void SetUp() override {
    account("anna", "operator");
    expert("chen", {{"typhoon", 3}}, 5);
    expert("du", {{"typhoon", 2}}, 5);
  }
  json::object shown(const std::string& id, std::string_view viewer) {
    return store
        ->read([&](store::View& view) {
          return case_detail(view, *store::find_case(view, id).value(), ops::Lang::zh, 0,
                             store.clock.now(), viewer);
        })
        .value();
  }

  identity::Actor anna = person("anna", identity::Role::operator_), chen = an_expert("chen"),
                  du = an_expert("du"), eva = an_expert("eva");
};

TEST_F(CaseWork, IsHandedOverByItsHolderToANamedPersonWhoIsTold) {
  const std::string id = open().id;
  ASSERT_TRUE(act(chen, id, "claim"));
  EXPECT_EQ(act(chen, id, "handover", R"({"user":"du"})").error().code, "field_invalid");
  EXPECT_EQ(act(anna, id, "handover", R"({"user":"du","note":"n"})").error().code, "held");
  EXPECT_EQ(act(chen, id, "handover", R"({"user":"chen","note":"n"})").error().code,
            "field_invalid");
  const auto row = act(chen, id, "handover", R"({"user":"du","note":"换班"})").value();
  EXPECT_EQ(row.state, "assigned");
  EXPECT_EQ(row.assignee, "du");
  EXPECT_FALSE(row.lease_until);
  EXPECT_EQ(messages_of("du"), std::vector<std::string>{"message_case_handover"});
}

TEST_F(CaseWork, GivenBackWithAReasonDoesNotComeBackToTheSamePersonAndSaysWhy) {
  const std::string id = open().id;
  EXPECT_EQ(act(chen, id, "release", R"({"reason":"bored"})").error().code, "field_invalid");
  const auto row = act(chen, id, "release", R"({"reason":"not_my_field","note":"n"})").value();
  EXPECT_EQ(row.assignee, "du");
  const auto after = act(du, id, "release", R"({"reason":"no_time"})").value();
  EXPECT_EQ(after.state, "open");
  const auto reasons = after.details.at("waiting_reasons").as_array();
  ASSERT_EQ(reasons.size(), 1U);
  EXPECT_EQ(reasons[0].at("code").as_string(), "wait_refused");
  const auto refusals = shown(id, "anna").at("refusals").as_array();
  ASSERT_EQ(refusals.size(), 2U);
  EXPECT_FALSE(refusals[0].as_object().contains("until"));
  EXPECT_TRUE(refusals[1].as_object().contains("until"));
  // Who had no time is asked again after two hours, by the clock alone.
  store.clock.advance(std::chrono::hours(2));
  ASSERT_TRUE(store->write([&](store::Tx& tx) { return ring_alarms(tx, options); }));
  EXPECT_EQ(now(id).assignee, "du");
}

TEST_F(CaseWork, AskedPeopleSeeTheCaseAndAnswer) {
  account("eva", "expert");
  const std::string id = open().id;
  EXPECT_FALSE(may_see(now(id), eva, policy));
  EXPECT_EQ(act(eva, id, "answer", R"({"text":"x"})").error().code, "denied");
  ASSERT_TRUE(act(chen, id, "ask", R"({"user":"eva","question":"风速对吗？","kind":"opinion"})"));
  EXPECT_EQ(act(chen, id, "ask", R"({"user":"eva","question":"q","kind":"opinion"})").error().code,
            "field_invalid");
  EXPECT_EQ(act(chen, id, "ask", R"({"user":"chen","question":"q"})").error().code,
            "field_invalid");
  EXPECT_TRUE(may_see(now(id), eva, policy));
  EXPECT_FALSE(is_own(now(id), eva)) << "asked is not held";
  EXPECT_EQ(act(eva, id, "claim").error().code, "denied");
  EXPECT_EQ(messages_of("eva"), std::vector<std::string>{"message_asked"});
  ASSERT_TRUE(act(eva, id, "answer", R"({"text":"不对","verdict":"false"})"));
  EXPECT_EQ(act(eva, id, "answer", R"({"text":"again"})").error().code, "nothing_asked");
  const auto asks = shown(id, "chen").at("asks").as_array();
  ASSERT_EQ(asks.size(), 1U);
  EXPECT_EQ(asks[0].at("state").as_string(), "answered");
  EXPECT_EQ(asks[0].at("verdict").as_string(), "false");
  EXPECT_EQ(now(id).state, "assigned") << "a second opinion judges nothing";
  EXPECT_EQ(messages_of("chen"), std::vector<std::string>{"message_answered"});
  const auto list =
      store
          ->read([](store::View& view) { return store::list_cases(view, {.only_account = "eva"}); })
          .value();
  ASSERT_EQ(list.rows.size(), 1U);
  EXPECT_EQ(list.rows[0].id, id);
}

TEST_F(CaseWork, PinnedStandsFirstUntilItEndsOrIsUnpinned) {
  const std::string minor = open({.severity = model::Severity::minor}).id;
  open({.severity = model::Severity::extreme});
  const auto first = [&] {
    return store->read([](store::View& view) { return store::list_cases(view, {.limit = 1}); })
        .value()
        .rows.at(0)
        .id;
  };
  EXPECT_NE(first(), minor);
  EXPECT_EQ(act(anna, minor, "pin", "{}").error().code, "field_invalid");
  EXPECT_EQ(act(chen, minor, "pin", R"({"reason":"r"})").error().code, "denied");
  const auto number = now(minor).priority;
  ASSERT_TRUE(act(anna, minor, "pin", R"({"reason":"市长在问"})"));
  EXPECT_EQ(first(), minor);
  EXPECT_EQ(now(minor).priority, number);
  EXPECT_EQ(shown(minor, "anna").at("pinned").at("reason").as_string(), "市长在问");
  ASSERT_TRUE(act(anna, minor, "unpin"));
  EXPECT_NE(first(), minor);
  EXPECT_EQ(act(anna, minor, "unpin").error().code, "not_pinned");
  ASSERT_TRUE(act(anna, minor, "pin", R"({"reason":"r"})"));
  ASSERT_TRUE(act(anna, minor, "dismiss", R"({"reason":"r"})"));
  EXPECT_NE(first(), minor);
}

TEST_F(CaseWork, APanelVotesUnseenAndJudgesByItsRule) {
  expert("eva", {{"typhoon", 1}}, 5);
  const std::string id = open().id;
  ASSERT_TRUE(act(anna, id, "panel", R"({"seats":3,"rule":"majority"})"));
  ASSERT_TRUE(act(chen, id, "claim"));
  auto row = act(chen, id, "verdict", kVerdict).value();
  EXPECT_EQ(row.state, "in_review");
  EXPECT_FALSE(row.lease_until);
  EXPECT_EQ(act(chen, id, "claim").error().code, "panel_voting");
  EXPECT_EQ(shown(id, "du").at("verdicts").as_array().size(), 0U) << "not before their own vote";
  EXPECT_EQ(shown(id, "anna").at("verdicts").as_array().size(), 0U);
  EXPECT_EQ(shown(id, "chen").at("verdicts").as_array().size(), 1U);
  EXPECT_EQ(json::serialize(shown(id, "du").at("panel")).find("\"verdict\""), std::string::npos);
  EXPECT_EQ(act(du, id, "answer", R"({"text":"x"})").error().code, "field_invalid");
  row = act(du, id, "answer", kOther).value();
  EXPECT_EQ(row.state, "in_review");
  EXPECT_EQ(shown(id, "du").at("verdicts").as_array().size(), 2U);
  EXPECT_EQ(shown(id, "eva").at("verdicts").as_array().size(), 0U);
  row = act(eva, id, "answer", kOther).value();
  EXPECT_EQ(row.state, "judged");
  const json::object detail = shown(id, "anna");
  EXPECT_EQ(detail.at("panel").at("verdict").as_string(), "true");
  EXPECT_EQ(detail.at("verdicts").as_array().size(), 3U);
  for (const json::value& verdict : detail.at("verdicts").as_array()) {
    if (verdict.at("id") == detail.at("judged_by")) {
      EXPECT_EQ(verdict.at("verdict").as_string(), "true");
    }
  }
}

TEST_F(CaseWork, APanelWhoseTimeIsUpGoesBackToItsHolder) {
  const std::string id = open().id;
  options.panels[static_cast<std::size_t>(model::Severity::moderate)] = {5, PanelRule::all};
  ASSERT_TRUE(act(chen, id, "claim"));
  ASSERT_TRUE(act(chen, id, "verdict", kVerdict));
  EXPECT_EQ(messages_of("du").size(), 1U);
  store.clock.advance(options.panel_time);
  while (store->write([&](store::Tx& tx) { return ring_alarms(tx, options); }).value().cases > 0)
    store.clock.advance(std::chrono::milliseconds(1));
  const auto row = now(id);
  EXPECT_EQ(row.state, "in_review");
  EXPECT_EQ(row.assignee, "chen");
  EXPECT_TRUE(row.lease_until);
  EXPECT_EQ(shown(id, "anna").at("panel").at("state").as_string(), "undecided");
  EXPECT_EQ(act(du, id, "answer", kVerdict).error().code, "nothing_asked");
  options.panels = {};
  EXPECT_EQ(act(chen, id, "verdict", kVerdict).value().state, "judged");
}

TEST_F(CaseWork, OneExpertsVerdictJudgesWhereNoPanelIsAskedFor) {
  const std::string id = open({.severity = model::Severity::extreme}).id;
  ASSERT_TRUE(act(chen, id, "claim"));
  store.clock.advance(std::chrono::minutes(6));
  EXPECT_EQ(act(chen, id, "verdict", kVerdict).value().state, "judged");
  const auto load =
      store->read([](store::View& view) { return store::load_of(view, "chen"); }).value();
  EXPECT_EQ(load, 0);
}

}  // namespace
}  // namespace clarion::desk
