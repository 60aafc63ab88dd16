#include "store/workload.h"

#include "store/hazards.h"
#include "store/sqlite/case_rows.h"

namespace clarion::store {
namespace {

Workload workload_at(const sqlite::Statement& row) {
  return {row.text(0), row.integer(1), row.real(2), row.integer(3)};
}

WaitingHead head_at(const sqlite::Statement& row) {
  return {{row.text(0), row.text(1), row.text(2)}, row.integer(3), row.text(4)};
}

HazardRow hazard_at(const sqlite::Statement& row) {
  return {row.text(0),
          row.text(1),
          row.text(2),
          model::parse_severity(row.text(3)).value_or(model::Severity::minor),
          time_of(row.integer(4)),
          time_of(row.integer(5)),
          json_at(row, 6).as_object()};
}

}  // namespace

Result<std::vector<Workload>> list_workloads(View& view) {
  auto query =
      view.connection().prepare("SELECT account, held, pace_seconds, judged FROM workloads");
  return collect(query, workload_at);
}

Result<Workload> workload_of(View& view, std::string_view account) {
  auto query = view.connection().prepare(
      "SELECT account, held, pace_seconds, judged FROM workloads WHERE account = ?");
  query.bind(account);
  CLARION_TRY(auto found, first(query, workload_at));
  return found ? std::move(*found) : Workload{std::string(account), 0, 0, 0};
}

Status set_pace(Tx& tx, const Workload& load) {
  auto put = tx.connection().prepare(
      "INSERT INTO workloads(account, pace_seconds, judged) VALUES(?,?,?) ON CONFLICT(account) DO "
      "UPDATE SET pace_seconds = excluded.pace_seconds, judged = excluded.judged");
  return put.bind_all(load.account, load.pace_seconds, load.judged).run();
}

Result<std::optional<WaitingHead>> next_waiting_kind(View& view, const WaitingKind& kind) {
  auto query = view.connection().prepare(
      "SELECT mode, topics, regions, rank, id FROM cases INDEXED BY cases_by_kind WHERE state = "
      "'open' AND (mode, topics, regions) > (?, ?, ?) ORDER BY mode, topics, regions, rank DESC, "
      "id LIMIT 1");
  query.bind_all(kind.mode, kind.topics, kind.regions);
  return first(query, head_at);
}

Result<std::optional<WaitingHead>> next_waiting(View& view, const WaitingHead& head) {
  const WaitingKind& kind = head.kind;
  {
    auto equal = view.connection().prepare(
        "SELECT mode, topics, regions, rank, id FROM cases INDEXED BY cases_by_kind WHERE state = "
        "'open' AND mode = ? AND topics = ? AND regions = ? AND rank = ? AND id > ? ORDER BY id "
        "LIMIT 1");
    equal.bind_all(kind.mode, kind.topics, kind.regions, head.rank, head.id);
    CLARION_TRY(auto found, first(equal, head_at));
    if (found) return found;
  }
  auto below = view.connection().prepare(
      "SELECT mode, topics, regions, rank, id FROM cases INDEXED BY cases_by_kind WHERE state = "
      "'open' AND mode = ? AND topics = ? AND regions = ? AND rank < ? ORDER BY rank DESC, id "
      "LIMIT 1");
  below.bind_all(kind.mode, kind.topics, kind.regions, head.rank);
  return first(below, head_at);
}

Result<std::vector<CaseRow>> due_alarms(View& view, model::Time now, std::int64_t most) {
  auto query = view.connection().prepare(
      "SELECT " CLARION_CASE_COLUMNS
      " FROM cases INDEXED BY cases_by_alarm WHERE alarm_at <= ? ORDER BY alarm_at LIMIT ?");
  query.bind_all(ms(now), most);
  return collect(query, case_at);
}

Result<std::vector<CaseRow>> due_repricing(View& view, model::Time now, std::int64_t most) {
  auto query = view.connection().prepare(
      "SELECT " CLARION_CASE_COLUMNS
      " FROM cases INDEXED BY cases_by_reprice WHERE reprice_at <= ? ORDER BY reprice_at LIMIT ?");
  query.bind_all(ms(now), most);
  return collect(query, case_at);
}

Result<std::optional<std::string>> reprice_topic(Tx& tx, std::string_view topic,
                                                 std::string_view after_id, std::int64_t most) {
  auto last = tx.connection().prepare(
      "SELECT case_id FROM case_facets WHERE facet = 't' || ?1 AND case_id > ?2 ORDER BY case_id "
      "LIMIT 1 OFFSET ?3 - 1");
  last.bind_all(topic, after_id, most);
  CLARION_TRY(auto full, last.step());
  std::optional<std::string> until;
  if (full) until = last.text(0);
  auto mark = tx.connection().prepare(
      "UPDATE cases SET reprice_at = ?4 WHERE id IN (SELECT case_id FROM case_facets WHERE facet = "
      "'t' || ?1 AND case_id > ?2 AND (?3 IS NULL OR case_id <= ?3)) AND state IN ('open', "
      "'assigned', 'in_review')");
  CLARION_TRY(mark.bind_all(topic, after_id, until, ms(tx.now())).run());
  return until;
}

Status put_hazard(Tx& tx, const HazardRow& row) {
  auto put = tx.connection().prepare(
      "INSERT INTO hazards(id, topic, region, severity, from_at, until_at, record) "
      "VALUES(?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET topic = excluded.topic, region = "
      "excluded.region, severity = excluded.severity, from_at = excluded.from_at, until_at = "
      "excluded.until_at, record = excluded.record");
  return put
      .bind_all(row.id, row.topic, row.region, name_of(row.severity), ms(row.from), ms(row.until),
                json::serialize(row.record))
      .run();
}

Result<std::vector<HazardRow>> list_hazards(View& view, model::Time now) {
  auto query = view.connection().prepare(
      "SELECT id, topic, region, severity, from_at, until_at, record FROM hazards WHERE until_at > "
      "? ORDER BY id");
  query.bind(ms(now));
  return collect(query, hazard_at);
}

Result<std::vector<std::string>> touched_topics(View& view) {
  auto query = view.connection().prepare("SELECT DISTINCT topic FROM hazards ORDER BY topic");
  return collect(query, +[](const sqlite::Statement& row) { return row.text(0); });
}

Result<std::int64_t> change_count(View& view, std::string_view what) {
  auto query = view.connection().prepare("SELECT count FROM changes WHERE what = ?");
  CLARION_TRY(auto row, query.bind(what).step());
  return row ? query.integer(0) : 0;
}

}  // namespace clarion::store
