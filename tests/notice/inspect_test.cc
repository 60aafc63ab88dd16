#include "notice/inspect.h"

#include <gtest/gtest.h>

namespace clarion::notice {
namespace {

using Set = std::set<std::string>;

TEST(Inspect, ReadsFiguresAsBothLanguagesWriteThem) {
  const Figures zh = figures_in("11月25日16时，四市停课１天，距珠海约1,204公里");
  EXPECT_EQ(zh.written, (Set{"11", "25", "16", "1", "1204"}));
  EXPECT_TRUE(zh.spelled.contains("4"));
  const Figures en =
      figures_in("On 25 November at 4 pm schools in four cities close; 10:00, 1,204 km");
  EXPECT_EQ(en.written, (Set{"25", "16", "10", "1204"}));
  EXPECT_TRUE(en.spelled.contains("11"));
  EXPECT_TRUE(en.spelled.contains("4"));
}

TEST(Inspect, DoesNotTakeAMonthOutOfTheMiddleOfAWord) {
  EXPECT_FALSE(figures_in("the dismay of juniors").spelled.contains("5"));
}

TEST(Inspect, KnowsUnitsOfBothLanguages) {
  EXPECT_TRUE(measures_in("中心风力12级，距310公里").contains({"12", "force"}));
  EXPECT_TRUE(measures_in("中心风力12级，距310公里").contains({"310", "km"}));
  EXPECT_TRUE(measures_in("force 12, 310 km away").contains({"12", "force"}));
  EXPECT_TRUE(measures_in("310 metres away").contains({"310", "m"}));
}

TEST(Inspect, FindsPersonalDataAndLeavesHotlinesAndTimesAlone) {
  EXPECT_EQ(personal_data("联系张女士138 0013 8000"), Personal::phone);
  EXPECT_EQ(personal_data("+86-13800138000"), Personal::phone);
  EXPECT_EQ(personal_data("44010119900101123X"), Personal::identity_number);
  EXPECT_EQ(personal_data("网友 @某某 说"), Personal::handle);
  EXPECT_EQ(personal_data("微信号：abc123"), Personal::handle);
  EXPECT_EQ(personal_data("请拨12345或110，2026-11-24 17:48，共计1,380,013人"), Personal::none);
}

TEST(Inspect, FindsRiskyAdviceUnlessItIsSaidNotTo) {
  EXPECT_EQ(risky_word("可以自行催吐后送医"), "催吐");
  EXPECT_EQ(risky_word("Take potassium iodide now"), "potassium iodide");
  EXPECT_EQ(risky_word("不要催吐，立即拨打120"), "");
  EXPECT_EQ(risky_word("Never induce vomiting"), "");
  EXPECT_EQ(risky_word("请勿慌张。涉水时用棍探路"), "涉水");
}

TEST(Inspect, TellsWhetherTheClaimWasWarnedOfBeforeItStands) {
  const ClaimUse good = claim_use("以下说法不实：“全市停水七天”。", "全市停水七天");
  EXPECT_EQ(good.times, 1U);
  EXPECT_TRUE(good.warned);
  const ClaimUse bad = claim_use("全市停水七天！全市，停水七天。此说法不实", "全市停水七天");
  EXPECT_EQ(bad.times, 2U);
  EXPECT_FALSE(bad.warned);
}

TEST(Inspect, ReadsTheVerdictOfEitherLanguage) {
  EXPECT_EQ(verdicts_said("经核实，该说法不属实"), Set{"false"});
  EXPECT_EQ(verdicts_said("部分属实"), Set{"mixed"});
  EXPECT_EQ(verdicts_said("This is untrue"), Set{"false"});
  EXPECT_EQ(verdicts_said("not confirmed by the office"), Set{"unproven"});
}

TEST(Inspect, MeasuresWhatTitleAndClaimShare) {
  EXPECT_EQ(common_run(letters_of("不实：“海鸢”18级登陆"), letters_of("海鸢，18级登陆珠江口")), 7U);
  EXPECT_EQ(common_run("", "abc"), 0U);
}

}  // namespace
}  // namespace clarion::notice
