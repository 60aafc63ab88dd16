#pragma once

#include "rules/detail/syntax.h"

#include <cstddef>
#include <optional>
#include <string_view>

namespace clarion::rules::detail {

/// Looks at the number that ends right before byte `unit` of a folded text (one blank between is
/// passed over) and says where it begins when it, or the other end of a range that it closes
/// (12至14级), passes the test.
///
/// Reads 18, 1,358, 8.5, -5, 3万, 十八, 二十, 一百零二, 八点五, 两千, 零下五; at most 24 characters
/// of digits. O(1).
[[nodiscard]] std::optional<std::size_t> find_number(std::string_view folded, std::size_t unit,
                                                     const NumberTest& test);

}  // namespace clarion::rules::detail
