#pragma once

#include "base/json.h"
#include "identity/rights.h"
#include "roster/duty.h"
#include "store/database.h"
#include "store/roster.h"

namespace clarion::roster {

/// What the API shows of the roster (docs/contract.md, "Roster").
/// A part: id, kind, version, changed_at and its record. `actor`: an expert sees no note of
/// another.
[[nodiscard]] json::object part_json(const store::RosterRow& row, const identity::Actor& actor);
[[nodiscard]] json::object gap_json(const Gap& gap);

/// Stretches, slots, gaps, hand-overs, quiet times, open swaps, absences and schedules of a span.
[[nodiscard]] Result<json::object> span_json(store::View& view, const ops::Zone& zone,
                                             model::Time from, model::Time until, model::Time now,
                                             const identity::Actor& actor);
/// Who is on now and next, alarms, the drills of a week, and whether one may begin.
[[nodiscard]] Result<json::object> now_json(store::View& view, const ops::Zone& zone,
                                            model::Time now, const identity::Actor& actor);

}  // namespace clarion::roster
