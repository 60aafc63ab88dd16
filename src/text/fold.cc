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
using detail::kind_of;
using detail::Kind;
using detail::value_of;
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
  const Kind last = kind_of(detail::fold_entry(static_cast<unsigned char>(p[7])));
  writer.put_ascii(word | (upper >> 2U), from, last);
  return true;
}

/// True for a Han character of U+4E00..U+9FFF that folds to itself; reads three bytes.
bool is_plain_han(const unsigned char* p) noexcept {
  if ((p[1] & 0xC0U) != 0x80 || (p[2] & 0xC0U) != 0x80) return false;
  const std::uint32_t c = ((p[0] & 0x0FU) << 12U) | ((p[1] & 0x3FU) << 6U) | (p[2] & 0x3FU);
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
    const auto from = static_cast<std::uint32_t>(p - begin);
    if (*p >= 0xE4 && *p <= 0xE9 && end - p >= 4 && is_plain_han(p)) {
      writer.put_han(original.data() + from, from);
      p += 3;
      continue;
    }
    if (*p < 0x80 && end - p >= 8 && put_ascii_block(original.data() + from, from, writer)) {
      p += 8;
      continue;
    }
    const detail::Decoded decoded = detail::decode(p, end);
    p += decoded.bytes;
    const std::uint32_t to = from + decoded.bytes;
    const Entry entry = detail::fold_entry(decoded.c);
    const auto left = static_cast<std::size_t>(end - p);
    if (kind_of(entry) != Kind::many) {
      writer.reserve(left + 4);
      writer.put(entry, from, to);
      continue;
    }
    const Entry* parts = detail::kFoldStrings + value_of(entry);
    writer.reserve(left + 4 * static_cast<std::size_t>(*parts));
    for (const Entry *part = parts + 1, *last = part + *parts; part < last; ++part) {
      writer.put(*part, from, to);
    }
  }
  writer.finish();
}

Folded fold(std::string_view original) {
  Folded out;
  fold(original, out);
  return out;
}

}  // namespace clarion::text
