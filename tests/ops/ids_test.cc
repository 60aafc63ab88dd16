#include "ops/ids.h"

#include <gtest/gtest.h>

namespace clarion::ops {
namespace {

TEST(Ids, RiseWithinAMillisecondAndWhenTheClockGoesBack) {
  ManualClock clock(model::Time(std::chrono::milliseconds(1'700'000'000'000)));
  const auto random = make_seeded_random(1);
  Ids ids(clock, *random);
  std::string last = ids.make("c_");
  for (int i = 0; i < 2000; ++i) {
    if (i == 1000) clock.jump_to(model::Time(std::chrono::milliseconds(1'600'000'000'000)));
    const std::string next = ids.make("c_");
    EXPECT_LT(last, next);
    last = next;
  }
}

TEST(Ids, CarryTheTimeAsUlidSays) {
  ManualClock clock(model::Time(
      std::chrono::milliseconds(1'469'918'176'385)));  // the example of the ULID specification
  const auto random = make_seeded_random(1);
  const std::string id = Ids(clock, *random).make("n_");
  EXPECT_EQ(id.substr(0, 12), "n_01ARYZ6S41");
  EXPECT_EQ(id.size(), 28U);
}

}  // namespace
}  // namespace clarion::ops
