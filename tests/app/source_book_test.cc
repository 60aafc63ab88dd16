#include "app/source_book.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace clarion::app {
namespace {

model::Time at(std::int64_t minutes) { return model::Time(std::chrono::minutes(minutes)); }
constexpr std::int64_t kNow = 30'000'000;

TEST(SourceBook, CountsTheLastHourAndRemembersTheLastItemBeyondIt) {
  SourceBook book;
  book.count("Actual", "weibo", 5, at(kNow));
  book.count("Actual", "weibo", 2, at(kNow + 59));
  auto figures = book.figures("Actual", at(kNow + 59));
  ASSERT_EQ(figures.size(), 1U);
  EXPECT_EQ(figures[0].last_hour, 7U);
  EXPECT_EQ(book.figures("Actual", at(kNow + 60))[0].last_hour, 2U) << "the first minute is out";
  figures = book.figures("Actual", at(kNow + 500));
  EXPECT_EQ(figures[0].last_hour, 0U);
  EXPECT_EQ(figures[0].last_at, at(kNow + 59));
}

TEST(SourceBook, AMinuteOfAnHourBeforeIsNotCountedAgain) {
  SourceBook book;
  book.count("Actual", "a", 100, at(kNow));
  book.count("Actual", "a", 1, at(kNow + 60));
  EXPECT_EQ(book.figures("Actual", at(kNow + 60))[0].last_hour, 1U);
}

TEST(SourceBook, KeepsModesApart) {
  SourceBook book;
  book.count("Exercise", "a", 1, at(kNow));
  EXPECT_TRUE(book.figures("Actual", at(kNow)).empty());
  EXPECT_EQ(book.figures("Exercise", at(kNow)).size(), 1U);
}

TEST(SourceBook, GivesWhatChangedOnceAndTakesItBackAfterARestart) {
  SourceBook book;
  book.count("Actual", "a", 3, at(kNow));
  book.count("Actual", "b", 4, at(kNow + 1));
  const auto rows = book.take_changed();
  EXPECT_EQ(rows.size(), 2U);
  EXPECT_TRUE(book.take_changed().empty());
  SourceBook next;
  next.load(rows);
  const auto figures = next.figures("Actual", at(kNow + 2));
  ASSERT_EQ(figures.size(), 2U);
  EXPECT_EQ(figures[0].last_hour, 3U);
  EXPECT_EQ(figures[1].last_at, at(kNow + 1));
  EXPECT_TRUE(next.take_changed().empty()) << "nothing new";
}

TEST(SourceBook, ForgetsTheLongestSilentWhenThereAreTooMany) {
  SourceBook book;
  for (std::size_t i = 0; i <= SourceBook::kMost; ++i)
    book.count("Actual", "s" + std::to_string(i), 1, at(kNow + static_cast<std::int64_t>(i)));
  const auto figures = book.figures("Actual", at(kNow));
  EXPECT_EQ(figures.size(), SourceBook::kMost);
  EXPECT_TRUE(std::none_of(figures.begin(), figures.end(),
                           [](const auto& each) { return each.source == "s0"; }));
}

}  // namespace
}  // namespace clarion::app
