#include "store/notices.h"
#include "store/sqlite/values.h"

namespace clarion::store {
namespace {

SigningKeyRow key_at(const sqlite::Statement& row) {
  return {row.text(0), row.text(1), time_of(row.integer(2)), time_at(row, 3), time_at(row, 4)};
}

}  // namespace

Status add_signing_key(Tx& tx, const SigningKeyRow& row) {
  auto insert = tx.connection().prepare(
      "INSERT INTO signing_keys(kid, public_key, created_at) VALUES(?,?,?)");
  return insert.bind_all(row.kid, row.public_key, ms(tx.now())).run();
}

Result<std::vector<SigningKeyRow>> list_signing_keys(View& view) {
  auto query = view.connection().prepare(
      "SELECT kid, public_key, created_at, retired_at, revoked_at FROM signing_keys ORDER BY "
      "created_at, kid");
  return collect(query, key_at);
}

Result<std::optional<SigningKeyRow>> current_signing_key(View& view) {
  auto query = view.connection().prepare(
      "SELECT kid, public_key, created_at, retired_at, revoked_at FROM signing_keys WHERE "
      "retired_at IS NULL AND revoked_at IS NULL");
  return first(query, key_at);
}

Status retire_signing_key(Tx& tx, std::string_view kid) {
  auto update = tx.connection().prepare("UPDATE signing_keys SET retired_at = ? WHERE kid = ?");
  return update.bind_all(ms(tx.now()), kid).run();
}

Status revoke_signing_key(Tx& tx, std::string_view kid) {
  auto update = tx.connection().prepare("UPDATE signing_keys SET revoked_at = ? WHERE kid = ?");
  return update.bind_all(ms(tx.now()), kid).run();
}

}  // namespace clarion::store
