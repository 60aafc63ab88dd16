#pragma once

#include "group/sketch.h"
#include "library/library.h"
#include "store/database.h"

#include <chrono>
#include <functional>
#include <string>

namespace clarion::desk {

struct DeskOptions {
  std::string org = "desk";             ///< this desk's id (store meta "desk")
  std::chrono::minutes lease{30};       ///< desk.lease_minutes: how long a claim holds
  library::Library* library = nullptr;  ///< claims are held against it; may be none
  /// Told inside the write when split made a group (its sketch) or undo removed one (null), so that
  /// later near-duplicates find it.
  std::function<void(store::Tx&, const std::string& mode, std::int64_t group,
                     const group::Sketch* sketch)>
      group_changed = {};
};

}  // namespace clarion::desk
