#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace clarion::store::sqlite {

/// The statements of migrations/, in order; the first is number 1. Made by this folder's CMake.
[[nodiscard]] const std::vector<std::string_view>& migrations();

}  // namespace clarion::store::sqlite
