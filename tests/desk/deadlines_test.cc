#include "desk/deadlines.h"

#include "desk/desk_store.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace clarion::desk {
namespace {

class Deadlines : public testing::Test, protected DeskStore {
 protected:
  void SetUp() override {
    account("anna", "operator");
    account("bo", "approver");
    expert("chen", {{"typhoon", 3}}, 5);
    expert("du", {{"typhoon", 2}}, 5);
  }
  Alarms ring() {
    return store->write([&](store::Tx& tx) { return ring_alarms(tx, options); }).value();
  }
  std::int64_t minutes_left(const store::CaseRow& row) {
    return std::chrono::duration_cast<std::chrono::minutes>(*row.due_at - store.clock.now())
        .count();
  }
  std::int64_t count(const std::string& id, const std::string& action) {
    const auto all = actions_of(id);
    return std::count(all.begin(), all.end(), action);
  }
};

TEST_F(Deadlines, AreSetBySeverityAtOpeningAndEndWithTheVerdict) {
  EXPECT_EQ(minutes_left(open({.severity = model::Severity::extreme})), 30);
  EXPECT_EQ(minutes_left(open({.severity = model::Severity::minor})), 720);
  const std::string id = open().id;
  ASSERT_TRUE(act(an_expert("chen"), id, "claim"));
  const auto row = act(an_expert("chen"), id, "verdict", kVerdict).value();
  EXPECT_FALSE(row.due_at);
  EXPECT_FALSE(row.alarm_at);
}

TEST_F(Deadlines, MoveWithTheSeverityAndLeaveFiveMinutes) {
  store::CaseRow row = open({.severity = model::Severity::minor});
  row.severity = model::Severity::severe;
  move_deadline(row, options, store.clock.now());
  EXPECT_EQ(minutes_left(row), 60);
  store.clock.advance(std::chrono::minutes(58));
  row.severity = model::Severity::extreme;
  move_deadline(row, options, store.clock.now());
  EXPECT_EQ(minutes_left(row), 2) << "never later than it was";
}

TEST_F(Deadlines, RemindTheHolderThenEscalateStepByStepEachOnceOverRestarts) {
  const std::string id = open().id;  // chen's; 180 minutes
  ASSERT_TRUE(act(an_expert("chen"), id, "claim"));
  const auto after = [&](int minutes) {
    store.clock.advance(std::chrono::minutes(minutes));
    store.reopen();  // nothing of it is in memory
    options.staff = std::make_shared<Staff>(ops::Zone::load("Asia/Shanghai").value());
    return ring();
  };
  EXPECT_EQ(after(134).cases, 0U);
  EXPECT_EQ(after(1).reminders, 1U);
  EXPECT_EQ(messages_of("chen"), std::vector<std::string>{"message_case_due"});
  EXPECT_EQ(after(44).cases, 0U);
  EXPECT_EQ(after(1).line2, 1U);
  EXPECT_EQ(messages_of("du"), std::vector<std::string>{"message_case_escalated_line2"});
  EXPECT_EQ(now(id).assignee, "chen") << "who works on it keeps it";
  EXPECT_EQ(after(9).cases, 0U);
  EXPECT_EQ(after(1).operators, 1U);
  EXPECT_EQ(messages_of("anna"), std::vector<std::string>{"message_case_escalated_operators"});
  EXPECT_EQ(after(10).everyone, 1U);
  EXPECT_EQ(messages_of("bo"), std::vector<std::string>{"message_case_escalated_everyone"});
  EXPECT_EQ(after(600).cases, 0U);
  EXPECT_EQ(count(id, "escalate"), 3);
  EXPECT_EQ(count(id, "remind"), 1);
}

TEST_F(Deadlines, PassAllTheirStepsAlsoWhenTheServerWasDownAllAlong) {
  const std::string id = open().id;
  store.clock.advance(std::chrono::hours(48));
  const Alarms done = ring();
  EXPECT_EQ(done.reminders + done.line2 + done.operators + done.everyone, 4U);
  EXPECT_EQ(count(id, "escalate"), 3);
  EXPECT_EQ(ring().cases, 0U);
}

TEST_F(Deadlines, TakeACaseFromWhoDidNotBeginIt) {
  const std::string id = open().id;
  EXPECT_EQ(now(id).assignee, "chen");
  store.clock.advance(std::chrono::minutes(180));
  ring();
  EXPECT_EQ(now(id).assignee, "du");
  EXPECT_EQ(count(id, "no_answer"), 1);
}

TEST_F(Deadlines, GoOnToTheNextStepAtOnceWhereNobodyIsToBeTold) {
  const std::string id = open({.topics = {"food"}}).id;  // nobody knows food
  store.clock.advance(std::chrono::minutes(180));
  const Alarms done = ring();
  EXPECT_EQ(done.line2, 1U);
  EXPECT_EQ(done.operators, 1U);
  EXPECT_EQ(done.everyone, 0U);
  EXPECT_EQ(now(id).details.at("escalation").at("to").as_array().at(0).as_string(), "anna");
}

}  // namespace
}  // namespace clarion::desk
