#include "roster/duty.h"

#include "store/accounts.h"
#include "store/temp_store.h"

#include <gtest/gtest.h>

namespace clarion::roster {
namespace {

/// A store with people; it is 18:00 on Tuesday 24 November 2026 in Guangzhou.
class Duty : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(store->write([](store::Tx& tx) -> Status {
      for (const char* name : {"anna", "bo", "cai"}) {
        CLARION_TRY(store::add_account(tx, {name, "operator", {}, std::nullopt, false, 1, {}}));
      }
      return ok();
    }));
  }
  void put(store::RosterRow row) {
    ASSERT_TRUE(store->write([&](store::Tx& tx) { return store::put_roster(tx, row); }));
  }
  void put_plan(std::string id, std::string duty, json::array people, json::object more = {}) {
    json::object record{{"name", id},
                        {"duty", duty},
                        {"people", std::move(people)},
                        {"starts", "2026-11-01"},
                        {"at", "08:00"}};
    for (const auto& member : more) record[member.key()] = member.value();
    put({id, "plan", duty, at("2026-11-01T00:00:00Z"), store::kRosterOpen, 1, false, record});
  }
  static model::Time at(std::string_view text) { return model::parse_time(text).value().time; }
  std::vector<OnDuty> now() {
    return store->read([&](store::View& view) { return on_duty(view, zone, store.clock.now()); })
        .value();
  }
  std::vector<Alarm> found_alarms() {
    return store->read([&](store::View& view) { return alarms(view, zone, store.clock.now()); })
        .value();
  }

  store::TempStore store;
  ops::Zone zone = ops::Zone::load("Asia/Shanghai").value();
};

TEST_F(Duty, WithoutARosterNobodyIsRestrictedAndNothingRings) {
  EXPECT_TRUE(now().empty());
  EXPECT_TRUE(found_alarms().empty());
  EXPECT_FALSE(store->read([](store::View& view) { return is_planned(view, kDesk); }).value());
}

TEST_F(Duty, SaysWhoIsOnByLineAndUntilWhen) {
  put_plan("second", "approver", {"cai"}, {{"line", 2}});
  put_plan("first", "approver", {"bo"});
  const auto found = now();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].account, "bo");
  EXPECT_EQ(found[1].account, "cai");
  EXPECT_EQ(found[1].line, 2);
  EXPECT_EQ(found[0].until, at("2026-11-25T00:00:00Z"));
  EXPECT_TRUE(store->read([](store::View& view) { return is_planned(view, kApprover); }).value());
}

TEST_F(Duty, SaysWhoIsNextInEachSlot) {
  put_plan("p", "desk", {"anna", "bo"});
  const auto next =
      store->read([&](store::View& view) { return next_on_duty(view, zone, store.clock.now()); })
          .value();
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].account, now()[0].account == "anna" ? "bo" : "anna");
  EXPECT_EQ(next[0].from, at("2026-11-25T00:00:00Z"));
}

TEST_F(Duty, NobodyOnDutyIsAnAlarmNowAndHoursAhead) {
  put_plan("p", "desk", {"anna"});
  EXPECT_TRUE(found_alarms().empty());
  put({"a",
       "absence",
       "",
       at("2026-11-24T13:00:00Z"),
       at("2026-11-24T15:00:00Z"),
       1,
       false,
       {{"account", "anna"}, {"from", "2026-11-24T13:00:00Z"}, {"until", "2026-11-24T15:00:00Z"}}});
  auto found = found_alarms();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FALSE(found[0].now);
  EXPECT_TRUE(found[0].nobody);
  store.clock.advance(std::chrono::hours(4));
  found = found_alarms();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].now);
}

TEST_F(Duty, APlanThatEndedWithoutAnotherIsAnAlarmNotSilence) {
  put_plan("p", "desk", {"anna"}, {{"ends", "2026-11-02"}});
  ASSERT_EQ(found_alarms().size(), 1U);
  EXPECT_TRUE(found_alarms()[0].now);
}

TEST_F(Duty, ADisabledPersonIsNotOnDuty) {
  put_plan("p", "desk", {"anna"});
  ASSERT_TRUE(store->write([](store::Tx& tx) -> Status {
    CLARION_TRY(auto account, store::find_account(tx, "anna"));
    account->disabled = true;
    return store::update_account(tx, *account);
  }));
  EXPECT_TRUE(now().empty());
  EXPECT_EQ(found_alarms().size(), 1U);
}

TEST_F(Duty, NoDrillBeginsHalfAnHourAroundAHandOver) {
  put_plan("p", "desk", {"anna", "bo"});
  const auto blocked = [&](std::string_view when) {
    return store
        ->read([&](store::View& view) { return drills_blocked_until(view, zone, at(when)); })
        .value();
  };
  EXPECT_FALSE(blocked("2026-11-24T23:29:59Z"));
  EXPECT_EQ(blocked("2026-11-24T23:30:00Z"), at("2026-11-25T00:30:00Z"));
  EXPECT_EQ(blocked("2026-11-25T00:29:59Z"), at("2026-11-25T00:30:00Z"));
  EXPECT_FALSE(blocked("2026-11-25T00:30:00Z"));
}

TEST_F(Duty, ADrillMayEndAndBeginHalfAnHourFromAHandOverAndNoNearer) {
  put_plan("p", "desk", {"anna", "bo"});
  put_plan("e", "expert", {"cai"}, {{"at", "12:00"}});  // experts' turns are no hand-over
  const auto near = [&](std::string_view from, std::string_view until) {
    return store
        ->read([&](store::View& view) { return handover_near(view, zone, at(from), at(until)); })
        .value();
  };
  const auto handover = at("2026-11-25T00:00:00Z");
  EXPECT_FALSE(near("2026-11-24T22:00:00Z", "2026-11-24T23:30:00Z"));
  EXPECT_EQ(near("2026-11-24T22:00:00Z", "2026-11-24T23:30:00.001Z"), handover);
  EXPECT_EQ(near("2026-11-25T00:29:59.999Z", "2026-11-25T02:00:00Z"), handover);
  EXPECT_FALSE(near("2026-11-25T00:30:00Z", "2026-11-25T05:00:00Z"));
  EXPECT_EQ(near("2026-11-24T12:00:00Z", "2026-11-25T12:00:00Z"), handover) << "none within one";
}

}  // namespace
}  // namespace clarion::roster
