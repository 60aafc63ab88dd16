#include "text/views.h"

#include "base/bytes.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace clarion::text {
namespace {

Folded key_of(View view, std::string_view original) {
  Folded out;
  view_key(view, fold(original), out);
  return out;
}
std::string key(View view, std::string_view original) { return key_of(view, original).bytes; }
std::string phrase(View view, std::string_view original) {
  Folded out;
  phrase_key(view, fold(original), out);
  return out.bytes;
}
std::string read(View view, std::string_view original) { return readable_key(key(view, original)); }

/// The original bytes where the phrase is found in the text's key, or "-".
std::string found(View view, std::string_view original, std::string_view wanted) {
  const Folded text = key_of(view, original);
  const std::string needle = phrase(view, wanted);
  const std::size_t at = text.bytes.find(needle);
  if (at == std::string::npos) return "-";
  const auto [from, to] = text.original(at, at + needle.size());
  return std::string(original.substr(from, to - from));
}

TEST(PinyinView, MakesHomophonesEqual) {
  EXPECT_EQ(key(View::pinyin, "封城"), key(View::pinyin, "疯成"));
  EXPECT_EQ(read(View::pinyin, "听说封城了"), "ting shuo feng cheng le");
}

TEST(PinyinView, ComparesWholeSyllables) {
  EXPECT_EQ(found(View::pinyin, "封城", "封陈"), "-");
  EXPECT_EQ(found(View::pinyin, "西安", "先"), "-");
}

TEST(PinyinView, ReadsSpeltSyllablesAndShowsThemInPlace) {
  EXPECT_EQ(found(View::pinyin, "广州要 fengcheng 了", "封城"), "fengcheng");
  EXPECT_EQ(found(View::pinyin, "要 Feng-Cheng 了", "封城"), "Feng-Cheng");
  EXPECT_EQ(found(View::pinyin, "喝了会si人", "会死人"), "会si人");
  EXPECT_EQ(read(View::pinyin, "xian xi'an"), "xian xi an");
}

TEST(PinyinView, LeavesLettersThatSpellNothing) {
  EXPECT_EQ(read(View::pinyin, "the fcb club x"), "the fcb club x");
  EXPECT_EQ(read(View::pinyin, "a n m"), "a n m");
}

TEST(PinyinView, HearsDigitsThatAreNoNumbers) {
  EXPECT_EQ(found(View::pinyin, "全都4了", "死了"), "4了");
  for (const char* number : {"4月", "第4了", "14了", "3.4了", "4楼", "4", "a4了"}) {
    EXPECT_EQ(found(View::pinyin, number, "死"), "-") << number;
  }
}

TEST(PinyinView, TakesNoPrivateCodePointFromTheText) {
  const std::string forged = key(View::pinyin, "封");
  EXPECT_EQ(key(View::pinyin, forged), "\ufffd");
}

TEST(SplitView, JoinsPartsAndShowsThemInPlace) {
  EXPECT_EQ(key(View::split, "弓虽女干案"), "强奸案");
  EXPECT_EQ(found(View::split, "化工厂火乍了", "炸了"), "火乍了");
  EXPECT_EQ(found(View::split, "火 乍", "炸"), "火 乍");
  EXPECT_EQ(key(View::split, "言射水工"), "谢江");
  EXPECT_EQ(key(View::split, "雨田"), "雷");
}

TEST(SplitView, LeavesEverythingElseAlone) {
  EXPECT_EQ(key(View::split, "广州 abc 封城。"), "广州 abc 封城。");
  EXPECT_EQ(key(View::split, "弓。虽"), "弓。虽");
  EXPECT_EQ(key(View::split, ""), "");
}

TEST(CodeView, MakesLettersAndTheirHanNeighboursAgree) {
  const std::pair<const char*, const char*> kTexts[] = {
      {"fc了", "fc"}, {"f城了", "f城"},  {"封c了", "封c"},
      {"FC了", "FC"}, {"f.c.了", "f.c"}, {"ｆ 城了", "ｆ 城"},
  };
  for (const auto& [text, shown] : kTexts) EXPECT_EQ(found(View::code, text, "封城"), shown);
}

TEST(CodeView, LeavesHanAwayFromCodesAlone) {
  EXPECT_EQ(key(View::code, "非常好"), "非常好");
  EXPECT_EQ(key(View::code, "今天很多人说fc"), "今天很drsfc");
  EXPECT_EQ(key(View::code, "fc。非常"), "fc。非常");
  EXPECT_EQ(found(View::code, "这里非常好", "封城"), "-");
}

TEST(CodeView, KeysAPhraseByAllItsInitials) {
  EXPECT_EQ(phrase(View::code, "封城"), "fc");
  EXPECT_EQ(phrase(View::code, "fc"), "fc");
  EXPECT_EQ(phrase(View::code, "死了"), "sl");
}

TEST(CodeView, HearsDigits) {
  EXPECT_EQ(found(View::code, "都4了", "死了"), "4了");
  EXPECT_EQ(found(View::code, "住4楼", "死了"), "-");
}

TEST(CodeView, TakesWordsAndLinksForNoCodes) {
  EXPECT_EQ(key(View::code, "看 fcbarcelona 比赛"), "看 \ufffd 比赛");
  EXPECT_EQ(key(View::code, "h7n9 2024年"), "h7n9 2024年");
  EXPECT_EQ(found(View::code, "of course", "fc"), "-");
}

TEST(Views, MapEveryByteIntoTheOriginalForAnyBytes) {
  std::mt19937 random(11);
  static const std::string kPieces[] = {
      "封", "城",       "弓",   "虽",         "火",     "乍", "雨", "田", "fc",
      "si", "zhuangbi", "4",    "12",         "4月",    " ",  ".",  "。", "\n",
      "か", "\u3099",   "\xFF", "\U00020000", "\ue001", "é",  "'",  "a"};
  Folded out;
  for (int round = 0; round < 4000; ++round) {
    std::string original;
    for (std::size_t n = random() % 20; n > 0; --n) {
      original += kPieces[random() % std::size(kPieces)];
    }
    const Folded folded = fold(original);
    for (const View view : {View::pinyin, View::split, View::code}) {
      for (const bool of_phrase : {false, true}) {
        (of_phrase ? phrase_key : view_key)(view, folded, out);
        ASSERT_TRUE(is_utf8(out.bytes));
        ASSERT_EQ(out.bytes.size(), out.from.size());
        ASSERT_EQ(out.bytes.size(), out.to.size());
        for (std::size_t i = 0; i < out.bytes.size(); ++i) {
          ASSERT_LT(out.from[i], out.to[i]);
          ASSERT_LE(out.to[i], original.size());
          ASSERT_LE(out.from[i - (i > 0 ? 1 : 0)], out.from[i]);
        }
      }
    }
  }
}

}  // namespace
}  // namespace clarion::text
