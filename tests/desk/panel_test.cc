#include "desk/panel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace clarion::desk {
namespace {

constexpr PanelRule kRules[] = {PanelRule::any, PanelRule::majority, PanelRule::all};

/// Random votes of at most `seats`, the first being the chair's.
std::vector<PanelVote> random_votes(std::mt19937& random, std::size_t seats) {
  const char* words[] = {"false", "true", "mixed"};
  std::vector<PanelVote> out;
  for (std::size_t i = random() % (seats + 1); i > 0; --i)
    out.push_back({words[random() % 3], out.empty()});
  return out;
}

std::map<std::string, std::size_t> counted(const std::vector<PanelVote>& votes) {
  std::map<std::string, std::size_t> out;
  for (const PanelVote& vote : votes) ++out[vote.verdict];
  return out;
}

TEST(PanelResults, OfMajorityAndAllDoNotDependOnTheOrderOfVotes) {
  std::mt19937 random(5);
  for (int i = 0; i < 5000; ++i) {
    const std::size_t seats = 1 + random() % 7;
    auto votes = random_votes(random, seats);
    const bool over = random() % 2 == 0;
    for (const PanelRule rule : {PanelRule::majority, PanelRule::all}) {
      const PanelResult before = panel_result(rule, seats, votes, over);
      std::shuffle(votes.begin(), votes.end(), random);
      EXPECT_EQ(panel_result(rule, seats, votes, over), before);
    }
  }
}

TEST(PanelResults, NeverChangeOnceDecidedWhateverVotesFollow) {
  std::mt19937 random(6);
  for (int i = 0; i < 5000; ++i) {
    const std::size_t seats = 1 + random() % 7;
    const auto votes = random_votes(random, seats);
    for (const PanelRule rule : kRules) {
      std::optional<PanelResult> decided;
      std::vector<PanelVote> given;
      for (std::size_t n = 0; n <= votes.size(); ++n) {
        if (n > 0) given.push_back(votes[n - 1]);
        if (given.size() == seats) break;  // over by itself
        const PanelResult now = panel_result(rule, seats, given, false);
        if (decided) {
          EXPECT_EQ(now.verdict, decided->verdict);
        }
        if (now.state == PanelState::decided) decided = now;
      }
    }
  }
}

TEST(PanelResults, AreWhatTheRuleSays) {
  std::mt19937 random(7);
  for (int i = 0; i < 5000; ++i) {
    const std::size_t seats = 1 + random() % 7;
    const auto votes = random_votes(random, seats);
    const auto count = counted(votes);
    const bool over = random() % 2 == 0;
    const bool full = votes.size() == seats;
    for (const PanelRule rule : kRules) {
      const PanelResult result = panel_result(rule, seats, votes, over);
      EXPECT_EQ(result.state == PanelState::decided, !result.verdict.empty());
      if (over || full) {
        EXPECT_NE(result.state, PanelState::voting);
      }
      if (result.state != PanelState::decided) continue;
      const std::size_t agree = count.at(result.verdict);
      if (rule == PanelRule::any) {
        EXPECT_EQ(result.verdict, votes.front().verdict);
      }
      if (rule == PanelRule::all) {
        EXPECT_EQ(agree, seats);
      }
      if (rule == PanelRule::majority) {
        const bool of_seats = 2 * agree > seats;
        const bool of_given = 2 * votes.size() > seats && 2 * agree > votes.size();
        const bool casting = 2 * agree == votes.size() && votes.front().verdict == result.verdict;
        EXPECT_TRUE(of_seats || ((over || full) && (of_given || casting)));
      }
    }
  }
}

TEST(PanelResults, TellATieATimeoutAndADissentApart) {
  const std::vector<PanelVote> split = {{"false", true}, {"true", false}};
  EXPECT_EQ(panel_result(PanelRule::majority, 2, split, false).reason, "panel_casting");
  EXPECT_EQ(panel_result(PanelRule::majority, 3, split, false).state, PanelState::voting);
  EXPECT_EQ(panel_result(PanelRule::majority, 3, split, true).verdict, "false");
  EXPECT_EQ(panel_result(PanelRule::majority, 5, split, true).reason, "panel_too_few");
  EXPECT_EQ(panel_result(PanelRule::majority, 3,
                         {{"false", true}, {"true", false}, {"mixed", false}}, false)
                .reason,
            "panel_tie");
  EXPECT_EQ(panel_result(PanelRule::all, 5, split, false).reason, "panel_disagree");
  EXPECT_EQ(panel_result(PanelRule::all, 2, {{"false", true}}, true).reason, "panel_too_few");
}

}  // namespace
}  // namespace clarion::desk
