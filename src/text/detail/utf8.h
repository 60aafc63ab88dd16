#pragma once

#include <cstddef>
#include <cstdint>

namespace clarion::text::detail {

constexpr char32_t kReplacement = 0xFFFD;

/// A code point and how many bytes it took (at least 1).
struct Decoded {
  char32_t c;
  std::uint32_t bytes;
};

/// Decodes the code point at p, p < end. What is ill-formed gives U+FFFD and the length of its
/// maximal subpart (Unicode 15 section 3.9, table 3-7 and U+FFFD substitution), so that no good
/// character after it is lost.
inline Decoded decode(const unsigned char* p, const unsigned char* end) noexcept {
  const unsigned first = *p;
  if (first < 0x80) return {first, 1};
  if (first < 0xC2 || first > 0xF4) return {kReplacement, 1};
  unsigned low = 0x80, high = 0xBF;
  if (first == 0xE0) low = 0xA0;
  if (first == 0xED) high = 0x9F;
  if (first == 0xF0) low = 0x90;
  if (first == 0xF4) high = 0x8F;
  if (end - p < 2 || p[1] < low || p[1] > high) return {kReplacement, 1};
  if (first < 0xE0) return {((first & 0x1FU) << 6U) | (p[1] & 0x3FU), 2};
  if (end - p < 3 || (p[2] & 0xC0U) != 0x80) return {kReplacement, 2};
  if (first < 0xF0) {
    return {((first & 0x0FU) << 12U) | ((p[1] & 0x3FU) << 6U) | (p[2] & 0x3FU), 3};
  }
  if (end - p < 4 || (p[3] & 0xC0U) != 0x80) return {kReplacement, 3};
  return {
      ((first & 0x07U) << 18U) | ((p[1] & 0x3FU) << 12U) | ((p[2] & 0x3FU) << 6U) | (p[3] & 0x3FU),
      4};
}

}  // namespace clarion::text::detail
