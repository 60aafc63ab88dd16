#pragma once

#include <cstddef>
#include <string_view>

namespace clarion::rules::detail {

/// How many positions a regex has with its counted repeats written out: (ab){3}c has 7. Compilation
/// grows faster than that: on 2026-11-24 Hyperscan 5.4.0 took 6 s for (ab|cd){1000}e and 32 s to
/// refuse (a.{0,200}b){0,50}c with start offsets. Saturates at one million. A pattern that is no
/// regex gets some number; Hyperscan then says what is wrong.
[[nodiscard]] std::size_t regex_size(std::string_view pattern);

inline constexpr std::size_t kMaxRegexSize = 500;

}  // namespace clarion::rules::detail
