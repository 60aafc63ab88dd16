#pragma once

#include "desk/deadlines.h"
#include "desk/options.h"
#include "store/database.h"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace clarion::desk {

/// What a round did.
struct DueDone {
  std::size_t leases = 0, repriced = 0;
  Alarms alarms;
};

/// Does what is due on the desk by the clock: leases that ended, reminders and escalations, panels,
/// priorities that time changes, waiting cases after the staff changed, and cases that an official
/// alert touches. A bounded number of each a call; called a few times a second by one thread.
class DueWork {
 public:
  explicit DueWork(DeskOptions options) : options_(std::move(options)) {}

  /// Whether there is anything to do, asked on a snapshot, so that an idle desk writes nothing.
  Result<bool> is_due(store::View& view, model::Time now);
  Result<DueDone> run(store::Tx& tx);

 private:
  Status touch_alerts(store::Tx& tx);

  DeskOptions options_;
  std::int64_t staff_seen_ = -1, hazards_seen_ = -1;
  model::Time next_round_;   // when waiting cases are offered again though no change was seen
  model::Time next_alerts_;  // when the next alert begins or ends
  bool more_waiting_ = false;
  std::vector<std::string> topics_;  // whose cases an alert that changed may touch
  std::string after_;                // the last case of the first of them that was marked
};

}  // namespace clarion::desk
