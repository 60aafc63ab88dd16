#pragma once

#include "roster/experts.h"

#include <cstdint>
#include <string>
#include <vector>

namespace clarion::desk {

/// What of a case matters for who gets it.
struct RoutingNeed {
  std::vector<std::string> topics, regions;
  std::string lang;
  std::vector<std::string> sources;  ///< of its posts; an expert's conflicts may name one
  std::vector<std::string> not_to;   ///< accounts that gave it back or lost it
};

/// Where somebody stands in the roster now. `unknown`: this desk keeps none for experts.
enum class Duty : std::uint8_t { unknown, off, line1, line2 };

struct Candidate {
  roster::Expert expert;
  std::int64_t load = 0;  ///< cases held now
  Duty duty = Duty::unknown;
  bool quiet = false;   ///< in their quiet hours
  bool absent = false;  ///< on leave
  bool able = true;     ///< the account is there, not disabled, and of a role that works on cases
  double pace_seconds = 0;  ///< smoothed time from claim to verdict
  std::int64_t judged = 0;  ///< verdicts that went into it; 0: no pace yet
};

struct Choice {
  std::size_t index = 0;  ///< into the candidates
  std::string account, expert;
  json::array reasons;  ///< {code, params, points}
};

/// The best expert who may take the case, or none. Points: a grade 10; duty on line 1 50, so that
/// line 2 gets what line 1 can't take; region named 6, unbound 2; language 3; the free share of
/// capacity × 10; pace up to 4 (4 × an hour / (an hour + pace), without one 2). Ties by load, then
/// id. Nobody without a grade in one of the topics, outside the regions, at capacity, off duty, in
/// quiet hours, on leave, with a conflict (a source or a topic), or who gave it back is taken. Pure
/// and deterministic; the order of the candidates makes no difference.
[[nodiscard]] std::optional<Choice> route(const RoutingNeed& need,
                                          const std::vector<Candidate>& candidates);

/// How one candidate stands to a case.
struct Standing {
  std::size_t index = 0;
  bool fits = false;
  std::int64_t points = 0;
  json::array
      reasons;  ///< of one who fits, what the points are made of; else what stands against it
};
/// All of them: first who fits, as route() would take them, then the others by how near they are.
[[nodiscard]] std::vector<Standing> standings(const RoutingNeed& need,
                                              const std::vector<Candidate>& candidates);

/// Why nobody takes the case, as reasons of 0 points: {code, params, points}. Requires that route()
/// found nobody.
[[nodiscard]] json::array why_nobody(const RoutingNeed& need,
                                     const std::vector<Candidate>& candidates);

/// True when the candidate has a grade in one of the topics and works in one of the regions: what
/// cases of one kind share.
[[nodiscard]] bool knows_kind(const RoutingNeed& need, const Candidate& candidate);
/// True when the candidate could take any case now.
[[nodiscard]] bool has_room(const Candidate& candidate);

}  // namespace clarion::desk
