#pragma once

#include "ops/civil.h"
#include "roster/plan.h"

#include <vector>

namespace clarion::roster {

/// Who stands where in [from, until): a pure function. Stretches that reach over an edge are given
/// whole, so that "until when" is true. In order of time, then duty, line, slot.
///
/// In one slot later overrides beat earlier ones, any override the plan, a temporary schedule the
/// plans it replaces. Who is absent or disabled stands nowhere. Nobody stands twice at once in
/// slots of the same duty that could ask for two people (topics that meet, or none named): an
/// override keeps them, then the lower line, then the slot's id; the other slot has nobody
/// ("double"). The work grows with the span and the parts that touch it, not with the age of a
/// plan.
[[nodiscard]] std::vector<Stretch> expand(const Roster& roster, const ops::Zone& zone,
                                          model::Time from, model::Time until);

/// The parts of [from, until) that are in none of the spans.
[[nodiscard]] std::vector<std::pair<model::Time, model::Time>> without(
    model::Time from, model::Time until, std::vector<std::pair<model::Time, model::Time>> spans);

/// The civil day and minute of a moment.
[[nodiscard]] Day day_of(const ops::Civil& civil);
[[nodiscard]] model::Time moment_of(const ops::Zone& zone, Day day, int minute);

}  // namespace clarion::roster
