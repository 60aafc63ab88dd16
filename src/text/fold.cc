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
bool put_ascii_block(const unsigned char* p, std::uint32_t from, Writer& writer) noexcept {
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
  const Kind last = detail::kind_of_code_point(p[7]);
  writer.put_ascii(word | (upper >> 2U), from, last);
  return true;
}

std::uint32_t load32(const unsigned char* p) {
  std::uint32_t word;
  std::memcpy(&word, p, 4);
  return word;
}

constexpr bool is_ascii(std::uint32_t word) { return (word & 0x80U) == 0; }
/// True when the word begins with three bytes of the form of a three-byte character (overlong forms
/// and surrogates too).
constexpr bool looks_like_three(std::uint32_t word) { return (word & 0xC0C0F0U) == 0x8080E0U; }
constexpr char32_t three_of(std::uint32_t word) {
  return ((word & 0x0FU) << 12U) | ((word >> 2U) & 0xFC0U) | ((word >> 16U) & 0x3FU);
}

constexpr bool is_well_formed_three(char32_t c) { return c >= 0x800 && (c >> 11U) != 0x1B; }

/// True for Han that folds to itself, which most characters of a Chinese post are.
bool is_plain_han(char32_t c) {
  const std::uint32_t i = c - detail::kHanFirst;
  if (i > detail::kHanLast - detail::kHanFirst) return false;
  return (detail::kHanStays[i / 64] >> (i % 64) & 1U) != 0;
}

/// Writes the run of such characters that starts at p, which the caller has looked at, and returns
/// its bytes.
[[gnu::always_inline]] inline std::uint32_t put_han_run(const unsigned char* p,
                                                        const unsigned char* end,
                                                        std::uint32_t from, Writer& writer) {
  std::uint32_t bytes = 0;
  std::uint32_t word = load32(p);
  writer.begin_han();
  do {
    writer.put_han(word & 0xFFFFFFU, from + bytes);
    bytes += 3;
    if (end - p < bytes + 4) break;
    word = load32(p + bytes);
  } while (looks_like_three(word) && is_plain_han(three_of(word)));
  writer.end_han();
  return bytes;
}

/// What fold() does with a code point that the quick way leaves over; returns the bytes that it
/// read.
[[gnu::always_inline]] inline std::uint32_t put_slowly(const unsigned char* p,
                                                       const unsigned char* end, std::uint32_t from,
                                                       Writer& writer) {
  const detail::Decoded decoded = detail::decode(p, end);
  const std::uint32_t to = from + decoded.bytes;
  const auto left = static_cast<std::size_t>(end - p) - decoded.bytes;
  const Entry entry = detail::fold_entry(decoded.c);
  if (kind_of(entry) != Kind::many) {
    writer.reserve(left + 4);
    writer.put(entry, from, to);
    return decoded.bytes;
  }
  const Entry* const parts = detail::kFoldStrings + detail::bytes_of(entry);
  writer.reserve(left + 4 * static_cast<std::size_t>(*parts));
  for (const Entry* part = parts + 1; part <= parts + *parts; ++part) writer.put(*part, from, to);
  return decoded.bytes;
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
    if (end - p < 8) {
      p += put_slowly(p, end, from, writer);
      continue;
    }
    // Quick ways for what most posts are made of; each reads eight bytes at most.
    const std::uint32_t word = load32(p);
    std::uint32_t bytes = 0;  // that the quick way reads
    if (looks_like_three(word)) {
      if (is_plain_han(three_of(word))) {
        p += put_han_run(p, end, from, writer);
        continue;
      }
      bytes = is_well_formed_three(three_of(word)) ? 3 : 0;
    } else if (is_ascii(word)) {
      if (put_ascii_block(p, from, writer)) {
        p += 8;
        continue;
      }
      bytes = 1;
    }
    const Entry entry = *detail::raw_fold_entry(bytes == 3 ? three_of(word) : word & 0x7FU);
    if (bytes == 0 || kind_of(entry) > Kind::han) {
      p += put_slowly(p, end, from, writer);
      continue;
    }
    p += bytes;
    writer.reserve(static_cast<std::size_t>(end - p) + 4);
    const bool same = detail::length_of(entry) == 0;
    const std::uint32_t raw = word & (bytes == 3 ? 0xFFFFFFU : 0x7FU);
    writer.put_plain(kind_of(entry), same ? raw : detail::bytes_of(entry),
                     same ? bytes : detail::length_of(entry), from, from + bytes);
  }
  writer.finish();
}

Folded fold(std::string_view original) {
  Folded out;
  fold(original, out);
  return out;
}

}  // namespace clarion::text
