#include "identity/sessions.h"

#include "base/bytes.h"
#include "store/accounts.h"
#include "store/sessions.h"
#include "store/temp_store.h"

#include <gtest/gtest.h>

namespace clarion::identity {
namespace {

class SessionsTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(store->write([this](store::Tx& tx) -> Status {
      CLARION_TRY(
          store::add_account(tx, {"anna", "operator", {"440100"}, std::nullopt, false, 1, {}}));
      return store::add_session(tx, {"s_1",
                                     "anna",
                                     false,
                                     false,
                                     sha256_hex("secret"),
                                     "127.0.0.1",
                                     "Firefox",
                                     {},
                                     {},
                                     store.clock.now() + life.longest});
    }));
  }
  Result<Actor> actor(Door door = Door::live) {
    return store->read([&](store::View& view) {
      return actor_of_session(view, sha256_hex("secret"), door, store.clock.now(), life);
    });
  }

  store::TempStore store;
  const SessionLife life;
};

TEST_F(SessionsTest, ActWithTheRightsOfTheAccountNow) {
  const Actor who = actor().value();
  EXPECT_EQ(who.name(), "anna");
  EXPECT_EQ(who.role, Role::operator_);
  EXPECT_EQ(who.regions, std::vector<std::string>{"440100"});
  EXPECT_TRUE(who.token.empty());
  EXPECT_EQ(who.credential(), "s_1");
  ASSERT_TRUE(store->write([](store::Tx& tx) {
    return store::update_account(tx, {"anna", "auditor", {}, std::nullopt, false, 1, {}});
  }));
  EXPECT_EQ(actor().value().role, Role::auditor);
}

TEST_F(SessionsTest, OpenNothingAtTheOtherDesk) { EXPECT_FALSE(actor(Door::drill)); }

TEST_F(SessionsTest, EndByIdlenessUnlessUsed) {
  store.clock.advance(life.idle);
  ASSERT_TRUE(actor());
  ASSERT_TRUE(store->write([](store::Tx& tx) { return store::touch_session(tx, "s_1"); }));
  store.clock.advance(life.idle);
  EXPECT_TRUE(actor());
  store.clock.advance(SessionLife::kTouchEvery);
  EXPECT_FALSE(actor());
}

TEST_F(SessionsTest, EndByAgeHoweverMuchTheyAreUsed) {
  for (int hour = 0; hour < 24; ++hour) {
    store.clock.advance(std::chrono::minutes(30));
    ASSERT_TRUE(store->write([](store::Tx& tx) { return store::touch_session(tx, "s_1"); }));
  }
  EXPECT_EQ(actor().error().code, "session_over");
}

TEST_F(SessionsTest, EndWithTheAccount) {
  ASSERT_TRUE(store->write([](store::Tx& tx) {
    return store::update_account(tx, {"anna", "operator", {}, std::nullopt, true, 1, {}});
  }));
  EXPECT_FALSE(actor());
}

TEST_F(SessionsTest, ThatEnrolAreGrantedNothing) {
  Actor who = actor().value();
  const RightsPolicy policy;
  EXPECT_EQ(grant(Act::see_cases, who, policy), Grant::yes);
  who.enrolling = true;
  EXPECT_EQ(grant(Act::see_cases, who, policy), Grant::no);
}

TEST(SessionCookies, AreFoundByNameAlone) {
  EXPECT_EQ(session_secret("a=b; clarion_session=x; clarion_drill=y", Door::live), "x");
  EXPECT_EQ(session_secret("a=b; clarion_session=x; clarion_drill=y", Door::drill), "y");
  EXPECT_EQ(session_secret("clarion_session=x", Door::drill), "");
  EXPECT_EQ(session_secret("xclarion_session=x;clarion_sessions=y; clarion_session", Door::live),
            "");
  EXPECT_EQ(session_secret("", Door::live), "");
}

TEST(SessionCookies, GoBackToTheirOwnDeskAndToNoScript) {
  EXPECT_EQ(session_cookie("x", Door::live, false),
            "clarion_session=x; Path=/; HttpOnly; SameSite=Strict");
  EXPECT_EQ(session_cookie("x", Door::drill, true),
            "clarion_drill=x; Path=/drill; HttpOnly; SameSite=Strict; Secure");
  EXPECT_EQ(session_cookie("", Door::live, false),
            "clarion_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
}

TEST(SessionCookies, HaveACsrfTokenOfTheirOwn) {
  EXPECT_NE(csrf_of("a"), csrf_of("b"));
  EXPECT_EQ(csrf_of("a").size(), 43U);
}

TEST(Doors, ShowTheirOwnModesAlone) {
  Actor who;
  for (const char* mode : {"Actual", "Exercise", "Test"}) EXPECT_TRUE(sees_mode(who, mode));
  who.door = Door::live;
  EXPECT_TRUE(sees_mode(who, "Actual"));
  EXPECT_FALSE(sees_mode(who, "Exercise"));
  EXPECT_FALSE(sees_mode(who, "Test"));
  EXPECT_EQ(mode_of(who), "Actual");
  who.door = Door::drill;
  EXPECT_FALSE(sees_mode(who, "Actual"));
  EXPECT_TRUE(sees_mode(who, "Exercise"));
  EXPECT_TRUE(sees_mode(who, "Test"));
  EXPECT_EQ(mode_of(who), "Exercise");
  EXPECT_EQ(door_of("/drill/v1/cases"), Door::drill);
  EXPECT_EQ(door_of("/v1/cases"), Door::live);
  EXPECT_EQ(door_of("/drill"), Door::live);
}

}  // namespace
}  // namespace clarion::identity
