#include "model/region.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace clarion::model {
namespace {

using Codes = std::vector<std::string>;

TEST(Places, FindsCitiesCountiesAndNeighboursByFullAndShortName) {
  EXPECT_EQ(regions_in_text("广州今晚停水"), Codes{"440100"});
  EXPECT_EQ(regions_in_text("深圳市南山区和香港"), (Codes{"440305", "810000"}));
  EXPECT_EQ(regions_in_text("乳源县山洪"), Codes{"440232"});
  EXPECT_EQ(regions_in_text("乳源瑶族自治县山洪"), Codes{"440232"});
  EXPECT_EQ(regions_in_text("番禺也停了"), Codes{"440113"});
  EXPECT_EQ(regions_in_text("广东暴雨"), Codes{"440000"});
  EXPECT_EQ(regions_in_text(""), Codes{});
  EXPECT_EQ(regions_in_text("北京下雪 nothing here"), Codes{});
}

TEST(Places, LeavesOutAPlaceWhoseChildIsNamedToo) {
  EXPECT_EQ(regions_in_text("广东省广州市天河区"), Codes{"440106"});
  EXPECT_EQ(regions_in_text("广东广州和佛山"), (Codes{"440100", "440600"}));
  EXPECT_EQ(regions_in_text("东莞虎门起火"), Codes{"441900121"});
}

TEST(Places, TakesAVagueNameOnlyWithSuffixRelativeOrAddressWord) {
  EXPECT_EQ(regions_in_text("蓝天白云"), Codes{});
  EXPECT_EQ(regions_in_text("白云区停电"), Codes{"440111"});
  EXPECT_EQ(regions_in_text("广州白云停电"), Codes{"440111"});
  EXPECT_EQ(regions_in_text("白云机场停航"), Codes{"440111"});
  EXPECT_EQ(regions_in_text("世界和平"), Codes{});
  EXPECT_EQ(regions_in_text("河源和平地震"), Codes{"441624"});
  EXPECT_EQ(regions_in_text("钟南山院士"), Codes{});
  EXPECT_EQ(regions_in_text("孙中山先生"), Codes{});
  EXPECT_EQ(regions_in_text("中山市和中山公安"), Codes{"442000"});
  EXPECT_EQ(regions_in_text("江门台山核电站"), Codes{"440781"});
  EXPECT_EQ(regions_in_text("珠海中山江门三地"), (Codes{"440400", "440700", "442000"}));
  EXPECT_EQ(regions_in_text("城区积水"), Codes{});
  EXPECT_EQ(regions_in_text("汕尾城区积水"), Codes{"441502"});
}

TEST(Places, TakesNoPartOfAnotherWordForAName) {
  for (const char* text :
       {"上海南站",     "浙江西部",       "幸福建设", "推广东西",       "新增城市病例",
        "宝宝安全",     "从化工厂泄漏",   "开始兴建", "停电白天",       "顺丰顺丰",
        "高要求",       "新会员",         "五台山",   "门诊在龙江门口", "白云浮现",
        "武汉天河机场", "北京西城区多地", "黄梅县",   "红霞山城",       "南海区域"}) {
    EXPECT_EQ(regions_in_text(text), Codes{}) << text;
  }
}

TEST(Places, KnowsOtherProvincesPlacesOfTheSameName) {
  EXPECT_EQ(regions_in_text("贵阳市白云区"), Codes{});
  EXPECT_EQ(regions_in_text("海口龙华区"), Codes{});
  EXPECT_EQ(regions_in_text("香港大埔火灾"), Codes{"810000"});
  EXPECT_EQ(regions_in_text("梅州大埔火灾"), Codes{"441422"});
}

TEST(Places, GivesAtMostSixteenInOrderOfCode) {
  std::string text;
  for (const Region& region : regions()) text += region.name_zh + "。";
  const Codes codes = regions_in_text(text);
  EXPECT_EQ(codes.size(), 16U);
  EXPECT_TRUE(std::is_sorted(codes.begin(), codes.end()));
}

TEST(Places, FindsEveryPlaceByItsFullNameBesideItsParent) {
  for (const Region& region : regions()) {
    const Region* parent = find_region(region.parent);
    const std::string text = (parent != nullptr ? parent->name_zh : "") + region.name_zh;
    EXPECT_EQ(regions_in_text(text), Codes{region.code}) << text;
  }
}

TEST(Places, TakesAnyBytes) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 60, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() % 2 == 0 ? 0xE5 : random() % 256);
    EXPECT_LE(regions_in_text(bytes).size(), 16U);
  }
}

}  // namespace
}  // namespace clarion::model
