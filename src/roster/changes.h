#pragma once

#include "identity/requests.h"
#include "ops/civil.h"
#include "roster/plan.h"
#include "store/roster.h"

#include <optional>
#include <string_view>

namespace clarion::roster {

/// Who changes what, inside one transaction. Each function asks the right, checks the body, writes,
/// audits, and tells the persons whose shifts of the next four weeks become others. Errors of all:
/// `denied`, `invalid` with the wrong members, `conflict`: "double_booked" when a person would
/// stand twice, "person_absent" when they are away then, "stale", "swap_gone".
struct Change {
  store::Tx& tx;
  const identity::Actor& actor;
  const identity::RightsPolicy& policy;
  const ops::Zone& zone;
};

/// A new plan, schedule, shift, override, absence or drill. An expert adds absences and shifts of
/// their own alone. A drill stays 30 minutes away from every hand-over (`conflict`, "drill_block").
Result<store::RosterRow> add_part(const Change& change, std::string_view kind,
                                  const json::object& body);
/// RFC 7396 over the record. `version`: as If-Match named it, none for "*".
Result<store::RosterRow> patch_part(const Change& change, std::string_view kind,
                                    std::string_view id, std::optional<std::int64_t> version,
                                    const json::object& patch);
/// The part counts no more; the row stays.
Result<store::RosterRow> remove_part(const Change& change, std::string_view kind,
                                     std::string_view id, std::optional<std::int64_t> version);
/// Holidays, what must be covered, how long ahead a gap is an alarm. There from the beginning, as
/// version 1.
Result<store::RosterRow> find_settings(store::View& view);
Result<store::RosterRow> patch_settings(const Change& change, std::optional<std::int64_t> version,
                                        const json::object& patch);

/// Takes a stretch in which nobody stands: {slot, from, until}.
Result<store::RosterRow> take_shift(const Change& change, const json::object& body);
/// Offers a stretch of one's own to a person, or to all who may stand there: {slot, from, until,
/// to?, note?}.
Result<store::RosterRow> offer_swap(const Change& change, const json::object& body);
/// `take` (an override then puts the taker there), `decline` (by whom it was offered to) or
/// `withdraw` (by who offered it).
Result<store::RosterRow> answer_swap(const Change& change, std::string_view id,
                                     std::string_view answer);

}  // namespace clarion::roster
