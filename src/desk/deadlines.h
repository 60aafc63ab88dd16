#pragma once

#include "desk/options.h"
#include "store/cases.h"

#include <cstddef>
#include <string_view>

namespace clarion::desk {

/// How far a case came along its deadline. Each is reached once a deadline, and kept in the case.
enum class Stage : std::uint8_t { running, reminded, line2, operators, everyone };
[[nodiscard]] std::string_view name_of(Stage stage);

/// Sets when the verdict is due, from `from` on, and begins the stages anew.
void begin_deadline(store::CaseRow& row, const DeskOptions& options, model::Time from);
/// After the severity changed: the deadline that the new one gives, counted from the beginning; a
/// nearer one leaves at least five minutes. Stages that were reached stay.
void move_deadline(store::CaseRow& row, const DeskOptions& options, model::Time now);
/// A judged, closed, dismissed or merged case has no deadline any more.
void end_deadline(store::CaseRow& row);

/// Writes into the row when something of it is next due by the clock: the next stage, the end of a
/// refusal of an open case, the end of a panel's vote. Called whenever one of them changed.
void set_alarm(store::CaseRow& row, model::Time now);

/// What a round of alarms did, for the metrics.
struct Alarms {
  std::size_t cases = 0, reminders = 0, line2 = 0, operators = 0, everyone = 0, panels = 0;
  bool more = false;
};
/// Does what is due: reminds the holder when a quarter of the time is left; on a miss tells the
/// second line (and gives a case that its holder did not begin to somebody else), then after
/// `escalation` each the operators, then everyone on duty; ends panels whose time is up; offers
/// cases whose refusal ended. A step for which there is nobody goes on to the next at once. At most
/// 100 cases a call.
Result<Alarms> ring_alarms(store::Tx& tx, const DeskOptions& options);

}  // namespace clarion::desk
