#include "rules/scanner.h"
#include "rules/support.h"

#include <thread>

namespace clarion::rules::testing {
namespace {

constexpr std::string_view kTopics = R"(pack: s
version: 1
rules:
  - {id: s.fire, topic: fire, severity: severe, weight: 0.3, match: [着火]}
  - {id: s.quake, topic: earthquake, severity: moderate, weight: 0.3, match: [地震]}
  - {id: s.shadow, topic: typhoon, severity: extreme, weight: 0.9, shadow: true, match: [台风]}
)";

TEST(Scanner, SpansAreBytesOfTheOriginalUnderEveryDisguise) {
  const auto set = compile({one_rule("{sequence: {parts: [[喝], $cures, [杀死]], gap: 4}}")});
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"聽說喝點白酒就能殺死病毒", "喝點白酒就能殺死"},
      {"听说 喝-白·酒 可以杀🔥死 病毒", "喝-白·酒 可以杀🔥死"},
      {"听说喝白​酒能杀死", "喝白​酒能杀死"},
      {"a喝b白酒ＡＢ杀死", "喝b白酒ＡＢ杀死"},
  };
  Scanner scanner(set);
  for (const auto& [text, shown] : cases) {
    const auto& result = scanner.scan({text});
    ASSERT_EQ(result.hits.size(), 1U) << text;
    const model::Hit& hit = result.hits.front();
    EXPECT_EQ(hit.text, shown);
    EXPECT_EQ(text.substr(hit.from, hit.to - hit.from), hit.text);
    EXPECT_EQ(hit.from, text.find(shown));
    EXPECT_EQ(hit.rule, "t.r");
    EXPECT_EQ(hit.version, 3);
    EXPECT_EQ(hit.media, -1);
  }
}

TEST(Scanner, FullWidthLettersAreShownWhole) {
  EXPECT_EQ(hits_of("[5g基站]", "说５Ｇ基站有害"), "５Ｇ基站");
}

TEST(Scanner, PhrasesNeverJoinTwoSentences) { EXPECT_EQ(hits_of("[封城]", "开封。城里"), ""); }

TEST(Scanner, IllFormedTextIsScannedAllTheSame) {
  EXPECT_EQ(hits_of("[封城]", "\xFF\xE5封城\xC0"), "封城");
}

TEST(Scanner, ScoreIsOneMinusWhatEachRuleLeaves) {
  const auto set = compile({{"s.yaml", std::string(kTopics)}});
  Scanner scanner(set);
  EXPECT_DOUBLE_EQ(scanner.scan({"地震"}).score, 0.3);
  EXPECT_FALSE(scanner.scan({"地震"}).flagged);
  EXPECT_DOUBLE_EQ(scanner.scan({"地震又地震"}).score, 0.3) << "a rule counts once";
  EXPECT_DOUBLE_EQ(scanner.scan({"地震又着火"}).score, 0.51);
  EXPECT_TRUE(scanner.scan({"地震又着火"}).flagged);
}

TEST(Scanner, OneHitOfTheFlagScoreFlagsWhateverRounding) {
  for (const double weight : {0.5, 0.5004, 0.7, 0.1, 0.3333333, 0.9999}) {
    const auto set =
        compile({one_rule("[着火]", fmt::format("weight: {}", weight))}, {.flag_score = weight});
    EXPECT_TRUE(Scanner(set).scan({"着火"}).flagged) << weight;
  }
}

TEST(Scanner, TopicsFollowTheTableAndShadowChangesNothing) {
  const auto set = compile({{"s.yaml", std::string(kTopics)}});
  Scanner scanner(set);
  const auto& result = scanner.scan({"台风、着火、地震"});
  std::vector<std::string> expected;
  for (const auto& topic : model::topics()) {
    if (topic.id == "fire" || topic.id == "earthquake") expected.push_back(topic.id);
  }
  EXPECT_EQ(result.topics, expected);
  EXPECT_EQ(result.severity, model::Severity::severe);
  EXPECT_DOUBLE_EQ(result.score, 0.51);
  ASSERT_EQ(result.hits.size(), 3U);
  EXPECT_TRUE(result.hits[0].shadow);
  EXPECT_EQ(result.hits[1].text, "着火");
  EXPECT_FALSE(scanner.scan({"台风"}).flagged);
}

TEST(Scanner, MediaTextsAreJudgedByThemselves) {
  const auto set = compile({one_rule("{all: [停水, 明天]}")});
  Scanner scanner(set);
  const std::string_view apart[] = {"明天"};
  EXPECT_TRUE(scanner.scan({"停水", apart}).hits.empty());
  const std::string_view both[] = {"无关", "明天停水"};
  const auto& result = scanner.scan({"你好", both});
  ASSERT_EQ(result.hits.size(), 2U);
  EXPECT_EQ(result.hits[0].media, 1);
  EXPECT_EQ(result.hits[0].from, 0U);
  EXPECT_TRUE(result.flagged);
}

TEST(Scanner, GivenRegionIsTakenAsItIs) {
  const auto set = compile({one_rule("[停水]")});
  EXPECT_EQ(Scanner(set).scan({.text = "你好", .region = "440100"}).regions,
            std::vector<std::string>{"440100"});
}

TEST(Scanner, PlacesAreLookedForOnlyWhenFlaggedOrWanted) {
  const auto set = compile({one_rule("[停水]")});
  Scanner scanner(set);
  EXPECT_EQ(scanner.scan({"广州市明天停水"}).regions, std::vector<std::string>{"440100"});
  EXPECT_TRUE(scanner.scan({"广州市明天天晴"}).regions.empty());
  EXPECT_EQ(scanner.scan({.text = "广州市明天天晴", .want_regions = true}).regions,
            std::vector<std::string>{"440100"});
}

TEST(Scanner, SameTextScoresTheSameInAnyOrder) {
  const auto set = compile(builtin_packs());
  Scanner scanner(set);
  std::vector<std::string> texts;
  for (const Rule& rule : set->rules()) {
    for (const auto& example : rule.hits) texts.push_back(example.text);
    for (const auto& example : rule.misses) texts.push_back(example.text);
  }
  std::vector<std::pair<double, std::size_t>> first;
  for (const std::string& text : texts) {
    const auto& result = scanner.scan({text});
    first.emplace_back(result.score, result.hits.size());
  }
  for (std::size_t i = texts.size(); i-- > 0;) {
    const auto& result = scanner.scan({texts[i]});
    ASSERT_EQ(std::pair(result.score, result.hits.size()), first[i]) << texts[i];
  }
}

TEST(Scanner, WorkOnAFloodOfPhrasesIsBounded) {
  const auto set =
      compile({one_rule("{all: [{sequence: {parts: [[喝], [酒]], gap: 3}}, {near: {parts: [[喝], "
                        "[酒]], within: 9}}]}")});
  std::string flood;
  for (int i = 0; i < 80'000; ++i) flood += "喝酒";
  Scanner scanner(set);
  const auto& result = scanner.scan({flood});
  EXPECT_TRUE(result.flagged);
  EXPECT_LE(result.hits.size(), kMaxHits);
  EXPECT_FALSE(result.hits.empty());
  EXPECT_EQ(scanner.scan({"喝酒"}).hits.size(), 1U) << "and the next text is a new one";
}

TEST(Scanner, ThreadsShareOneRuleSet) {
  const auto set = compile(builtin_packs());
  std::vector<std::string> texts;
  for (const Rule& rule : set->rules()) {
    for (const auto& example : rule.hits) texts.push_back(example.text);
  }
  const auto run = [&](std::vector<double>& scores) {
    Scanner scanner(set);
    for (int round = 0; round < 20; ++round) {
      scores.clear();
      for (const std::string& text : texts) scores.push_back(scanner.scan({text}).score);
    }
  };
  std::vector<double> one;
  std::vector<double> two;
  {
    const std::jthread first([&] { run(one); });
    const std::jthread second([&] { run(two); });
  }
  EXPECT_EQ(one, two);
}

TEST(Scanner, GoesOverToAnotherSnapshot) {
  Scanner scanner(compile({one_rule("[停水]")}));
  EXPECT_TRUE(scanner.scan({"停水"}).flagged);
  scanner.use(compile({one_rule("[停电]")}));
  EXPECT_FALSE(scanner.scan({"停水"}).flagged);
  EXPECT_TRUE(scanner.scan({"停电"}).flagged);
}

}  // namespace
}  // namespace clarion::rules::testing
