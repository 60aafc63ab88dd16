#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace clarion::text {

/// Appends a 64-bit hash of every run of `n` code points (1..16) of a folded text, in order,
/// repeats included. A text shorter than that gives one hash, of all of it; an empty one gives
/// none. The hashes are ours and stable over builds: stored sketches rest on them. O(length).
void append_ngrams(std::string_view folded, std::size_t n, std::vector<std::uint64_t>& hashes);

/// Code points of a folded text.
[[nodiscard]] std::size_t count_characters(std::string_view folded) noexcept;

/// Spreads a 64-bit value over 64 bits (the finaliser of SplitMix64); a bijection.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31U);
}

}  // namespace clarion::text
