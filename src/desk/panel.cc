#include "desk/panel.h"

#include <algorithm>
#include <array>
#include <map>

namespace clarion::desk {
namespace {

constexpr std::array<std::string_view, 3> kRules = {"any", "majority", "all"};
constexpr std::array<std::string_view, 3> kStates = {"voting", "decided", "undecided"};

PanelResult by_majority(std::size_t seats, const std::vector<PanelVote>& votes, bool over) {
  std::map<std::string_view, std::size_t> count;
  std::string_view chair;
  for (const PanelVote& vote : votes) {
    ++count[vote.verdict];
    if (vote.chair) chair = vote.verdict;
  }
  for (const auto& [verdict, given] : count) {
    if (2 * given > seats) return {PanelState::decided, std::string(verdict), "panel_majority"};
  }
  if (!over) return {PanelState::voting, {}, "panel_voting"};
  if (2 * votes.size() <= seats) return {PanelState::undecided, {}, "panel_too_few"};
  for (const auto& [verdict, given] : count) {
    if (2 * given > votes.size())
      return {PanelState::decided, std::string(verdict), "panel_majority_given"};
  }
  if (!chair.empty() && count.size() == 2 && 2 * count[chair] == votes.size())
    return {PanelState::decided, std::string(chair), "panel_casting"};
  return {PanelState::undecided, {}, "panel_tie"};
}

PanelResult by_all(std::size_t seats, const std::vector<PanelVote>& votes, bool over) {
  const bool agree = std::all_of(votes.begin(), votes.end(), [&votes](const PanelVote& vote) {
    return vote.verdict == votes.front().verdict;
  });
  if (!agree) return {PanelState::undecided, {}, "panel_disagree"};
  if (votes.size() == seats) return {PanelState::decided, votes.front().verdict, "panel_all"};
  if (over) return {PanelState::undecided, {}, "panel_too_few"};
  return {PanelState::voting, {}, "panel_voting"};
}

}  // namespace

std::string_view name_of(PanelRule rule) { return kRules[static_cast<std::size_t>(rule)]; }
std::optional<PanelRule> parse_panel_rule(std::string_view name) {
  const auto found = std::find(kRules.begin(), kRules.end(), name);
  if (found == kRules.end()) return std::nullopt;
  return static_cast<PanelRule>(found - kRules.begin());
}
std::string_view name_of(PanelState state) { return kStates[static_cast<std::size_t>(state)]; }

PanelResult panel_result(PanelRule rule, std::size_t seats, const std::vector<PanelVote>& votes,
                         bool over) {
  over = over || votes.size() >= seats;
  switch (rule) {
    case PanelRule::any:
      if (!votes.empty()) return {PanelState::decided, votes.front().verdict, "panel_any"};
      return over ? PanelResult{PanelState::undecided, {}, "panel_too_few"}
                  : PanelResult{PanelState::voting, {}, "panel_voting"};
    case PanelRule::majority:
      return by_majority(seats, votes, over);
    case PanelRule::all:
      return by_all(seats, votes, over);
  }
  return {};
}

}  // namespace clarion::desk
