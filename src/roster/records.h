#pragma once

#include "base/json.h"
#include "ops/civil.h"
#include "roster/plan.h"
#include "store/roster.h"

#include <string>
#include <string_view>

namespace clarion::roster {

/// The parts of a roster from JSON, as the API takes them and the store keeps them. Errors:
/// `invalid`, code "field_invalid", each wrong member named. Whether accounts exist is asked
/// elsewhere. Ids and versions are the store's, so they are left empty here.
///
/// Times of the day are "HH:MM", days "YYYY-MM-DD", both civil in desk.timezone; moments RFC 3339.
[[nodiscard]] Result<Plan> read_plan(const json::object& record);
[[nodiscard]] Result<Schedule> read_schedule(const json::object& record);
[[nodiscard]] Result<Shift> read_shift(const json::object& record);
[[nodiscard]] Result<Override> read_override(const json::object& record);
[[nodiscard]] Result<Absence> read_absence(const json::object& record);
/// A day long at most.
[[nodiscard]] Result<Drill> read_drill(const json::object& record);

struct Settings {
  Needs needs;
  std::set<Day> holidays;
  int alarm_hours = 4;
};
[[nodiscard]] Result<Settings> read_settings(const json::object& record);

/// "08:00" as minutes of the day; with `end`, also "24:00".
[[nodiscard]] std::optional<int> parse_minute(std::string_view text, bool end = false);
[[nodiscard]] std::string minute_text(int minute);
[[nodiscard]] std::optional<Day> parse_day(std::string_view text);
[[nodiscard]] std::string day_text(Day day);

/// All of the store that decides who is on duty in [from, until).
[[nodiscard]] Result<Roster> load(store::View& view, const ops::Zone& zone, model::Time from,
                                  model::Time until);

/// The id of the one row of kind "settings".
inline constexpr std::string_view kSettingsId = "rs_settings";

}  // namespace clarion::roster
