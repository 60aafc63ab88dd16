// Writes the fold's table (detail/tables.h) from ICU, OpenCC's TSCharacters and the look-alikes of
// data/: gen_fold_table TSCHARACTERS.ocd2 LOOKALIKES.tsv OUT.cc
#include "text/detail/tables.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>

#include <opencc/DictEntry.hpp>
#include <opencc/Lexicon.hpp>
#include <opencc/MarisaDict.hpp>
#include <opencc/SerializableDict.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <vector>

namespace {

using clarion::text::detail::Entry;
using clarion::text::detail::kBlockBits;
using clarion::text::detail::kHanFirst;
using clarion::text::detail::kHanLast;
using clarion::text::detail::Kind;
using clarion::text::detail::make_entry;
using clarion::text::detail::make_many;
using clarion::text::detail::make_same;

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "gen_fold_table: %s\n", what.c_str());
  std::exit(1);
}

std::map<UChar32, UChar32> read_simplified(const char* path) {
  std::map<UChar32, UChar32> simplified;
  const auto dict = opencc::SerializableDict::NewFromFile<opencc::MarisaDict>(path);
  for (const auto& entry : *dict->GetLexicon()) {
    const auto from = icu::UnicodeString::fromUTF8(entry->Key());
    const auto to = icu::UnicodeString::fromUTF8(entry->GetDefault());
    if (from.countChar32() != 1 || to.countChar32() != 1) fail("an entry is not one character");
    simplified[from.char32At(0)] = to.char32At(0);
  }
  if (simplified.size() < 4000) fail("fewer than 4,000 traditional characters");
  return simplified;
}

/// Rows "character TAB look-alike TAB source" of data/lookalike-han.tsv.
std::map<UChar32, UChar32> read_lookalikes(const char* path) {
  std::map<UChar32, UChar32> lookalikes;
  std::ifstream in(path);
  for (std::string row; std::getline(in, row);) {
    if (row.starts_with('#')) continue;
    const auto text = icu::UnicodeString::fromUTF8(row);
    const UChar32 from = text.char32At(0);
    const int32_t tab = text.moveIndex32(0, 1);
    if (text.char32At(tab) != '\t') fail("a look-alike is not one character");
    lookalikes[from] = text.char32At(tab + 1);
  }
  if (lookalikes.size() < 100) fail("fewer than 100 look-alikes");
  return lookalikes;
}

/// The ASCII letter or digit that a letter of a script near Latin is taken for (Unicode TR 39
/// skeleton), or 0. A small Cyrillic letter also stands for what its capital looks like, so that В
/// and в stay one (not in Greek: μg is no mg); a capital that looks like l is an i.
char ascii_lookalike(UChar32 c) {
  UErrorCode status = U_ZERO_ERROR;
  static USpoofChecker* const kChecker = uspoof_open(&status);
  const UScriptCode script = uscript_getScript(c, &status);
  const bool near_latin = script == USCRIPT_LATIN || script == USCRIPT_CYRILLIC ||
                          script == USCRIPT_GREEK || script == USCRIPT_ARMENIAN ||
                          script == USCRIPT_CHEROKEE || script == USCRIPT_COPTIC ||
                          script == USCRIPT_LISU;
  if (!near_latin || c < 0x80 || u_isalpha(c) == 0) return 0;
  const auto skeleton = [&](UChar32 of) -> char {
    icu::UnicodeString out;
    uspoof_getSkeletonUnicodeString(kChecker, 0, icu::UnicodeString(of), out, &status);
    if (U_FAILURE(status) != 0) fail("ICU has no skeletons");
    const UChar32 first = out.char32At(0);
    if (out.length() != 1 || first >= 0x80 || u_isalnum(first) == 0) return 0;
    if (first == 'l' && u_isUUppercase(of) != 0) return 'i';
    return static_cast<char>(u_tolower(first));
  };
  if (const char same = skeleton(c); same != 0) return same;
  return script == USCRIPT_CYRILLIC ? skeleton(u_toupper(c)) : '\0';
}

Kind kind_of(UChar32 c) {
  if (c == '\n' || (c >= 0x0B && c <= 0x0D) || c == 0x85 || c == 0x2028 || c == 0x2029) {
    return Kind::line;
  }
  if (c == 0x3002 || c == '!' || c == '?' || c == ';') return Kind::end;
  if (u_isUWhiteSpace(c) != 0) return Kind::blank;
  UErrorCode status = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(c, &status);
  if (script == USCRIPT_HAN) return Kind::han;
  const std::uint32_t category = U_GET_GC_MASK(c);
  if ((category & (U_GC_MN_MASK | U_GC_ME_MASK)) != 0) return Kind::mark;
  if ((category & U_GC_ND_MASK) != 0) return Kind::base;
  if ((category & (U_GC_L_MASK | U_GC_N_MASK)) == 0) return Kind::separator;
  return script == USCRIPT_LATIN ? Kind::base : Kind::letter;
}

Entry entry_of(UChar32 c) {
  const Kind kind = kind_of(c);
  if (kind == Kind::line) return make_entry(kind, '\n');
  if (kind == Kind::blank) return make_entry(kind, ' ');
  return make_entry(kind, static_cast<char32_t>(c));
}

/// Latin letters lose their marks, so that é and e + U+0301 meet.
icu::UnicodeString without_latin_marks(const icu::UnicodeString& text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfd = icu::Normalizer2::getNFDInstance(status);
  icu::UnicodeString out;
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    icu::UnicodeString parts;
    if (kind_of(c) == Kind::base && nfd->getDecomposition(c, parts) != 0) {
      out.append(parts.char32At(0));
    } else {
      out.append(c);
    }
  }
  return out;
}

template <class T, class Range>
void write_array(std::ofstream& out, const char* type, const char* name, const Range& values) {
  out << "extern const " << type << ' ' << name << "[] = {";
  std::size_t n = 0;
  for (const T value : values) out << (n++ % 16 == 0 ? "\n" : "") << +value << "ULL,";
  out << "\n};\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) fail("wants TSCHARACTERS.ocd2 LOOKALIKES.tsv OUT.cc");
  const auto simplified = read_simplified(argv[1]);
  const auto lookalikes = read_lookalikes(argv[2]);
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* casefold = icu::Normalizer2::getNFKCCasefoldInstance(status);
  if (U_FAILURE(status) != 0) fail("ICU has no NFKC_Casefold");

  std::vector<Entry> strings;
  std::map<std::vector<Entry>, std::uint32_t> string_places;
  const auto fold = [&](UChar32 c) -> Entry {
    if (c >= 0xD800 && c <= 0xDFFF) return make_entry(Kind::separator, 0xFFFD);
    if (u_charType(c) == U_DECIMAL_DIGIT_NUMBER) return entry_of('0' + u_charDigitValue(c));
    // Before case is folded: Greek Ν looks like N, ν like v.
    if (const char ascii = ascii_lookalike(c); ascii != 0) return entry_of(ascii);
    UErrorCode failed = U_ZERO_ERROR;
    auto text = without_latin_marks(casefold->normalize(icu::UnicodeString(c), failed));
    if (U_FAILURE(failed) != 0) fail("ICU could not fold a code point");
    if (text.isEmpty()) return make_entry(Kind::drop, 0);
    std::vector<Entry> entries;
    for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
      UChar32 part = text.char32At(i);
      if (const char ascii = ascii_lookalike(part); ascii != 0) part = ascii;
      if (const auto other = lookalikes.find(part); other != lookalikes.end()) part = other->second;
      if (const auto simple = simplified.find(part); simple != simplified.end())
        part = simple->second;
      entries.push_back(entry_of(part));
    }
    if (entries.size() == 1) return entries[0];
    const auto [place, added] =
        string_places.try_emplace(entries, static_cast<std::uint32_t>(strings.size()));
    if (added) {
      strings.push_back(static_cast<Entry>(entries.size()));
      strings.insert(strings.end(), entries.begin(), entries.end());
    }
    return make_many(place->second);
  };

  constexpr std::size_t kBlock = 1U << kBlockBits;
  std::vector<std::uint16_t> blocks;
  std::vector<Entry> all;
  std::map<std::array<Entry, kBlock>, std::uint16_t> block_places;
  std::vector<std::uint64_t> stays((kHanLast - kHanFirst) / 64 + 1);
  for (UChar32 first = 0; first < 0x110000; first += static_cast<UChar32>(kBlock)) {
    std::array<Entry, kBlock> block;
    for (std::size_t i = 0; i < kBlock; ++i) {
      const auto c = static_cast<std::uint32_t>(first) + static_cast<std::uint32_t>(i);
      const Entry entry = fold(static_cast<UChar32>(c));
      const Kind kind = clarion::text::detail::kind_of(entry);
      block[i] = kind != Kind::many && entry == make_entry(kind, c) ? make_same(kind) : entry;
      if (c >= kHanFirst && c <= kHanLast && block[i] == make_same(Kind::han)) {
        stays[(c - kHanFirst) / 64] |= std::uint64_t{1} << (c - kHanFirst) % 64;
      }
    }
    const auto [place, added] =
        block_places.try_emplace(block, static_cast<std::uint16_t>(block_places.size()));
    if (added) all.insert(all.end(), block.begin(), block.end());
    blocks.push_back(place->second);
  }

  std::ofstream out(argv[3], std::ios::trunc);
  out << "// Written by gen_fold_table from ICU " U_ICU_VERSION
         ", OpenCC's TSCharacters and data/.\n"
      << "#include \"text/detail/tables.h\"\nnamespace clarion::text::detail {\n";
  write_array<std::uint16_t>(out, "std::uint16_t", "kFoldBlocks", blocks);
  write_array<Entry>(out, "Entry", "kFoldEntries", all);
  write_array<Entry>(out, "Entry", "kFoldStrings", strings);
  write_array<std::uint64_t>(out, "std::uint64_t", "kHanStays", stays);
  out << "}  // namespace clarion::text::detail\n";
  out.close();
  if (!out) fail("cannot write the table");
  return 0;
}
