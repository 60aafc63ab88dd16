#pragma once

#include "text/fold.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>
#include <unicode/utf8.h>

#include <opencc/DictEntry.hpp>
#include <opencc/MarisaDict.hpp>
#include <opencc/SerializableDict.hpp>

#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::text {

/// A folded code point and the original bytes that it came from.
struct SlowPart {
  UChar32 c;
  std::uint32_t from, to;
};

inline bool is_line_break(UChar32 c) {
  return (c >= 0x0A && c <= 0x0D) || c == 0x85 || c == 0x2028 || c == 0x2029;
}
inline bool is_white(UChar32 c) { return u_isUWhiteSpace(c) != 0; }
inline bool is_mark(UChar32 c) {
  return u_charType(c) == U_NON_SPACING_MARK || u_charType(c) == U_ENCLOSING_MARK;
}
inline bool has_script(UChar32 c, UScriptCode script) {
  UErrorCode status = U_ZERO_ERROR;
  return uscript_getScript(c, &status) == script;
}
inline bool is_slow_han(UChar32 c) { return has_script(c, USCRIPT_HAN); }
inline bool is_latin_letter(UChar32 c) { return has_script(c, USCRIPT_LATIN) && u_isalpha(c) != 0; }
inline bool drops_marks(UChar32 c) {
  return is_slow_han(c) || is_latin_letter(c) || u_charType(c) == U_DECIMAL_DIGIT_NUMBER;
}
inline bool is_sentence_end(UChar32 c) {
  return c == 0x3002 || c == '!' || c == '?' || c == ';' || is_line_break(c);
}
inline bool is_separator(UChar32 c) {
  const auto category = U_GET_GC_MASK(c);
  return !is_slow_han(c) && !is_sentence_end(c) && (category & (U_GC_L_MASK | U_GC_N_MASK)) == 0;
}

/// One character by OpenCC's own dictionary, or itself.
inline UChar32 simplify(UChar32 c) {
  static const auto kDict = opencc::SerializableDict::NewFromFile<opencc::MarisaDict>(
      CLARION_OPENCC_DATA "/TSCharacters.ocd2");
  std::string bytes;
  icu::UnicodeString(c).toUTF8String(bytes);
  const auto found = kDict->Match(bytes.c_str(), bytes.size());
  if (found.IsNull()) return c;
  return icu::UnicodeString::fromUTF8(found.Get()->GetDefault()).char32At(0);
}

/// What ICU's skeleton makes of one code point, when that is one ASCII letter or digit, small; else
/// 0.
inline UChar32 ascii_skeleton(UChar32 c) {
  UErrorCode status = U_ZERO_ERROR;
  static USpoofChecker* const kChecker = uspoof_open(&status);
  icu::UnicodeString out;
  uspoof_getSkeletonUnicodeString(kChecker, 0, icu::UnicodeString(c), out, &status);
  const bool plain = out.length() == 1 && out.char32At(0) < 0x80 && u_isalnum(out.char32At(0)) != 0;
  if (!plain) return 0;
  return out == "l" && u_isUUppercase(c) != 0 ? 'i' : u_tolower(out.char32At(0));
}

/// A letter near Latin as the ASCII letter or digit it is taken for; other code points stay.
inline UChar32 without_disguise(UChar32 c) {
  bool near_latin = false;
  for (const UScriptCode script : {USCRIPT_LATIN, USCRIPT_CYRILLIC, USCRIPT_GREEK, USCRIPT_ARMENIAN,
                                   USCRIPT_CHEROKEE, USCRIPT_COPTIC, USCRIPT_LISU}) {
    near_latin = near_latin || has_script(c, script);
  }
  if (c < 0x80 || !near_latin || u_isalpha(c) == 0) return c;
  const UChar32 ascii = ascii_skeleton(c);
  if (ascii != 0) return ascii;
  const UChar32 of_capital = has_script(c, USCRIPT_CYRILLIC) ? ascii_skeleton(u_toupper(c)) : 0;
  return of_capital != 0 ? of_capital : c;
}

/// The Han and katakana of data/lookalike-han.tsv.
inline UChar32 without_han_disguise(UChar32 c) {
  static const auto kRows = [] {
    std::map<UChar32, UChar32> rows;
    std::ifstream in(CLARION_LOOKALIKES);
    std::string from, to, source;
    std::getline(in, source);  // the heading
    while (in >> from >> to >> source) {
      rows[icu::UnicodeString::fromUTF8(from).char32At(0)] =
          icu::UnicodeString::fromUTF8(to).char32At(0);
    }
    return rows;
  }();
  const auto found = kRows.find(c);
  return found == kRows.end() ? c : found->second;
}

/// Digits of any script to ASCII, letters without disguise, NFKC_Casefold, Latin letters without
/// marks, look-alikes, simplified.
inline std::vector<UChar32> slow_code_point(UChar32 c) {
  if (u_charType(c) == U_DECIMAL_DIGIT_NUMBER) return {'0' + u_charDigitValue(c)};
  if (const UChar32 plain = without_disguise(c); plain != c) return {plain};
  UErrorCode status = U_ZERO_ERROR;
  const auto* casefold = icu::Normalizer2::getNFKCCasefoldInstance(status);
  const auto* decompose = icu::Normalizer2::getNFDInstance(status);
  const icu::UnicodeString text = casefold->normalize(icu::UnicodeString(c), status);
  std::vector<UChar32> out;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    UChar32 part = text.char32At(i);
    if (is_latin_letter(part)) {
      part = decompose->normalize(icu::UnicodeString(part), status).char32At(0);
    }
    out.push_back(simplify(without_han_disguise(without_disguise(part))));
  }
  return out;
}

/// The fold said again as plainly as possible on ICU and OpenCC themselves, a step of fold.h at a
/// time over lists.
inline Folded slow_fold(std::string_view original) {
  std::vector<SlowPart> parts;
  const auto length = static_cast<int32_t>(original.size());
  for (int32_t i = 0; i < length;) {
    const int32_t from = i;
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(reinterpret_cast<const std::uint8_t*>(original.data()), i, length, c);
    for (const UChar32 part : slow_code_point(c)) {
      parts.push_back({part, static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(i)});
    }
  }

  std::vector<SlowPart> unmarked;
  for (const SlowPart& part : parts) {
    if (is_mark(part.c) && !unmarked.empty() && drops_marks(unmarked.back().c)) continue;
    unmarked.push_back(part);
  }

  std::vector<SlowPart> spaced;
  for (std::size_t i = 0; i < unmarked.size(); ++i) {
    if (!is_white(unmarked[i].c)) {
      spaced.push_back(unmarked[i]);
      continue;
    }
    SlowPart one{' ', unmarked[i].from, unmarked[i].to};
    for (; i < unmarked.size() && is_white(unmarked[i].c); ++i) {
      if (one.c == ' ' && is_line_break(unmarked[i].c)) {
        one = {'\n', unmarked[i].from, unmarked[i].to};
      }
    }
    --i;
    spaced.push_back(one);
  }

  Folded out;
  for (std::size_t i = 0; i < spaced.size(); ++i) {
    if (is_separator(spaced[i].c)) {
      std::size_t before = i;
      while (before > 0 && is_separator(spaced[before].c)) --before;
      std::size_t after = i;
      while (after + 1 < spaced.size() && is_separator(spaced[after].c)) ++after;
      if (is_slow_han(spaced[before].c) && is_slow_han(spaced[after].c)) continue;
    }
    std::string bytes;
    icu::UnicodeString(spaced[i].c).toUTF8String(bytes);
    out.bytes += bytes;
    out.from.insert(out.from.end(), bytes.size(), spaced[i].from);
    out.to.insert(out.to.end(), bytes.size(), spaced[i].to);
  }
  return out;
}

}  // namespace clarion::text
