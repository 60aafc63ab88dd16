#include "text/fold.h"

#include "base/bytes.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace clarion::text {
namespace {

std::string folded(std::string_view original) { return fold(original).bytes; }

/// The original bytes that the only place of `phrase` in the folded text came from.
std::string shown(std::string_view original, std::string_view phrase) {
  const Folded out = fold(original);
  const std::size_t at = out.bytes.find(phrase);
  if (at == std::string::npos) return "(not found)";
  const auto [from, to] = out.original(at, at + phrase.size());
  return std::string(original.substr(from, to - from));
}

TEST(Fold, LeavesPlainSimplifiedTextAlone) {
  EXPECT_EQ(folded("台风登陆广东"), "台风登陆广东");
  EXPECT_EQ(folded(""), "");
}

TEST(Fold, TurnsTraditionalIntoSimplifiedAndNeverBack) {
  EXPECT_EQ(folded("颱風登陸廣東"), "台风登陆广东");
  EXPECT_EQ(folded("後天在皇后大道"), "后天在皇后大道");
}

TEST(Fold, LeavesCantoneseCharactersAlone) {
  EXPECT_EQ(folded("佢哋话冇事喺嘅咗嚟"), "佢哋话冇事喺嘅咗嚟");
}

TEST(Fold, JoinsWidthAndCase) {
  EXPECT_EQ(folded("ＡＢｃ１２３　㎏ ⑧ Ⅷ 🈲"), "abc123 kg 8 viii 禁");
  EXPECT_EQ(folded("HTTPS://Example.COM/A_b?X=1"), "https://example.com/a_b?x=1");
}

TEST(Fold, ReadsLettersAndDigitsThatOnlyLookLikeLatinOnes) {
  EXPECT_EQ(fold("СОVID").bytes, "covid");              // Cyrillic С and О
  EXPECT_EQ(fold("ВАNК рауреl").bytes, "bank paypel");  // В, А, К and р, а, у, р
  EXPECT_EQ(fold("ΝΗΟ").bytes, "nho");                  // Greek capitals
  EXPECT_EQ(fold("вВ").bytes, "bb");                    // small and capital stay one
  EXPECT_EQ(fold("ІТ").bytes, "it");                    // Cyrillic І is an i, not an l
  EXPECT_EQ(fold("ɑı").bytes, "ai");
  EXPECT_EQ(fold("10μg").bytes, "10μg");  // not mg
  EXPECT_EQ(fold("١٨级").bytes, "18级");  // Arabic digits
  EXPECT_EQ(fold("〇二").bytes, "〇二");  // a numeral, not the letter o
}

TEST(Fold, ReadsRareHanAndKatakanaThatLookLikeCommonHan) {
  EXPECT_EQ(fold("⻛暴 爆⻢ 人囗 生曰").bytes, "风暴爆马人口生日");
  EXPECT_EQ(fold("カ量 化エ厂").bytes, "力量化工厂");
  EXPECT_EQ(fold("𠮷利").bytes, "吉利");
  EXPECT_EQ(fold("己已巳 未末 土士 人入").bytes,
            "己已巳未末土士人入");  // everyday words stay apart
}

TEST(Fold, DropsWhatCannotBeSeen) {
  EXPECT_EQ(folded("封\u200b城\ufe0f了\u00ad"), "封城了");
  EXPECT_EQ(folded("a\u200d\u2060b"), "ab");
}

TEST(Fold, DropsMarksOnHanLatinAndDigitsInBothNormalForms) {
  EXPECT_EQ(folded("封\u0336城\u0489了"), "封城了");
  EXPECT_EQ(folded("caf\u00e9 cafe\u0301"), "cafe cafe");
  EXPECT_EQ(folded("1\ufe0f\u20e32"), "12");
  EXPECT_EQ(folded("か\u3099"), "か\u3099");
}

TEST(Fold, DropsSeparatorsBetweenHanOnly) {
  EXPECT_EQ(folded("封.城"), "封城");
  EXPECT_EQ(folded("封 城"), "封城");
  EXPECT_EQ(folded("封🔥城"), "封城");
  EXPECT_EQ(folded("封, — 🔥 城"), "封城");
  EXPECT_EQ(folded("封.a.城"), "封.a.城");
  EXPECT_EQ(folded(".封城."), ".封城.");
  EXPECT_EQ(folded("3,5 a-b"), "3,5 a-b");
}

TEST(Fold, NeverJoinsTwoSentences) {
  EXPECT_EQ(folded("不要封。城里"), "不要封。城里");
  EXPECT_EQ(folded("封！城"), "封!城");
  EXPECT_EQ(folded("封？ 城；内"), "封? 城;内");
  EXPECT_EQ(folded("封 \r\n 城"), "封\n城");
  EXPECT_EQ(folded("封.!.城"), "封.!.城");
}

TEST(Fold, MakesOneOfWhiteSpace) {
  EXPECT_EQ(folded("a \t\u3000 b"), "a b");
  EXPECT_EQ(folded("a \n\n b\u2028"), "a\nb\n");
  EXPECT_EQ(folded("one  two three  four five"), "one two three four five");
}

TEST(Fold, ShowsAHitWhereItStandsInTheOriginal) {
  EXPECT_EQ(shown("听说【廣州 封.\u200b城】了", "封城"), "封.\u200b城");
  EXPECT_EQ(shown("ＦＵＬＬ width", "full"), "ＦＵＬＬ");
  EXPECT_EQ(shown("重 ㎏ 量", "kg"), "㎏");
  EXPECT_EQ(shown("早上🔥封🔥城🔥晚上", "封城"), "封🔥城");
}

TEST(Fold, ReplacesEachIllFormedPartAndLosesNothingAfterIt) {
  EXPECT_EQ(folded("a\xFF z"), "a\ufffd z");
  EXPECT_EQ(folded("\xE5\xB0"
                   "a"),
            "\ufffda");                                     // 封 cut after two bytes
  EXPECT_EQ(folded("\xED\xA0\x80"), "\ufffd\ufffd\ufffd");  // a surrogate
  EXPECT_EQ(folded("\xC0\x80"), "\ufffd\ufffd");            // overlong
  EXPECT_EQ(folded("\xF4\x90\x80\x80"), "\ufffd\ufffd\ufffd\ufffd");
  EXPECT_EQ(folded("封\xE5\xB0城"), "封城");  // U+FFFD is a separator like another
}

TEST(Fold, GivesWellFormedTextForAnyBytes) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 40, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() % 256);
    EXPECT_TRUE(is_utf8(folded(bytes))) << round;
  }
}

TEST(Fold, ClearsWhatTheLastCallLeft) {
  Folded out;
  fold("一段很长的文字 with a lot of letters", out);
  fold("封 城", out);
  EXPECT_EQ(out.bytes, "封城");
  EXPECT_EQ(out.from, (std::vector<std::uint32_t>{0, 0, 0, 4, 4, 4}));
  EXPECT_EQ(out.to, (std::vector<std::uint32_t>{3, 3, 3, 7, 7, 7}));
}

TEST(Fold, MakesRoomForTextThatGrows) {
  std::string original;
  for (int i = 0; i < 5000; ++i) original += "\uFDFA\xFF";
  const Folded out = fold(original);
  EXPECT_EQ(out.bytes.size(), out.from.size());
  EXPECT_EQ(out.bytes.size(), out.to.size());
  EXPECT_EQ(out.bytes.size(), 5000U * (fold("\uFDFA").bytes.size() + 3));
}

TEST(Fold, TakesAMebibyte) {
  std::string original;
  while (original.size() < (1U << 20U)) original += "颱風 typhoon。";
  const Folded out = fold(original);
  EXPECT_EQ(out.bytes.substr(0, 17), "台风 typhoon。");
  EXPECT_EQ(out.to.back(), original.size());
}

}  // namespace
}  // namespace clarion::text
