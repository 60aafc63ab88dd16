#include "text/views.h"

#include "base/assert.h"
#include "text/detail/cursor.h"
#include "text/detail/tables.h"
#include "text/detail/utf8.h"
#include "text/detail/writer.h"

#include <algorithm>
#include <array>
#include <optional>

namespace clarion::text {
namespace {

using detail::Cursor;
using detail::Entry;
using detail::kHanFirst;
using detail::kHanLast;
using detail::Kind;
using detail::make_entry;
using detail::Writer;

// Syllables are kSyllableBase + index in the BMP's private area.
constexpr char32_t kSyllableBase = 0xE000;
constexpr char32_t kPrivateLast = 0xF8FF;
constexpr std::size_t kLongestCode = 6;       // letters
constexpr std::size_t kLongestSpelling = 24;  // letters
constexpr std::size_t kLongestSyllable = 6;   // zhuang
constexpr int kCodeReach = 3;                 // Han characters

bool is_letter(char32_t c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }

/// The index of a Han character's syllable, or none.
std::optional<std::size_t> syllable_of(char32_t c) {
  if (c < kHanFirst || c > kHanLast) return std::nullopt;
  const std::uint16_t place = detail::kHanSyllables[c - kHanFirst];
  if (place == 0) return std::nullopt;
  return place - 1U;
}

std::optional<std::size_t> find_syllable(std::string_view spelt) {
  const auto* const end = detail::kSyllables + detail::kSyllableCount;
  const auto* const found = std::lower_bound(detail::kSyllables, end, spelt);
  if (found == end || *found != spelt) return std::nullopt;
  return static_cast<std::size_t>(found - detail::kSyllables);
}

Entry syllable_entry(std::size_t index) {
  return make_entry(Kind::han, kSyllableBase + static_cast<char32_t>(index));
}

Entry letter_entry(char32_t letter) { return make_entry(Kind::han, letter); }

/// The sound of a digit: its Mandarin name, which is what 4 for 死, 5 for 无 or 9 for 就 go by.
std::string_view digit_sound(char32_t digit) {
  constexpr std::array<std::string_view, 10> kNames = {"ling", "yi",  "er", "san", "si",
                                                       "wu",   "liu", "qi", "ba",  "jiu"};
  return kNames[digit - '0'];
}

/// True for a digit that is no number: alone, beside a Han character, and not before a measure word
/// (4月, 4楼). Hand list.
bool is_sound(const Cursor& at) {
  constexpr std::u32string_view kMeasures =
      U"月日号点时分秒年天周人个名例次楼层级度岁元块万千百亿米斤路届位条种期章节线成家户辆台只头份"
      U"篇集代";
  const char32_t before = at.before();
  const char32_t after = at.after();
  const auto is_number = [](char32_t c) {
    return is_digit(c) || c == '.' || c == ':' || c == '-' || c == '/' || c == '%' || c == ',';
  };
  if (is_number(before) || is_number(after) || before == U'第') return false;
  if (kMeasures.find(after) != std::u32string_view::npos) return false;
  return detail::is_han(before) || detail::is_han(after);
}

/// What a run of letters and digits is to the views.
struct Run {
  std::size_t bytes = 0;
  bool letters = true;  ///< a to z alone
  bool sound = false;   ///< one digit that stands for its sound
  [[nodiscard]] bool is_code() const { return sound || (letters && bytes <= kLongestCode); }
};

/// The run that starts at the cursor, which stands on a Latin letter or digit.
Run run_at(Cursor at) {
  Run run;
  const Cursor start = at;
  for (; !at.at_end() && at.kind() == Kind::base; at.next()) {
    run.letters = run.letters && is_letter(at.c());
    run.bytes += at.bytes();
  }
  run.sound = run.bytes == 1 && is_digit(start.c()) && is_sound(start);
  return run;
}

/// Writes a run that spells syllables from end to end; false when it does not.
bool put_spelling(const Folded& folded, std::size_t begin, std::size_t bytes, Writer& writer) {
  if (bytes < 2 || bytes > kLongestSpelling) return false;
  const std::string_view run(folded.bytes.data() + begin, bytes);
  constexpr std::uint8_t kNone = 0xFF;
  // From the end: the fewest syllables that spell the rest, and how long the first of them is.
  std::array<std::uint8_t, kLongestSpelling + 1> fewest{};
  std::array<std::uint8_t, kLongestSpelling + 1> first{};
  for (std::size_t at = bytes; at-- > 0;) {
    fewest[at] = kNone;
    for (std::size_t n = 1; n <= std::min(kLongestSyllable, bytes - at); ++n) {
      if (fewest[at + n] == kNone || fewest[at + n] + 1 >= fewest[at]) continue;
      const auto syllable = run.substr(at, n);
      if (syllable == "n" || syllable == "m" || !find_syllable(syllable)) continue;
      fewest[at] = static_cast<std::uint8_t>(fewest[at + n] + 1);
      first[at] = static_cast<std::uint8_t>(n);
    }
  }
  if (fewest[0] == kNone) return false;
  for (std::size_t at = 0; at < bytes; at += first[at]) {
    const auto [from, to] = folded.original(begin + at, begin + at + first[at]);
    writer.reserve(folded.bytes.size() - begin - at + 4);
    writer.put(syllable_entry(*find_syllable(run.substr(at, first[at]))), from, to);
  }
  return true;
}

void put_same(const Cursor& at, const Folded& folded, Writer& writer) {
  const auto [from, to] = folded.original(at.place(), at.place() + at.bytes());
  writer.reserve(at.left() + 4);
  writer.put(at.entry(), from, to);
}

void put_instead(const Cursor& at, const Folded& folded, Entry entry, Writer& writer) {
  const auto [from, to] = folded.original(at.place(), at.place() + at.bytes());
  writer.reserve(at.left() + 4);
  writer.put(entry, from, to);
}

void make_pinyin(const Folded& folded, Writer& writer) {
  for (Cursor at(folded.bytes); !at.at_end();) {
    if (at.kind() == Kind::base) {
      const Run run = run_at(at);
      if (run.sound) {
        put_instead(at, folded, syllable_entry(*find_syllable(digit_sound(at.c()))), writer);
        at.next();
      } else if (run.letters && put_spelling(folded, at.place(), run.bytes, writer)) {
        at.skip(run.bytes);
      } else {
        for (const std::size_t end = at.place() + run.bytes; at.place() < end; at.next()) {
          put_same(at, folded, writer);
        }
      }
      continue;
    }
    if (const auto syllable = syllable_of(at.c())) {
      put_instead(at, folded, syllable_entry(*syllable), writer);
    } else if (at.c() >= kSyllableBase && at.c() <= kPrivateLast) {
      put_instead(at, folded, make_entry(Kind::separator, detail::kReplacement), writer);
    } else {
      put_same(at, folded, writer);
    }
    at.next();
  }
}

const detail::Join* find_join(char32_t first, char32_t second) {
  if (first < kHanFirst || first > kHanLast || second > 0xFFFF) return nullptr;
  const auto* const begin = detail::kJoins + detail::kJoinStarts[first - kHanFirst];
  const auto* const end = detail::kJoins + detail::kJoinStarts[first - kHanFirst + 1];
  const auto* const found = std::lower_bound(
      begin, end, second, [](const detail::Join& join, char32_t c) { return join.second < c; });
  return found != end && found->second == second ? found : nullptr;
}

void make_split(const Folded& folded, Writer& writer) {
  for (Cursor at(folded.bytes); !at.at_end(); at.next()) {
    const char32_t after = at.after();
    const detail::Join* join = after == 0 ? nullptr : find_join(at.c(), after);
    if (join != nullptr && !join->beside) {
      Cursor next = at;
      next.next();
      const detail::Join* rival = next.after() == 0 ? nullptr : find_join(after, next.after());
      if (rival != nullptr && rival->beside) join = nullptr;
    }
    if (join == nullptr) {
      put_same(at, folded, writer);
      continue;
    }
    const std::size_t begin = at.place();
    at.next();
    const auto [from, to] = folded.original(begin, at.place() + at.bytes());
    writer.reserve(at.left() + 4);
    writer.put(detail::fold_entry(join->whole), from, to);
  }
}

/// True when a code stands at most kCodeReach Han characters after the one at the cursor, in the
/// same sentence.
bool has_code_ahead(Cursor at) {
  int han = 0;
  for (at.next(); !at.at_end(); at.next()) {
    switch (at.kind()) {
      case Kind::han:
        if (++han >= kCodeReach) return false;
        break;
      case Kind::base:
        return run_at(at).is_code();
      case Kind::separator:
      case Kind::blank:
      case Kind::mark:
        break;
      default:
        return false;
    }
  }
  return false;
}

void make_code(const Folded& folded, bool phrase, Writer& writer) {
  constexpr int kFar = kCodeReach + 1;
  int since_code = kFar;       // Han characters since the last code
  bool after_letters = false;  // only separators since a run of letters,
  bool after_blank = false;    // a blank among them
  for (Cursor at(folded.bytes); !at.at_end();) {
    const Kind kind = at.kind();
    if (kind == Kind::base) {
      const Run run = run_at(at);
      if (run.sound) {
        put_instead(at, folded, letter_entry(static_cast<char32_t>(digit_sound(at.c())[0])),
                    writer);
        at.next();
      } else if (run.letters && run.bytes > kLongestCode) {
        const auto [from, to] = folded.original(at.place(), at.place() + run.bytes);
        writer.reserve(at.left() + 4);
        writer.put(make_entry(Kind::letter, detail::kReplacement), from, to);
        at.skip(run.bytes);
      } else {
        if (after_letters && after_blank) writer.keep_separators();
        for (const std::size_t end = at.place() + run.bytes; at.place() < end; at.next()) {
          if (run.letters) {
            put_instead(at, folded, letter_entry(at.c()), writer);
          } else {
            put_same(at, folded, writer);
          }
        }
      }
      since_code = run.is_code() ? 0 : kFar;
      after_letters = run.letters;
      after_blank = false;
      continue;
    }
    if (kind == Kind::han) {
      const auto syllable = syllable_of(at.c());
      if (since_code < kFar) ++since_code;
      if (syllable && (phrase || since_code < kFar || has_code_ahead(at))) {
        const char letter = detail::kSyllables[*syllable][0];
        put_instead(at, folded, letter_entry(static_cast<unsigned char>(letter)), writer);
      } else {
        put_same(at, folded, writer);
      }
      after_letters = false;
    } else {
      put_same(at, folded, writer);
      if (kind == Kind::blank) after_blank = true;
      if (kind == Kind::letter || kind == Kind::end || kind == Kind::line) {
        since_code = kFar;
        after_letters = false;
      }
    }
    at.next();
  }
}

void make_key(View view, const Folded& folded, bool phrase, Folded& out) {
  CLARION_ASSERT(&folded != &out);
  Writer writer(out);
  writer.reserve(folded.bytes.size());
  switch (view) {
    case View::pinyin:
      make_pinyin(folded, writer);
      break;
    case View::split:
      make_split(folded, writer);
      break;
    case View::code:
      make_code(folded, phrase, writer);
      break;
  }
  writer.finish();
}

}  // namespace

void view_key(View view, const Folded& folded, Folded& out) { make_key(view, folded, false, out); }

void phrase_key(View view, const Folded& folded, Folded& out) { make_key(view, folded, true, out); }

std::string readable_key(std::string_view key) {
  std::string out;
  bool after_syllable = false;
  for (Cursor at(key); !at.at_end(); at.next()) {
    const char32_t index = at.c() - kSyllableBase;
    const bool syllable = at.c() >= kSyllableBase && index < detail::kSyllableCount;
    if (after_syllable && (syllable || at.kind() == Kind::base)) out += ' ';
    if (syllable) {
      out += detail::kSyllables[index];
    } else {
      out.append(key.substr(at.place(), at.bytes()));
    }
    after_syllable = syllable;
  }
  return out;
}

}  // namespace clarion::text
