#pragma once

#include "base/json.h"
#include "store/database.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::store {

/// One link of the audit chain. `detail` is canonical JSON and holds ids, hashes and codes, never
/// the text of a post.
struct AuditRecord {
  std::int64_t seq = 0;
  model::Time at;
  std::string actor, action, subject, detail;
  std::string previous;  ///< hash of the record before, 64 zeros for the first
  std::string hash;      ///< SHA-256 hex of the canonical JSON of all the others
};

struct AuditHead {
  std::int64_t seq = 0;
  std::string hash = std::string(64, '0');
};

/// What `hash` must be.
[[nodiscard]] std::string audit_hash(const AuditRecord& record);
[[nodiscard]] Result<AuditHead> audit_head(View& view);
/// Adds a record behind the head that this transaction sees.
Result<AuditHead> append_audit(Tx& tx, std::string_view actor, std::string_view action,
                               std::string_view subject, json::object detail);
/// What of the chain is asked for, newest first.
struct AuditQuery {
  std::optional<std::string> actor, subject;
  std::optional<std::string> action;    ///< whole ("notice.publish") or before the dot ("notice")
  std::optional<model::Time> from, to;  ///< inclusive
  std::optional<std::int64_t> before;   ///< records with a smaller number alone
  std::int64_t limit = 50;
};
[[nodiscard]] Result<std::vector<AuditRecord>> list_audit(View& view, const AuditQuery& query);
/// Calls `each` in order, beginning with the number `from`; stops when it returns false or `most`
/// were given.
Status each_audit(View& view, std::int64_t from, std::int64_t most,
                  const std::function<bool(const AuditRecord&)>& each);

}  // namespace clarion::store
