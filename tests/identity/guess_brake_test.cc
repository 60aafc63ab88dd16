#include "identity/guess_brake.h"

#include <gtest/gtest.h>

namespace clarion::identity {
namespace {

using std::chrono::seconds;

class Brake : public testing::Test {
 protected:
  /// Seconds to wait; 0 when the attempt was let through (and failed).
  int tries(const std::string& name, GuessRule rule = {2, seconds(1), seconds(60)}) {
    const Status done = brake.attempt({{name, rule}});
    if (done) return 0;
    EXPECT_EQ(done.error().code, "signin_slow");
    return std::stoi(done.error().params.front().second);
  }
  ops::ManualClock clock{model::Time(std::chrono::hours(500'000))};
  GuessBrake brake{clock, 4};
};

TEST_F(Brake, LetsSomeThroughThenDoublesTheWait) {
  EXPECT_EQ(tries("a"), 0);
  EXPECT_EQ(tries("a"), 0);
  EXPECT_EQ(tries("a"), 0);
  for (const int wait : {1, 2, 4, 8, 16, 32, 60, 60}) {
    EXPECT_EQ(tries("a"), wait);
    clock.advance(seconds(wait) - std::chrono::milliseconds(1));
    EXPECT_EQ(tries("a"), 1);  // what is refused does not count
    clock.advance(std::chrono::milliseconds(1));
    EXPECT_EQ(tries("a"), 0);
  }
}

TEST_F(Brake, HoldsNobodyElseBack) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(tries("here anna"), 0);
  EXPECT_EQ(tries("here anna"), 1);
  EXPECT_EQ(tries("there anna"), 0);
}

TEST_F(Brake, ForgetsWhatWasRightAndTakesBackWhatWasNone) {
  for (int i = 0; i < 2; ++i) EXPECT_EQ(tries("a"), 0);
  brake.forget("a");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(tries("a"), 0);
  brake.take_back({{"a", {2, seconds(1), seconds(60)}}});
  EXPECT_EQ(tries("a"), 0);
  EXPECT_EQ(tries("a"), 1);
}

TEST_F(Brake, ForgetsAfterAnHour) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(tries("a"), 0);
  EXPECT_EQ(tries("a"), 1);
  clock.advance(std::chrono::hours(1));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(tries("a"), 0);
}

TEST_F(Brake, CountsUnderEveryKeyOrUnderNone) {
  const GuessRule once{1, seconds(8), seconds(8)};
  EXPECT_TRUE(brake.attempt({{"a", once}, {"b", once}}));
  EXPECT_TRUE(brake.attempt({{"a", once}, {"b", once}}));
  EXPECT_FALSE(brake.attempt({{"a", once}, {"c", once}}));
  EXPECT_TRUE(brake.attempt({{"c", once}}));  // the refused attempt did not count for it
  EXPECT_TRUE(brake.attempt({{"c", once}}));
  EXPECT_FALSE(brake.attempt({{"c", once}}));
}

TEST_F(Brake, KeepsABoundedNumberOfPlacesTheNewest) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(tries("first"), 0);
  EXPECT_EQ(tries("first"), 1);
  for (const char* other : {"b", "c", "d", "e"}) EXPECT_EQ(tries(other), 0);
  EXPECT_EQ(tries("first"), 0);
}

TEST(Places, AreAddressesOrNetworksOfIpv6) {
  EXPECT_EQ(place_of("203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(place_of("2001:db8:1:2::3"), place_of("2001:db8:1:2:ffff::"));
  EXPECT_NE(place_of("2001:db8:1:2::3"), place_of("2001:db8:1:3::3"));
}

}  // namespace
}  // namespace clarion::identity
