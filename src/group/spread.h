#pragma once

#include "base/result.h"
#include "model/time.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace clarion::group {

/// Posts a minute, smoothed: exponentially weighted with a half-life of 10 minutes, and free of the
/// bias of a young group, so that 60 posts in the first minute are 60 a minute at once. Two plain
/// values are kept in the store: the rate and when it was so.
///
/// The rate right after a post at `now`; `rate` was the rate at `last_seen`. For a group's first
/// post: rate 0, all times the same.
[[nodiscard]] double rate_after_post(double rate, model::Time first_seen, model::Time last_seen,
                                     model::Time now);
/// The rate at `now` when no post came since `last_seen`.
[[nodiscard]] double rate_at(double rate, model::Time first_seen, model::Time last_seen,
                             model::Time now);

/// How a group spreads: posts by source, over all time and as a short series. Bounded whatever
/// comes: at most 24 sources by name, the rest are "other"; at most 48 stretches of time and 200
/// points, past which the stretches double (from one minute on).
class Spread {
 public:
  static constexpr std::string_view kOther = "other";

  /// Reads what to_text() gave; an empty text is a new group. Errors: `corrupt`.
  static Result<Spread> parse(std::string_view figures);
  /// {"sources":{…},"series":[{"t","source","posts"}],"series_seconds":60}; the series by time,
  /// then source.
  [[nodiscard]] std::string to_text() const;

  void count(std::string_view source, model::Time now);
  /// Adds another group's figures, as one group would show them: by the longer stretch of the two.
  void add(const Spread& other);
  [[nodiscard]] const std::map<std::string, std::int64_t>& sources() const noexcept {
    return sources_;
  }

 private:
  void coarsen();

  std::map<std::string, std::int64_t> sources_;
  std::map<std::pair<std::int64_t, std::string>, std::int64_t> series_;  // start in seconds, source
  std::int64_t seconds_ = 60;
};

}  // namespace clarion::group
