#include "group/index.h"

#include "text/fold.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace clarion::group {
namespace {

using std::chrono::hours;

constexpr std::string_view kDam =
    "紧急通知：上游水库今晚八点溃坝，请下游各村居民立即转移到高处，转发救人！";
constexpr std::string_view kWater =
    "接自来水公司通知，明天开始全市停水三天，请大家马上储水，转告亲友。";
constexpr std::string_view kSeries =
    "卫健委通报：7月24日0时至24时，全市新增确诊病例14例，均为无症状感染者转归，已在定点医院隔离治疗"
    "。";
constexpr std::string_view kSeriesLater =
    "卫健委通报：8月2日9时至23时，全市新增确诊病例28例，均为无症状感染者转归，已在定点医院隔离治疗"
    "。";

Sketch sketch(std::string_view original) {
  std::vector<std::uint64_t> scratch;
  return sketch_of(text::fold(original).bytes, scratch);
}

model::Time at(int hour) { return model::Time{hours(hour)}; }

TEST(Index, FindsTheGroupOfACopyWithSmallChanges) {
  auto index = Index::make({}).value();
  index.add(1, sketch(kDam), at(0));
  index.add(2, sketch(kWater), at(0));
  const auto copy =
      index.find(sketch("🙏🙏" + std::string(kDam) + " http://t.cn/8FIvV05 扩散"), at(1));
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->group, 1);
  EXPECT_GT(copy->similarity, 0.6);
  EXPECT_FALSE(index.find(sketch("今天天气很好，适合出去散步看花，大家周末愉快。"), at(1)));
}

TEST(Index, FindsEqualTextsWhateverTheirLength) {
  auto index = Index::make({}).value();
  index.add(1, sketch("封城了"), at(0));
  index.add(2, sketch(""), at(0));
  const auto same = index.find(sketch("封 城 了"), at(0));
  ASSERT_TRUE(same);
  EXPECT_EQ(same->group, 1);
  EXPECT_EQ(same->similarity, 1);
  EXPECT_FALSE(index.find(sketch("封城吗"), at(0)));
}

TEST(Index, NeverJoinsLinksOrLoneHashtags) {
  auto index = Index::make({}).value();
  index.add(1, sketch("http://t.cn/8FIvV05 网页链接"), at(0));
  index.add(2, sketch("#广州疫情防控工作发布会最新消息#"), at(0));
  EXPECT_FALSE(index.find(sketch("http://t.cn/8FIvV06 网页链接"), at(0)));
  EXPECT_FALSE(index.find(sketch("#广州疫情防控工作发布会最新消息!#"), at(0)));
}

TEST(Index, TellsReportsOfOneSeriesApartByTheirNumbers) {
  auto index = Index::make({}).value();
  index.add(1, sketch(kSeries), at(0));
  EXPECT_GT(similarity(sketch(kSeries), sketch(kSeriesLater)), 0.4);
  EXPECT_TRUE(numbers_differ(sketch(kSeries), sketch(kSeriesLater)));
  EXPECT_FALSE(index.find(sketch(kSeriesLater), at(0)));
}

TEST(Index, ForgetsAGroupThatWasIdleForLong) {
  auto index = Index::make({.forget_after = hours(24)}).value();
  index.add(1, sketch(kDam), at(0));
  index.touch(1, at(20));
  EXPECT_TRUE(index.find(sketch(kDam), at(44)));
  EXPECT_FALSE(index.find(sketch(kDam), at(45)));
  index.add(2, sketch(kWater), at(60));
  EXPECT_EQ(index.size(), 1U);
}

TEST(Index, ForgetsTheGroupIdleForLongestWhenFull) {
  auto index = Index::make({.max_groups = 2}).value();
  index.add(1, sketch("一号传言说的是某地停电一周的消息"), at(0));
  index.add(2, sketch("二号传言讲的是鸡蛋里面吃出橡胶来"), at(1));
  index.touch(1, at(2));
  index.add(3, sketch("三号传言称超市的大米已经被抢购空"), at(3));
  EXPECT_EQ(index.size(), 2U);
  EXPECT_TRUE(index.find(sketch("一号传言说的是某地停电一周的消息"), at(3)));
  EXPECT_FALSE(index.find(sketch("二号传言讲的是鸡蛋里面吃出橡胶来"), at(3)));
}

TEST(Index, RemovesAGroup) {
  auto index = Index::make({}).value();
  index.add(7, sketch(kDam), at(0));
  index.remove(7);
  index.remove(8);
  EXPECT_EQ(index.size(), 0U);
  EXPECT_FALSE(index.find(sketch(kDam), at(0)));
}

TEST(Index, RefusesOptionsOutOfRange) {
  EXPECT_FALSE(Index::make({.max_groups = 0}));
  EXPECT_FALSE(Index::make({.least_similarity = 0}));
  EXPECT_FALSE(Index::make({.least_similarity = 0.9, .least_similarity_other_numbers = 0.8}));
  EXPECT_FALSE(Index::make({.forget_after = hours(0)}));
}

/// Against a plain list: whatever was added, touched and removed, equal texts are found exactly
/// when their group is kept.
TEST(Index, KeepsWhatAPlainListWouldKeepOverRandomOperations) {
  constexpr std::size_t kMost = 300;
  auto index = Index::make({.max_groups = kMost, .forget_after = hours(1'000'000)}).value();
  std::mt19937 random(5);
  std::vector<std::pair<std::int64_t, Sketch>> kept;  // the idle first
  std::int64_t next = 0;
  for (int step = 0; step < 6000; ++step) {
    const int now = step;
    const auto pick = [&] {
      return kept.begin() + static_cast<std::ptrdiff_t>(random() % kept.size());
    };
    switch (kept.empty() ? 0 : random() % 4) {
      case 0:
      case 1: {
        std::string words = "第" + std::to_string(next) + "条";
        for (int i = 0; i < 12; ++i) words += static_cast<char>('a' + random() % 26);
        if (kept.size() == kMost) kept.erase(kept.begin());
        kept.emplace_back(++next, sketch(words));
        index.add(next, kept.back().second, at(now));
        break;
      }
      case 2: {
        const auto chosen = pick();
        index.touch(chosen->first, at(now));
        std::rotate(chosen, chosen + 1, kept.end());
        break;
      }
      default: {
        const auto chosen = pick();
        index.remove(chosen->first);
        const Sketch gone = chosen->second;
        kept.erase(chosen);
        const auto found = index.find(gone, at(now));
        EXPECT_TRUE(!found || found->similarity < 1);
      }
    }
    ASSERT_EQ(index.size(), kept.size());
    if (kept.empty()) continue;
    const auto chosen = pick();
    const auto found = index.find(chosen->second, at(now));
    ASSERT_TRUE(found);
    ASSERT_EQ(found->group, chosen->first);
  }
}

TEST(Sketch, ComesBackFromItsBytes) {
  for (const std::string_view text : {kDam, std::string_view("短"), std::string_view()}) {
    const Sketch before = sketch(text);
    const auto after = sketch_from_bytes(to_bytes(before));
    ASSERT_TRUE(after);
    EXPECT_EQ(after.value(), before);
  }
}

TEST(Sketch, RefusesBytesThatAreNone) {
  std::string bytes = to_bytes(sketch(kDam));
  EXPECT_FALSE(sketch_from_bytes(""));
  EXPECT_FALSE(sketch_from_bytes(bytes.substr(1)));
  EXPECT_FALSE(sketch_from_bytes(bytes + "x"));
  bytes[0] = 2;
  EXPECT_FALSE(sketch_from_bytes(bytes));
}

TEST(Sketch, EstimatesTheShareOfCommonNgrams) {
  // Two texts of 400 random characters that have the first half in common: 197 of 597 4-grams.
  std::mt19937 random(9);
  const auto words = [&random](int count) {
    std::string bytes;
    for (int i = 0; i < count; ++i) {
      const unsigned c = 0x4E00 + random() % 3000;
      bytes += static_cast<char>(0xE0 | c >> 12);
      bytes += static_cast<char>(0x80 | (c >> 6 & 0x3F));
      bytes += static_cast<char>(0x80 | (c & 0x3F));
    }
    return bytes;
  };
  double sum = 0;
  for (int round = 0; round < 50; ++round) {
    const std::string common = words(200);
    sum += similarity(sketch(common + words(200)), sketch(common + words(200)));
  }
  EXPECT_NEAR(sum / 50, 197.0 / 597.0, 0.03);
}

TEST(Sketch, LeavesLinksAndHtmlTagsOut) {
  const std::string tag =
      R"(<img alt=[哈哈] src="https://h5.sinaimg.cn/m/emoticon/icon/d_haha.png"/>)";
  EXPECT_GT(similarity(sketch(std::string(kDam) + tag), sketch(kDam)), 0.8);
  EXPECT_TRUE(sketch("吗" + tag).only_exact);
}

}  // namespace
}  // namespace clarion::group
