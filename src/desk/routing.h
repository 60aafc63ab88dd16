#pragma once

#include "roster/experts.h"

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

struct Candidate {
  roster::Expert expert;
  std::int64_t load = 0;  ///< cases held now
};

struct Choice {
  std::string account, expert;
  json::array reasons;  ///< {code, params, points}
};

/// The best expert under capacity, or none: rank by topic grade (10 a grade), region (named region
/// 6, no region 2), language (3), free share of capacity (up to 10); ties by load, then id. Nobody
/// without a grade in one of the topics, with a conflict of interest, at capacity, or outside the
/// case's regions is taken. Pure and deterministic.
[[nodiscard]] std::optional<Choice> route(const RoutingNeed& need,
                                          const std::vector<Candidate>& candidates);

}  // namespace clarion::desk
