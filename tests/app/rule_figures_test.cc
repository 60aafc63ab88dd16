#include "app/rule_figures.h"

#include <gtest/gtest.h>

namespace clarion::app {
namespace {

model::Hit hit(const char* rule, double weight, bool shadow = false) {
  model::Hit out;
  out.rule = rule;
  out.weight = weight;
  out.shadow = shadow;
  return out;
}

TEST(RuleFiguresOfAPost, CountARuleOnceHoweverManySpansItHits) {
  RuleFigures::Counts counts;
  model::ScanResult scan;
  scan.flagged = true;
  scan.hits = {hit("a", 0.6), hit("a", 0.6), hit("b", 0.2)};
  RuleFigures::add(counts, scan, 0.5);
  EXPECT_EQ(counts["a"].posts, 1);
  EXPECT_EQ(counts["a"].flagged, 1);
  EXPECT_EQ(counts["a"].alone, 0);
  EXPECT_TRUE(counts["a"].overlap.empty()) << "kept for rules in shadow alone";
}

TEST(RuleFiguresOfAPost, TellWhatARuleInShadowWouldFlag) {
  RuleFigures::Counts counts;
  model::ScanResult scan;
  scan.hits = {hit("weak", 0.3), hit("new", 0.3, true)};
  RuleFigures::add(counts, scan, 0.5);  // 1 - 0.7 * 0.7 = 0.51
  EXPECT_EQ(counts["new"].would, 1);
  EXPECT_EQ(counts["new"].overlap.at("weak"), 1);
  EXPECT_EQ(counts["weak"].would, 0);
  EXPECT_EQ(counts["weak"].alone, 1) << "a rule in shadow is no company";
  RuleFigures::add(counts, scan, 0.52);
  EXPECT_EQ(counts["new"].would, 1) << "the threshold is not reached even with it";
  EXPECT_EQ(counts["new"].posts, 2);
}

TEST(RuleFiguresOfAPost, AreNoneWithoutHits) {
  RuleFigures::Counts counts;
  RuleFigures::add(counts, {}, 0.5);
  EXPECT_TRUE(counts.empty());
}

}  // namespace
}  // namespace clarion::app
