#pragma once

#include "ops/civil.h"
#include "roster/changes.h"
#include "roster/plan.h"

#include <string>
#include <string_view>
#include <vector>

namespace clarion::roster {

/// Shifts from a table with the columns account, duty, line, name, topics, regions, from, until
/// (times civil in desk.timezone, "2026-11-24 08:00", or RFC 3339); all or none. The columns that
/// shifts_csv() adds are passed over. Errors: "csv_invalid", "import_lines" with each wrong line.
/// How many were added.
Result<std::size_t> import_shifts(const Change& change, std::string_view csv);
/// Who stands where, one stretch a line, in civil time.
[[nodiscard]] std::string shifts_csv(const std::vector<Stretch>& stretches, const ops::Zone& zone);

}  // namespace clarion::roster
