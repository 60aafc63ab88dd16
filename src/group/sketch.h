#pragma once

#include "base/result.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::group {

/// What is kept of a text in order to find its near-duplicates: MinHash over its distinct character
/// 4-grams, by one permutation in kBins bins (Li, Owen, Zhang 2012), and a hash of the whole. A
/// plain value of some 280 bytes.
struct Sketch {
  static constexpr std::size_t kBins = 128;
  std::uint64_t exact = 0;       ///< first 8 bytes of SHA-256 of the folded text
  std::uint32_t characters = 0;  ///< of the text that was sketched (links and tags left out)
  std::uint64_t numbers = 0;     ///< a bit for each number in it (runs of digits, hashed)
  bool only_exact = true;        ///< too short for comparing: equal texts alone are near it
  std::array<std::uint16_t, kBins> bins{};  ///< 0: no 4-gram fell into it
  bool operator==(const Sketch&) const = default;
};

/// True when both texts give numbers and at most half of them are common. Reports of one series
/// (今日新增14例, 今日新增28例) share all their other words; copies of one rumour share its
/// numbers.
[[nodiscard]] bool numbers_differ(const Sketch& a, const Sketch& b) noexcept;

/// The sketch of a folded text (text::fold's bytes). Links (http…, www.…) do not count, since
/// copies of one text carry other ones. Texts of under 8 characters besides these and texts that
/// are one hashtag and nothing else get only_exact, so that unlike posts of a topic never collapse
/// into one group. `scratch` is reused from call to call. O(length).
[[nodiscard]] Sketch sketch_of(std::string_view folded, std::vector<std::uint64_t>& scratch);

/// The estimated share of common 4-grams (Jaccard), 0..1; standard error at most 0.045 for long
/// texts. 1 for equal texts, 0 when either is only_exact and they differ.
[[nodiscard]] double similarity(const Sketch& a, const Sketch& b) noexcept;

/// The sketch for the store: a version byte, then little-endian numbers; 14 bytes when only_exact,
/// else 270.
[[nodiscard]] std::string to_bytes(const Sketch& sketch);
/// Errors: `corrupt` when the bytes are no sketch of this version.
[[nodiscard]] Result<Sketch> sketch_from_bytes(std::string_view bytes);

}  // namespace clarion::group
