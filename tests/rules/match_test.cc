#include "rules/support.h"

namespace clarion::rules::testing {
namespace {

TEST(Match, BareListHitsWhereOneOfItsPhrasesStands) {
  EXPECT_EQ(hits_of("[封城, 停水]", "听说明天要停水了"), "停水");
  EXPECT_EQ(hits_of("[封城, 停水]", "听说明天要停电了"), "");
}

TEST(Match, EachOccurrenceIsAHit) {
  EXPECT_EQ(hits_of("[停水]", "停水？停水！又停水"), "停水|停水|停水");
}

TEST(Match, LongestPhraseFromAPlaceIsShown) {
  EXPECT_EQ(hits_of("[新冠, 新冠病毒]", "预防新冠病毒"), "新冠病毒");
}

TEST(Match, AllNeedsEveryMember) {
  EXPECT_EQ(hits_of("{all: [停水, [今晚, 明天]]}", "明天停水"), "明天|停水");
  EXPECT_EQ(hits_of("{all: [停水, [今晚, 明天]]}", "后天停水"), "");
}

TEST(Match, NoneBlocksOverTheWholeText) {
  EXPECT_EQ(hits_of("{all: [停水, {none: [辟谣, 不实]}]}", "明天停水"), "停水");
  EXPECT_EQ(hits_of("{all: [停水, {none: [辟谣, 不实]}]}", "明天停水的说法不实"), "");
}

TEST(Match, ListsStandForTheirPhrases) {
  EXPECT_EQ(hits_of("{any: [$cures, 板蓝根]}", "喝点白酒"), "白酒");
  EXPECT_EQ(hits_of("{any: [$cures, 板蓝根]}", "喝点板蓝根"), "板蓝根");
}

TEST(Match, SequenceKeepsOrderAndGap) {
  const char* match = "{sequence: {parts: [[喝, 吃], $cures, [治愈, 杀死]], gap: 3}}";
  EXPECT_EQ(hits_of(match, "多喝一点白酒就能治愈新冠"), "喝一点白酒就能治愈");
  EXPECT_EQ(hits_of(match, "多喝一点点儿白酒就能治愈"), "");
  EXPECT_EQ(hits_of(match, "治愈前别喝白酒"), "");
}

TEST(Match, SequencePartsDoNotOverlap) {
  EXPECT_EQ(hits_of("{sequence: {parts: [[停水停电], [停电]], gap: 5}}", "停水停电"), "");
  EXPECT_EQ(hits_of("{sequence: {parts: [[停水停电], [停电]], gap: 0}}", "停水停电停电"),
            "停水停电停电");
}

TEST(Match, SequenceIsBlockedByWhatMayNotStandInItsGaps) {
  const char* match = "{sequence: {parts: [[广州], [停水]], gap: 8, without: [不会, 没有]}}";
  EXPECT_EQ(hits_of(match, "广州明天停水"), "广州明天停水");
  EXPECT_EQ(hits_of(match, "广州明天不会停水"), "");
  EXPECT_EQ(hits_of(match, "不会吧，广州明天停水"), "广州明天停水");
}

TEST(Match, NearTakesAnyOrderWithinADistance) {
  const char* match = "{near: {parts: [[地震], [明天], [广东]], within: 10}}";
  EXPECT_EQ(hits_of(match, "广东明天有地震"), "广东明天有地震");
  EXPECT_EQ(hits_of(match, "地震，明天，广东"), "地震，明天，广东");
  EXPECT_EQ(hits_of(match, "广东的朋友们大家好，明天没有地震"), "");
}

TEST(Match, RegexIsShownFromItsStart) {
  EXPECT_EQ(hits_of("{regex: '死[了亡][0-9]{2,4}人'}", "听说死了１２０人，都不报"), "死了１２０人");
  EXPECT_EQ(hits_of("{regex: '死[了亡][0-9]{2,4}人'}", "死了1人"), "");
}

TEST(Match, RegexUnderNoneBlocks) {
  EXPECT_EQ(hits_of("{all: [地震, {none: [{regex: '[0-9]+级'}]}]}", "要地震了"), "地震");
  EXPECT_EQ(hits_of("{all: [地震, {none: [{regex: '[0-9]+级'}]}]}", "发生5级地震"), "");
}

TEST(Match, NumberComparesWhatStandsBeforeItsUnit) {
  const char* match = "{number: {value: '>=18', unit: 级}}";
  EXPECT_EQ(hits_of(match, "台风有１８ 级"), "１８ 级");
  EXPECT_EQ(hits_of(match, "台风有十八级"), "十八级");
  EXPECT_EQ(hits_of(match, "阵风12至20级"), "12至20级");
  EXPECT_EQ(hits_of(match, "台风有十七级"), "");
  EXPECT_EQ(hits_of(match, "升级了"), "");
}

TEST(Match, NumberIsAPartOfASequence) {
  EXPECT_EQ(hits_of("{sequence: {parts: [[台风], {number: {value: '>=18', unit: 级}}], gap: 6}}",
                    "台风最大风力20级"),
            "台风最大风力20级");
}

TEST(Match, PinyinViewHitsOtherSpellingsOfTheSound) {
  EXPECT_EQ(hits_of("{any: [封城], view: pinyin}", "明天要疯城了"), "疯城");
  EXPECT_EQ(hits_of("{all: [明天, {any: [封城], view: pinyin}]}", "今天要疯城了"), "");
  EXPECT_EQ(hits_of("{all: [明天, {any: [封城], view: pinyin}]}", "明天要疯城了"), "明天|疯城");
}

TEST(Match, SplitViewHitsCharactersTakenApart) {
  EXPECT_EQ(hits_of("{any: [爆炸], view: split}", "要爆火乍了"), "爆火乍");
}

TEST(Match, CodeViewHitsLetters) {
  EXPECT_EQ(hits_of("{any: [封城], view: code}", "听说要fc了"), "fc");
}

}  // namespace
}  // namespace clarion::rules::testing
