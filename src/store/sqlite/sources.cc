#include "store/sources.h"

#include "store/sqlite/values.h"

namespace clarion::store {
namespace {

SourceRow source_at(const sqlite::Statement& row) {
  SourceRow out{row.text(0), row.text(1), time_of(row.integer(2)), {}};
  const json::value minutes = json_at(row, 3);
  for (const json::value& each : minutes.as_array())
    out.minutes.emplace_back(each.at(0).as_int64(), each.at(1).as_int64());
  return out;
}

Result<Waiting> waiting(sqlite::Statement query) {
  CLARION_TRY(auto row, query.step());
  return row ? Waiting{query.integer(0), query.integer(1)} : Waiting{};
}

}  // namespace

Status put_source(Tx& tx, const SourceRow& row) {
  json::array minutes;
  for (const auto& [minute, count] : row.minutes) minutes.push_back(json::array{minute, count});
  auto insert = tx.connection().prepare(
      "INSERT INTO sources(mode, source, last_at, minutes) VALUES(?,?,?,?) ON CONFLICT(mode, "
      "source) DO UPDATE SET last_at = excluded.last_at, minutes = excluded.minutes");
  return insert.bind_all(row.mode, row.source, ms(row.last_at), text_of(minutes)).run();
}

Result<std::vector<SourceRow>> list_sources(View& view, std::int64_t most) {
  auto query = view.connection().prepare(
      "SELECT mode, source, last_at, minutes FROM sources ORDER BY last_at DESC LIMIT ?");
  query.bind(most);
  return collect(query, source_at);
}

Result<Waiting> waiting_cases(View& view, std::string_view mode) {
  auto query = view.connection().prepare(
      "SELECT count(*), ifnull(min(created_at), 0) FROM cases WHERE state IN ('open', 'assigned') "
      "AND mode = ?");
  query.bind(mode);
  return waiting(std::move(query));
}

Result<Waiting> waiting_notices(View& view, std::string_view mode) {
  auto query = view.connection().prepare(
      "SELECT count(*), ifnull(min(changed_at), 0) FROM notices WHERE draft_state = 'submitted' "
      "AND mode = ?");
  query.bind(mode);
  return waiting(std::move(query));
}

}  // namespace clarion::store
