#pragma once

#include <chrono>
#include <string>

namespace clarion::desk {

struct DeskOptions {
  std::string org = "desk";        ///< this desk's id (store meta "desk")
  std::chrono::minutes lease{30};  ///< desk.lease_minutes: how long a claim holds
};

}  // namespace clarion::desk
