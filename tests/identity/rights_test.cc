#include "identity/rights.h"

#include <gtest/gtest.h>

namespace clarion::identity {
namespace {

Actor person(Role role, std::vector<std::string> regions = {}) {
  Actor actor;
  actor.account = "someone";
  actor.role = role;
  actor.scope = Scope::desk;
  actor.token = "t_1";
  actor.regions = std::move(regions);
  return actor;
}

/// A row of the contract's table as it is printed there.
void expect_row(Act act, Grant operator_, Grant expert, Grant approver, Grant admin,
                Grant auditor) {
  const RightsPolicy policy;
  EXPECT_EQ(grant(act, person(Role::operator_), policy), operator_);
  EXPECT_EQ(grant(act, person(Role::expert), policy), expert);
  EXPECT_EQ(grant(act, person(Role::approver), policy), approver);
  EXPECT_EQ(grant(act, person(Role::admin), policy), admin);
  EXPECT_EQ(grant(act, person(Role::auditor), policy), auditor);
}

TEST(Rights, AreTheTableOfTheContract) {
  constexpr Grant no = Grant::no, own = Grant::own, yes = Grant::yes;
  expect_row(Act::see_cases, yes, own, yes, yes, yes);
  expect_row(Act::work_case, yes, own, yes, no, no);
  expect_row(Act::manage_cases, yes, no, yes, no, no);
  expect_row(Act::judge, no, own, no, no, no);
  expect_row(Act::draft_notice, yes, own, yes, no, no);
  expect_row(Act::approve, no, no, yes, no, no);
  expect_row(Act::publish, yes, no, yes, no, no);
  expect_row(Act::withdraw, no, no, yes, no, no);
  expect_row(Act::see_experts, yes, yes, yes, yes, yes);
  expect_row(Act::administer, no, no, no, yes, no);
  expect_row(Act::see_audit, no, no, yes, yes, yes);
  expect_row(Act::see_library, yes, yes, yes, no, yes);
  expect_row(Act::change_library, yes, no, yes, no, no);
}

TEST(Rights, AreForPeopleAtTheDeskAlone) {
  for (const Scope scope : {Scope::ingest, Scope::partner, Scope::drill, Scope::metrics}) {
    Actor actor = person(Role::approver);
    actor.scope = scope;
    EXPECT_EQ(grant(Act::publish, actor, {}), Grant::no);
  }
}

TEST(Rights, FollowThePolicyOfTheDesk) {
  EXPECT_EQ(grant(Act::judge, person(Role::operator_), {.operator_may_judge = true}), Grant::yes);
  EXPECT_EQ(grant(Act::approve, person(Role::approver), {.token_approvals = false}), Grant::no);
}

TEST(Rights, OfOneselfNeedTheRecordToBeOnesOwn) {
  EXPECT_TRUE(allowed(Act::judge, person(Role::expert), {}, true));
  const Status refused = allowed(Act::judge, person(Role::expert), {}, false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "expert_needed");
}

TEST(Regions, OfAPersonBoundWhatTheyActOn) {
  const Actor guangzhou = person(Role::operator_, {"440100"});
  EXPECT_TRUE(may_act_in(guangzhou, {"440106"}));
  EXPECT_FALSE(may_act_in(guangzhou, {"440106", "440300"}));  // every region must lie inside
  EXPECT_FALSE(may_act_in(guangzhou, {"440000"}));
  EXPECT_FALSE(may_act_in(guangzhou, {}));  // and at least one
  EXPECT_TRUE(may_act_in(person(Role::operator_), {}));
}

TEST(Regions, OfAPersonBoundWhatTheySee) {
  const Actor guangzhou = person(Role::operator_, {"440100"});
  EXPECT_TRUE(may_see_in(guangzhou, {"440000"}));
  EXPECT_TRUE(may_see_in(guangzhou, {}));
  EXPECT_FALSE(may_see_in(guangzhou, {"440300"}));
}

}  // namespace
}  // namespace clarion::identity
