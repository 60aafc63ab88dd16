#pragma once

#include "base/result.h"

#include <chrono>
#include <string>
#include <string_view>

namespace clarion::model {

/// A moment of wall time, UTC, milliseconds.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

/// RFC 3339, UTC, three digits, Z: 2026-11-24T09:48:24.000Z.
[[nodiscard]] std::string to_text(Time time);

/// A time as an input gave it: an instant, or a bare date (to be read in desk.timezone,
/// approximate).
struct CivilOrInstant {
  Time time;               ///< of a bare date: its midnight in UTC, before the zone is applied
  bool date_only = false;  ///< true: approximate
  bool operator==(const CivilOrInstant&) const = default;
};

/// Reads RFC 3339 (any offset, fractions cut to milliseconds, leap second 60 read as 59.999) or a
/// bare date (2020-02-07, 2020-2-7). Errors: `invalid` with code "time_invalid".
[[nodiscard]] Result<CivilOrInstant> parse_time(std::string_view text);

}  // namespace clarion::model
