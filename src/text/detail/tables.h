#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace clarion::text::detail {

/// What the fold does with a code point, by what it folds to. The first five are written as they
/// are.
enum class Kind : std::uint8_t {
  letter,     ///< letter or digit that keeps its combining marks (kana, Arabic, …)
  base,       ///< Latin letter or digit: combining marks after it are dropped
  end,        ///< ends a sentence: 。 ! ? ;
  separator,  ///< no letter, no digit, no blank
  han,        ///< Han: marks after it are dropped, separators between two of them too
  blank,      ///< white space within a line
  line,       ///< line break
  mark,       ///< combining mark (Mn, Me)
  drop,       ///< folds to nothing (Default_Ignorable)
  many,       ///< folds to several code points: the low 32 bits are a place in kFoldStrings
};

/// An entry packs a Kind (bits 40 up), the UTF-8 length (bits 32..39) and the UTF-8 bytes, first
/// lowest (bits 0..31), of the code point that stands for this one; length 0: it stands for itself,
/// which keeps the table small. For `many`, where in kFoldStrings its replacement starts: a count,
/// then that many entries.
using Entry = std::uint64_t;

constexpr Entry make_entry(Kind kind, char32_t c) {
  const Entry of_kind = static_cast<Entry>(kind) << 40U;
  const Entry last = 0x80U | (c & 0x3FU);
  const Entry second_last = 0x80U | ((c >> 6U) & 0x3FU);
  const Entry third_last = 0x80U | ((c >> 12U) & 0x3FU);
  if (c < 0x80) return of_kind | Entry{1} << 32U | c;
  if (c < 0x800) return of_kind | Entry{2} << 32U | last << 8U | 0xC0U | (c >> 6U);
  if (c < 0x10000) {
    return of_kind | Entry{3} << 32U | last << 16U | second_last << 8U | 0xE0U | (c >> 12U);
  }
  return of_kind | Entry{4} << 32U | last << 24U | second_last << 16U | third_last << 8U | 0xF0U |
         (c >> 18U);
}
constexpr Entry make_same(Kind kind) { return static_cast<Entry>(kind) << 40U; }
constexpr Entry make_many(std::uint32_t place) {
  return (static_cast<Entry>(Kind::many) << 40U) | place;
}
constexpr Kind kind_of(Entry entry) { return static_cast<Kind>(entry >> 40U); }
constexpr std::uint32_t bytes_of(Entry entry) { return static_cast<std::uint32_t>(entry); }
constexpr std::size_t length_of(Entry entry) { return (entry >> 32U) & 0xFFU; }

/// Two-stage table over all of Unicode: kFoldBlocks[c >> kBlockBits] names a block of kFoldEntries.
constexpr unsigned kBlockBits = 6;
constexpr char32_t kHanFirst = 0x4E00, kHanLast = 0x9FFF;

// Written by gen_fold_table.cc.
extern const std::uint16_t kFoldBlocks[0x110000 >> kBlockBits];
extern const Entry kFoldEntries[];
extern const Entry kFoldStrings[];
/// A bit a character of kHanFirst..kHanLast, set when it folds to itself.
extern const std::uint64_t kHanStays[(kHanLast - kHanFirst) / 64 + 1];

/// The entry as the table has it: length 0 for a code point that stays itself.
inline const Entry* raw_fold_entry(char32_t c) {
  return &kFoldEntries[(static_cast<std::size_t>(kFoldBlocks[c >> kBlockBits]) << kBlockBits) |
                       (c & ((1U << kBlockBits) - 1))];
}
inline Kind kind_of_code_point(char32_t c) { return kind_of(*raw_fold_entry(c)); }
/// The whole entry of a code point.
inline Entry fold_entry(char32_t c) {
  const Entry entry = *raw_fold_entry(c);
  return length_of(entry) == 0 && kind_of(entry) < Kind::drop ? make_entry(kind_of(entry), c)
                                                              : entry;
}

// Written by gen_view_table.cc.
/// A character of kHanFirst..kHanLast → its syllable's index + 1; 0: no reading known.
extern const std::uint16_t kHanSyllables[kHanLast - kHanFirst + 1];
/// The toneless syllables, sorted.
extern const std::string_view kSyllables[];
extern const std::size_t kSyllableCount;
/// What a part becomes together with the part after it; kJoins holds those of one first part
/// together, sorted by second.
struct Join {
  char16_t second, whole;
  bool beside;  ///< the parts stand side by side; else one above the other
};
extern const Join kJoins[];
/// The joins of kHanFirst + i are kJoins[kJoinStarts[i]] up to kJoins[kJoinStarts[i + 1]].
extern const std::uint16_t kJoinStarts[kHanLast - kHanFirst + 2];

}  // namespace clarion::text::detail
