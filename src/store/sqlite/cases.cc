#include "store/cases.h"

#include "model/region.h"
#include "store/desk_log.h"
#include "store/sqlite/values.h"

#include <fmt/format.h>

namespace clarion::store {
namespace {

#define CLARION_CASE_COLUMNS                                                                      \
  "id, org, mode, state, version, priority, severity, topics, regions, lang, claim, claim_post, " \
  "group_id, "                                                                                    \
  "assignee, lease_until, due_at, details, created_at, changed_at"

CaseRow case_at(const sqlite::Statement& row) {
  CaseRow out;
  out.id = row.text(0);
  out.org = row.text(1);
  out.mode = row.text(2);
  out.state = row.text(3);
  out.version = row.integer(4);
  out.priority = row.integer(5);
  out.severity = model::parse_severity(row.text(6)).value_or(model::Severity::minor);
  out.topics = strings_of_text(row.text(7));
  out.regions = strings_of_text(row.text(8));
  out.lang = row.text(9);
  out.claim = row.text(10);
  if (!row.is_null(11)) out.claim_post = row.integer(11);
  if (!row.is_null(12)) out.group = row.integer(12);
  out.assignee = text_at(row, 13);
  out.lease_until = time_at(row, 14);
  out.due_at = time_at(row, 15);
  out.details = json_at(row, 16).as_object();
  out.created_at = time_of(row.integer(17));
  out.changed_at = time_of(row.integer(18));
  return out;
}

VerdictRow verdict_at(const sqlite::Statement& row) {
  return {row.text(0), row.text(1), row.text(2), time_of(row.integer(3)), row.text(4)};
}

bool any_matches(const std::vector<std::string>& regions, const std::vector<std::string>& wanted) {
  for (const std::string& a : regions) {
    for (const std::string& b : wanted) {
      if (model::regions_match(a, b)) return true;
    }
  }
  return false;
}

/// What an index can't answer; the walk in SQL is by priority or id, so a page reads on until it is
/// full.
bool wanted(const CaseRow& row, const CaseQuery& query) {
  if (query.topic &&
      std::find(row.topics.begin(), row.topics.end(), *query.topic) == row.topics.end())
    return false;
  if (query.region && !row.regions.empty() && !any_matches(row.regions, {*query.region}))
    return false;
  if (!query.in_regions.empty() && !row.regions.empty() &&
      !any_matches(row.regions, query.in_regions))
    return false;
  return true;
}

}  // namespace

Status add_case(Tx& tx, const CaseRow& row) {
  CLARION_TRY(log_case(tx, row, CaseChange::any));
  auto insert = tx.connection().prepare("INSERT INTO cases(" CLARION_CASE_COLUMNS
                                        ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  return insert
      .bind_all(row.id, row.org, row.mode, row.state, row.version, row.priority,
                name_of(row.severity), text_of(row.topics), text_of(row.regions), row.lang,
                row.claim, row.claim_post, row.group, row.assignee, ms(row.lease_until),
                ms(row.due_at), json::serialize(row.details), ms(row.created_at),
                ms(row.changed_at))
      .run();
}

Status update_case(Tx& tx, const CaseRow& row, CaseChange change) {
  CLARION_TRY(log_case(tx, row, change));
  auto update = tx.connection().prepare(
      "UPDATE cases SET state=?, version=?, priority=?, severity=?, topics=?, regions=?, lang=?, "
      "claim=?, claim_post=?, "
      "group_id=?, assignee=?, lease_until=?, due_at=?, details=?, changed_at=? WHERE id=?");
  return update
      .bind_all(row.state, row.version, row.priority, name_of(row.severity), text_of(row.topics),
                text_of(row.regions), row.lang, row.claim, row.claim_post, row.group, row.assignee,
                ms(row.lease_until), ms(row.due_at), json::serialize(row.details), ms(tx.now()),
                row.id)
      .run();
}

Result<std::optional<CaseRow>> find_case(View& view, std::string_view id) {
  auto query = view.connection().prepare("SELECT " CLARION_CASE_COLUMNS " FROM cases WHERE id = ?");
  query.bind(id);
  return first(query, case_at);
}

namespace {

/// The first cases of one state, or of all: a walk along the index of state and order, so that a
/// page costs its own length.
Result<std::vector<CaseRow>> list_state(View& view, const CaseQuery& query,
                                        const std::optional<std::string>& state) {
#define CLARION_CASE_FILTER                                                                        \
  "(?2 IS NULL OR assignee = ?2) AND (?3 IS NULL OR assignee = ?3) AND priority >= ?4 AND (?5 IS " \
  "NULL OR instr(claim, ?5) > 0) AND (?8 IS NULL OR (mode = 'Actual') = ?8) AND "
#define CLARION_BELOW \
  "(?6 IS NULL OR priority < ?6 OR (priority = ?6 AND id > ?7)) ORDER BY priority DESC, id"
#define CLARION_BEHIND "?6 IS NULL AND id > ?7 ORDER BY id"
  constexpr std::string_view kSelect[2][2] = {
      {"SELECT " CLARION_CASE_COLUMNS
       " FROM cases WHERE ?1 IS NULL AND " CLARION_CASE_FILTER CLARION_BELOW,
       "SELECT " CLARION_CASE_COLUMNS
       " FROM cases WHERE ?1 IS NULL AND " CLARION_CASE_FILTER CLARION_BEHIND},
      {"SELECT " CLARION_CASE_COLUMNS
       " FROM cases WHERE state = ?1 AND " CLARION_CASE_FILTER CLARION_BELOW,
       "SELECT " CLARION_CASE_COLUMNS
       " FROM cases WHERE state = ?1 AND " CLARION_CASE_FILTER CLARION_BEHIND}};
#undef CLARION_CASE_FILTER
#undef CLARION_BELOW
#undef CLARION_BEHIND
  auto select = view.connection().prepare(kSelect[state ? 1 : 0][query.by_id ? 1 : 0]);
  select.bind_all(state, query.assignee, query.only_account, query.min_priority, query.text,
                  query.by_id ? std::optional<std::int64_t>() : query.after_priority,
                  query.after_id, query.actual);
  std::vector<CaseRow> out;
  while (static_cast<std::int64_t>(out.size()) < query.limit) {
    CLARION_TRY(auto row, select.step());
    if (!row) return out;
    CaseRow next = case_at(select);
    if (wanted(next, query)) out.push_back(std::move(next));
  }
  return out;
}

}  // namespace

Result<std::vector<CaseRow>> list_cases(View& view, const CaseQuery& query) {
  if (query.states.empty()) return list_state(view, query, std::nullopt);
  std::vector<CaseRow> out;
  for (const std::string& state : query.states) {
    CLARION_TRY(auto some, list_state(view, query, state));
    std::move(some.begin(), some.end(), std::back_inserter(out));
  }
  std::sort(out.begin(), out.end(), [&query](const CaseRow& a, const CaseRow& b) {
    return !query.by_id && a.priority != b.priority ? a.priority > b.priority : a.id < b.id;
  });
  // A state named twice gives its cases twice.
  out.erase(std::unique(out.begin(), out.end(),
                        [](const CaseRow& a, const CaseRow& b) { return a.id == b.id; }),
            out.end());
  if (static_cast<std::int64_t>(out.size()) > query.limit)
    out.resize(static_cast<std::size_t>(query.limit));
  return out;
}

Result<std::vector<CaseRow>> lost_leases(View& view, model::Time now, std::int64_t most) {
  auto query = view.connection().prepare(
      "SELECT " CLARION_CASE_COLUMNS
      " FROM cases WHERE lease_until IS NOT NULL AND lease_until <= ? AND state = 'in_review' "
      "ORDER BY lease_until LIMIT ?");
  query.bind_all(ms(now), most);
  return collect(query, case_at);
}

Result<std::vector<CaseRow>> waiting_cases(View& view, std::int64_t most) {
  auto query = view.connection().prepare(
      "SELECT " CLARION_CASE_COLUMNS
      " FROM cases WHERE state = 'open' ORDER BY priority DESC, id LIMIT ?");
  query.bind(most);
  return collect(query, case_at);
}

Result<std::int64_t> load_of(View& view, std::string_view account) {
  auto query = view.connection().prepare(
      "SELECT count(*) FROM cases WHERE assignee = ? AND state IN ('assigned','in_review')");
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
