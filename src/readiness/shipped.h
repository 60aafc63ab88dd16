#pragma once

#include "base/json.h"
#include "store/database.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::readiness {

/// The files of src/readiness/data as they were built in: name and bytes.
[[nodiscard]] std::vector<std::pair<std::string_view, std::string_view>> shipped_files();

struct Shipped {
  std::string id;
  json::object record;  ///< as read_resource gives it
};
/// All resources that come with this program, by id. Errors: `corrupt`, naming file and member.
[[nodiscard]] Result<std::vector<Shipped>> shipped_resources();

struct Installed {
  std::size_t added = 0, changed = 0, waiting = 0;  ///< waiting: newer texts beside a desk's own
};
/// Brings a store to the shipped resources of this program, in one audited transaction, and writes
/// nothing when it was done before. A text that people changed is theirs and stays, the newer one
/// waits beside it; one they retired stays retired; an id of another origin is left alone.
Result<Installed> install_shipped(store::Database& database);

}  // namespace clarion::readiness
