#pragma once

#include "roster/changes.h"

#include <string_view>
#include <vector>

namespace clarion::roster {

/// What who goes off duty adds to the hand-over in their own words, beside what the system wrote;
/// it is kept, and who takes over says that they read it. Stored as roster rows of kind "handover":
/// {by, text, to[], at (the hand-over, or null), read_by, read_at}. The system's part is not
/// stored: it holds texts of posts.
///
/// All three are for who sees all cases and changes the roster (`denied`), and are audited.

/// {text, to[]?}: without `to`, for those who take over the desk at the coming hand-over. Each of
/// them finds a message.
Result<store::RosterRow> add_handover_note(const Change& change, const json::object& body);
/// {text}, by its author, until it was read: `conflict`, "handover_read".
Result<store::RosterRow> patch_handover_note(const Change& change, std::string_view id,
                                             std::optional<std::int64_t> version,
                                             const json::object& patch);
/// By one of those it is for, or by who is on duty at the desk by now; never by its author. The
/// author finds a message.
Result<store::RosterRow> read_handover_note(const Change& change, std::string_view id);

/// Those written or read since, and those of two days that nobody read, oldest first.
[[nodiscard]] Result<std::vector<store::RosterRow>> handover_notes(store::View& view,
                                                                   model::Time since,
                                                                   model::Time now);

}  // namespace clarion::roster
