#include "group/spread.h"

#include "base/json.h"

#include <gtest/gtest.h>

#include <string>

namespace clarion::group {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

model::Time at(seconds since) { return model::Time{std::chrono::hours(490000) + since}; }

TEST(Rate, CountsAFirstPostAsOneInItsMinute) {
  EXPECT_NEAR(rate_after_post(0, at({}), at({}), at({})), 1, 0.05);
}

TEST(Rate, IsFreeOfTheBiasOfAYoungGroup) {
  double rate = 0;
  model::Time last = at({});
  for (int i = 0; i <= 60; ++i) {
    const model::Time now = at(seconds(i));
    rate = rate_after_post(rate, at({}), last, now);
    last = now;
  }
  EXPECT_NEAR(rate, 61, 3);
}

TEST(Rate, FollowsASteadyStreamAndHalvesInTenMinutes) {
  double rate = 0;
  model::Time last = at({});
  for (int i = 0; i <= 3600; i += 6) {
    rate = rate_after_post(rate, at({}), last, at(seconds(i)));
    last = at(seconds(i));
  }
  EXPECT_NEAR(rate, 10, 0.6);
  EXPECT_NEAR(rate_at(rate, at({}), last, last + minutes(10)), rate / 2, 0.2);
  EXPECT_NEAR(rate_at(rate, at({}), last, last), rate, 1e-9);
  EXPECT_NEAR(rate_at(rate, at({}), last, last - minutes(5)), rate,
              1e-9);  // a clock that went back
}

TEST(Spread, CountsPostsBySourceAndMinute) {
  Spread spread;
  spread.count("weibo", at(seconds(5)));
  spread.count("weibo", at(seconds(50)));
  spread.count("telegram", at(seconds(70)));
  EXPECT_EQ(spread.sources().at("weibo"), 2);
  const json::value value = json::parse(spread.to_text());
  EXPECT_EQ(value.at("sources").at("telegram").as_int64(), 1);
  const json::array& series = value.at("series").as_array();
  ASSERT_EQ(series.size(), 2U);
  EXPECT_EQ(series[0].at("posts").as_int64(), 2);
  EXPECT_EQ(series[0].at("t").as_string(), model::to_text(at({})));
}

TEST(Spread, ComesBackFromItsText) {
  Spread spread;
  for (int i = 0; i < 500; ++i) spread.count(i % 3 == 0 ? "a" : "b", at(minutes(i)));
  auto again = Spread::parse(spread.to_text());
  ASSERT_TRUE(again);
  EXPECT_EQ(again.value().to_text(), spread.to_text());
  again.value().count("a", at(minutes(501)));
  EXPECT_TRUE(Spread::parse(""));
}

TEST(Spread, StaysSmallWhateverComesAndLosesNoPost) {
  Spread spread;
  constexpr int kPosts = 20000;
  for (int i = 0; i < kPosts; ++i) spread.count("s" + std::to_string(i % 400), at(minutes(7 * i)));
  const json::value value = json::parse(spread.to_text());
  EXPECT_LE(value.at("series").as_array().size(), 200U);
  EXPECT_LE(value.at("sources").as_object().size(), 25U);
  std::int64_t posts = 0;
  for (const json::value& point : value.at("series").as_array())
    posts += point.at("posts").as_int64();
  EXPECT_EQ(posts, kPosts);
}

TEST(Spread, RefusesWhatItDidNotWrite) {
  for (const char* text :
       {"{", "[]", "{}", R"({"sources":{},"series":[{}]})", R"({"sources":{"a":"b"},"series":[]})",
        R"({"sources":{},"series":[{"t":"x","source":"a","posts":1}]})",
        R"({"sources":{},"series":[],"series_seconds":0})"}) {
    EXPECT_FALSE(Spread::parse(text)) << text;
  }
}

}  // namespace
}  // namespace clarion::group
