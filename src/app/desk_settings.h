#pragma once

#include "desk/options.h"
#include "ops/config.h"

#include <string>

namespace clarion::app {

/// What the configuration says of the desk. `org`: its id; `zone`: desk.timezone, loaded. With a
/// staff kept between transactions, which is the store's writer thread's.
[[nodiscard]] desk::DeskOptions desk_settings(const ops::Config& config, std::string org,
                                              const ops::Zone& zone);

}  // namespace clarion::app
