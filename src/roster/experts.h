#pragma once

#include "base/json.h"
#include "store/experts.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace clarion::roster {

/// An expert as routing sees one (contract section 2).
struct Expert {
  std::string id, account, name;
  std::map<std::string, int> topics;  ///< grade 1..3
  std::vector<std::string> regions, langs, conflicts;
  std::int64_t capacity = 5;
};

/// Reads one record of `expert import`. Errors: `invalid`, code "field_invalid", each wrong member
/// named: id, user, name, topics and capacity (0..1000) are checked, topics and regions against the
/// compiled-in tables, unknown members refused.
[[nodiscard]] Result<store::ExpertRow> read_expert(const json::value& record);
[[nodiscard]] Expert expert_of(const store::ExpertRow& row);

/// Imports NDJSON lines of experts, all or none. Errors name the line; `not_found` when an account
/// does not exist. Audited as `actor`.
Result<std::size_t> import_experts(store::Tx& tx, std::string_view ndjson, std::string_view actor);

}  // namespace clarion::roster
