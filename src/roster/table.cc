#include "roster/table.h"

#include "roster/csv.h"
#include "roster/expand.h"
#include "roster/records.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace clarion::roster {
namespace {

constexpr std::size_t kMostShifts = 2000;
constexpr std::array<std::string_view, 8> kRead = {"account", "duty",    "line", "name",
                                                   "topics",  "regions", "from", "until"};
constexpr std::array<std::string_view, 3> kAdded = {"slot", "planned", "why"};

/// "2026-11-24 08:00" in the zone, or what RFC 3339 says; anything else as it is, for the reader to
/// refuse.
std::string moment_text(std::string_view cell, const ops::Zone& zone) {
  if (cell.size() == 16 && (cell[10] == ' ' || cell[10] == 'T')) {
    const auto day = parse_day(cell.substr(0, 10));
    const auto minute = parse_minute(cell.substr(11));
    if (day && minute) return model::to_text(moment_of(zone, *day, *minute));
  }
  return std::string(cell);
}

}  // namespace

Result<std::size_t> import_shifts(const Change& change, std::string_view csv) {
  CLARION_TRY(auto rows, read_csv(csv, kMostShifts));
  std::vector<FieldError> bad;
  for (const CsvRow& row : rows) {
    for (const auto& [column, cell] : row.cells) {
      if (std::find(kRead.begin(), kRead.end(), column) == kRead.end() &&
          std::find(kAdded.begin(), kAdded.end(), column) == kAdded.end())
        return Error{Errc::invalid,
                     fmt::format("line 1: there is no column '{}'", column),
                     "csv_invalid",
                     {{"text", fmt::format("line 1: {}", column)}}};
    }
    const std::string place = fmt::format("line {}", row.line);
    json::object record{{"account", row["account"]},
                        {"duty", row["duty"]},
                        {"from", moment_text(row["from"], change.zone)},
                        {"until", moment_text(row["until"], change.zone)}};
    if (!row["name"].empty()) record["name"] = row["name"];
    if (const std::string_view line = row["line"]; !line.empty()) {
      if (line.size() == 1 && line[0] >= '1' && line[0] <= '9') {
        record["line"] = line[0] - '0';
      } else {
        bad.push_back({place + "/line", "field_out_of_range", {{"min", "1"}, {"max", "9"}}});
        continue;
      }
    }
    for (const std::string_view column : {"topics", "regions"}) {
      const auto words = cell_words(row[column]);
      if (!words.empty()) record[column] = json_of(words);
    }
    const auto added = add_part(change, "shift", record);
    if (added) continue;
    // Not a matter of single lines: the right, the store.
    if (added.error().errc != Errc::invalid && added.error().errc != Errc::conflict)
      return added.error();
    if (added.error().fields.empty())
      bad.push_back({place, added.error().code, added.error().params});
    for (const FieldError& field : added.error().fields)
      bad.push_back({place + field.pointer, field.code, field.params});
  }
  if (bad.empty()) return rows.size();
  return Error{Errc::invalid,
               fmt::format("{} lines or cells are wrong; nothing was taken", bad.size()),
               "import_lines",
               {},
               std::move(bad)};
}

std::string shifts_csv(const std::vector<Stretch>& stretches, const ops::Zone& zone) {
  std::vector<std::string> head(kRead.begin(), kRead.end());
  head.insert(head.end(), kAdded.begin(), kAdded.end());
  std::string out = csv_line(head);
  for (const Stretch& one : stretches) {
    out += csv_line({one.account, one.post.duty, std::to_string(one.post.line), one.name,
                     fmt::format("{}", fmt::join(one.post.topics, " ")),
                     fmt::format("{}", fmt::join(one.post.regions, " ")), zone.to_text(one.from),
                     zone.to_text(one.until), one.slot, one.planned, one.why});
  }
  return out;
}

}  // namespace clarion::roster
