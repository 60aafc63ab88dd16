#pragma once

#include "notice/signature.h"
#include "store/audit.h"
#include "store/database.h"

#include <optional>
#include <string>
#include <vector>

namespace clarion::notice {

struct AuditReport {
  std::int64_t records = 0, revisions = 0, approvals = 0, verdicts = 0;
  store::AuditHead head;
  std::vector<std::string> findings;  ///< what was changed, removed or inserted, a line each;
                                      ///< empty: all is as it was written
};

/// Checks the chain link by link, and against it every published revision (hash, signature, its own
/// `audit` member), approval and verdict, both ways: a row without its record and a record without
/// its row are findings. `head`: a head kept outside; a chain that does not hold it lost its tail
/// or was rewritten.
[[nodiscard]] Result<AuditReport> verify_audit(store::View& view,
                                               const std::optional<store::AuditHead>& head);

}  // namespace clarion::notice
