#include "rules/detail/number.h"

#include <gtest/gtest.h>

namespace clarion::rules::detail {
namespace {

/// Whether the number before the last 级 of the text equals the value.
bool is(std::string_view text, double value) {
  const std::size_t unit = text.rfind("级");
  return find_number(text, unit, {value - 1e-9, value + 1e-9, true, true}).has_value();
}

TEST(Number, ReadsArabicAndChineseNumerals) {
  const std::pair<std::string_view, double> cases[] = {{"18级", 18},
                                                       {"8.5级", 8.5},
                                                       {"1,358级", 1358},
                                                       {"3万级", 30000},
                                                       {"1.5千万级", 1.5e7},
                                                       {"十级", 10},
                                                       {"十八级", 18},
                                                       {"二十级", 20},
                                                       {"二十三级", 23},
                                                       {"一百零二级", 102},
                                                       {"两千级", 2000},
                                                       {"三万五千级", 35000},
                                                       {"一亿二千万级", 1.2e8},
                                                       {"三万亿级", 3e12},
                                                       {"八点五级", 8.5},
                                                       {"二〇二六级", 2026},
                                                       {"零下五级", -5},
                                                       {"-5级", -5},
                                                       {"18 级", 18},
                                                       {"第八级", 8},
                                                       {"2024年8级", 8},
                                                       {"晚上八点十级", 10},
                                                       {"12至14级", 12},
                                                       {"12至14级", 14},
                                                       {"12-14级", 12},
                                                       {"八到十级", 8},
                                                       {"0级", 0},
                                                       {"10 - 12 级", 10}};
  for (const auto& [text, value] : cases) EXPECT_TRUE(is(text, value)) << text;
}

TEST(Number, FindsNothingWhereNoNumberStands) {
  for (const std::string_view text : {"级", "升级", "万级", ",级", ".级", "点级", "1,35级5级级"}) {
    EXPECT_FALSE(find_number(text, text.rfind("级"), {-1e18, 1e18, true, true})) << text;
  }
}

TEST(Number, BeginsWhereTheRangeBegins) {
  const std::string_view text = "风力12至14级";
  EXPECT_EQ(find_number(text, text.find("级"), {14, 20, true, true}), text.find("12"));
}

TEST(Number, BoundsAreInOrOut) {
  const std::string_view text = "8级";
  EXPECT_TRUE(find_number(text, 1, {8, 9, true, true}));
  EXPECT_FALSE(find_number(text, 1, {8, 9, false, true}));
  EXPECT_FALSE(find_number(text, 1, {1, 8, true, false}));
}

}  // namespace
}  // namespace clarion::rules::detail
