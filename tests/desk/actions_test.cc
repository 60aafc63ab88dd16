#include "desk/actions.h"

#include "desk/desk_store.h"

#include <gtest/gtest.h>

namespace clarion::desk {
namespace {

class Cases : public testing::Test, protected DeskStore {
 protected:
  void SetUp() override {
    for (const auto& [name, role] :
         {std::pair("anna", "operator"), {"chen", "expert"}, {"du", "expert"}, {"ada", "admin"}})
      account(name, role);
  }

  void add_expert(const std::string& name, std::int64_t capacity) {
    expert(name, {{"typhoon", 3}}, capacity, {}, false);
  }
  Result<store::CaseRow> act(const identity::Actor& actor, const store::CaseRow& row,
                             std::string_view name, std::string_view body = "{}",
                             std::optional<std::int64_t> version = std::nullopt) {
    return store->write([&](store::Tx& tx) {
      return act_on_case({tx, actor, policy, options, row.id, version}, name,
                         json::parse(body).as_object());
    });
  }
  store::CaseRow now(const store::CaseRow& row) { return DeskStore::now(row.id); }

  identity::Actor anna = person("anna", identity::Role::operator_),
                  chen = person("chen", identity::Role::expert),
                  du = person("du", identity::Role::expert),
                  ada = person("ada", identity::Role::admin);
};

TEST_F(Cases, GoFromOpenToClosedThroughTheirStates) {
  store::CaseRow row = open();
  EXPECT_EQ(row.state, "open");
  row = act(anna, row, "assign", R"({"user":"chen"})").value();
  EXPECT_EQ(row.state, "assigned");
  row = act(chen, row, "claim").value();
  EXPECT_EQ(row.state, "in_review");
  row = act(chen, row, "verdict", kVerdict).value();
  EXPECT_EQ(row.state, "judged");
  row = act(anna, row, "close", R"({"reason":"done"})").value();
  EXPECT_EQ(row.state, "closed");
  row = act(anna, row, "reopen", R"({"reason":"again"})").value();
  EXPECT_EQ(row.state, "open");
}

TEST_F(Cases, HeldByOneAreNotTakenByAnother) {
  const store::CaseRow row = open();
  ASSERT_TRUE(act(anna, row, "claim"));
  EXPECT_EQ(act(person("eva", identity::Role::operator_), row, "claim").error().code, "held");
  EXPECT_EQ(act(person("eva", identity::Role::operator_), row, "release").error().code, "held");
  EXPECT_TRUE(act(anna, row, "claim"));  // again: the lease is renewed
}

TEST_F(Cases, AreJudgedByTheExpertWhoHoldsThemAlone) {
  store::CaseRow row = open();
  row = act(anna, row, "assign", R"({"user":"chen"})").value();
  EXPECT_EQ(act(chen, row, "verdict", kVerdict).error().code, "case_state");  // not claimed yet
  ASSERT_TRUE(act(chen, row, "claim"));
  EXPECT_EQ(act(anna, row, "verdict", kVerdict).error().code, "expert_needed");
  EXPECT_EQ(act(du, row, "verdict", kVerdict).error().code, "expert_needed");
  const auto bare = act(chen, row, "verdict", R"({"verdict":"false"})");
  ASSERT_FALSE(bare);
  EXPECT_EQ(bare.error().fields.size(), 2U);  // reason and evidence
  EXPECT_TRUE(act(chen, row, "verdict", kVerdict));
}

TEST_F(Cases, GoBackWhenTheirLeaseEndsAndNotToWhoLostThem) {
  add_expert("chen", 5);
  store::CaseRow row = open();
  EXPECT_EQ(row.assignee, "chen");
  row = act(chen, row, "claim").value();
  add_expert("du", 5);
  store.clock.advance(std::chrono::minutes(29));
  EXPECT_EQ(store->write([this](store::Tx& tx) { return end_leases(tx, options); }).value(), 0U);
  ASSERT_TRUE(act(chen, row, "extend"));
  store.clock.advance(std::chrono::minutes(29));
  EXPECT_EQ(store->write([this](store::Tx& tx) { return end_leases(tx, options); }).value(), 0U);
  store.clock.advance(std::chrono::minutes(1));
  EXPECT_EQ(store->write([this](store::Tx& tx) { return end_leases(tx, options); }).value(), 1U);
  row = now(row);
  EXPECT_EQ(row.state, "assigned");
  EXPECT_EQ(row.assignee, "du");
  EXPECT_FALSE(row.lease_until);
}

TEST_F(Cases, WaitForRoomAndAreGivenOutWhenItComes) {
  add_expert("chen", 1);
  const store::CaseRow first = open(), second = open();
  EXPECT_EQ(first.assignee, "chen");
  EXPECT_EQ(second.state, "open");
  ASSERT_TRUE(act(chen, first, "claim"));
  ASSERT_TRUE(act(chen, first, "verdict", kVerdict));
  EXPECT_EQ(now(second).assignee, "chen");
}

TEST_F(Cases, GivenBackGoToSomebodyElse) {
  add_expert("chen", 5);
  store::CaseRow row = open();
  row = act(chen, row, "release", R"({"note":"not my field"})").value();
  EXPECT_EQ(row.state, "open");
  EXPECT_FALSE(row.assignee);
}

TEST_F(Cases, AreAssignedToPeopleWhoCanWorkAlone) {
  const store::CaseRow row = open();
  for (const char* body : {R"({"user":"ada"})", R"({"user":"nobody"})", R"({"expert":"e-x"})", "{}",
                           R"({"user":"chen","expert":"e"})"}) {
    EXPECT_EQ(act(anna, row, "assign", body).error().code, "field_invalid") << body;
  }
  EXPECT_EQ(act(chen, row, "assign", R"({"user":"chen"})").error().code, "denied");
}

TEST_F(Cases, RefuseAStaleVersionAndCountEachChange) {
  store::CaseRow row = open();
  const store::CaseRow noted = act(anna, row, "note", R"({"text":"seen"})", row.version).value();
  EXPECT_EQ(noted.version, row.version + 1);
  EXPECT_EQ(act(anna, row, "note", R"({"text":"seen"})", row.version).error().code, "stale");
}

TEST_F(Cases, AreNotWorkedOnByAdministratorsAndAreHiddenFromOtherRegions) {
  const store::CaseRow row = open();
  EXPECT_EQ(act(ada, row, "note", R"({"text":"x"})").error().code, "denied");
  identity::Actor far = anna;
  far.regions = {"440300"};
  EXPECT_EQ(act(far, row, "note", R"({"text":"x"})").error().code,
            "denied_region");  // no region: seen by all, acted on by none
}

TEST_F(Cases, LoseTheirClaimWithThePostItWasMadeOf) {
  store::CaseRow row = open({.text = "原文"});
  EXPECT_EQ(row.claim, "原文");
  ASSERT_TRUE(store->write([&](store::Tx& tx) -> Status {
    CLARION_TRY(auto posts, store::posts_of_case(tx, row.id, 0, 1));
    posts[0].record.clear();
    CLARION_TRY(store::update_post(tx, posts[0]));
    return forget_text(tx, posts[0].seq);
  }));
  EXPECT_EQ(now(row).claim, "");
}

}  // namespace
}  // namespace clarion::desk
