#include "store/messages.h"

#include "store/sqlite/values.h"

namespace clarion::store {
namespace {

Message message_at(const sqlite::Statement& row) {
  return {row.text(0),
          row.text(1),
          row.text(2),
          json_at(row, 3).as_object(),
          time_of(row.integer(4)),
          time_at(row, 5)};
}

}  // namespace

Status add_message(Tx& tx, std::string_view account, std::string_view code,
                   const json::object& params) {
  auto insert = tx.connection().prepare(
      "INSERT INTO messages(id, account, code, params, at) VALUES(?,?,?,?,?)");
  return insert.bind_all(tx.ids().make("m_"), account, code, json::serialize(params), ms(tx.now()))
      .run();
}

Status add_message_once(Tx& tx, std::string_view account, std::string_view code,
                        const json::object& params) {
  auto insert = tx.connection().prepare(
      "INSERT INTO messages(id, account, code, params, at) SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT "
      "EXISTS (SELECT 1 FROM messages WHERE account = ?2 AND code = ?3 AND params = ?4)");
  return insert.bind_all(tx.ids().make("m_"), account, code, json::serialize(params), ms(tx.now()))
      .run();
}

Result<std::vector<Message>> list_messages(View& view, std::string_view account, bool unread_only,
                                           std::string_view before, std::int64_t limit) {
  auto query = view.connection().prepare(
      "SELECT id, account, code, params, at, read_at FROM messages WHERE account = ? AND (? OR "
      "read_at IS NULL) AND (? = '' OR id < ?) ORDER BY id DESC LIMIT ?");
  query.bind_all(account, !unread_only, before, before, limit);
  return collect(query, message_at);
}

Result<std::int64_t> count_unread(View& view, std::string_view account) {
  auto query = view.connection().prepare(
      "SELECT count(*) FROM messages WHERE account = ? AND read_at IS NULL");
  query.bind(account);
  CLARION_TRY(query.step());
  return query.integer(0);
}

Result<std::int64_t> read_messages(Tx& tx, std::string_view account,
                                   const std::vector<std::string>& ids) {
  if (ids.empty()) {
    auto update = tx.connection().prepare(
        "UPDATE messages SET read_at = ? WHERE account = ? AND read_at IS NULL");
    CLARION_TRY(update.bind_all(ms(tx.now()), account).run());
    return tx.connection().changes();
  }
  std::int64_t count = 0;
  for (const std::string& id : ids) {
    auto update = tx.connection().prepare(
        "UPDATE messages SET read_at = ? WHERE account = ? AND id = ? AND read_at IS NULL");
    CLARION_TRY(update.bind_all(ms(tx.now()), account, id).run());
    count += tx.connection().changes();
  }
  return count;
}

Result<std::int64_t> drop_old_messages(Tx& tx, model::Time before) {
  auto remove = tx.connection().prepare(
      "DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE at < ? LIMIT 1000)");
  CLARION_TRY(remove.bind(ms(before)).run());
  return tx.connection().changes();
}

}  // namespace clarion::store
