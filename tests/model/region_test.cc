#include "model/facets.h"
#include "model/region.h"
#include "model/topic.h"

#include <gtest/gtest.h>

namespace clarion::model {
namespace {

TEST(Region, IsCutByWholeLevelsOfZeros) {
  EXPECT_EQ(region_prefix("440000"), "44");
  EXPECT_EQ(region_prefix("440100"), "4401");
  EXPECT_EQ(region_prefix("442000"), "4420");
  EXPECT_EQ(region_prefix("440106"), "440106");
  EXPECT_EQ(region_prefix("441900003"), "441900003");
  EXPECT_EQ(region_prefix("440100000000"), "4401");
}

TEST(Region, MatchesWhenOneLiesInsideTheOther) {
  EXPECT_TRUE(regions_match("440000", "440106"));
  EXPECT_TRUE(regions_match("440106", "440100"));
  EXPECT_FALSE(regions_match("442000", "440100"));
  EXPECT_FALSE(regions_match("440200", "442000"));
  EXPECT_TRUE(region_inside("440106", "440000"));
  EXPECT_FALSE(region_inside("440000", "440106"));
}

TEST(Region, TableHoldsTheProvinceItsCitiesCountiesTownshipsAndNeighbours) {
  EXPECT_EQ(regions().size(), 144U + 59U + 7U);
  ASSERT_NE(find_region("440106"), nullptr);
  EXPECT_EQ(find_region("440106")->name_zh, "天河区");
  EXPECT_EQ(find_region("999999"), nullptr);
}

TEST(Topic, TableHoldsTheThirtyFourHazards) {
  EXPECT_EQ(topics().size(), 34U);
  EXPECT_NE(find_topic("typhoon"), nullptr);
  EXPECT_EQ(find_topic("volcano"), nullptr);
}

TEST(Filter, PassesWhatItDoesNotNameAndNothingOnAnEmptyList) {
  const Facets facets{{"typhoon"}, {"440100"}, Severity::moderate, "debunk", {"zh"}};
  EXPECT_TRUE(passes(facets, {}));
  EXPECT_FALSE(passes(facets, {.topics = std::vector<std::string>{}}));
  EXPECT_TRUE(passes(facets, {.topics = std::vector<std::string>{"flood", "typhoon"}}));
  EXPECT_TRUE(passes(facets, {.regions = std::vector<std::string>{"440106"}}));
  EXPECT_FALSE(passes(facets, {.regions = std::vector<std::string>{"440300"}}));
  EXPECT_TRUE(passes(facets, {.min_severity = Severity::moderate}));
  EXPECT_FALSE(passes(facets, {.min_severity = Severity::severe}));
  EXPECT_FALSE(passes(facets, {.kinds = std::vector<std::string>{"science"}}));
  EXPECT_FALSE(passes(facets, {.langs = std::vector<std::string>{"en"}}));
}

TEST(Filter, LetsANoticeForEverywherePassEveryRegionFilterButTheEmptyOne) {
  const Facets everywhere{{"typhoon"}, {}, Severity::minor, "debunk", {"zh"}};
  EXPECT_TRUE(passes(everywhere, {.regions = std::vector<std::string>{"440300"}}));
  EXPECT_FALSE(passes(everywhere, {.regions = std::vector<std::string>{}}));
}

}  // namespace
}  // namespace clarion::model
