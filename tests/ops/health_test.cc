#include "ops/health.h"

#include <gtest/gtest.h>

namespace clarion::ops {
namespace {

using namespace std::chrono_literals;

TEST(Health, NamesWhatFailedBesideWhatWorks) {
  const ManualClock clock{model::Time{}};
  Health health(clock);
  health.add("store", [] { return ok(); });
  health.add("scan", []() -> Status { return Error{Errc::unavailable, "no rules"}; });
  const Health::Report report = health.ready();
  EXPECT_FALSE(report.ready);
  const std::vector<std::pair<std::string, std::string>> expected = {{"store", "ok"},
                                                                     {"scan", "no rules"}};
  EXPECT_EQ(report.checks, expected);
}

TEST(Health, ChecksAtMostOnceASecond) {
  ManualClock clock{model::Time{}};
  Health health(clock);
  int asked = 0;
  health.add("store", [&]() -> Status {
    ++asked;
    return ok();
  });
  EXPECT_TRUE(health.ready().ready);
  clock.advance(999ms);
  EXPECT_TRUE(health.ready().ready);
  EXPECT_EQ(asked, 1);
  clock.advance(1ms);
  EXPECT_TRUE(health.ready().ready);
  EXPECT_EQ(asked, 2);
}

TEST(Health, IsNotReadyFromTheMomentOfDraining) {
  const ManualClock clock{model::Time{}};
  Health health(clock);
  EXPECT_TRUE(health.ready().ready);
  health.set_draining();
  EXPECT_FALSE(health.ready().ready);
}

}  // namespace
}  // namespace clarion::ops
