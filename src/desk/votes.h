#pragma once

#include "desk/options.h"
#include "desk/staff.h"
#include "ops/catalogue.h"
#include "store/asks.h"
#include "store/cases.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::desk {

/// Seats and rule that hold for the case: set by hand (`panel`), else by the severity. A panel that
/// ended undecided begins anew with the next verdict of the holder.
[[nodiscard]] PanelPolicy panel_policy_of(const store::CaseRow& row, const DeskOptions& options);
/// Sets them by hand; one seat means no panel.
void set_panel_policy(store::CaseRow& row, const PanelPolicy& policy, std::string_view by);
/// True while votes are waited for.
[[nodiscard]] bool panel_votes(const store::CaseRow& row);
/// When the panel is next looked at: an empty seat is offered again, or its time is up.
[[nodiscard]] std::optional<model::Time> panel_end(const store::CaseRow& row);

/// Begins the vote with the holder's verdict as its first: the case waits in review, without a
/// lease, and the best other experts get a seat each.
Status begin_panel(store::Tx& tx, const DeskOptions& options, store::CaseRow& row,
                   const store::VerdictRow& first, Team& team);
/// Looks at the votes of a panel, fills empty seats, and ends it when it is decided or its time is
/// up: decided, the case is judged; undecided, it is its holder's again with a new lease. The
/// caller writes the row.
Status tend_panel(store::Tx& tx, const DeskOptions& options, store::CaseRow& row, Team& team);
/// The case is not in review any more: nobody's vote is waited for.
Status drop_panel(store::Tx& tx, store::CaseRow& row);

/// Accounts that were asked about the case: they see it.
[[nodiscard]] std::vector<std::string> asked_of(const store::CaseRow& row);
/// Asks somebody: the row, its message, and that they see the case from now on.
Status ask_person(store::Tx& tx, store::CaseRow& row, store::AskRow ask);

/// The verdict a judged case stands by; none when nobody judged it.
[[nodiscard]] Result<std::optional<store::VerdictRow>> deciding_verdict(store::View& view,
                                                                        const store::CaseRow& row);

/// `panel` of a case, null without one. While the vote goes on, a vote's words are shown to who
/// gave it and to who has given theirs; `viewer`: an account, or empty.
[[nodiscard]] json::value panel_json(const store::CaseRow& row,
                                     const std::vector<store::AskRow>& asks,
                                     std::string_view viewer, ops::Lang lang);
/// `asks[]` of a case.
[[nodiscard]] json::array asks_json(const std::vector<store::AskRow>& asks);
/// Ids of verdicts whose words this viewer may not see yet.
[[nodiscard]] std::vector<std::string> hidden_verdicts(const store::CaseRow& row,
                                                       const std::vector<store::AskRow>& asks,
                                                       std::string_view viewer);

}  // namespace clarion::desk
