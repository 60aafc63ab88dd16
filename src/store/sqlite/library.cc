#include "store/library.h"

#include "store/sqlite/values.h"

namespace clarion::store {
namespace {

#define CLARION_DEBUNK_COLUMNS "id, record, url, origin, imported_at, withdrawn, change"

DebunkRow debunk_at(const sqlite::Statement& row) {
  return {row.text(0),         row.text(1),   row.text(2), row.text(3), time_of(row.integer(4)),
          row.integer(5) != 0, row.integer(6)};
}

Result<std::optional<DebunkRow>> find_any(View& view, std::string_view id) {
  auto query =
      view.connection().prepare("SELECT " CLARION_DEBUNK_COLUMNS " FROM debunks WHERE id = ?");
  query.bind(id);
  return first(query, debunk_at);
}

}  // namespace

Result<Put> put_debunk(Tx& tx, const DebunkRow& row) {
  CLARION_TRY(auto before, find_any(tx, row.id));
  if (before && !before->withdrawn && before->record == row.record) return Put::unchanged;
  auto insert = tx.connection().prepare(
      "INSERT INTO debunks(id, record, url, origin, imported_at, withdrawn, change) "
      "VALUES(?,?,?,?,?,0,1 + ifnull((SELECT max(change) FROM debunks), 0)) "
      "ON CONFLICT(id) DO UPDATE SET record = excluded.record, url = excluded.url, origin = "
      "excluded.origin, imported_at = excluded.imported_at, withdrawn = 0, change = "
      "excluded.change");
  CLARION_TRY(insert.bind_all(row.id, row.record, row.url, row.origin, ms(tx.now())).run());
  return before && !before->withdrawn ? Put::changed : Put::added;
}

Result<std::size_t> withdraw_debunks(Tx& tx, std::string_view url) {
  if (url.empty()) return std::size_t{0};
  std::vector<std::string> ids;
  {
    auto query = tx.connection().prepare(
        "SELECT id FROM debunks WHERE url = ? AND url <> '' AND withdrawn "
        "= 0 ORDER BY id");
    query.bind(url);
    CLARION_TRY(
        ids, collect<std::string>(query, [](const sqlite::Statement& row) { return row.text(0); }));
  }
  for (const std::string& id : ids) {
    auto update = tx.connection().prepare(
        "UPDATE debunks SET record = '', withdrawn = 1, change = 1 + (SELECT max(change) FROM "
        "debunks) WHERE id = ?");
    CLARION_TRY(update.bind(id).run());
  }
  return ids.size();
}

Result<std::optional<DebunkRow>> find_debunk(View& view, std::string_view id) {
  // Asked of the database, not sorted out here: gcc 12 at -O2 takes an optional that may be reset
  // for one that is read unset.
  auto query = view.connection().prepare("SELECT " CLARION_DEBUNK_COLUMNS
                                         " FROM debunks WHERE id = ? AND withdrawn = 0");
  query.bind(id);
  return first(query, debunk_at);
}

Result<std::vector<DebunkRow>> list_debunks(View& view, std::string_view after_id,
                                            std::int64_t most) {
  auto query =
      view.connection().prepare("SELECT " CLARION_DEBUNK_COLUMNS
                                " FROM debunks WHERE id > ? AND withdrawn = 0 ORDER BY id LIMIT ?");
  query.bind_all(after_id, most);
  return collect(query, debunk_at);
}

Result<std::int64_t> library_change(View& view) {
  auto query = view.connection().prepare("SELECT ifnull(max(change), 0) FROM debunks");
  CLARION_TRY(auto row, query.step());
  return row ? query.integer(0) : 0;
}

Result<std::vector<DebunkRow>> debunks_after(View& view, std::int64_t change, std::int64_t most) {
  auto query = view.connection().prepare("SELECT " CLARION_DEBUNK_COLUMNS
                                         " FROM debunks WHERE change > ? ORDER BY change LIMIT ?");
  query.bind_all(change, most);
  return collect(query, debunk_at);
}

}  // namespace clarion::store
