#include "store/experts.h"

#include "store/sqlite/values.h"

#include <fmt/format.h>

namespace clarion::store {
namespace {

ExpertRow expert_at(const sqlite::Statement& row) {
  return {row.text(0),    text_at(row, 1),     json_at(row, 2).as_object(),
          row.integer(3), row.integer(4) != 0, time_of(row.integer(5))};
}

}  // namespace

Status put_expert(Tx& tx, const ExpertRow& row) {
  auto insert = tx.connection().prepare(
      "INSERT INTO experts(id, account, record, changed_at, version, active) VALUES(?,?,?,?,1,?) "
      "ON CONFLICT(id) DO UPDATE SET account = excluded.account, record = excluded.record, "
      "changed_at = excluded.changed_at, version = version + 1, active = excluded.active");
  Status done =
      insert.bind_all(row.id, row.account, json::serialize(row.record), ms(tx.now()), row.active)
          .run();
  if (!done && done.error().errc == Errc::conflict) {
    return Error{Errc::conflict,
                 fmt::format("expert '{}': another expert has the account '{}'", row.id,
                             row.account.value_or("")),
                 "expert_account_taken",
                 {{"account", row.account.value_or("")}}};
  }
  return done;
}

Result<std::vector<ExpertRow>> list_experts(View& view, bool all) {
  auto query = view.connection().prepare(
      "SELECT id, account, record, version, active, changed_at FROM experts WHERE active >= ? "
      "ORDER BY id");
  query.bind(all ? 0 : 1);
  return collect(query, expert_at);
}

Result<std::optional<ExpertRow>> find_expert(View& view, std::string_view id) {
  auto query = view.connection().prepare(
      "SELECT id, account, record, version, active, changed_at FROM experts WHERE id = ?");
  query.bind(id);
  return first(query, expert_at);
}

Result<std::optional<ExpertRow>> find_expert_of(View& view, std::string_view account) {
  auto query = view.connection().prepare(
      "SELECT id, account, record, version, active, changed_at FROM experts WHERE account = ? AND "
      "active = 1");
  query.bind(account);
  return first(query, expert_at);
}

}  // namespace clarion::store
