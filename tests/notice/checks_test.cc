#include "notice/checks.h"

#include "notice/form.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace clarion::notice {
namespace {

const model::Time kNow{std::chrono::milliseconds(1'795'514'400'000)};  // 2026-11-24T10:00:00Z

/// A debunk that nothing is to be said against, changed by `patch`.
json::object draft(std::string_view patch = "{}") {
  json::value out = json::parse(
      R"({"kind":"debunk","severity":"moderate","topics":["typhoon"],"regions":["440100"],"verdict":"false",
    "claim":{"text":"海鸢要以18级登陆全市停水七天"},
    "evidence":[{"title":"第14期快报","url":"https://a.example/14","publisher":"示例省气象台"}],"expires_at":"2026-12-05T00:00:00Z",
    "content":{"zh":{"title":"台风目前12级，各市供水正常","summary":"【核实】11月24日10时台风中心风力12级，供水正常（示例省气象台）。",
      "body":"","advice":["备够一天的饮水","收回阳台花盆","看本市公告"]},
    "en":{"title":"The typhoon is at force 12; water supply is normal","summary":"Checked: at 10:00 on 24 November it was at force 12.",
      "body":"The claim is false. See your city's notices.","advice":[]}}})");
  std::string body =
      "**事实** 台风中心风力12级。以下说法不实，请勿转发：“海鸢要以18级登陆全市停水七天”。";
  for (int i = 0; i < 6; ++i)
    body += "这是把旧帖改了数字又发出来的，气象台没有发布过这样的消息，供水单位也没有停水计划。";
  out.as_object()["content"].as_object()["zh"].as_object()["body"] = body;
  out.as_object()["content"].as_object()["en"].as_object()["body"] =
      "The claim of force 18 is false; do not forward it.";
  merge_patch(out, json::parse(patch));
  return out.as_object();
}
std::set<std::string> found(const json::object& of, Check::Level level, CheckFacts facts = {}) {
  facts.now = kNow;
  std::set<std::string> out;
  for (const Check& check : check_notice(of, facts)) {
    if (check.level == level) out.insert(check.code + check.pointer);
  }
  return out;
}
std::set<std::string> warned(const json::object& of, CheckFacts facts = {}) {
  return found(of, Check::Level::warns, std::move(facts));
}
using Set = std::set<std::string>;

TEST(Checks, SayNothingAgainstAGoodNotice) {
  EXPECT_EQ(warned(draft()), Set{});
  EXPECT_EQ(found(draft(), Check::Level::blocks), Set{});
}

TEST(Checks, BlockExactlyWhatSubmitRefuses) {
  for (const char* patch : {"{}", R"({"kind":null})", R"({"claim":null,"verdict":null})",
                            R"({"expires_at":"2020-01-01T00:00:00Z"})",
                            R"({"content":{"zh":{"title":"{{fact_short_zh}} {{time_zh}}"}}})",
                            R"({"kind":"holding"})"}) {
    const json::object of = draft(patch);
    Set refused;
    if (const Status complete = check_complete(of, "publish", kNow); !complete) {
      for (const FieldError& each : complete.error().fields)
        refused.insert(each.code + each.pointer);
    }
    EXPECT_EQ(found(of, Check::Level::blocks), refused) << patch;
  }
}

TEST(Checks, NameEachUnfilledSlotInWords) {
  const auto out = to_json(check_notice(
      draft(R"({"content":{"zh":{"body":"{{fact_zh}} {{下一期快报时间}}"}}})"), {.now = kNow}));
  EXPECT_EQ(out.at("left").as_int64(), 2);
  const json::object& first = out.at("items").at(0).as_object();
  EXPECT_EQ(first.at("text").at("zh"), "占位符未填：事实");
  EXPECT_EQ(first.at("text").at("en"), "Placeholder not filled: the fact");
  EXPECT_EQ(string_or(first, "slot"), "fact_zh");
  EXPECT_EQ(string_or(first, "pointer"), "/content/zh/body");
  EXPECT_EQ(out.at("items").at(1).at("text").at("zh"), "占位符未填：下一期快报时间");
}

TEST(Checks, WarnOfTheClaimInTheTitleAndOfAQuestion) {
  EXPECT_EQ(warned(draft(R"({"content":{"zh":{"title":"海鸢要以18级登陆全市停水？"}}})"))
                .count("check_title_claim/content/zh/title"),
            1U);
  EXPECT_EQ(warned(draft(R"({"content":{"zh":{"title":"台风12级吗？"}}})"))
                .count("check_title_question/content/zh/title"),
            1U);
}

TEST(Checks, WarnOfTheClaimSaidTwiceOrWithoutWarning) {
  const auto twice = warned(draft(
      R"({"content":{"zh":{"body":"海鸢要以18级登陆，全市停水七天。海鸢要以18级登陆全市停水七天"}}})"));
  EXPECT_TRUE(twice.contains("check_claim_repeated/content/zh/body"));
  EXPECT_TRUE(twice.contains("check_claim_unwarned/content/zh/body"));
}

TEST(Checks, WarnWithoutSourceRegionOrAdvisedEnd) {
  EXPECT_TRUE(warned(draft(R"({"evidence":[]})")).contains("check_source/evidence"));
  EXPECT_TRUE(warned(draft(R"({"regions":[]})")).contains("check_regions/regions"));
  EXPECT_TRUE(warned(draft(R"({"expires_at":"2027-06-01T00:00:00Z"})"))
                  .contains("check_life_long/expires_at"));
  EXPECT_TRUE(warned(draft(R"({"expires_at":"2026-11-25T00:00:00Z"})"))
                  .contains("check_life_short/expires_at"));
  const char* holding =
      R"({"kind":"holding","severity":"extreme","owner":"anna","expires_at":"2026-11-24T12:30:00Z"})";
  EXPECT_TRUE(warned(draft(holding)).contains("check_life_long/expires_at"));
}

TEST(Checks, CompareFiguresUnitsAndVerdictOfTheLanguages) {
  EXPECT_TRUE(warned(draft(R"({"content":{"en":{"title":"The typhoon is at force 13"}}})"))
                  .contains("check_figures_zh/content/zh/body"));
  EXPECT_TRUE(
      warned(
          draft(R"({"content":{"zh":{"title":"距珠海310公里"},"en":{"title":"310 metres away"}}})"))
          .contains("check_units/content/en/body"));
  EXPECT_TRUE(warned(draft(R"({"content":{"en":{"body":"What they say of force 18 is true"}}})"))
                  .contains("check_verdict_words/content/en/body"));
}

TEST(Checks, KnowThatTheEnglishIsOlderThanTheChinese) {
  const auto hour = std::chrono::hours(1);
  EXPECT_TRUE(warned(draft(), {.zh_changed = kNow, .en_changed = kNow - hour})
                  .contains("check_en_stale/content/en"));
  EXPECT_FALSE(warned(draft(), {.zh_changed = kNow - hour, .en_changed = kNow})
                   .contains("check_en_stale/content/en"));
  EXPECT_TRUE(warned(draft(R"({"content":{"en":null}})")).contains("check_en_missing/content/en"));
}

TEST(Checks, FindPersonalDataRiskyAdviceAndContraryAnswers) {
  EXPECT_TRUE(warned(draft(R"({"content":{"zh":{"summary":"11月24日联系13800138000"}}})"))
                  .contains("check_personal_phone/content/zh/summary"));
  const json::object risky = draft(R"({"content":{"zh":{"advice":["自行催吐"]}}})");
  EXPECT_TRUE(warned(risky).contains("check_advice_risky/content/zh/advice/0"));
  EXPECT_FALSE(warned(risky, {.expert_among_authors = true})
                   .contains("check_advice_risky/content/zh/advice/0"));
  CheckFacts facts;
  facts.contradictions = {{"n_1", "true", "旧结论"}};
  EXPECT_TRUE(warned(draft(), facts).contains("check_contradiction/verdict"));
}

TEST(Checks, AskThatAnExerciseSaysSoAndALiveNoticeDoesNot) {
  EXPECT_TRUE(
      warned(draft(), {.mode = "Exercise"}).contains("check_drill_unmarked/content/zh/title"));
  EXPECT_TRUE(warned(draft(R"({"content":{"zh":{"title":"【演练】台风12级"}}})"))
                  .contains("check_drill_words/content/zh/title"));
}

TEST(Checks, RecommendLengthsAndNeverBlockByThem) {
  const json::object of = draft(
      R"({"content":{"zh":{"title":"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十","body":"11月短","advice":[]}}})");
  const auto out = warned(of);
  EXPECT_TRUE(out.contains("check_length/content/zh/title"));
  EXPECT_TRUE(out.contains("check_body_short/content/zh/body"));
  EXPECT_TRUE(out.contains("check_advice_count/content/zh/advice"));
  EXPECT_EQ(found(of, Check::Level::blocks), Set{});
}

TEST(Checks, HaveWordsForEveryLineAndHowToMendIt) {
  CheckFacts facts{.mode = "Exercise", .now = kNow};
  facts.contradictions = {{"n_1", "true", "旧"}};
  const auto checks = check_notice(
      draft(R"({"regions":[],"evidence":[],"content":{"en":null,"zh":{"title":"造谣？"}}})"),
      facts);
  for (const Check& each : checks) {
    EXPECT_TRUE(ops::knows_code(each.code)) << each.code;
    if (each.level == Check::Level::warns) {
      EXPECT_TRUE(ops::knows_code(each.code + "_mend")) << each.code;
    }
  }
}

}  // namespace
}  // namespace clarion::notice
