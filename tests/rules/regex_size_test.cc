#include "rules/detail/regex_size.h"

#include <gtest/gtest.h>

namespace clarion::rules::detail {
namespace {

TEST(RegexSize, CountsPositionsWithRepeatsWrittenOut) {
  const std::pair<std::string_view, std::size_t> cases[] = {
      {"", 0},
      {"封城", 2},
      {"(ab){3}c", 7},
      {"[0-9]{2,4}人", 5},
      {"[]{9}]x", 2},
      {"\\x{4e00}\\p{Han}{4}", 5},
      {"\\{3}", 3},
      {"a{2}{3}", 6},
      {"((a{9}){9}){9}", 729},
      {"a{3,}", 3},
      {"[[:alpha:]]{3}", 3},
      {"a{x}", 4},
      {"(a{99999999999999999999999}", 1'000'000},
      {"死.{0,12}人", 14}};
  for (const auto& [pattern, size] : cases) EXPECT_EQ(regex_size(pattern), size) << pattern;
}

TEST(RegexSize, TakesBrokenPatterns) {
  for (const std::string_view pattern :
       {"(", ")", "[", "[^", "[[:", "\\", "\\x{", "{", "{3", "a{,", "((((", "\\p{"}) {
    EXPECT_LE(regex_size(pattern), 10U) << pattern;
  }
}

}  // namespace
}  // namespace clarion::rules::detail
