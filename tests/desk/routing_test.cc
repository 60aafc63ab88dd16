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
  ASSERT_EQ(choice->reasons.size(), 4U);
  EXPECT_EQ(choice->reasons[0].at("code").as_string(), "route_topic");
  EXPECT_EQ(choice->reasons[1].at("code").as_string(), "route_region");
  EXPECT_EQ(choice->reasons[2].at("points").as_int64(), 5);
}

TEST(Route, TakesNobodyOffDutyInQuietHoursOrOnLeaveAndLine2OnlyWhenLine1CanNot) {
  Candidate first = expert("a", {{"typhoon", 1}}), second = expert("b", {{"typhoon", 3}});
  first.duty = Duty::line1;
  second.duty = Duty::line2;
  EXPECT_EQ(chosen(kTyphoonInGuangzhou, {first, second}), "a");
  first.load = first.expert.capacity;
  EXPECT_EQ(chosen(kTyphoonInGuangzhou, {first, second}), "b");
  second.quiet = true;
  EXPECT_EQ(chosen(kTyphoonInGuangzhou, {first, second}), "nobody");
  second.quiet = false;
  second.absent = true;
  EXPECT_EQ(chosen(kTyphoonInGuangzhou, {first, second}), "nobody");
  second.absent = false;
  second.duty = Duty::off;
  EXPECT_EQ(chosen(kTyphoonInGuangzhou, {first, second}), "nobody");
}

TEST(Route, PrefersWhoJudgesFaster) {
  Candidate slow = expert("a", {{"typhoon", 2}}), fast = expert("b", {{"typhoon", 2}});
  slow.judged = fast.judged = 9;
  slow.pace_seconds = 4 * 3600;
  fast.pace_seconds = 600;
  EXPECT_EQ(chosen(kTyphoonInGuangzhou, {slow, fast}), "b");
}

TEST(Route, SaysWhyOthersDidNotGetIt) {
  RoutingNeed need = kTyphoonInGuangzhou;
  need.not_to = {"user-c"};
  Candidate off = expert("d", {{"typhoon", 3}});
  off.duty = Duty::off;
  const std::vector<Candidate> all = {
      expert("a", {{"typhoon", 2}}), expert("b", {{"typhoon", 3}}, {}, 10, 10),
      expert("c", {{"typhoon", 3}}), off,
      expert("e", {{"food", 3}}),    expert("f", {{"typhoon", 1}}, {"440300"})};
  const auto list = standings(need, all);
  ASSERT_EQ(list.size(), all.size());
  EXPECT_TRUE(list[0].fits);
  EXPECT_EQ(all[list[0].index].expert.id, "a");
  std::map<std::string, std::string> why;
  for (const Standing& standing : list) {
    if (!standing.fits)
      why[all[standing.index].expert.id] =
          std::string(standing.reasons.at(0).at("code").as_string());
  }
  EXPECT_EQ(why, (std::map<std::string, std::string>{{"b", "why_not_full"},
                                                     {"c", "why_not_refused"},
                                                     {"d", "why_not_off_duty"},
                                                     {"e", "why_not_topic"},
                                                     {"f", "why_not_region"}}));
}

TEST(Route, SaysWhyNobodyTakesACase) {
  const auto codes = [](const RoutingNeed& need, const std::vector<Candidate>& all) {
    std::string out;
    for (const json::value& reason : why_nobody(need, all))
      out += std::string(reason.at("code").as_string()) + " ";
    return out;
  };
  EXPECT_EQ(codes({}, {}), "wait_no_topic ");
  EXPECT_EQ(codes(kTyphoonInGuangzhou, {expert("a", {{"food", 3}})}), "wait_topic ");
  EXPECT_EQ(codes(kTyphoonInGuangzhou, {expert("a", {{"typhoon", 3}}, {}, 10, 10),
                                        expert("b", {{"typhoon", 3}}, {"440300"})}),
            "wait_region wait_full ");
}

}  // namespace
}  // namespace clarion::desk
