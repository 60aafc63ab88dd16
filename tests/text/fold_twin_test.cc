// The fold against ICU and OpenCC themselves (slow_fold.h).
#include "text/fold.h"

#include "text/slow_fold.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace clarion::text {
namespace {

std::string utf8(UChar32 c) {
  std::string bytes;
  icu::UnicodeString(c).toUTF8String(bytes);
  return bytes;
}

void expect_same(const std::string& original, const std::string& what) {
  const Folded fast = fold(original);
  const Folded slow = slow_fold(original);
  ASSERT_EQ(fast.bytes, slow.bytes) << what;
  ASSERT_EQ(fast.from, slow.from) << what;
  ASSERT_EQ(fast.to, slow.to) << what;
}

/// Pieces that take different paths: plain Han, traditional, ASCII runs, marks, ignorables, emoji,
/// blanks, broken bytes.
std::string random_text(std::mt19937& random, std::size_t pieces) {
  static const std::string kPieces[] = {"封",
                                        "城",
                                        "後",
                                        "颱",
                                        "乾",
                                        "々",
                                        "〇",
                                        "a",
                                        "Z",
                                        "hello world",
                                        "HTTP://x.y/z?q=1 ",
                                        "12",
                                        " ",
                                        "  ",
                                        "\t",
                                        "\n",
                                        "\r\n",
                                        "\u3000",
                                        "\u2028",
                                        ".",
                                        "，",
                                        "。",
                                        "！",
                                        "?",
                                        ";",
                                        "…",
                                        "【",
                                        "🔥",
                                        "🈲",
                                        "\u200b",
                                        "\u200d",
                                        "\ufe0f",
                                        "\u00ad",
                                        "\u0301",
                                        "\u0336",
                                        "\u20e3",
                                        "\u0489",
                                        "\u3099",
                                        "か",
                                        "ｶ",
                                        "ﾞ",
                                        "é",
                                        "ﬃ",
                                        "㎏",
                                        "①",
                                        "Ａ",
                                        "\uFDFA",
                                        "ع",
                                        "\u064e",
                                        "ก",
                                        "\u0e48",
                                        "раураl",
                                        "ß",
                                        "İ",
                                        "ǰ",
                                        "\u00a8",
                                        "\u0378",
                                        "\ue000",
                                        "\U0002A6A5",
                                        "\uF900",
                                        "⼝",
                                        "\xFF",
                                        "\xE5\xB0",
                                        "\xC3",
                                        "\xF0\x9F",
                                        "\xED\xA0\x80",
                                        "\0x"};
  std::string text;
  for (std::size_t i = 0; i < pieces; ++i) {
    switch (random() % 8) {
      case 0:
        text += utf8(static_cast<UChar32>(random() % 0x3000));
        break;
      case 1:
        text += utf8(static_cast<UChar32>(0x4E00 + random() % 0x5200));
        break;
      case 2:
        text += utf8(static_cast<UChar32>(0x1F000 + random() % 0x1000));
        break;
      default:
        text += kPieces[random() % std::size(kPieces)];
    }
  }
  return text;
}

TEST(FoldTwin, FoldsEveryCodePointAsIcuAndOpenccDo) {
  for (UChar32 c = 0; c < 0x110000; ++c) {
    if (U_IS_SURROGATE(c)) continue;
    std::string slow;
    for (const UChar32 part : slow_code_point(c)) {
      slow += is_line_break(part) ? "\n" : is_white(part) ? " " : utf8(part);
    }
    ASSERT_EQ(fold(utf8(c)).bytes, slow_fold(utf8(c)).bytes) << c;
    // What one code point gives depends on nothing but the table, apart from marks and blanks
    // within it.
    if (slow_code_point(c).size() == 1) {
      ASSERT_EQ(fold(utf8(c)).bytes, slow) << c;
    }
  }
}

TEST(FoldTwin, DiffersFromNfkcCasefoldOnlyWhereFoldHSaysSo) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* casefold = icu::Normalizer2::getNFKCCasefoldInstance(status);
  int latin = 0;
  int han = 0;
  for (UChar32 c = 0; c < 0x110000; ++c) {
    if (U_IS_SURROGATE(c) || is_white(c)) continue;
    const auto text = casefold->normalize(icu::UnicodeString(c), status);
    std::string plain;
    text.toUTF8String(plain);
    if (fold(utf8(c)).bytes == plain) continue;
    bool reason = u_charType(c) == U_DECIMAL_DIGIT_NUMBER || without_disguise(c) != c;
    for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
      const UChar32 part = text.char32At(i);
      latin += static_cast<int>(is_latin_letter(part));
      han += static_cast<int>(simplify(part) != part);
      reason = reason || is_latin_letter(part) || simplify(part) != part ||
               without_disguise(part) != part || without_han_disguise(part) != part ||
               (i > 0 && is_separator(part)) || (is_mark(part) && i > 0);
    }
    ASSERT_TRUE(reason) << "U+" << std::hex << c;
  }
  EXPECT_GT(latin, 500);
  EXPECT_GT(han, 4000);
}

TEST(FoldTwin, AgreesOnPairsOfEveryCodePointWithHan) {
  for (UChar32 c = 0; c < 0x110000; c += c < 0x3400 ? 1 : 37) {
    if (U_IS_SURROGATE(c)) continue;
    expect_same("封" + utf8(c) + "城" + utf8(c) + "a" + utf8(c), std::to_string(c));
    if (HasFatalFailure()) return;
  }
}

TEST(FoldTwin, AgreesOnRandomText) {
  std::mt19937 random(20261124);
  for (int round = 0; round < 6000; ++round) {
    expect_same(random_text(random, random() % 30), std::to_string(round));
    if (HasFatalFailure()) return;
  }
}

TEST(FoldTwin, AgreesOnLongText) {
  std::mt19937 random(3);
  for (const std::size_t pieces : {1000U, 20000U}) {
    expect_same(random_text(random, pieces), std::to_string(pieces));
  }
}

TEST(FoldTwin, AgreesOnAsciiOfAnyShape) {
  std::mt19937 random(4);
  const std::string alphabet = "aZ09  .;!\n\t-\x7F\x01";
  for (int round = 0; round < 4000; ++round) {
    std::string text(random() % 40, ' ');
    for (char& c : text) c = alphabet[random() % (round % 2 == 0 ? 7 : alphabet.size())];
    expect_same(round % 3 == 0 ? "封" + text + "城" : text, std::to_string(round));
    if (HasFatalFailure()) return;
  }
}

TEST(FoldTwin, KeepsTheMapMonotoneAndWithinTheOriginal) {
  std::mt19937 random(5);
  for (int round = 0; round < 3000; ++round) {
    const std::string original = random_text(random, random() % 40);
    const Folded out = fold(original);
    ASSERT_EQ(out.from.size(), out.bytes.size());
    ASSERT_EQ(out.to.size(), out.bytes.size());
    for (std::size_t i = 0; i < out.bytes.size(); ++i) {
      ASSERT_LT(out.from[i], out.to[i]);
      ASSERT_LE(out.to[i], original.size());
      if (i == 0) continue;
      ASSERT_LE(out.from[i - 1], out.from[i]);
      ASSERT_LE(out.to[i - 1], out.to[i]);
      const bool same = out.from[i - 1] == out.from[i];
      ASSERT_TRUE(same ? out.to[i - 1] == out.to[i] : out.to[i - 1] <= out.from[i]);
    }
  }
}

TEST(FoldTwin, FoldsAFoldedTextToItself) {
  std::mt19937 random(6);
  for (int round = 0; round < 3000; ++round) {
    const std::string once = fold(random_text(random, random() % 40)).bytes;
    ASSERT_EQ(fold(once).bytes, once) << round;
  }
  for (UChar32 c = 0; c < 0x110000; ++c) {
    if (U_IS_SURROGATE(c)) continue;
    const std::string once = fold(utf8(c)).bytes;
    if (once == "苧") continue;  // 薴 → 苧, but 苧 → 苎 in OpenCC: a rare plant, left as it is
    ASSERT_EQ(fold(once).bytes, once) << c;
  }
}

}  // namespace
}  // namespace clarion::text
