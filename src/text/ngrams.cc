#include "text/ngrams.h"

#include "base/assert.h"
#include "text/detail/utf8.h"

#include <algorithm>
#include <array>

namespace clarion::text {

void append_ngrams(std::string_view folded, std::size_t n, std::vector<std::uint64_t>& hashes) {
  constexpr std::size_t kMost = 16;
  CLARION_ASSERT(n >= 1 && n <= kMost);
  // A polynomial over code points, modulo 2^64: the newest has weight 1, the leaving one weight
  // kFactor^n.
  constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15ULL;
  std::uint64_t leaving = 1;
  for (std::size_t i = 0; i < n; ++i) leaving *= kFactor;
  std::array<std::uint64_t, kMost> ring{};
  std::uint64_t sum = 0;
  std::size_t count = 0;
  std::size_t slot = 0;
  const auto* p = reinterpret_cast<const unsigned char*>(folded.data());
  for (const auto* const end = p + folded.size(); p < end;) {
    const detail::Decoded decoded = detail::decode(p, end);
    p += decoded.bytes;
    const std::uint64_t value = decoded.c + 1;
    sum = sum * kFactor + value - leaving * ring[slot];
    ring[slot] = value;
    slot = slot + 1 == n ? 0 : slot + 1;
    if (++count >= n) hashes.push_back(mix(sum));
  }
  if (count > 0 && count < n) hashes.push_back(mix(sum));
}

std::size_t count_characters(std::string_view folded) noexcept {
  return static_cast<std::size_t>(std::count_if(folded.begin(), folded.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
  }));
}

}  // namespace clarion::text
