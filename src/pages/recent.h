#pragma once

#include "model/facets.h"
#include "pages/shown.h"
#include "store/database.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace clarion::pages {

/// The newest revisions of the public channel's notices, newest first, as of one state of the log.
/// Exercise and Test stand in another channel and are never read here.
struct RecentNotices {
  std::string epoch;
  std::uint64_t head = 0;
  std::vector<Shown> notices;
};

/// Reads the log anew only when it moved, so that a page costs its rendering: at most kMostNotices
/// a publication, whatever is asked. Thread-safe.
class Recent {
 public:
  static constexpr std::int64_t kMostNotices = 500;
  /// Forms of at most 60 KiB each; more than this of them is not held.
  static constexpr std::size_t kMostBytes = 8U << 20U;

  [[nodiscard]] Result<std::shared_ptr<const RecentNotices>> at(store::View& view);

 private:
  std::mutex mutex_;  // guards last_
  std::shared_ptr<const RecentNotices> last_;
};

/// How long a withdrawal stays on the board.
inline constexpr std::chrono::hours kWithdrawnShown{7 * 24};

/// Notices that pass the filter, below an offset (0: from the newest), in force or withdrawn within
/// kWithdrawnShown; at most `most`. `more` tells whether others follow.
struct Picked {
  std::vector<const Shown*> notices;
  bool more = false;
};
[[nodiscard]] Picked pick(const RecentNotices& recent, const model::Filter& filter,
                          std::uint64_t before, std::size_t most, model::Time now);

}  // namespace clarion::pages
