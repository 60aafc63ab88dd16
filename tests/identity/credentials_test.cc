#include "identity/credentials.h"

#include "store/temp_store.h"

#include <gtest/gtest.h>

namespace clarion::identity {
namespace {

class Credentials : public testing::Test {
 protected:
  void SetUp() override {
    token = make_token(*store.random);
    ASSERT_TRUE(store->write([this](store::Tx& tx) -> Status {
      CLARION_TRY(
          store::add_account(tx, {"anna", "operator", {"440100"}, std::nullopt, false, 1, {}}));
      return store::add_token(tx, {"t_1",
                                   "a",
                                   "desk",
                                   "anna",
                                   {},
                                   token_hash(token),
                                   tx.now(),
                                   tx.now() + std::chrono::hours(1),
                                   std::nullopt});
    }));
  }
  Result<Actor> actor(std::string_view given) {
    return store->read(
        [&](store::View& view) { return actor_of_token(view, given, store.clock.now()); });
  }

  store::TempStore store;
  std::string token;
};

TEST_F(Credentials, OfATokenAreThoseOfItsAccountNow) {
  const Actor who = actor(token).value();
  EXPECT_EQ(who.account, "anna");
  EXPECT_EQ(who.role, Role::operator_);
  EXPECT_EQ(who.regions, std::vector<std::string>{"440100"});
}

TEST_F(Credentials, EndWithTheTokenTheAccountOrTheTime) {
  EXPECT_FALSE(actor("clt_other"));
  EXPECT_FALSE(actor(""));
  EXPECT_FALSE(actor(std::string(4096, 'x')));
  store.clock.advance(std::chrono::hours(1));
  EXPECT_FALSE(actor(token));
  store.clock.advance(-std::chrono::hours(1));
  ASSERT_TRUE(actor(token));
  ASSERT_TRUE(store->write([](store::Tx& tx) {
    return store::update_account(tx, {"anna", "operator", {}, std::nullopt, true, 1, {}});
  }));
  EXPECT_FALSE(actor(token));
}

TEST_F(Credentials, OfARevokedTokenAreGone) {
  ASSERT_TRUE(store->write([](store::Tx& tx) { return store::revoke_token(tx, "t_1"); }).value());
  EXPECT_FALSE(actor(token));
  EXPECT_FALSE(store->write([](store::Tx& tx) { return store::revoke_token(tx, "t_1"); }).value());
}

TEST_F(Credentials, ChangeTheirGenerationWithEachChangeOfRights) {
  const std::int64_t before = actor(token).value().generation;
  ASSERT_TRUE(store->write([](store::Tx& tx) {
    return store::update_account(tx, {"anna", "approver", {}, std::nullopt, false, 1, {}});
  }));
  EXPECT_GT(actor(token).value().generation, before);
}

TEST_F(Credentials, AreKeptAsAHashAlone) {
  EXPECT_EQ(token.size(), 4U + 43U);  // 256 bits
  EXPECT_NE(make_token(*store.random), token);
  EXPECT_EQ(token_hash(token).find(token), std::string::npos);
}

TEST(AccountNames, ArePlain) {
  EXPECT_TRUE(check_account_name("anna.li-2"));
  for (const char* bad : {"", "Anna", "-a", "a b", "a/b", "安娜"})
    EXPECT_FALSE(check_account_name(bad)) << bad;
}

}  // namespace
}  // namespace clarion::identity
