#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::text {

/// A text made comparable, with the way back.
///
/// `bytes` is the folded text (UTF-8). Each of its code points came from a range of the original:
/// origin(i) gives the first original byte of the code point that folded byte i belongs to,
/// end_of(i) the byte after it. Reused between calls: fold() clears it and keeps its memory. Not
/// thread-safe; one a scanner.
struct Folded {
  std::string bytes;
  std::vector<std::uint32_t> from;  ///< a folded byte → first original byte of its code point
  std::vector<std::uint32_t> to;    ///< a folded byte → byte after its original code point

  /// The span of the original text that folded bytes [begin, end) came from; end > begin. Dropped
  /// characters inside belong to it, those at its edges do not.
  [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> original(std::size_t begin,
                                                                 std::size_t end) const {
    return {from[begin], to[end - 1]};
  }
};

/// Folds well-formed or ill-formed UTF-8 in one pass; ill-formed bytes become U+FFFD (Unicode 15
/// section 3.9, maximal subparts). At most 4 GiB − 1.
///
/// In order, a code point: NFKC_Casefold (ICU 72 table made at build time; no canonical composition
/// or reordering of marks across code points), Default_Ignorable dropped, Latin letters without
/// their marks (é, and e with U+0301, give e), combining marks after Han, Latin or digits dropped
/// (1️⃣ gives 1), look-alikes (Unicode TR 39 skeletons: Cyrillic, Greek, Armenian, Cherokee, Coptic,
/// Lisu and unusual Latin letters to the ASCII letter or digit they are taken for; decimal digits
/// of any script to ASCII; the rare Han and katakana of data/lookalike-han.tsv), traditional Han to
/// simplified (OpenCC 1.1.6 TSCharacters, first candidate; many to one, so never fold back), runs
/// of white space to one blank, or to one line feed when a line break is in it. Then separators
/// (blanks, punctuation, symbols that are no letters or digits, emoji) that stand between two Han
/// characters are dropped: 封.城, 封 城 and 封🔥城 fold to 封城. Sentence ends (。！？!?；; and
/// line breaks) stay, so that a phrase never joins two sentences. Folding a folded text changes
/// nothing more (but 薴 → 苧 → 苎).
void fold(std::string_view original, Folded& out);
[[nodiscard]] Folded fold(std::string_view original);

}  // namespace clarion::text
