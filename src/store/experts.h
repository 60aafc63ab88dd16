#pragma once

#include "base/json.h"
#include "store/database.h"

#include <optional>
#include <string>
#include <vector>

namespace clarion::store {

/// An expert as stored; what the record may hold is roster's.
struct ExpertRow {
  std::string id;
  std::optional<std::string> account;
  json::object record;  ///< contract section 2
  std::int64_t version = 1;
  bool active = true;  ///< false: taken off the list; gets nothing new, kept for what they did
  model::Time changed_at{};
};

/// Writes or replaces; the version becomes one more than the stored one, whatever the row says.
/// Errors: `conflict` when another active expert has that account.
Status put_expert(Tx& tx, const ExpertRow& row);
/// Those on the list, by id; with `all` also those taken off it.
[[nodiscard]] Result<std::vector<ExpertRow>> list_experts(View& view, bool all = false);
/// By id, on the list or not.
[[nodiscard]] Result<std::optional<ExpertRow>> find_expert(View& view, std::string_view id);
/// On the list, by account.
[[nodiscard]] Result<std::optional<ExpertRow>> find_expert_of(View& view, std::string_view account);

}  // namespace clarion::store
