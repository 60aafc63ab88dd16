#include "desk/priority.h"

#include <gtest/gtest.h>

namespace clarion::desk {
namespace {

TEST(Priority, IsTheSumOfItsParts) {
  const Priority priority = priority_of({model::Severity::severe, 0.8, 16, 3, 999});
  std::int64_t sum = 0;
  for (const json::value& reason : priority.reasons) sum += reason.at("points").as_int64();
  EXPECT_EQ(priority.points, sum);
  EXPECT_EQ(priority.points, 35 + 12 + 16 + 9);
}

TEST(Priority, StaysWithinAHundred) {
  EXPECT_EQ(priority_of({model::Severity::extreme, 1, 1'000'000, 1e6, 1ULL << 40U}).points, 100);
  EXPECT_EQ(priority_of({}).points, 10);
}

TEST(Priority, RisesWithHarmSpreadAndReach) {
  const auto points = [](PriorityInput input) { return priority_of(input).points; };
  EXPECT_LT(points({.severity = model::Severity::minor}),
            points({.severity = model::Severity::extreme}));
  EXPECT_LT(points({.posts = 2}), points({.posts = 20}));
  EXPECT_LT(points({.reach = 10}), points({.reach = 10'000}));
}

}  // namespace
}  // namespace clarion::desk
