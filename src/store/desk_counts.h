#pragma once

#include "model/audience.h"
#include "store/database.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace clarion::store {

/// The desk at a glance, as one viewer may see it.
struct DeskCounts {
  std::map<std::string, std::int64_t, std::less<>> cases;   ///< by state, those that are not ended
  std::map<std::string, std::int64_t, std::less<>> drafts;  ///< by state of the draft
  std::int64_t mine = 0;     ///< cases the account holds, assigned or in review
  std::int64_t overdue = 0;  ///< past due_at, not judged yet
  struct Oldest {
    std::string id;
    model::Time since;
  };
  std::optional<Oldest> oldest;  ///< the open case that came first
  /// Some figure stopped at kMostCounted: it is that or more.
  bool at_least = false;
};

/// Who sees only some is counted for by looking, so far at most.
inline constexpr std::int64_t kMostCounted = 2000;

/// Costs the same for any number of cases. Counts kept by the store where the viewer sees all.
[[nodiscard]] Result<DeskCounts> count_desk(View& view, const model::Viewer& viewer,
                                            model::Time now);

}  // namespace clarion::store
