#include "store/meta.h"

#include "store/sqlite/values.h"

#include <fmt/format.h>

namespace clarion::store {
namespace {
constexpr std::chrono::hours kAnswersKept{24};  // contract section 3
}

Result<std::optional<std::string>> find_meta(View& view, std::string_view key) {
  auto query = view.connection().prepare("SELECT value FROM meta WHERE key = ?");
  CLARION_TRY(auto row, query.bind(key).step());
  return row ? std::optional(query.text(0)) : std::nullopt;
}

Status set_meta(Tx& tx, std::string_view key, std::string_view value) {
  auto insert = tx.connection().prepare(
      "INSERT INTO meta(key, value) VALUES(?,?) ON CONFLICT(key) DO UPDATE SET value = "
      "excluded.value");
  return insert.bind(key).bind(value).run();
}

Result<std::optional<StoredAnswer>> find_answer(View& view, std::string_view credential,
                                                std::string_view key) {
  auto query = view.connection().prepare(
      "SELECT request_hash, status, headers, body FROM idempotency WHERE credential = ? AND key = "
      "?");
  CLARION_TRY(auto row, query.bind(credential).bind(key).step());
  if (!row) return std::nullopt;
  return StoredAnswer{query.text(0), static_cast<int>(query.integer(1)), query.text(2),
                      query.text(3)};
}

Status keep_answer(Tx& tx, std::string_view credential, std::string_view key,
                   const StoredAnswer& answer) {
  auto insert = tx.connection().prepare(
      "INSERT INTO idempotency(credential, key, request_hash, status, headers, body, at) "
      "VALUES(?,?,?,?,?,?,?)");
  return insert
      .bind_all(credential, key, answer.request_hash, answer.status, answer.headers, answer.body,
                ms(tx.now()))
      .run();
}

Status drop_answers_of_case(Tx& tx, std::string_view case_id) {
  // The id is the first member of a case, and has 28 characters.
  auto drop = tx.connection().prepare("DELETE FROM idempotency WHERE substr(body, 1, 36) = ?");
  return drop.bind_all(fmt::format(R"({{"id":"{}")", case_id)).run();
}

Result<std::int64_t> drop_old_answers(Tx& tx) {
  auto drop = tx.connection().prepare(
      "DELETE FROM idempotency WHERE (credential, key) IN (SELECT credential, key FROM idempotency "
      "WHERE at < ? LIMIT 1000)");
  CLARION_TRY(drop.bind(ms(tx.now() - kAnswersKept)).run());
  return tx.connection().changes();
}

}  // namespace clarion::store
