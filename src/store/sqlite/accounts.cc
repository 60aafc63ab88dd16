#include "store/accounts.h"

#include "store/sqlite/values.h"

#include <fmt/format.h>

namespace clarion::store {
namespace {

Account account_at(const sqlite::Statement& row) {
  return {row.text(0),         row.text(1),    strings_of_text(row.text(2)), text_at(row, 3),
          row.integer(4) != 0, row.integer(5), time_of(row.integer(6))};
}

Token token_at(const sqlite::Statement& row) {
  return {row.text(0),
          row.text(1),
          row.text(2),
          text_at(row, 3),
          strings_of_text(row.text(4)),
          row.text(5),
          time_of(row.integer(6)),
          time_of(row.integer(7)),
          time_at(row, 8)};
}

}  // namespace

Status add_account(Tx& tx, const Account& account) {
  auto insert = tx.connection().prepare(
      "INSERT INTO accounts(name, role, regions, password, disabled, generation, created_at) "
      "VALUES(?,?,?,?,0,1,?) "
      "ON CONFLICT DO NOTHING");
  CLARION_TRY(insert
                  .bind_all(account.name, account.role, text_of(account.regions), account.password,
                            ms(tx.now()))
                  .run());
  if (tx.connection().changes() == 0) {
    return Error{Errc::conflict, fmt::format("the account '{}' exists", account.name),
                 "account_exists"};
  }
  return ok();
}

Result<std::optional<Account>> find_account(View& view, std::string_view name) {
  auto query = view.connection().prepare(
      "SELECT name, role, regions, password, disabled, generation, created_at FROM accounts WHERE "
      "name = ?");
  query.bind(name);
  return first(query, account_at);
}

Result<std::vector<Account>> list_accounts(View& view) {
  auto query = view.connection().prepare(
      "SELECT name, role, regions, password, disabled, generation, created_at FROM accounts ORDER "
      "BY name");
  return collect(query, account_at);
}

Status update_account(Tx& tx, const Account& account) {
  auto update = tx.connection().prepare(
      "UPDATE accounts SET role = ?, regions = ?, password = ?, disabled = ?, generation = "
      "generation + 1 WHERE name = ?");
  CLARION_TRY(update
                  .bind_all(account.role, text_of(account.regions), account.password,
                            account.disabled, account.name)
                  .run());
  if (tx.connection().changes() == 0) {
    return Error{Errc::not_found, fmt::format("there is no account '{}'", account.name),
                 "not_found"};
  }
  return ok();
}

Status add_token(Tx& tx, const Token& token) {
  auto insert = tx.connection().prepare(
      "INSERT INTO tokens(id, name, scope, account, sources, hash, created_at, expires_at) "
      "VALUES(?,?,?,?,?,?,?,?)");
  return insert
      .bind_all(token.id, token.name, token.scope, token.account, text_of(token.sources),
                token.hash, ms(tx.now()), ms(token.expires_at))
      .run();
}

Result<std::optional<Token>> find_token_by_hash(View& view, std::string_view hash) {
  auto query = view.connection().prepare(
      "SELECT id, name, scope, account, sources, hash, created_at, expires_at, revoked_at FROM "
      "tokens WHERE hash = ?");
  query.bind(hash);
  return first(query, token_at);
}

Result<std::optional<Token>> find_token(View& view, std::string_view id) {
  auto query = view.connection().prepare(
      "SELECT id, name, scope, account, sources, hash, created_at, expires_at, revoked_at FROM "
      "tokens WHERE id = ?");
  query.bind(id);
  return first(query, token_at);
}

Result<std::vector<Token>> list_tokens(View& view) {
  auto query = view.connection().prepare(
      "SELECT id, name, scope, account, sources, hash, created_at, expires_at, revoked_at FROM "
      "tokens ORDER BY id");
  return collect(query, token_at);
}

Result<bool> revoke_token(Tx& tx, std::string_view id) {
  auto update = tx.connection().prepare(
      "UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL");
  CLARION_TRY(update.bind(ms(tx.now())).bind(id).run());
  return tx.connection().changes() > 0;
}

}  // namespace clarion::store
