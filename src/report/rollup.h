#pragma once

#include "base/result.h"
#include "ops/civil.h"
#include "store/database.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace clarion::report {

/// Counts what happened at the desk into figures by day (store/stats.h).
class Rollup {
 public:
  explicit Rollup(ops::Zone zone) : zone_(std::move(zone)) {}

  /// Posts that were taken in. Any thread.
  void count_posts(std::string_view mode, std::uint64_t seen, std::uint64_t flagged,
                   model::Time now);
  /// Counts what came since the last step: at most 500 audit records and 500 cases. True when there
  /// is more. Writes nothing when nothing came. One thread.
  Result<bool> step(store::Database& database);

 private:
  struct Posts {
    std::uint64_t seen = 0, flagged = 0;
  };
  ops::Zone zone_;
  std::mutex mutex_;                                            // guards posts_
  std::map<std::pair<std::string, std::string>, Posts> posts_;  // by day and mode
};

/// A day of the zone as YYYY-MM-DD.
[[nodiscard]] std::string day_of(model::Time time, const ops::Zone& zone);
/// The bucket of a stretch of time, an eighth of an octave of milliseconds wide, and the middle of
/// a bucket in milliseconds.
[[nodiscard]] std::int64_t bucket_of(std::chrono::milliseconds time);
[[nodiscard]] double middle_of(std::int64_t bucket);
/// The city of a region code (440106 → 440100), the province for the province itself, or "" for
/// what is not of Guangdong.
[[nodiscard]] std::string city_of(std::string_view region);

}  // namespace clarion::report
