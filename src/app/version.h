#pragma once

#include <string_view>

namespace clarion::app {

/// This program's version: "0.1.0".
[[nodiscard]] std::string_view program_version();

}  // namespace clarion::app
