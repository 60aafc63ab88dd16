#pragma once

#include "model/audience.h"
#include "store/database.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::store {

/// The newest revision of a published holding notice ("being verified") that is not withdrawn.
struct Holding {
  std::string notice_id, mode;
  std::int64_t revision = 0;
  std::string owner;  ///< account that answers for it; empty when nobody knows
  std::string title;  ///< Chinese
  std::vector<std::string> regions;
  model::Time published_at, expires_at;
  bool told_soon = false, told_ended = false;  ///< see note_told()

  /// From when on it ends soon: for a quarter of its life, half an hour at most.
  [[nodiscard]] model::Time soon_from() const;
};
/// Those that end after `after`, and until `until` at the latest; by their end, 2,000 at most.
[[nodiscard]] Result<std::vector<Holding>> holdings_ending(View& view, model::Time after,
                                                           model::Time until);
/// Says that people were told of a stage: "soon" or "ended".
Status note_told(Tx& tx, const Holding& holding, std::string_view stage);

/// How long an alarm about a holding notice that ended unanswered stands, and what it may say of
/// those that end: none ends later than this after it comes near.
inline constexpr std::chrono::hours kEndedAlarm{24};
inline constexpr std::chrono::minutes kSoonAtMost{30};

/// What of notices needs a person now, as one viewer may see it. Figures stop at 2,000 each.
struct NoticeAlarms {
  std::int64_t holding_soon = 0;             ///< end soon
  std::int64_t holding_ended = 0;            ///< ended within kEndedAlarm, and nothing followed
  std::int64_t held = 0;                     ///< scheduled, but waiting for a person
  std::int64_t failed = 0, unknown = 0;      ///< deliveries of newest revisions
  std::optional<std::string> failed_notice;  ///< that of the newest failed or unknown delivery
};
[[nodiscard]] Result<NoticeAlarms> count_notice_alarms(View& view, const model::Viewer& viewer,
                                                       model::Time now);

}  // namespace clarion::store
