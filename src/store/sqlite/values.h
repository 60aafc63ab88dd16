#pragma once

#include "base/bytes.h"
#include "base/json.h"
#include "model/time.h"
#include "store/sqlite/connection.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace clarion::store {

/// Times in columns: milliseconds since 1970, UTC.
[[nodiscard]] inline std::int64_t ms(model::Time time) { return time.time_since_epoch().count(); }
[[nodiscard]] inline std::optional<std::int64_t> ms(const std::optional<model::Time>& time) {
  return time ? std::optional(ms(*time)) : std::nullopt;
}
[[nodiscard]] inline model::Time time_of(std::int64_t value) {
  return model::Time(std::chrono::milliseconds(value));
}
[[nodiscard]] inline std::optional<model::Time> time_at(const sqlite::Statement& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(time_of(row.integer(column)));
}
[[nodiscard]] inline std::optional<std::string> text_at(const sqlite::Statement& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.text(column));
}
/// A JSON column that we wrote ourselves.
[[nodiscard]] inline json::value json_at(const sqlite::Statement& row, int column) {
  return json::parse(row.text(column));
}
[[nodiscard]] inline std::string text_of(const json::value& value) {
  return json::serialize(value);
}
[[nodiscard]] inline std::string text_of(const std::vector<std::string>& list) {
  return json::serialize(json_of(list));
}

/// All rows of a query, each read by `read`.
template <class Row>
Result<std::vector<Row>> collect(sqlite::Statement& query, Row (*read)(const sqlite::Statement&)) {
  std::vector<Row> out;
  while (true) {
    CLARION_TRY(auto row, query.step());
    if (!row) return out;
    out.push_back(read(query));
  }
}
/// Its first row, if there is one.
template <class Row>
Result<std::optional<Row>> first(sqlite::Statement& query, Row (*read)(const sqlite::Statement&)) {
  CLARION_TRY(auto row, query.step());
  return row ? std::optional(read(query)) : std::nullopt;
}

/// SHA-256 hex of an object's canonical JSON, as the audit chain records rows; empty for one that
/// has none (a store that somebody wrote to may hold bytes that are not UTF-8).
[[nodiscard]] inline std::string hash_of(const json::object& row) {
  const auto bytes = canonical_json(row);
  return bytes ? sha256_hex(bytes.value()) : std::string();
}

}  // namespace clarion::store
