#pragma once

#include "base/json.h"
#include "store/database.h"

#include <optional>
#include <string>
#include <vector>

namespace clarion::store {

/// A popular-science resource as stored; what is in `record` is readiness's.
struct ResourceRow {
  std::string id;
  std::int64_t version = 1;       ///< counts its changes
  std::string state = "current";  ///< or "retired"
  std::string origin;             ///< shipped, imported or own: where its first text came from
  json::object record;            ///< what people write: topic, title, body …
  std::string base;               ///< hash of the shipped text that `record` is or was edited from
  std::optional<json::object> newer;  ///< a shipped text that came after an edit
  std::vector<std::string> authors;   ///< whose words are in it; none while it is as shipped
  model::Time changed_at;
  std::string changed_by;
  std::int64_t change = 0;  ///< rises with every change of any resource
};

[[nodiscard]] Result<std::optional<ResourceRow>> find_resource(View& view, std::string_view id);
/// Writes or replaces by id with the transaction's time and the next `change`.
Status put_resource(Tx& tx, const ResourceRow& row);
/// The last change; 0 when there are none.
[[nodiscard]] Result<std::int64_t> resources_change(View& view);
/// What changed after a change, in order.
[[nodiscard]] Result<std::vector<ResourceRow>> resources_after(View& view, std::int64_t change,
                                                               std::int64_t most);
/// By id, after one.
[[nodiscard]] Result<std::vector<ResourceRow>> list_resources(View& view, std::string_view after_id,
                                                              std::int64_t most);
struct ResourceCount {
  std::int64_t current = 0, stale = 0;
};
/// Current ones, and those of them whose review was due before `today` (YYYY-MM-DD).
[[nodiscard]] Result<ResourceCount> count_resources(View& view, std::string_view today);

}  // namespace clarion::store
