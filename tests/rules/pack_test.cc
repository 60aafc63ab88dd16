#include "rules/support.h"

#include <filesystem>
#include <fstream>

namespace clarion::rules::testing {
namespace {

PackSource pack(std::string yaml) { return {"p.yaml", std::move(yaml)}; }
constexpr std::string_view kHead = "pack: p\nversion: 1\nrules:\n";

TEST(Pack, ReadsTheContractsExample) {
  const auto set =
      compile({pack(R"(pack: infectious         # stable name; version rises with each change
version: 3
owner: 应急科普编辑部
licence: CC-BY-4.0
lists:
  cures: [白酒, 大蒜, 板蓝根]
rules:
  - id: infectious.drink-cures
    title: {zh: 喝某物可治愈或预防传染病, en: Drinking something cures or prevents infection}
    topic: infectious
    severity: moderate
    weight: 0.6
    shadow: false
    valid: {from: 2026-01-01, to: null}
    match:
      all:
        - sequence: {parts: [[喝, 吃], $cures, [治愈, 预防, 杀死], [新冠, 流感, 病毒]], gap: 12}
        - none: [辟谣, 谣言, 不实, 信谣, 不能预防, 不能治]
    hits:   ["听说喝点白酒就能杀死新冠病毒，赶紧转给家人"]
    misses: ["专家：喝白酒不能预防新冠，请勿信谣传谣"]
)")});
  const Rule* rule = set->find("infectious.drink-cures");
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(rule->version, 3);
  EXPECT_EQ(rule->title_en, "Drinking something cures or prevents infection");
  EXPECT_EQ(rule->owner, "应急科普编辑部");
  using namespace std::chrono;
  EXPECT_FALSE(RuleSet::active(*rule, 2025y / 12 / 31));
  EXPECT_TRUE(RuleSet::active(*rule, 2026y / 1 / 1));
}

TEST(Pack, UnknownKeyIsNamedWithItsLine) {
  EXPECT_EQ(error_of(pack(
                std::string(kHead) +
                "  - id: p.a\n    topic: fire\n    wieght: 1\n    weight: 1\n    match: [a]\n")),
            "p.yaml:6: unknown key 'wieght', a rule has: id, title, topic, severity, weight, "
            "shadow, valid, match, hits, misses, "
            "regions, references, owner");
}

TEST(Pack, EveryMistakeIsNamedAtOnce) {
  const std::string error = error_of(
      pack(std::string(kHead) +
           "  - id: p.a\n    topic: firee\n    weight: 2\n    match: {any: [$x], near: 1}\n"
           "    valid: {from: 2026-13-01}\n    regions: ['999999']\n    shadow: ja\n"));
  for (const char* part : {"p.yaml:5: topic 'firee'", "p.yaml:6: weight is '2'",
                           "p.yaml:7: a second key 'near'", "p.yaml:8: valid.from is '2026-13-01'",
                           "p.yaml:9: region '999999'", "p.yaml:10: shadow is 'ja'"}) {
    EXPECT_NE(error.find(part), std::string::npos) << part << "\nin\n" << error;
  }
}

TEST(Pack, MistakesOfMatchTreesAreNamed) {
  const auto error = [](std::string_view match) { return error_of(one_rule(match)); };
  const std::pair<const char*, const char*> cases[] = {
      {"[]", "t.yaml:9: any is empty"},
      {"{none: [a]}", "t.yaml:9: rule 't.r' is true of any text"},
      {"{any: [{none: [a]}, b]}", "is true of any text"},
      {"{all: [a, {none: [{none: [b]}]}]}", "none inside none"},
      {"{any: [' ']}", "t.yaml:9: phrase ' ' is empty"},
      {"{sequence: {parts: [[a], [b]]}}", "gap is missing"},
      {"{sequence: {parts: [[a]], gap: 3}}", "parts is a list of 1"},
      {"{near: {parts: [[a], [b]], within: 5000}}", "within is '5000'"},
      {"{number: {value: 'viele', unit: 级}}", "value is 'viele'"},
      {"{number: {value: 8}}", "unit is missing"},
      {"{view: pinyan, any: [a]}", "view is 'pinyan'"},
      {"{any: [$cure]}", "list '$cure' is not known"},
      {"{regex: '(a'}", "t.yaml:9: regex cannot be compiled"},
      {"{regex: 'a(?=b)'}", "t.yaml:9: regex cannot be compiled"},
      {"{regex: '(a)\\1'}", "t.yaml:9: regex cannot be compiled"},
      {"{regex: '(ab|cd){1000}e'}", "t.yaml:9: regex has 4001 positions"},
      {"{regex: 'a*'}", "t.yaml:9: regex cannot be compiled"},
  };
  for (const auto& [match, expected] : cases) {
    EXPECT_NE(error(match).find(expected), std::string::npos) << match << " gives " << error(match);
  }
}

TEST(Pack, IdsAreUniqueOverAllPacks) {
  const std::string rule = "  - {id: p.a, topic: fire, weight: 1, match: [着火]}\n";
  const auto set = RuleSet::make(
      {{"a.yaml", std::string(kHead) + rule}, {"b.yaml", "pack: q\nversion: 1\nrules:\n" + rule}});
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().text, "b.yaml:4: rule id 'p.a' stands twice, first in a.yaml:4");
}

TEST(Pack, FailingExampleRefusesThePackAndSaysWhy) {
  EXPECT_EQ(error_of(one_rule("{all: [停水, {none: [辟谣]}]}",
                              "weight: 0.6\n    hits: [明天停水辟谣]\n    misses: [明天停水]")),
            "t.yaml:9: rule t.r: this text of hits does not hit (found: 停水; blocked by: 辟谣)\n"
            "t.yaml:10: rule t.r: this text of misses hits (found: 停水)");
}

TEST(Pack, AliasBombIsRefused) {
  std::string yaml = "pack: p\nversion: 1\nlists:\n  a: &a [x, x, x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c < 'n'; ++c) {
    const char before = static_cast<char>(c - 1);
    yaml += fmt::format(
        "  {0}: &{0} [*{1}, *{1}, *{1}, *{1}, *{1}, *{1}, *{1}, *{1}, *{1}, *{1}]\n", c, before);
  }
  EXPECT_NE(error_of(pack(yaml + "rules: []\n")).find("aliases expanded"), std::string::npos);
}

TEST(Pack, DeepNestingIsRefused) {
  EXPECT_NE(error_of(pack("pack: " + std::string(5000, '['))).find("p.yaml:1: "),
            std::string::npos);
}

TEST(Pack, FolderIsReadInOrderOfNames) {
  const std::filesystem::path folder =
      std::filesystem::path(::testing::TempDir()) / "clarion-packs";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "b.yaml") << "b";
  std::ofstream(folder / "a.yaml") << "a";
  std::ofstream(folder / "notes.txt") << "no pack";
  const auto packs = read_packs(folder);
  ASSERT_TRUE(packs);
  ASSERT_EQ(packs.value().size(), 2U);
  EXPECT_EQ(packs.value()[0].name, (folder / "a.yaml").string());
  EXPECT_EQ(packs.value()[1].yaml, "b");
  std::filesystem::remove_all(folder);
  EXPECT_EQ(read_packs(folder).error().errc, Errc::not_found);
}

TEST(Pack, BuiltinPacksCompileAndPassTheirExamples) {
  const auto set = compile(builtin_packs());
  ASSERT_NE(set, nullptr);
  EXPECT_EQ(set->statistics().packs, builtin_packs().size());
}

}  // namespace
}  // namespace clarion::rules::testing
