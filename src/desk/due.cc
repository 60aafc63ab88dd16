#include "desk/due.h"

#include "desk/evidence.h"
#include "desk/staff.h"
#include "desk/waiting.h"
#include "store/hazards.h"
#include "store/workload.h"

#include <algorithm>
#include <set>

namespace clarion::desk {
namespace {

/// A change that no counter tells of (a duty that begins, quiet hours that end) is seen so late.
constexpr std::chrono::seconds kRound{5};
constexpr std::chrono::hours kLongest{24};
constexpr std::int64_t kMarked = 500;

}  // namespace

Result<bool> DueWork::is_due(store::View& view, model::Time now) {
  if (more_waiting_ || !topics_.empty() || now >= next_round_ || now >= next_alerts_) return true;
  CLARION_TRY(const auto staff, store::change_count(view, "staff"));
  CLARION_TRY(const auto hazards, store::change_count(view, "hazards"));
  if (staff != staff_seen_ || hazards != hazards_seen_) return true;
  CLARION_TRY(const auto lost, store::lost_leases(view, now, 1));
  CLARION_TRY(const auto alarms, store::due_alarms(view, now, 1));
  CLARION_TRY(const auto prices, store::due_repricing(view, now, 1));
  return !lost.empty() || !alarms.empty() || !prices.empty();
}

Result<DueDone> DueWork::run(store::Tx& tx) {
  DueDone done;
  CLARION_TRY(const auto staff, store::change_count(tx, "staff"));
  CLARION_TRY(done.leases, end_leases(tx, options_));
  CLARION_TRY(done.alarms, ring_alarms(tx, options_));
  if (more_waiting_ || staff != staff_seen_ || tx.now() >= next_round_) {
    CLARION_TRY(more_waiting_, route_waiting(tx, options_));
    next_round_ = tx.now() + kRound;
    staff_seen_ = staff;
  }
  CLARION_TRY(touch_alerts(tx));
  CLARION_TRY(done.repriced, reprice_due(tx, options_));
  return done;
}

Status DueWork::touch_alerts(store::Tx& tx) {
  CLARION_TRY(const auto count, store::change_count(tx, "hazards"));
  if (count != hazards_seen_ || tx.now() >= next_alerts_) {
    // One that was taken back touches its cases too, and is not in the list any more: all topics of
    // before and of now.
    std::set<std::string> topics(topics_.begin(), topics_.end());
    CLARION_TRY(const auto ended, store::touched_topics(tx));
    topics.insert(ended.begin(), ended.end());
    CLARION_TRY(const auto hazards, store::list_hazards(tx, tx.now()));
    next_alerts_ = tx.now() + kLongest;
    for (const store::HazardRow& hazard : hazards) {
      topics.insert(hazard.topic);
      next_alerts_ = std::min(next_alerts_, hazard.from > tx.now() ? hazard.from : hazard.until);
    }
    topics_.assign(topics.begin(), topics.end());
    after_.clear();
    hazards_seen_ = count;
  }
  if (topics_.empty()) return ok();
  CLARION_TRY(auto last, store::reprice_topic(tx, topics_.front(), after_, kMarked));
  if (last) {
    after_ = std::move(*last);
  } else {
    topics_.erase(topics_.begin());
    after_.clear();
  }
  return ok();
}

}  // namespace clarion::desk
