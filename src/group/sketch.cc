#include "group/sketch.h"

#include "base/bytes.h"
#include "text/ngrams.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>

namespace clarion::group {
namespace {

constexpr std::size_t kNgram = 4;
constexpr std::size_t kFewestCharacters = 8;
constexpr char kVersion = 1;
constexpr std::size_t kHeadBytes = 1 + 8 + 8 + 4 + 1;
constexpr unsigned kBinBits = 7;
static_assert(Sketch::kBins == 1U << kBinBits);

bool is_link_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view(":/.?=&_%#~+-@,;!$'()*").find(c) != std::string_view::npos;
}

/// The bytes of the link or HTML tag that the text starts with, or 0.
std::size_t skipped_bytes(std::string_view text) {
  if (text.starts_with("http://") || text.starts_with("https://") || text.starts_with("www.")) {
    std::size_t bytes = 0;
    while (bytes < text.size() && is_link_byte(text[bytes])) ++bytes;
    return bytes;
  }
  constexpr std::size_t kLongestTag = 512;
  if (text.size() < 3 || text[0] != '<' || (text[1] != '/' && (text[1] < 'a' || text[1] > 'z'))) {
    return 0;
  }
  const std::size_t end = text.substr(0, kLongestTag).find('>');
  return end == std::string_view::npos ? 0 : end + 1;
}

/// Calls `piece` with each stretch of the text between links and tags.
template <class F>
void each_piece(std::string_view text, F&& piece) {
  std::size_t from = 0;
  for (std::size_t at = 0; (at = text.find_first_of("hw<", at)) != std::string_view::npos;) {
    const std::size_t skipped = skipped_bytes(text.substr(at));
    if (skipped == 0) {
      ++at;
      continue;
    }
    if (at > from) piece(text.substr(from, at - from));
    at += skipped;
    from = at;
  }
  if (from < text.size()) piece(text.substr(from));
}

/// A bit for every run of digits.
std::uint64_t numbers_in(std::string_view text) {
  std::uint64_t bits = 0;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (std::size_t at = 0; at < text.size();) {
    if (!is_digit(text[at])) {
      ++at;
      continue;
    }
    std::uint64_t value = 1;
    for (; at < text.size() && is_digit(text[at]); ++at) {
      value = value * 11 + static_cast<std::uint64_t>(text[at] - '0');
    }
    bits |= std::uint64_t{1} << (text::mix(value) & 63U);
  }
  return bits;
}

/// One hashtag and nothing else: # first, # last, none between (the fold drops those between Han),
/// or a # without an end or blank.
bool is_hashtag(std::string_view text) {
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (text.size() < 2 || text.front() != '#') return false;
  const std::size_t next = text.find('#', 1);
  if (next == std::string_view::npos) return text.find(' ') == std::string_view::npos;
  return next == text.size() - 1;
}

void put_number(std::string& out, std::uint64_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFFU);
}

std::uint64_t number_at(std::string_view bytes, std::size_t at, unsigned count) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < count; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return value;
}

}  // namespace

Sketch sketch_of(std::string_view folded, std::vector<std::uint64_t>& scratch) {
  Sketch sketch;
  const Sha256 whole = sha256(folded);
  sketch.exact = number_at({reinterpret_cast<const char*>(whole.data()), whole.size()}, 0, 8);
  scratch.clear();
  std::size_t characters = 0;
  each_piece(folded, [&](std::string_view piece) {
    const std::size_t here = text::count_characters(piece);
    characters += here;
    sketch.numbers |= numbers_in(piece);
    if (here >= kNgram) text::append_ngrams(piece, kNgram, scratch);
  });
  sketch.characters = static_cast<std::uint32_t>(
      std::min<std::size_t>(characters, std::numeric_limits<std::uint32_t>::max()));
  sketch.only_exact = characters < kFewestCharacters || scratch.empty() || is_hashtag(folded);
  if (sketch.only_exact) return sketch;

  constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();
  std::array<std::uint64_t, Sketch::kBins> least;
  least.fill(kNone);
  for (const std::uint64_t hash : scratch) {
    std::uint64_t& bin = least[hash >> (64U - kBinBits)];
    bin = std::min(bin, hash);
  }
  for (std::size_t i = 0; i < Sketch::kBins; ++i) {
    if (least[i] == kNone) continue;
    sketch.bins[i] = std::max<std::uint16_t>(static_cast<std::uint16_t>(least[i]), 1);
  }
  return sketch;
}

double similarity(const Sketch& a, const Sketch& b) noexcept {
  if (a.exact == b.exact) return 1;
  if (a.only_exact || b.only_exact) return 0;
  unsigned used = 0;
  unsigned equal = 0;
  for (std::size_t i = 0; i < Sketch::kBins; ++i) {
    const bool empty = (a.bins[i] | b.bins[i]) == 0;
    used += empty ? 0U : 1U;
    equal += !empty && a.bins[i] == b.bins[i] ? 1U : 0U;
  }
  return used == 0 ? 0 : static_cast<double>(equal) / used;
}

bool numbers_differ(const Sketch& a, const Sketch& b) noexcept {
  const int common = std::popcount(a.numbers & b.numbers);
  const int fewer = std::min(std::popcount(a.numbers), std::popcount(b.numbers));
  return fewer >= 1 && 2 * common <= std::popcount(a.numbers | b.numbers);
}

std::string to_bytes(const Sketch& sketch) {
  std::string out;
  out.reserve(kHeadBytes + 2 * Sketch::kBins);
  out += kVersion;
  put_number(out, sketch.exact, 8);
  put_number(out, sketch.numbers, 8);
  put_number(out, sketch.characters, 4);
  put_number(out, sketch.only_exact ? 1 : 0, 1);
  if (sketch.only_exact) return out;
  for (const std::uint16_t bin : sketch.bins) put_number(out, bin, 2);
  return out;
}

Result<Sketch> sketch_from_bytes(std::string_view bytes) {
  const bool headed = bytes.size() >= kHeadBytes && bytes[0] == kVersion;
  const bool only_exact = headed && bytes[kHeadBytes - 1] == 1;
  const std::size_t wanted = kHeadBytes + (only_exact ? 0 : 2 * Sketch::kBins);
  if (!headed || bytes.size() != wanted || (bytes[kHeadBytes - 1] & ~1) != 0) {
    return Error{Errc::corrupt, fmt::format("{} bytes are no sketch of version {}", bytes.size(),
                                            static_cast<int>(kVersion))};
  }
  Sketch sketch;
  sketch.exact = number_at(bytes, 1, 8);
  sketch.numbers = number_at(bytes, 9, 8);
  sketch.characters = static_cast<std::uint32_t>(number_at(bytes, 17, 4));
  sketch.only_exact = only_exact;
  for (std::size_t i = 0; !only_exact && i < Sketch::kBins; ++i) {
    sketch.bins[i] = static_cast<std::uint16_t>(number_at(bytes, kHeadBytes + 2 * i, 2));
  }
  return sketch;
}

}  // namespace clarion::group
