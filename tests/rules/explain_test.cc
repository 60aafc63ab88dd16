#include "rules/explain.h"
#include "rules/support.h"

namespace clarion::rules::testing {
namespace {

std::shared_ptr<const RuleSet> rules() {
  return compile({{"e.yaml", R"(pack: e
version: 4
rules:
  - {id: e.water, title: {zh: 停水, en: Water}, topic: infectious, weight: 0.4, match: {all: [停水, {none: [辟谣]}]}}
  - {id: e.tonight, topic: infectious, weight: 0.3, match: {sequence: {parts: [[今晚], [停水]], gap: 4}}}
  - {id: e.trial, topic: fire, weight: 0.9, shadow: true, match: {any: [停水], view: pinyin}}
)"}});
}

TEST(Explain, ShowsKeysHitsAndTheWayToTheScore) {
  const auto why = explain(*rules(), "今晚要停.水");
  ASSERT_EQ(why.keys.size(), 2U);
  EXPECT_EQ(why.keys[0].text, "今晚要停水");
  EXPECT_EQ(why.keys[1].text, "jin wan yao ting shui");
  ASSERT_EQ(why.hit.size(), 3U);
  EXPECT_EQ(why.hit[0].id, "e.water");
  EXPECT_EQ(why.hit[0].places.front().text, "停.水");
  EXPECT_DOUBLE_EQ(why.hit[0].score_after, 0.4);
  EXPECT_EQ(why.hit[1].places.front().text, "今晚要停.水");
  EXPECT_DOUBLE_EQ(why.hit[1].score_after, 0.58);
  EXPECT_DOUBLE_EQ(why.hit[2].score_after, 0.58) << "shadow";
  EXPECT_TRUE(why.flagged);
  EXPECT_DOUBLE_EQ(why.score, Scanner(rules()).scan({"今晚要停.水"}).score);
}

TEST(Explain, NamesWhatBlockedARuleThatWouldElseHaveHit) {
  const auto why = explain(*rules(), "辟谣：停水");
  ASSERT_EQ(why.blocked.size(), 1U);
  EXPECT_EQ(why.blocked[0].id, "e.water");
  ASSERT_EQ(why.blocked[0].phrases.size(), 2U);
  EXPECT_FALSE(why.blocked[0].phrases[0].blocking);
  EXPECT_TRUE(why.blocked[0].phrases[1].blocking);
  EXPECT_EQ(why.blocked[0].phrases[1].places.front().text, "辟谣");
}

TEST(Explain, PrintsForATerminal) {
  EXPECT_EQ(to_text(explain(*rules(), "今晚要停.水")),
            "folded  今晚要停水\n"
            "pinyin  jin wan yao ting shui\n"
            "hit\n"
            "  e.water (version 4, weight 0.4, moderate) 停水\n"
            "    hit   bytes 9..16: 停.水\n"
            "    found 停水 at 9..16\n"
            "  e.tonight (version 4, weight 0.3, moderate)\n"
            "    hit   bytes 0..16: 今晚要停.水\n"
            "    found 今晚 at 0..6\n"
            "    found 停水 at 9..16\n"
            "  e.trial (version 4, weight 0.9, moderate, shadow: counts for nothing)\n"
            "    hit   bytes 9..16: 停.水\n"
            "    found ting shui (pinyin) at 9..16\n"
            "score   0 -> 0.4 (e.water, weight 0.4) -> 0.58 (e.tonight, weight 0.3)\n"
            "        0.58 is at least 0.5: flagged\n");
}

TEST(Explain, GivesTheSameAsJson) {
  const json::object out = to_json(explain(*rules(), "辟谣：停水"));
  EXPECT_EQ(out.at("flagged"), false);
  EXPECT_EQ(out.at("blocked").at(0).at("phrases").at(1).at("blocking"), true);
  EXPECT_EQ(out.at("blocked").at(0).at("phrases").at(1).at("places").at(0).at("span").at(1), 6);
}

}  // namespace
}  // namespace clarion::rules::testing
