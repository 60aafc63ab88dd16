#pragma once

#include "base/json.h"
#include "model/topic.h"

#include <cstdint>

namespace clarion::desk {

/// What a case's priority is made of.
struct PriorityInput {
  model::Severity severity = model::Severity::minor;  ///< harm if the claim is believed
  double score = 0;        ///< certainty: highest scan score of its posts, 0..1
  std::int64_t posts = 1;  ///< in the group
  double per_minute = 0;   ///< speed of spread
  std::uint64_t reach =
      0;  ///< reposts, comments and likes of its posts, and a hundredth of their authors' followers
};

struct Priority {
  std::int64_t points = 0;  ///< 0..100: the sum of the parts
  json::array reasons;      ///< {code, params, points}
};

/// Adds the parts up: harm 10, 20, 35 or 50 by severity; certainty up to 15; spread (3 for each
/// doubling of the group, 2 for each doubling of the rate) up to 20; reach (3 for each power of
/// ten) up to 15. The weights are ours; each part is shown.
[[nodiscard]] Priority priority_of(const PriorityInput& input);

}  // namespace clarion::desk
