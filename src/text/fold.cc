#include "text/fold.h"

#include "base/assert.h"
#include "text/detail/tables.h"
#include "text/detail/utf8.h"
#include "text/detail/writer.h"

#include <bit>
#include <cstring>
#include <limits>

namespace clarion::text {
namespace {

using detail::Entry;
using detail::Kind;
using detail::kind_of;
using detail::Writer;

constexpr std::uint64_t each(unsigned char byte) { return 0x0101010101010101ULL * byte; }

/// The high bit of every byte (all below 0x80) that lies in [low, high].
constexpr std::uint64_t bytes_in(std::uint64_t word, unsigned char low, unsigned char high) {
  const std::uint64_t at_least = word + each(static_cast<unsigned char>(0x80 - low));
  const std::uint64_t above = word + each(static_cast<unsigned char>(0x7F - high));
  return at_least & ~above & each(0x80);
}

/// Takes eight plain ASCII bytes at once: English, links, numbers. False when a byte needs more
/// care.
bool put_ascii_block(const char* p, std::uint32_t from, Writer& writer) noexcept {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t word;
  std::memcpy(&word, p, 8);
  if ((word & each(0x80)) != 0 || bytes_in(word, 0x20, 0x7E) != each(0x80)) return false;
  const std::uint64_t blanks = bytes_in(word, ' ', ' ');
  if ((blanks & (blanks << 8U)) != 0) return false;
  if ((blanks & 0x80U) != 0 && (writer.last() == Kind::blank || writer.last() == Kind::line)) {
    return false;
  }
  const std::uint64_t upper = bytes_in(word, 'A', 'Z');
  const std::uint64_t plain = upper | bytes_in(word, 'a', 'z') | bytes_in(word, '0', '9');
  if (plain == 0) return false;
  const Kind last = kind_of(*detail::fold_entry(static_cast<unsigned char>(p[7])));
  writer.put_ascii(word | (upper >> 2U), from, last);
  return true;
}

constexpr std::uint32_t load32(const unsigned char* p) {
  std::uint32_t word;
  std::memcpy(&word, p, 4);
  return word;
}

/// True when the word begins with three bytes of the form of a three-byte character.
constexpr bool looks_like_three(std::uint32_t word) { return (word & 0xC0C0F0U) == 0x8080E0U; }
constexpr char32_t three_of(std::uint32_t word) {
  return ((word & 0x0FU) << 12U) | ((word >> 2U) & 0xFC0U) | ((word >> 16U) & 0x3FU);
}

bool is_plain_han(char32_t c) {
  const std::uint32_t i = c - detail::kHanFirst;
  if (i > detail::kHanLast - detail::kHanFirst) return false;
  return (detail::kHanStays[i / 64] >> (i % 64) & 1U) != 0;
}

}  // namespace

void fold(std::string_view original, Folded& out) {
  CLARION_ASSERT(original.size() < std::numeric_limits<std::uint32_t>::max());
  const auto* const begin = reinterpret_cast<const unsigned char*>(original.data());
  const auto* const end = begin + original.size();
  Writer writer(out);
  writer.reserve(original.size());
  for (const unsigned char* p = begin; p < end;) {
    detail::Decoded decoded{0, 0};
    if (end - p >= 4) {
      std::uint32_t word = load32(p);
      while (looks_like_three(word)) {
        decoded = {three_of(word), 3};
        if (!is_plain_han(decoded.c)) break;
        writer.put_han(word & 0xFFFFFFU, static_cast<std::uint32_t>(p - begin));
        p += 3;
        decoded.bytes = 0;
        if (end - p < 4) break;
        word = load32(p);
      }
      if (decoded.bytes == 0 && (word & 0x80U) == 0 && end - p >= 8) {
        if (put_ascii_block(reinterpret_cast<const char*>(p), static_cast<std::uint32_t>(p - begin),
                            writer)) {
          p += 8;
          continue;
        }
      }
      // Overlong forms and surrogates have the form of three bytes too.
      if (decoded.c < 0x800 || (decoded.c >= 0xD800 && decoded.c <= 0xDFFF)) decoded.bytes = 0;
      if (p == end) break;
    }
    if (decoded.bytes == 0) decoded = detail::decode(p, end);
    const auto from = static_cast<std::uint32_t>(p - begin);
    p += decoded.bytes;
    const Entry* entry = detail::fold_entry(decoded.c);
    const Entry* last = entry + 1;
    if (kind_of(*entry) == Kind::many) {
      entry = detail::kFoldStrings + detail::bytes_of(*entry);
      last = entry + *entry + 1;
      ++entry;
    }
    writer.reserve(static_cast<std::size_t>(end - p) + 4 * static_cast<std::size_t>(last - entry));
    for (; entry < last; ++entry) writer.put(*entry, from, from + decoded.bytes);
  }
  writer.finish();
}

Folded fold(std::string_view original) {
  Folded out;
  fold(original, out);
  return out;
}

}  // namespace clarion::text
