#include "desk/routing.h"

#include <gtest/gtest.h>

namespace clarion::desk {
namespace {

Candidate expert(std::string id, std::map<std::string, int> topics,
                 std::vector<std::string> regions = {}, std::int64_t load = 0,
                 std::int64_t capacity = 10) {
  Candidate out;
  out.expert.id = id;
  out.expert.account = "user-" + id;
  out.expert.topics = std::move(topics);
  out.expert.regions = std::move(regions);
  out.expert.capacity = capacity;
  out.load = load;
  return out;
}

const RoutingNeed kTyphoonInGuangzhou{{"typhoon"}, {"440100"}, "zh", {"weibo"}, {}};

std::string chosen(const RoutingNeed& need, const std::vector<Candidate>& candidates) {
  const auto choice = route(need, candidates);
  return choice ? choice->expert : "nobody";
}

TEST(Route, TakesTheHighestGradeFirst) {
  EXPECT_EQ(
      chosen(kTyphoonInGuangzhou, {expert("a", {{"typhoon", 1}}), expert("b", {{"typhoon", 3}})}),
      "b");
}

TEST(Route, TakesNobodyWithoutTheSkillTheRegionOrRoom) {
  EXPECT_EQ(chosen(kTyphoonInGuangzhou, {expert("a", {{"food", 3}})}), "nobody");
  EXPECT_EQ(chosen(kTyphoonInGuangzhou, {expert("a", {{"typhoon", 3}}, {"440300"})}), "nobody");
  EXPECT_EQ(chosen(kTyphoonInGuangzhou, {expert("a", {{"typhoon", 3}}, {}, 10, 10)}), "nobody");
  EXPECT_EQ(chosen(kTyphoonInGuangzhou, {expert("a", {{"typhoon", 3}}, {}, 0, 0)}), "nobody");
}

TEST(Route, PrefersWhoWorksInTheRegionAndWhoHoldsLess) {
  EXPECT_EQ(chosen(kTyphoonInGuangzhou,
                   {expert("a", {{"typhoon", 2}}), expert("b", {{"typhoon", 2}}, {"440000"})}),
            "b");
  EXPECT_EQ(chosen(kTyphoonInGuangzhou,
                   {expert("a", {{"typhoon", 2}}, {}, 8), expert("b", {{"typhoon", 2}}, {}, 1)}),
            "b");
}

TEST(Route, PassesOverWhoGaveItBackAndWhoHasAConflict) {
  RoutingNeed need = kTyphoonInGuangzhou;
  need.not_to = {"user-a"};
  EXPECT_EQ(chosen(need, {expert("a", {{"typhoon", 3}})}), "nobody");
  Candidate bound = expert("b", {{"typhoon", 3}});
  bound.expert.conflicts = {"weibo"};
  EXPECT_EQ(chosen(kTyphoonInGuangzhou, {bound}), "nobody");
}

TEST(Route, IsTheSameWhateverTheOrderOfTheExperts) {
  const Candidate a = expert("a", {{"typhoon", 2}}), b = expert("b", {{"typhoon", 2}});
  EXPECT_EQ(chosen(kTyphoonInGuangzhou, {a, b}), "a");
  EXPECT_EQ(chosen(kTyphoonInGuangzhou, {b, a}), "a");
}

TEST(Route, SaysWhy) {
  const auto choice =
      route(kTyphoonInGuangzhou, {expert("a", {{"typhoon", 3}}, {"440000"}, 5, 10)});
  ASSERT_TRUE(choice);
  ASSERT_EQ(choice->reasons.size(), 3U);
  EXPECT_EQ(choice->reasons[0].at("code").as_string(), "route_topic");
  EXPECT_EQ(choice->reasons[1].at("code").as_string(), "route_region");
  EXPECT_EQ(choice->reasons[2].at("points").as_int64(), 5);
}

}  // namespace
}  // namespace clarion::desk
