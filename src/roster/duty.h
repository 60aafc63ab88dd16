#pragma once

#include "roster/gaps.h"
#include "roster/records.h"
#include "store/database.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::roster {

/// A person on duty. `shift` names the plan or single shift; `until` is when they are relieved.
struct OnDuty {
  std::string account, shift;
  std::string duty;  ///< kDesk, kExpert or kApprover
  int line = 1;      ///< 1 first call, 2 backup …
  std::vector<std::string> topics, regions;
  model::Time from, until;
};

/// Who is on duty at a moment, by duty, line and account.
[[nodiscard]] Result<std::vector<OnDuty>> on_duty(store::View& view, const ops::Zone& zone,
                                                  model::Time at);
/// Those whose turn begins after `at` and within `ahead`, the next one of each slot, by time.
[[nodiscard]] Result<std::vector<OnDuty>> next_on_duty(
    store::View& view, const ops::Zone& zone, model::Time at,
    std::chrono::hours ahead = std::chrono::hours(24 * 7));
/// Whether this duty was ever planned (and not all removed since). When not, being on duty must
/// restrict nobody: a desk without a roster works with whoever is there.
[[nodiscard]] Result<bool> is_planned(store::View& view, std::string_view duty);

/// Coverage gaps within a span; see find_gaps(). None without a roster.
[[nodiscard]] Result<std::vector<Gap>> gaps(store::View& view, const ops::Zone& zone,
                                            model::Time from, model::Time until);

/// The end of the quiet half hour around a hand-over in which `at` lies; none when a drill may
/// begin. Without a roster there is no hand-over.
[[nodiscard]] Result<std::optional<model::Time>> drills_blocked_until(store::View& view,
                                                                      const ops::Zone& zone,
                                                                      model::Time at);

/// The first hand-over that a drill of [from, until) would come too near to; none when it may be.
[[nodiscard]] Result<std::optional<model::Time>> handover_near(store::View& view,
                                                               const ops::Zone& zone,
                                                               model::Time from, model::Time until);
/// Refuses such a drill: `conflict`, code "drill_block" with the hand-over as `at`.
Status check_drill(store::View& view, const ops::Zone& zone, model::Time from, model::Time until);

/// A gap that is there now or begins within the hours that the settings name (4).
struct Alarm {
  Gap gap;
  bool now = false;     ///< it has begun
  bool nobody = false;  ///< nobody at all, not too few
};
[[nodiscard]] Result<std::vector<Alarm>> alarms(store::View& view, const ops::Zone& zone,
                                                model::Time at);
/// Tells those who can mend a roster (operators, approvers, admins) of its alarms, each once.
Status tell_alarms(store::Tx& tx, const ops::Zone& zone);

}  // namespace clarion::roster
