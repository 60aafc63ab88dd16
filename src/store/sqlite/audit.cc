#include "store/audit.h"

#include "base/bytes.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/values.h"

namespace clarion::store {
namespace {

#define CLARION_AUDIT_COLUMNS "seq, at, actor, action, subject, detail, previous, hash"

AuditRecord record_at(const sqlite::Statement& row) {
  return {row.integer(0), time_of(row.integer(1)),
          row.text(2),    row.text(3),
          row.text(4),    row.text(5),
          row.text(6),    row.text(7)};
}

}  // namespace

std::string audit_hash(const AuditRecord& record) {
  json::object link;
  link["seq"] = record.seq;
  link["at"] = model::to_text(record.at);
  link["actor"] = record.actor;
  link["action"] = record.action;
  link["subject"] = record.subject;
  link["detail"] = record.detail;
  link["previous"] = record.previous;
  const auto bytes = canonical_json(link);
  return bytes ? sha256_hex(bytes.value()) : std::string();
}

Result<AuditHead> audit_head(View& view) {
  auto query = view.connection().prepare("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1");
  CLARION_TRY(auto row, query.step());
  return row ? AuditHead{query.integer(0), query.text(1)} : AuditHead{};
}

Result<AuditHead> append_audit(Tx& tx, std::string_view actor, std::string_view action,
                               std::string_view subject, json::object detail) {
  CLARION_TRY(auto head, audit_head(tx));
  AuditRecord record;
  record.seq = head.seq + 1;
  record.at = tx.now();
  record.actor = actor;
  record.action = action;
  record.subject = subject;
  CLARION_TRY(record.detail, canonical_json(std::move(detail)));
  record.previous = head.hash;
  record.hash = audit_hash(record);
  auto insert = tx.connection().prepare(
      "INSERT INTO audit(seq, at, actor, action, subject, detail, previous, hash) "
      "VALUES(?,?,?,?,?,?,?,?)");
  CLARION_TRY(insert
                  .bind_all(record.seq, ms(record.at), record.actor, record.action, record.subject,
                            record.detail, record.previous, record.hash)
                  .run());
  return AuditHead{record.seq, record.hash};
}

Result<std::vector<AuditRecord>> list_audit(View& view, const AuditQuery& query) {
  // One statement a leading column, so that each walks an index backwards; the rest is judged row
  // by row.
#define CLARION_AUDIT_WHERE                                                                       \
  " AND (?2 IS NULL OR actor = ?2) AND (?3 IS NULL OR subject = ?3) AND (?4 IS NULL OR action = " \
  "?4 OR (action > ?4 || '.' AND action < ?4 || '/')) AND (?5 IS NULL OR at >= ?5) AND (?6 IS "   \
  "NULL OR at <= ?6) ORDER BY seq DESC LIMIT ?7"
  constexpr std::string_view kAll =
      "SELECT " CLARION_AUDIT_COLUMNS " FROM audit WHERE seq < ?1" CLARION_AUDIT_WHERE;
  constexpr std::string_view kSubject =
      "SELECT " CLARION_AUDIT_COLUMNS
      " FROM audit INDEXED BY audit_by_subject WHERE subject = ?3 AND seq < ?1" CLARION_AUDIT_WHERE;
  constexpr std::string_view kActor =
      "SELECT " CLARION_AUDIT_COLUMNS
      " FROM audit INDEXED BY audit_by_actor WHERE actor = ?2 AND seq < ?1" CLARION_AUDIT_WHERE;
#undef CLARION_AUDIT_WHERE
  auto select = view.connection().prepare(query.subject ? kSubject : query.actor ? kActor : kAll);
  select.bind_all(query.before.value_or(INT64_MAX), query.actor, query.subject, query.action,
                  ms(query.from), ms(query.to), query.limit);
  return collect(select, record_at);
}

Status each_audit(View& view, std::int64_t from, std::int64_t most,
                  const std::function<bool(const AuditRecord&)>& each) {
  auto query = view.connection().prepare("SELECT " CLARION_AUDIT_COLUMNS
                                         " FROM audit WHERE seq >= ? ORDER BY seq LIMIT ?");
  query.bind_all(from, most);
  while (true) {
    CLARION_TRY(auto row, query.step());
    if (!row || !each(record_at(query))) return ok();
  }
}

}  // namespace clarion::store
