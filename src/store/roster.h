#pragma once

#include "base/json.h"
#include "store/database.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::store {

/// A part of the roster as stored; what the record may hold, and what it means, is roster's.
struct RosterRow {
  std::string id;
  std::string kind;          ///< plan, schedule, shift, override, absence, swap, settings
  std::string duty;          ///< of a plan or shift: desk, expert, approver; else empty
  model::Time from, until;   ///< the span in which it can matter; kRosterOpen: without an end
  std::int64_t version = 1;  ///< rises with each change, removal included
  bool removed = false;
  json::object record;
  model::Time changed_at{};
};

/// 9999-12-31T00:00:00Z: later than any time that an input can name.
inline constexpr model::Time kRosterOpen{std::chrono::milliseconds(253'402'214'400'000)};

/// Writes a new row, or replaces one; version and changed_at are set here.
Status put_roster(Tx& tx, const RosterRow& row);
/// Removed ones too.
[[nodiscard]] Result<std::optional<RosterRow>> find_roster(View& view, std::string_view id);
/// Those that matter in [from, until), by id (which is the order of their making); removed ones
/// only when asked for.
[[nodiscard]] Result<std::vector<RosterRow>> roster_in(View& view, model::Time from,
                                                       model::Time until,
                                                       bool with_removed = false);
/// All of one kind that are not removed, by id.
[[nodiscard]] Result<std::vector<RosterRow>> roster_of_kind(View& view, std::string_view kind);
/// When the first plan or shift of a duty begins, removed ones left out; none when there is none.
[[nodiscard]] Result<std::optional<model::Time>> first_of_duty(View& view, std::string_view duty);

/// Links to a person's calendar: the secret is never stored. One a person; a new one ends the old.
Status put_calendar_link(Tx& tx, std::string_view account, std::string_view hash);
/// False when there was none.
Result<bool> drop_calendar_link(Tx& tx, std::string_view account);
/// Since when the account has a link; none without one.
[[nodiscard]] Result<std::optional<model::Time>> find_calendar_link(View& view,
                                                                    std::string_view account);
/// Whose link this is.
[[nodiscard]] Result<std::optional<std::string>> account_of_calendar(View& view,
                                                                     std::string_view hash);

}  // namespace clarion::store
