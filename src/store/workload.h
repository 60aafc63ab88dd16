#pragma once

#include "store/cases.h"

#include <string>
#include <string_view>
#include <vector>

namespace clarion::store {

/// What routing knows of an account's work. Kept as cases change, so that asking costs a row.
struct Workload {
  std::string account;
  std::int64_t held = 0;    ///< cases assigned to it or in review by it
  double pace_seconds = 0;  ///< smoothed time from claim to verdict
  std::int64_t judged = 0;  ///< verdicts that went into it; 0: no pace yet
};
/// Of everybody who ever held a case.
[[nodiscard]] Result<std::vector<Workload>> list_workloads(View& view);
/// Writes pace_seconds and judged.
Status set_pace(Tx& tx, const Workload& load);
[[nodiscard]] Result<Workload> workload_of(View& view, std::string_view account);

/// Open cases that ask for the same mode, topics and regions wait behind one another.
struct WaitingKind {
  std::string mode, topics, regions;  ///< as the columns hold them
};
/// The place of one of them in its line.
struct WaitingHead {
  WaitingKind kind;
  std::int64_t rank = 0;
  std::string id;
};
/// The most urgent case of the first kind after `kind`, in some order of kinds; none at the end.
/// One index step.
[[nodiscard]] Result<std::optional<WaitingHead>> next_waiting_kind(View& view,
                                                                   const WaitingKind& kind);
/// The next open case of the same kind after one.
[[nodiscard]] Result<std::optional<WaitingHead>> next_waiting(View& view, const WaitingHead& head);

/// Cases with something due by the clock until `now`, the longest due first.
[[nodiscard]] Result<std::vector<CaseRow>> due_alarms(View& view, model::Time now,
                                                      std::int64_t most);
/// Cases whose priority is to be worked out anew, the longest due first.
[[nodiscard]] Result<std::vector<CaseRow>> due_repricing(View& view, model::Time now,
                                                         std::int64_t most);
/// Makes at most `most` cases of the topic after the case `after_id` due for repricing at once; the
/// last one looked at, none at the end.
Result<std::optional<std::string>> reprice_topic(Tx& tx, std::string_view topic,
                                                 std::string_view after_id, std::int64_t most);

}  // namespace clarion::store
