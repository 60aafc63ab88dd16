#pragma once

#include "desk/panel.h"
#include "group/sketch.h"
#include "library/library.h"
#include "model/topic.h"
#include "ops/civil.h"
#include "store/database.h"

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace clarion::desk {

class Staff;

struct DeskOptions {
  std::string org = "desk";             ///< this desk's id (store meta "desk")
  std::chrono::minutes lease{30};       ///< desk.lease_minutes: how long a claim holds
  library::Library* library = nullptr;  ///< claims are held against it; may be none
  /// Told inside the write when split made a group (its sketch) or undo removed one (null), so that
  /// later near-duplicates find it.
  std::function<void(store::Tx&, const std::string& mode, std::int64_t group,
                     const group::Sketch* sketch)>
      group_changed = {};
  /// desk.deadline_minutes, by severity from minor to extreme: from opening to the verdict.
  std::array<std::chrono::minutes, 4> deadline{std::chrono::minutes(720), std::chrono::minutes(180),
                                               std::chrono::minutes(60), std::chrono::minutes(30)};
  std::chrono::minutes escalation{10};  ///< desk.escalation_minutes: between two steps of the chain
  std::array<PanelPolicy, 4> panels{};  ///< desk.panel, by severity from minor to extreme
  std::chrono::minutes panel_time{60};  ///< desk.panel_minutes: how long votes are waited for
  std::optional<ops::Zone>
      zone;                      ///< desk.timezone, in which the roster is planned; none: no roster
  std::shared_ptr<Staff> staff;  ///< null: read anew for each case
};

}  // namespace clarion::desk
