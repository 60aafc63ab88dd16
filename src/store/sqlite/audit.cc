#include "store/audit.h"

#include "base/bytes.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/values.h"

namespace clarion::store {

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

Status each_audit(View& view, std::int64_t from, std::int64_t most,
                  const std::function<bool(const AuditRecord&)>& each) {
  auto query = view.connection().prepare(
      "SELECT seq, at, actor, action, subject, detail, previous, hash FROM audit WHERE seq >= ? "
      "ORDER BY seq LIMIT ?");
  query.bind_all(from, most);
  while (true) {
    CLARION_TRY(auto row, query.step());
    if (!row) return ok();
    AuditRecord record{query.integer(0), time_of(query.integer(1)),
                       query.text(2),    query.text(3),
                       query.text(4),    query.text(5),
                       query.text(6),    query.text(7)};
    if (!each(record)) return ok();
  }
}

}  // namespace clarion::store
