#include "report/rollup.h"

#include "report/stats.h"
#include "store/audit.h"
#include "store/cases.h"
#include "store/notices.h"
#include "store/stats.h"
#include "store/temp_store.h"

#include <gtest/gtest.h>

#include <cmath>

namespace clarion::report {
namespace {

class Figures : public testing::Test {
 protected:
  void open_case(const std::string& id, std::vector<std::string> regions = {"440106"}) {
    store::CaseRow row;
    row.id = id;
    row.mode = "Actual";
    row.state = "open";
    row.topics = {"typhoon"};
    row.regions = std::move(regions);
    row.created_at = row.changed_at = store.clock.now();
    ASSERT_TRUE(store->write([&](store::Tx& tx) { return store::add_case(tx, row); }));
  }
  void happens(std::string_view action, std::string_view subject) {
    ASSERT_TRUE(store->write([&](store::Tx& tx) -> Status {
      CLARION_TRY(store::append_audit(tx, "anna", action, subject, {}));
      return ok();
    }));
  }
  void step() {
    for (;;) {
      const auto more = rollup.step(*store);
      ASSERT_TRUE(more) << more.error().text;
      if (!more.value()) return;
    }
  }
  json::object stats() {
    step();
    return store
        ->read([&](store::View& view) {
          return stats_of(view, "Actual", "2026-11-01", "2026-11-30", store.clock.now(), zone);
        })
        .value();
  }
  store::TempStore store;
  ops::Zone zone = ops::Zone::load("Asia/Shanghai").value();
  Rollup rollup{zone};
};

TEST_F(Figures, CountEachEventOnceHoweverOftenTheyAreAsked) {
  open_case("c_1");
  open_case("c_2", {});
  store.clock.advance(std::chrono::seconds(30));
  happens("case.claim", "c_1");
  store.clock.advance(std::chrono::seconds(30));
  happens("case.claim", "c_1");  // given back and taken again: the first time counts
  happens("case.verdict", "c_1");
  happens("case.dismiss", "c_2");
  stats();
  const json::object body = stats();
  const json::object& totals = body.at("totals").as_object();
  EXPECT_EQ(totals.at("cases_opened").as_int64(), 2);
  EXPECT_EQ(totals.at("cases_dismissed").as_int64(), 1);
  EXPECT_EQ(totals.at("verdicts").as_int64(), 1);
  EXPECT_TRUE(totals.at("posts_seen").is_null()) << "never counted is unknown, not zero";
  EXPECT_EQ(body.at("times").at("claim").at("count").as_int64(), 1);
  EXPECT_NEAR(body.at("times").at("claim").at("median_seconds").as_double(), 30, 1.5);
  EXPECT_NEAR(body.at("times").at("verdict").at("p90_seconds").as_double(), 60, 3);
  EXPECT_TRUE(body.at("times").at("publication").at("median_seconds").is_null());
  EXPECT_EQ(json::serialize(body.at("topics")), R"([{"topic":"typhoon","cases":2}])");
  EXPECT_EQ(json::serialize(body.at("regions")),
            R"([{"region":null,"cases":1},{"region":"440100","cases":1}])");
}

TEST_F(Figures, TimeFromTheClaimThatLedToTheVerdict) {
  open_case("c_1");
  store.clock.advance(std::chrono::seconds(100));
  happens("case.claim", "c_1");
  store.clock.advance(std::chrono::seconds(100));
  happens("case.claim", "c_1");  // the first holder gave it back
  store.clock.advance(std::chrono::seconds(40));
  happens("case.verdict", "c_1");
  store.clock.advance(std::chrono::seconds(100));
  happens("case.verdict", "c_1");  // an appeal changes nothing of it
  const json::object body = stats();
  const json::object& decision = body.at("times").at("decision").as_object();
  EXPECT_EQ(decision.at("count").as_int64(), 1);
  EXPECT_NEAR(decision.at("median_seconds").as_double(), 40, 2);
}

TEST_F(Figures, OfOneDayNameItsHoursAndWhatWasLeftOfIt) {
  const model::Time morning = model::parse_time("2026-11-24T01:30:00Z").value().time;
  store.clock.advance(morning - store.clock.now());  // 09:30 in Guangdong
  open_case("c_1");
  open_case("c_2");
  step();
  const auto day = [this](const char* name) {
    return store
        ->read([&](store::View& view) {
          return stats_of(view, "Actual", name, name, store.clock.now(), zone);
        })
        .value();
  };
  const json::object body = day("2026-11-24");
  const json::array& hours = body.at("hours").as_array();
  ASSERT_EQ(hours.size(), 24U);
  EXPECT_EQ(hours[9].at("cases").as_int64(), 2);
  EXPECT_EQ(hours[10].at("cases").as_int64(), 0);
  EXPECT_EQ(body.at("days").at(0).at("backlog").as_int64(), 2);
  EXPECT_EQ(body.at("backlog").at("open").as_int64(), 2);
  // Counted before hours were: not known, which is not the same as none.
  ASSERT_TRUE(store->write([](store::Tx& tx) {
    return store::add_stat(tx, "2026-11-20", "Actual", "cases_opened", "", 3);
  }));
  const json::object before = day("2026-11-20");
  EXPECT_TRUE(before.at("hours").is_null());
  EXPECT_TRUE(before.at("days").at(0).at("backlog").is_null());
  // The other desk's cases are not this one's.
  const json::object drill =
      store
          ->read([&](store::View& view) {
            return stats_of(view, "Exercise", "2026-11-24", "2026-11-24", store.clock.now(), zone);
          })
          .value();
  EXPECT_EQ(drill.at("backlog").at("open").as_int64(), 0);
}

TEST_F(Figures, GoOnWhereAnotherProcessEnded) {
  open_case("c_1");
  happens("case.claim", "c_1");
  step();
  Rollup next(zone);
  EXPECT_FALSE(next.step(*store).value());
  EXPECT_EQ(stats().at("totals").at("cases_opened").as_int64(), 1);
}

TEST_F(Figures, PostsAreCountedByDayOfTheZone) {
  rollup.count_posts("Actual", 100, 3, zone.moment(2026, 11, 24, 23, 59));
  rollup.count_posts("Actual", 10, 1, zone.moment(2026, 11, 25, 0, 1));
  rollup.count_posts("Exercise", 7, 7, zone.moment(2026, 11, 25, 0, 1));
  const json::object body = stats();
  EXPECT_EQ(body.at("days").as_array().size(), 2U);
  EXPECT_EQ(body.at("days").at(0).at("day").as_string(), "2026-11-24");
  EXPECT_EQ(body.at("days").at(0).at("posts_seen").as_int64(), 100);
  EXPECT_EQ(body.at("totals").at("posts_flagged").as_int64(), 4);
}

TEST_F(Figures, ManyEventsTakeSeveralSteps) {
  for (int i = 0; i < 600; ++i) happens("case.claim", "c_none");
  EXPECT_TRUE(rollup.step(*store).value());
  EXPECT_FALSE(rollup.step(*store).value());
}

TEST(Buckets, AreRightWithinFivePercent) {
  for (const std::int64_t ms : {1, 7, 300, 1000, 61'000, 86'400'000}) {
    const double middle = middle_of(bucket_of(std::chrono::milliseconds(ms)));
    EXPECT_NEAR(middle / static_cast<double>(ms), 1, 0.05) << ms;
  }
}

TEST(Cities, AreTheFirstFourDigits) {
  EXPECT_EQ(city_of("440106"), "440100");
  EXPECT_EQ(city_of("441900003"), "441900");
  EXPECT_EQ(city_of("440000"), "440000");
  EXPECT_EQ(city_of("810000"), "");
}

json::object series(std::initializer_list<std::pair<int, int>> minutes) {
  json::array points;
  for (const auto& [minute, posts] : minutes)
    points.push_back({{"t", model::to_text(model::Time(std::chrono::minutes(30'000'000 + minute)))},
                      {"source", "weibo"},
                      {"posts", posts}});
  return {{"series", std::move(points)}, {"series_seconds", 60}};
}
model::Time minute(int at) { return model::Time(std::chrono::minutes(30'000'000 + at)); }

TEST(Effect, TellsTheRateBeforeAndAfterAndTheHalfLife) {
  const auto figures = series({{-30, 60}, {-10, 60}, {0, 4}, {1, 3}, {2, 1}, {3, 0}});
  const auto effect = effect_of(figures, minute(0), minute(120));
  EXPECT_DOUBLE_EQ(effect.at("before_per_minute").as_double(), 2);
  EXPECT_NEAR(effect.at("after_per_minute").as_double(), 0.13, 0.01);
  EXPECT_EQ(effect.at("half_life_seconds").as_int64(), 180) << "the first stretch of at most one";
}

TEST(Effect, IsUnknownWhenItIsTooEarlyOrNothingCameBefore) {
  const auto early = effect_of(series({{-5, 10}}), minute(0), minute(0));
  EXPECT_TRUE(early.at("after_per_minute").is_null());
  EXPECT_TRUE(early.at("half_life_seconds").is_null());
  const auto silent = effect_of(series({{5, 10}}), minute(0), minute(120));
  EXPECT_TRUE(silent.at("before_per_minute").is_null());
  EXPECT_TRUE(silent.at("half_life_seconds").is_null());
}

}  // namespace
}  // namespace clarion::report
