#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::desk {

/// How a panel of experts comes to one verdict.
enum class PanelRule : std::uint8_t { any, majority, all };
[[nodiscard]] std::string_view name_of(PanelRule rule);
[[nodiscard]] std::optional<PanelRule> parse_panel_rule(std::string_view name);

struct PanelVote {
  std::string verdict;
  bool chair = false;  ///< who holds the case and voted first
};

enum class PanelState : std::uint8_t { voting, decided, undecided };
[[nodiscard]] std::string_view name_of(PanelState state);

struct PanelResult {
  PanelState state = PanelState::voting;
  std::string verdict;      ///< when decided
  std::string_view reason;  ///< code of the catalogue
  bool operator==(const PanelResult&) const = default;
};

/// The result of the votes given so far; `over` when no more will come (all seats voted, or the
/// time is up). Pure.
///
/// any: the first vote decides. majority: more than half of the seats decide at once; when it is
/// over, more than half of the votes given do, if more than half of the seats voted; with just half
/// of them on two sides the chair's side decides; else undecided. all: one vote against another is
/// undecided at once; all seats with one verdict decide; over with votes missing is undecided.
/// Requires: seats ≥ 1, no more votes than seats, at most one chair.
[[nodiscard]] PanelResult panel_result(PanelRule rule, std::size_t seats,
                                       const std::vector<PanelVote>& votes, bool over);

/// Seats and rule for a case; one seat is no panel.
struct PanelPolicy {
  std::size_t seats = 1;
  PanelRule rule = PanelRule::majority;
  bool operator==(const PanelPolicy&) const = default;
};

}  // namespace clarion::desk
