#include "store/second_factors.h"

#include "store/sqlite/values.h"

namespace clarion::store {

Result<std::optional<SecondFactor>> find_second_factor(View& view, std::string_view account) {
  auto query = view.connection().prepare(
      "SELECT secret, confirmed_at IS NOT NULL, last_step FROM second_factors WHERE account = ?");
  query.bind(account);
  CLARION_TRY(auto row, query.step());
  if (!row) return std::nullopt;
  return SecondFactor{query.text(0), query.integer(1) != 0, query.integer(2)};
}

Status begin_second_factor(Tx& tx, std::string_view account, std::string_view secret) {
  CLARION_TRY(remove_second_factor(tx, account));
  return tx.connection()
      .prepare("INSERT INTO second_factors(account, secret) VALUES(?,?)")
      .bind_all(account, secret)
      .run();
}

Status use_second_factor(Tx& tx, std::string_view account, std::int64_t step) {
  return tx.connection()
      .prepare(
          "UPDATE second_factors SET confirmed_at = ifnull(confirmed_at, ?), last_step = ? WHERE "
          "account = ?")
      .bind_all(ms(tx.now()), step, account)
      .run();
}

Status remove_second_factor(Tx& tx, std::string_view account) {
  CLARION_TRY(
      tx.connection().prepare("DELETE FROM second_factors WHERE account = ?").bind(account).run());
  return put_recovery_codes(tx, account, {});
}

Status put_recovery_codes(Tx& tx, std::string_view account,
                          const std::vector<std::string>& hashes) {
  CLARION_TRY(
      tx.connection().prepare("DELETE FROM recovery_codes WHERE account = ?").bind(account).run());
  for (const std::string& hash : hashes) {
    CLARION_TRY(tx.connection()
                    .prepare("INSERT INTO recovery_codes(account, hash) VALUES(?,?)")
                    .bind_all(account, hash)
                    .run());
  }
  return ok();
}

Result<bool> use_recovery_code(Tx& tx, std::string_view account, std::string_view hash) {
  CLARION_TRY(tx.connection()
                  .prepare("UPDATE recovery_codes SET used_at = ? WHERE account = ? AND hash = ? "
                           "AND used_at IS NULL")
                  .bind_all(ms(tx.now()), account, hash)
                  .run());
  return tx.connection().changes() > 0;
}

Result<std::int64_t> recovery_codes_left(View& view, std::string_view account) {
  auto query = view.connection().prepare(
      "SELECT count(*) FROM recovery_codes WHERE account = ? AND used_at IS NULL");
  CLARION_TRY(auto row, query.bind(account).step());
  return row ? query.integer(0) : 0;
}

Status put_reset_link(Tx& tx, const ResetLink& link) {
  CLARION_TRY(drop_reset_links_of(tx, link.account));
  return tx.connection()
      .prepare("INSERT INTO reset_links(hash, account, drops_factor, expires_at) VALUES(?,?,?,?)")
      .bind_all(link.hash, link.account, link.drops_factor, ms(link.expires_at))
      .run();
}

Result<bool> has_reset_link(View& view, std::string_view hash) {
  auto query = view.connection().prepare("SELECT 1 FROM reset_links WHERE hash = ?");
  return query.bind(hash).step();
}

Result<std::optional<ResetLink>> take_reset_link(Tx& tx, std::string_view hash) {
  auto query = tx.connection().prepare(
      "SELECT hash, account, drops_factor, expires_at FROM reset_links WHERE hash = ? AND "
      "expires_at > ?");
  CLARION_TRY(auto row, query.bind_all(hash, ms(tx.now())).step());
  if (!row) return std::nullopt;
  ResetLink link{query.text(0), query.text(1), query.integer(2) != 0, time_of(query.integer(3))};
  CLARION_TRY(drop_reset_links_of(tx, link.account));
  return link;
}

Status drop_reset_links_of(Tx& tx, std::string_view account) {
  return tx.connection().prepare("DELETE FROM reset_links WHERE account = ?").bind(account).run();
}

}  // namespace clarion::store
