#include "library/tokens.h"

#include "text/ngrams.h"

namespace clarion::library {
namespace {

/// Decodes one code point of well-formed UTF-8, as fold writes it.
char32_t take(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (at + length > text.size()) {
    at = text.size();
    return 0xFFFD;
  }
  char32_t code = length == 1 ? first : first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) code = (code << 6U) | (byte(at + i) & 0x3FU);
  at += length;
  return code;
}

/// Longer runs of digits are telephones and parcels, which posts change or drop at will.
constexpr std::size_t kLongestNumber = 8;

constexpr bool is_latin(char32_t c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }

/// Letters beyond ASCII, by block: exact classes would only move signs that no claim turns on.
constexpr bool is_letter(char32_t c) {
  return (c >= 0x00C0 && c < 0x2000 && c != 0x00D7 && c != 0x00F7) ||  // Latin to Greek extended
         (c >= 0x3040 && c <= 0x318F && c != 0x30FB) ||                // kana, bopomofo, jamo
         (c >= 0x31A0 && c <= 0x31FF) || (c >= 0x3400 && c <= 0x9FFF) ||
         (c >= 0xA000 && c <= 0xD7FF) || (c >= 0xF900 && c <= 0xFAFF) || c >= 0x20000;
}

constexpr bool is_link_byte(char c) { return c > ' ' && c < 0x7F; }

/// The end of a link that begins at `at`, or `at` when none does.
std::size_t end_of_link(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  if (!rest.starts_with("http:") && !rest.starts_with("https:") && !rest.starts_with("www."))
    return at;
  while (at < text.size() && is_link_byte(text[at])) ++at;
  return at;
}

std::uint64_t hash_of(std::string_view word) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;  // FNV-1a, 64 bits
  for (const char c : word) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return text::mix(hash);
}
std::uint64_t hash_of(char32_t a, char32_t b) {
  constexpr std::uint64_t kPair = 1ULL << 63U;  // apart from words
  return text::mix(kPair | (static_cast<std::uint64_t>(a) << 21U) | b);
}

}  // namespace

std::size_t append_tokens(std::string_view folded, std::vector<Token>& tokens, std::size_t most) {
  std::size_t characters = 0;
  char32_t before = 0;  // the last letter or digit
  const std::size_t full = tokens.size() + most;
  for (std::size_t at = 0; at < folded.size() && tokens.size() < full;) {
    const auto c = static_cast<unsigned char>(folded[at]);
    if (c >= 0x80) {
      const char32_t code = take(folded, at);
      if (!is_letter(code)) continue;
      ++characters;
      if (before != 0) tokens.push_back({hash_of(before, code), false});
      before = code;
      continue;
    }
    if (c == 'h' || c == 'w') {
      if (const std::size_t end = end_of_link(folded, at); end != at) {
        at = end;
        continue;
      }
    }
    const std::size_t begin = at;
    if (is_latin(c)) {
      while (at < folded.size() && is_latin(static_cast<unsigned char>(folded[at]))) ++at;
    } else if (is_digit(c)) {
      const auto digits = [&] {
        while (at < folded.size() && is_digit(static_cast<unsigned char>(folded[at]))) ++at;
      };
      digits();
      if (at + 1 < folded.size() && folded[at] == '.' &&
          is_digit(static_cast<unsigned char>(folded[at + 1]))) {
        ++at;
        digits();
      }
    } else {
      ++at;
      continue;
    }
    characters += at - begin;
    const bool number = is_digit(c) && at - begin <= kLongestNumber;
    tokens.push_back({hash_of(folded.substr(begin, at - begin)), number});
    before = static_cast<unsigned char>(folded[at - 1]);
  }
  return characters;
}

}  // namespace clarion::library
