#pragma once

#include "base/json.h"
#include "model/time.h"
#include "model/topic.h"
#include "store/cases.h"
#include "store/hazards.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace clarion::desk {

/// What a case's priority is made of.
struct PriorityInput {
  model::Severity severity = model::Severity::minor;  ///< harm if the claim is believed
  double score = 0;        ///< certainty: highest scan score of its posts, 0..1
  std::int64_t posts = 1;  ///< in the group
  double per_minute = 0;   ///< speed of spread now
  double average = 0;      ///< posts a minute over the group's life; 0: not known
  std::uint64_t reach =
      0;  ///< reposts, comments and likes of its posts, and a hundredth of their authors' followers
  struct Alert {
    model::Severity severity = model::Severity::minor;
    std::string topic, region;
  };
  std::optional<Alert> alert;  ///< the gravest official alert in force for its topic and region
  double waited = 0;           ///< share of the time to its deadline that is over, 0..1
};

struct Priority {
  std::int64_t points = 0;  ///< 0..100: the sum of the parts
  json::array reasons;      ///< {code, params, points}
};

/// Adds the parts up, each rounded, those of 0 points left out: harm 8, 16, 28 or 40 by severity;
/// certainty score × 10; spread 2.25 × log₂ posts + 1.5 × log₂(1 + posts a minute), at most 15;
/// acceleration 2.5 × log₂(speed now / average speed), at most 5, from 3 posts on; reach
/// 2.4 × log₁₀(1 + reach), at most 12; an official alert 3, 5, 8 or 10 by its severity; waiting
/// 8 × share of the time to the deadline. The weights are ours; each part is shown.
[[nodiscard]] Priority priority_of(const PriorityInput& input);

/// How a case spreads, over all its groups.
struct Spreading {
  std::int64_t posts = 0;
  double rate = 0;  ///< posts a minute now
  model::Time first_seen{};
};

/// Works the priority of a case out as of `now` into its row, with when it is next to be worked out
/// (none when time alone does not change it any more).
void reprice(store::CaseRow& row, const Spreading& spreading,
             const std::vector<store::HazardRow>& hazards, model::Time now);

}  // namespace clarion::desk
