#include "store/asks.h"

#include "store/sqlite/values.h"

namespace clarion::store {
namespace {

AskRow ask_at(const sqlite::Statement& row) {
  AskRow out;
  out.id = row.text(0);
  out.case_id = row.text(1);
  out.kind = row.text(2);
  out.account = row.text(3);
  out.expert = text_at(row, 4);
  out.asked_by = row.text(5);
  out.asked_at = time_of(row.integer(6));
  out.state = row.text(7);
  out.question = row.text(8);
  out.answer = json_at(row, 9).as_object();
  out.answered_at = time_at(row, 10);
  return out;
}

}  // namespace

Status add_ask(Tx& tx, const AskRow& row) {
  auto insert = tx.connection().prepare(
      "INSERT INTO case_asks(id, case_id, kind, account, expert, asked_by, asked_at, state, "
      "question, answer, answered_at) VALUES(?,?,?,?,?,?,?,?,?,?,?)");
  return insert
      .bind_all(row.id, row.case_id, row.kind, row.account, row.expert, row.asked_by,
                ms(row.asked_at), row.state, row.question, json::serialize(row.answer),
                ms(row.answered_at))
      .run();
}

Status update_ask(Tx& tx, const AskRow& row) {
  auto update = tx.connection().prepare(
      "UPDATE case_asks SET state = ?, answer = ?, answered_at = ? WHERE id = ?");
  return update.bind_all(row.state, json::serialize(row.answer), ms(row.answered_at), row.id).run();
}

Result<std::vector<AskRow>> asks_of_case(View& view, std::string_view case_id) {
  auto query = view.connection().prepare(
      "SELECT id, case_id, kind, account, expert, asked_by, asked_at, state, question, answer, "
      "answered_at FROM case_asks WHERE case_id = ? ORDER BY id");
  query.bind(case_id);
  return collect(query, ask_at);
}

}  // namespace clarion::store
