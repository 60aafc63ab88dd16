#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace clarion::rules::detail {

/// True for a byte that begins a code point.
[[nodiscard]] constexpr bool begins_code_point(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

/// Reads the code point at `at` of well-formed UTF-8 and moves `at` behind it.
[[nodiscard]] constexpr char32_t next_code_point(std::string_view text, std::size_t& at) noexcept {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0x80U) return lead;
  const unsigned more = lead >= 0xF0U ? 3 : lead >= 0xE0U ? 2 : 1;
  char32_t value = lead & (0x3FU >> more);
  for (unsigned i = 0; i < more && at < text.size(); ++i) {
    value = (value << 6U) | (static_cast<unsigned char>(text[at++]) & 0x3FU);
  }
  return value;
}

/// Where the code point that ends before `at` begins; at > 0.
[[nodiscard]] constexpr std::size_t previous_code_point(std::string_view text,
                                                        std::size_t at) noexcept {
  do {
    --at;
  } while (at > 0 && !begins_code_point(text[at]));
  return at;
}

[[nodiscard]] constexpr std::size_t count_code_points(std::string_view text) noexcept {
  std::size_t count = 0;
  for (const char byte : text) count += begins_code_point(byte) ? 1U : 0U;
  return count;
}

/// CJK ideographs (Unicode 15 blocks, compatibility forms are folded away before).
[[nodiscard]] constexpr bool is_han(char32_t c) noexcept {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||
         (c >= 0x20000 && c <= 0x323AF) || c == 0x3007;
}

}  // namespace clarion::rules::detail
