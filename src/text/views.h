#pragma once

#include "text/fold.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace clarion::text {

/// Second keys, for rules that ask for them. Each is made from a folded text and maps back to the
/// original, like the fold.
///
/// In all of them one character of the text stays one character of the key (a joined pair or a
/// spelt syllable becomes one), so that gaps and distances count as in the folded text, and a
/// phrase found in a key was written in whole characters.
enum class View : std::uint8_t {
  /// Sounds. A Han character becomes its main toneless reading (Unihan kMandarin over GB 2312; no
  /// fuzzy sounds), as one private
  /// code point a syllable: 疯城 and 封城 are equal, 封承 and 封尘 differ. So do letters that spell
  /// syllables from end to end
  /// (fengcheng, si; two letters at least, fewest syllables: xian is 先, xi'an is 西安) and digits
  /// that stand for a sound (4了).
  /// English words that spell syllables (he, men) turn too: rules need context. Han without a
  /// reading stays.
  pinyin,
  /// Split characters. Two Han characters that are the parts of a third become it (弓虽 → 强, 火乍
  /// → 炸, 言射 → 谢), from left
  /// to right; parts one above the other (雨田 → 雷) only when the second does not begin a pair
  /// side by side. Ordinary words
  /// turn too (女子 → 好): for phrases beside the folded view, never instead of it.
  split,
  /// Letter and number codes. Runs of 1 to 6 letters stay, digits that stand for a sound become its
  /// letter (4 → s), and Han
  /// characters within three of such a code become the first letter of their reading: fc了, f城了
  /// and 封c了 are all fcl.
  /// Han away from codes stays, so that 非常 is no fc, and 封城 itself is left to the folded view.
  /// Longer runs of letters
  /// (words, links) become U+FFFD. Separators go between codes and Han and inside f.c; a blank
  /// between two runs of letters stays.
  code,
};

/// The key of a text. `out` is reused like that of fold(), and must not be `folded`. O(length), no
/// allocation once warm.
void view_key(View view, const Folded& folded, Folded& out);

/// The key of a rule's phrase, to be looked for in keys of texts. Differs from view_key in `code`
/// alone, where every Han character becomes its letter: the phrases 封城 and fc both are fc.
void phrase_key(View view, const Folded& folded, Folded& out);

/// A key for people: syllables spelt out with blanks between (feng cheng), everything else as it
/// is.
[[nodiscard]] std::string readable_key(std::string_view key);

}  // namespace clarion::text
