#include "store/roster.h"

#include "store/sqlite/values.h"

namespace clarion::store {
namespace {

RosterRow roster_at(const sqlite::Statement& row) {
  return {row.text(0),
          row.text(1),
          row.text(2),
          time_of(row.integer(3)),
          time_of(row.integer(4)),
          row.integer(5),
          row.integer(6) != 0,
          json_at(row, 7).as_object(),
          time_of(row.integer(8))};
}

std::string text_of_row(const sqlite::Statement& row) { return row.text(0); }

}  // namespace

Status put_roster(Tx& tx, const RosterRow& row) {
  auto insert = tx.connection().prepare(
      "INSERT INTO roster(id, kind, duty, from_at, until_at, version, removed, record, changed_at) "
      "VALUES(?,?,?,?,?,1,?,?,?) ON CONFLICT(id) DO UPDATE SET duty = excluded.duty, from_at = "
      "excluded.from_at, until_at "
      "= excluded.until_at, version = version + 1, removed = excluded.removed, record = "
      "excluded.record, changed_at = excluded.changed_at");
  return insert
      .bind_all(row.id, row.kind, row.duty, ms(row.from), ms(row.until), row.removed,
                json::serialize(row.record), ms(tx.now()))
      .run();
}

Result<std::optional<RosterRow>> find_roster(View& view, std::string_view id) {
  auto query = view.connection().prepare(
      "SELECT id, kind, duty, from_at, until_at, version, removed, record, changed_at FROM roster "
      "WHERE "
      "id = ?");
  query.bind(id);
  return first(query, roster_at);
}

Result<std::vector<RosterRow>> roster_in(View& view, model::Time from, model::Time until,
                                         bool with_removed) {
  auto query = view.connection().prepare(
      "SELECT id, kind, duty, from_at, until_at, version, removed, record, changed_at FROM roster "
      "WHERE "
      "until_at > ? AND from_at < ? AND removed <= ? ORDER BY id");
  query.bind_all(ms(from), ms(until), with_removed);
  return collect(query, roster_at);
}

Result<std::vector<RosterRow>> roster_of_kind(View& view, std::string_view kind) {
  auto query = view.connection().prepare(
      "SELECT id, kind, duty, from_at, until_at, version, removed, record, changed_at FROM roster "
      "WHERE "
      "kind = ? AND removed = 0 ORDER BY id");
  query.bind(kind);
  return collect(query, roster_at);
}

Result<std::optional<model::Time>> first_of_duty(View& view, std::string_view duty) {
  auto query = view.connection().prepare(
      "SELECT min(from_at) FROM roster WHERE removed = 0 AND duty <> '' AND duty = ?");
  query.bind(duty);
  CLARION_TRY(query.step());
  return time_at(query, 0);
}

Status put_calendar_link(Tx& tx, std::string_view account, std::string_view hash) {
  auto insert = tx.connection().prepare(
      "INSERT INTO calendar_links(account, hash, created_at) VALUES(?,?,?) ON CONFLICT(account) DO "
      "UPDATE SET hash = excluded.hash, created_at = excluded.created_at");
  return insert.bind_all(account, hash, ms(tx.now())).run();
}

Result<bool> drop_calendar_link(Tx& tx, std::string_view account) {
  auto remove = tx.connection().prepare("DELETE FROM calendar_links WHERE account = ?");
  CLARION_TRY(remove.bind(account).run());
  return tx.connection().changes() > 0;
}

Result<std::optional<model::Time>> find_calendar_link(View& view, std::string_view account) {
  auto query = view.connection().prepare("SELECT created_at FROM calendar_links WHERE account = ?");
  query.bind(account);
  CLARION_TRY(auto row, query.step());
  return row ? std::optional(time_of(query.integer(0))) : std::nullopt;
}

Result<std::optional<std::string>> account_of_calendar(View& view, std::string_view hash) {
  auto query = view.connection().prepare("SELECT account FROM calendar_links WHERE hash = ?");
  query.bind(hash);
  return first(query, text_of_row);
}

}  // namespace clarion::store
