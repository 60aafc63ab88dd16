#pragma once

#include "model/time.h"
#include "ops/catalogue.h"
#include "ops/civil.h"
#include "store/database.h"

#include <string>
#include <string_view>
#include <vector>

namespace clarion::roster {

/// An event of a calendar.
struct CalendarEvent {
  std::string uid;
  std::int64_t sequence = 0;  ///< never falls for one uid
  model::Time changed;
  model::Time from, until;
  std::string summary, description;
};

/// iCalendar (RFC 5545): lines folded at 75 octets and never inside a character, CRLF, texts
/// escaped, times in UTC. `stamp` is when it was made.
[[nodiscard]] std::string calendar_text(const std::vector<CalendarEvent>& events,
                                        std::string_view name, model::Time stamp);

/// The shifts of an account, of everybody when it is empty, from two weeks back to 90 days ahead.
/// An event's uid is its slot, begin and person; its sequence counts the changes of all parts of
/// the roster that touch it, removed ones included.
[[nodiscard]] Result<std::vector<CalendarEvent>> shifts_of(store::View& view, const ops::Zone& zone,
                                                           std::string_view account,
                                                           model::Time now, ops::Lang lang);

}  // namespace clarion::roster
