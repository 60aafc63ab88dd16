#include "desk/priority.h"

#include <gtest/gtest.h>

namespace clarion::desk {
namespace {

TEST(Priority, IsTheSumOfItsParts) {
  const Priority priority = priority_of({.severity = model::Severity::severe,
                                         .score = 0.8,
                                         .posts = 16,
                                         .per_minute = 3,
                                         .reach = 999});
  std::int64_t sum = 0;
  for (const json::value& reason : priority.reasons) sum += reason.at("points").as_int64();
  EXPECT_EQ(priority.points, sum);
  EXPECT_EQ(priority.points, 28 + 8 + 12 + 7);
}

TEST(Priority, StaysWithinAHundred) {
  EXPECT_EQ(priority_of({.severity = model::Severity::extreme,
                         .score = 1,
                         .posts = 1'000'000,
                         .per_minute = 1e6,
                         .average = 1,
                         .reach = 1ULL << 40U,
                         .alert = PriorityInput::Alert{model::Severity::extreme, "typhoon", ""},
                         .waited = 1})
                .points,
            100);
  EXPECT_EQ(priority_of({}).points, 8);
}

TEST(Priority, RisesWithHarmSpreadAndReach) {
  const auto points = [](PriorityInput input) { return priority_of(input).points; };
  EXPECT_LT(points({.severity = model::Severity::minor}),
            points({.severity = model::Severity::extreme}));
  EXPECT_LT(points({.posts = 2}), points({.posts = 20}));
  EXPECT_LT(points({.reach = 10}), points({.reach = 10'000}));
  EXPECT_LT(points({.waited = 0.1}), points({.waited = 0.9}));
  EXPECT_LT(points({.posts = 9, .per_minute = 2, .average = 2}),
            points({.posts = 9, .per_minute = 2, .average = 0.5}));
  EXPECT_LT(points({.alert = PriorityInput::Alert{model::Severity::minor, "flood", ""}}),
            points({.alert = PriorityInput::Alert{model::Severity::extreme, "flood", ""}}));
}

store::CaseRow waiting_case(model::Time now) {
  store::CaseRow row;
  row.state = "open";
  row.topics = {"flood"};
  row.regions = {"440100"};
  row.created_at = now;
  row.due_at = now + std::chrono::minutes(80);
  row.details = {{"score", 0.5}, {"reach", 0}};
  return row;
}

std::int64_t part(const store::CaseRow& row, std::string_view code) {
  for (const json::value& reason : row.details.at("priority_reasons").as_array()) {
    if (string_or(reason.as_object(), "code") == code) return reason.at("points").as_int64();
  }
  return 0;
}

TEST(Priority, RisesWhileTheCaseWaitsAndIsWorkedOutAgainUntilItsDeadline) {
  model::Time now{std::chrono::hours(500'000)};
  store::CaseRow row = waiting_case(now);
  reprice(row, {1, 0, now}, {}, now);
  std::int64_t before = row.priority;
  int rounds = 0;
  while (row.reprice_at) {
    ASSERT_GT(*row.reprice_at, now);
    ASSERT_LT(++rounds, 12) << "bounded, whatever comes";
    now = *row.reprice_at;
    reprice(row, {1, 0, row.created_at}, {}, now);
    EXPECT_GE(row.priority, before);
    before = row.priority;
  }
  EXPECT_EQ(part(row, "priority_waiting"), 8);
  EXPECT_GE(now, *row.due_at);
}

TEST(Priority, FollowsAnOfficialAlertForTopicAndRegionWhileItIsInForce) {
  const model::Time now{std::chrono::hours(500'000)};
  store::CaseRow row = waiting_case(now);
  const auto alert = [&](std::string topic, std::string region, int from, int until) {
    return store::HazardRow{"h",
                            std::move(topic),
                            std::move(region),
                            model::Severity::severe,
                            now + std::chrono::minutes(from),
                            now + std::chrono::minutes(until),
                            {}};
  };
  const auto points = [&](const store::HazardRow& hazard) {
    reprice(row, {1, 0, now}, {hazard}, now);
    return part(row, "priority_alert") + part(row, "priority_alert_everywhere");
  };
  EXPECT_EQ(points(alert("flood", "440000", -1, 1)), 8);
  EXPECT_EQ(points(alert("flood", "", -1, 1)), 8);
  EXPECT_EQ(points(alert("flood", "440300", -1, 1)), 0);
  EXPECT_EQ(points(alert("fire", "440000", -1, 1)), 0);
  EXPECT_EQ(points(alert("flood", "440000", 1, 2)), 0) << "not yet";
  EXPECT_EQ(points(alert("flood", "440000", -2, 0)), 0) << "no more";
}

TEST(Priority, PartsOfACaseSumToItsNumber) {
  const model::Time now{std::chrono::hours(500'000)};
  for (int posts = 1; posts < 2000; posts *= 3) {
    store::CaseRow row = waiting_case(now - std::chrono::minutes(posts % 90));
    reprice(row, {posts, posts / 7.0, row.created_at}, {}, now);
    std::int64_t sum = 0;
    for (const json::value& reason : row.details.at("priority_reasons").as_array())
      sum += reason.at("points").as_int64();
    EXPECT_EQ(sum, row.priority);
    EXPECT_EQ(string_or(row.details, "priority_at"), model::to_text(now));
  }
}

}  // namespace
}  // namespace clarion::desk
