#include "store/sessions.h"

#include "store/sqlite/values.h"

namespace clarion::store {
namespace {

#define CLARION_SESSION_COLUMNS \
  "id, account, drill, enrolling, hash, address, device, created_at, seen_at, expires_at"

Session session_at(const sqlite::Statement& row) {
  return {row.text(0),
          row.text(1),
          row.integer(2) != 0,
          row.integer(3) != 0,
          row.text(4),
          row.text(5),
          row.text(6),
          time_of(row.integer(7)),
          time_of(row.integer(8)),
          time_of(row.integer(9))};
}

}  // namespace

Status add_session(Tx& tx, const Session& session) {
  auto insert = tx.connection().prepare("INSERT INTO sessions(" CLARION_SESSION_COLUMNS
                                        ") VALUES(?,?,?,?,?,?,?,?,?,?)");
  return insert
      .bind_all(session.id, session.account, session.drill, session.enrolling, session.hash,
                session.address, session.device, ms(tx.now()), ms(tx.now()), ms(session.expires_at))
      .run();
}

Result<std::optional<Session>> find_session_by_hash(View& view, std::string_view hash) {
  auto query =
      view.connection().prepare("SELECT " CLARION_SESSION_COLUMNS " FROM sessions WHERE hash = ?");
  query.bind(hash);
  return first(query, session_at);
}

Result<std::optional<Session>> find_session(View& view, std::string_view id) {
  auto query =
      view.connection().prepare("SELECT " CLARION_SESSION_COLUMNS " FROM sessions WHERE id = ?");
  query.bind(id);
  return first(query, session_at);
}

Result<std::vector<Session>> list_sessions(View& view, const std::optional<std::string>& account) {
  auto query = view.connection().prepare(
      "SELECT " CLARION_SESSION_COLUMNS
      " FROM sessions WHERE ?1 IS NULL OR account = ?1 ORDER BY created_at DESC, id DESC");
  query.bind(account);
  return collect(query, session_at);
}

Status touch_session(Tx& tx, std::string_view id) {
  return tx.connection()
      .prepare("UPDATE sessions SET seen_at = ? WHERE id = ?")
      .bind_all(ms(tx.now()), id)
      .run();
}

Status finish_enrolling(Tx& tx, std::string_view id) {
  return tx.connection().prepare("UPDATE sessions SET enrolling = 0 WHERE id = ?").bind(id).run();
}

Result<bool> end_session(Tx& tx, std::string_view id) {
  CLARION_TRY(tx.connection().prepare("DELETE FROM sessions WHERE id = ?").bind(id).run());
  return tx.connection().changes() > 0;
}

Result<std::int64_t> end_sessions_of(Tx& tx, std::string_view account, std::string_view but) {
  CLARION_TRY(tx.connection()
                  .prepare("DELETE FROM sessions WHERE account = ? AND id <> ?")
                  .bind_all(account, but)
                  .run());
  return tx.connection().changes();
}

Status end_all_sessions(Tx& tx) { return tx.connection().prepare("DELETE FROM sessions").run(); }

Result<std::int64_t> drop_old_sessions(Tx& tx, model::Time unused_since) {
  CLARION_TRY(tx.connection()
                  .prepare("DELETE FROM sessions WHERE expires_at <= ? OR seen_at < ?")
                  .bind_all(ms(tx.now()), ms(unused_since))
                  .run());
  return tx.connection().changes();
}

}  // namespace clarion::store
