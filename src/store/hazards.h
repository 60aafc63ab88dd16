#pragma once

#include "base/json.h"
#include "model/topic.h"
#include "store/database.h"

#include <string>
#include <vector>

namespace clarion::store {

/// An official alert, as far as others act on it.
struct HazardRow {
  std::string id, topic;
  std::string region;  ///< code; empty: everywhere
  model::Severity severity = model::Severity::minor;
  model::Time from, until;
  json::object record;  ///< the alert as it was read
};

/// Writes or replaces.
Status put_hazard(Tx& tx, const HazardRow& row);
/// Those that end after `now`, by id; they may not have begun.
[[nodiscard]] Result<std::vector<HazardRow>> list_hazards(View& view, model::Time now);

/// Topics of all alerts that are kept, ended ones too.
[[nodiscard]] Result<std::vector<std::string>> touched_topics(View& view);

/// Rises with each change of what is named ("staff": experts and accounts, "hazards"), within the
/// transaction of the change.
[[nodiscard]] Result<std::int64_t> change_count(View& view, std::string_view what);

}  // namespace clarion::store
