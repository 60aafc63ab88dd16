#pragma once

#include "desk/staff.h"
#include "store/workload.h"

#include <string>
#include <string_view>
#include <vector>

namespace clarion::desk {

/// Gives an open case to the best expert who may take it and writes the reasons into its row; when
/// nobody may, it stays open and says why nobody does. The team's loads follow. Writes no row.
std::optional<Choice> place(store::CaseRow& row, const RoutingNeed& need, Team& team);
/// The history of a case that was placed.
Status tell_placed(store::Tx& tx, const store::CaseRow& row, const Choice& choice);
/// Both; the caller writes the row.
Status give_out(store::Tx& tx, store::CaseRow& row, const RoutingNeed& need, Team& team);
/// The same with what it needs read from the store.
Status give_out(store::Tx& tx, const DeskOptions& options, store::CaseRow& row);

/// After somebody can take more than before: gives waiting cases out, Actual ones first and then
/// the most urgent, until nobody can take one, at most 200 a call. `who`: the account whose load
/// fell; empty: anybody may have changed. Costs an index step for each kind of waiting case (same
/// mode, topics, regions), and more only for cases that are given out. True when there is more.
Result<bool> route_waiting(store::Tx& tx, const DeskOptions& options, std::string_view who = {});

}  // namespace clarion::desk
