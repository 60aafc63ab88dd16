#include "store/cases.h"

#include "store/desk_log.h"
#include "store/sqlite/case_rows.h"

#include <fmt/format.h>

namespace clarion::store {
namespace {

VerdictRow verdict_at(const sqlite::Statement& row) {
  return {row.text(0), row.text(1), row.text(2), time_of(row.integer(3)), row.text(4)};
}

}  // namespace

Status add_case(Tx& tx, const CaseRow& row) {
  CLARION_TRY(log_case(tx, row, CaseChange::any));
  auto insert = tx.connection().prepare("INSERT INTO cases(" CLARION_CASE_COLUMNS
                                        ", rank"
                                        ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  return insert
      .bind_all(row.id, row.org, row.mode, row.state, row.version, row.priority,
                name_of(row.severity), text_of(row.topics), text_of(row.regions), row.lang,
                row.claim, row.claim_post, row.group, row.assignee, ms(row.lease_until),
                ms(row.due_at), json::serialize(row.details), ms(row.created_at),
                ms(row.changed_at), row.pinned, ms(row.alarm_at), ms(row.reprice_at), rank_of(row))
      .run();
}

Status update_case(Tx& tx, const CaseRow& row, CaseChange change) {
  CLARION_TRY(log_case(tx, row, change));
  auto update = tx.connection().prepare(
      "UPDATE cases SET state=?, version=?, priority=?, severity=?, topics=?, regions=?, lang=?, "
      "claim=?, claim_post=?, "
      "group_id=?, assignee=?, lease_until=?, due_at=?, details=?, changed_at=?, pinned=?, "
      "alarm_at=?, reprice_at=?, rank=? WHERE id=?");
  return update
      .bind_all(row.state, row.version, row.priority, name_of(row.severity), text_of(row.topics),
                text_of(row.regions), row.lang, row.claim, row.claim_post, row.group, row.assignee,
                ms(row.lease_until), ms(row.due_at), json::serialize(row.details), ms(tx.now()),
                row.pinned, ms(row.alarm_at), ms(row.reprice_at), rank_of(row), row.id)
      .run();
}

std::int64_t rank_of(const CaseRow& row) {
  constexpr std::int64_t kPinned = 1000;
  const bool ended = row.state == "closed" || row.state == "dismissed" || row.state == "merged";
  return row.priority + (row.pinned && !ended ? kPinned : 0);
}

Result<std::optional<CaseRow>> find_case(View& view, std::string_view id) {
  auto query = view.connection().prepare("SELECT " CLARION_CASE_COLUMNS " FROM cases WHERE id = ?");
  query.bind(id);
  return first(query, case_at);
}

Result<std::vector<CaseRow>> lost_leases(View& view, model::Time now, std::int64_t most) {
  auto query = view.connection().prepare(
      "SELECT " CLARION_CASE_COLUMNS
      " FROM cases WHERE lease_until IS NOT NULL AND lease_until <= ? AND state = 'in_review' "
      "ORDER BY lease_until LIMIT ?");
  query.bind_all(ms(now), most);
  return collect(query, case_at);
}

Result<std::int64_t> load_of(View& view, std::string_view account) {
  auto query = view.connection().prepare("SELECT held FROM workloads WHERE account = ?");
  CLARION_TRY(auto row, query.bind(account).step());
  return row ? query.integer(0) : 0;
}

Result<std::optional<model::Time>> oldest_case(View& view, std::string_view state) {
  auto query = view.connection().prepare(
      "SELECT created_at FROM cases INDEXED BY cases_by_state_and_id WHERE state = ? AND mode = "
      "'Actual' ORDER BY id LIMIT 1");  // ids rise with time
  CLARION_TRY(auto row, query.bind(state).step());
  return row ? std::optional(time_of(query.integer(0))) : std::nullopt;
}

Result<std::int64_t> count_cases(View& view, std::string_view state) {
  auto query = view.connection().prepare("SELECT count(*) FROM cases WHERE state = ?");
  CLARION_TRY(auto row, query.bind(state).step());
  return row ? query.integer(0) : 0;
}

Status add_case_event(Tx& tx, std::string_view case_id, std::string_view actor,
                      std::string_view action, const json::object& detail) {
  auto insert = tx.connection().prepare(
      "INSERT INTO case_history(case_id, seq, at, actor, action, detail) "
      "VALUES(?1, 1 + ifnull((SELECT max(seq) FROM case_history WHERE case_id = ?1), 0), ?2, ?3, "
      "?4, ?5)");
  return insert.bind_all(case_id, ms(tx.now()), actor, action, json::serialize(detail)).run();
}

Result<std::vector<CaseEvent>> case_events(View& view, std::string_view case_id) {
  auto query = view.connection().prepare(
      "SELECT seq, at, actor, action, detail FROM case_history WHERE case_id = ? ORDER BY seq");
  query.bind(case_id);
  std::vector<CaseEvent> out;
  while (true) {
    CLARION_TRY(auto row, query.step());
    if (!row) return out;
    out.push_back({query.integer(0), time_of(query.integer(1)), query.text(2), query.text(3),
                   json_at(query, 4).as_object()});
  }
}

std::string verdict_hash(const VerdictRow& row) {
  return hash_of({{"id", row.id},
                  {"case", row.case_id},
                  {"actor", row.actor},
                  {"at", model::to_text(row.at)},
                  {"record", row.record}});
}

Status add_verdict(Tx& tx, const VerdictRow& row) {
  auto insert = tx.connection().prepare(
      "INSERT INTO verdicts(id, case_id, actor, at, record) VALUES(?,?,?,?,?)");
  return insert.bind_all(row.id, row.case_id, row.actor, ms(row.at), row.record).run();
}

Result<std::vector<VerdictRow>> verdicts_of_case(View& view, std::string_view case_id) {
  auto query = view.connection().prepare(
      "SELECT id, case_id, actor, at, record FROM verdicts WHERE case_id = ? ORDER BY at, id");
  query.bind(case_id);
  return collect(query, verdict_at);
}

Result<std::vector<VerdictRow>> all_verdicts(View& view) {
  auto query =
      view.connection().prepare("SELECT id, case_id, actor, at, record FROM verdicts ORDER BY id");
  return collect(query, verdict_at);
}

}  // namespace clarion::store
