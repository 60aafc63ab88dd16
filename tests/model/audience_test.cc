#include "model/audience.h"

#include <gtest/gtest.h>

namespace clarion::model {
namespace {

TEST(Audience, IsJudgedByModeRegionAndOwnership) {
  const Audience here{"Actual", {"440106"}, false, {"chen"}};
  EXPECT_TRUE(may_see(here, {}));
  EXPECT_TRUE(may_see(here, {{"Actual"}, {"440100"}, "anna", false}));
  EXPECT_FALSE(may_see(here, {{"Exercise", "Test"}, {}, "anna", false}));
  EXPECT_FALSE(may_see(here, {{}, {"440800"}, "anna", false}));
  EXPECT_TRUE(may_see(here, {{}, {}, "chen", true}));
  EXPECT_FALSE(may_see(here, {{}, {}, "dora", true}));
  EXPECT_FALSE(may_see(here, {{}, {"440800"}, "chen", true}));
  const Audience everywhere{"Actual", {}, true, {}};
  EXPECT_TRUE(may_see(everywhere, {{}, {"440800"}, "anna", false}));
}

TEST(Audience, WidenedCoversWhatItWasAndWhatWasAdded) {
  Audience all{"Actual", {"440106"}, false, {"chen"}};
  const Audience before = all, more{"Actual", {}, true, {"dora"}};
  EXPECT_FALSE(covers(before, more));
  widen(all, more);
  EXPECT_TRUE(covers(all, before));
  EXPECT_TRUE(covers(all, more));
  EXPECT_FALSE(covers(before, all));
  EXPECT_FALSE(covers({"Exercise", {}, true, {"chen", "dora"}}, before));
}

TEST(Audience, EqualRightsHaveOneKeyWhoeverHasThem) {
  EXPECT_EQ(key_of({{}, {"440100"}, "anna", false}), key_of({{}, {"440100"}, "bo", false}));
  EXPECT_NE(key_of({{}, {}, "chen", true}), key_of({{}, {}, "dora", true}));
  EXPECT_NE(key_of({{}, {}, "chen", true}), key_of({{}, {}, "chen", false}));
  EXPECT_NE(key_of({{"Actual"}, {}, "a", false}), key_of({{}, {"Actual"}, "a", false}));
}

}  // namespace
}  // namespace clarion::model
