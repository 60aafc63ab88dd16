#pragma once

#include "roster/changes.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the changes of a roster share: reading, checking and writing one of its parts.
namespace clarion::roster {

/// `invalid`, naming one member of what was sent.
[[nodiscard]] Error wrong_member(std::string_view pointer, std::string_view code,
                                 std::vector<std::pair<std::string, std::string>> params = {});
/// How the ids of a kind begin.
[[nodiscard]] std::string_view part_prefix(std::string_view kind);
/// Whether the account may stand in a slot of this duty; any account when it is empty.
Status check_person(store::View& view, std::string_view account, std::string_view duty,
                    std::string_view pointer);
/// The plan or shift with this id, as a post; `invalid` when there is none.
Result<Post> post_of(store::View& view, std::string_view slot);
/// Reads and checks a record of this kind; its span and duty go into the row.
Status fill_part(store::View& view, const ops::Zone& zone, store::RosterRow& row);
/// Writes a row with all that belongs to a change: nobody stands twice, the audit record, and a
/// message to whose shifts become others. `touched_…`: the span in which it can change who stands
/// where.
Result<store::RosterRow> write_part(const Change& change, const store::RosterRow& row,
                                    std::string_view verb, model::Time touched_from,
                                    model::Time touched_until);
/// The part that is there and not removed; else `not_found`.
Result<store::RosterRow> existing_part(const Change& change, std::string_view kind,
                                       std::string_view id);

}  // namespace clarion::roster
