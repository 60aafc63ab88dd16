#pragma once

#include "ops/civil.h"

#include <string>

namespace clarion::pages {

/// What the public pages say about the desk. Set before the server starts, then only read.
struct PageOptions {
  std::string issuer;      ///< desk.name
  std::string public_url;  ///< where readers reach this server, without a slash at its end
  ops::Zone zone;          ///< desk.timezone: all times on the pages
};

}  // namespace clarion::pages
