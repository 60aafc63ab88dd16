#include "rules/lint.h"
#include "rules/support.h"

#include <charconv>
#include <random>

namespace clarion::rules::testing {
namespace {

constexpr std::string_view kSeed = R"(pack: infectious
version: 3
owner: 应急科普编辑部
licence: CC-BY-4.0
lists:
  cures: &c [白酒, 大蒜, "板蓝根"]
rules:
  - id: infectious.drink-cures
    title: {zh: 喝某物可治愈, en: Drinking cures}
    topic: infectious
    severity: moderate
    weight: 0.6
    shadow: false
    valid: {from: 2026-01-01, to: null}
    regions: ['440100']
    references: [https://example.org]
    match:
      all:
        - sequence: {parts: [[喝, 吃], $cures, *c, {number: {value: '>=8', unit: 级}}], gap: 12, without: [不]}
        - any: [{view: pinyin, any: [封城]}, {near: {parts: [a, b], within: 30}}, {regex: '死[0-9]+人'}]
        - none: [辟谣, '不能治']
    hits:   ["听说"]
    misses: ["专家"]
)";

/// Every line of an error begins with the file and a line of it.
bool names_its_place(std::string_view error, std::size_t lines) {
  while (!error.empty()) {
    const std::string_view line = error.substr(0, error.find('\n'));
    error.remove_prefix(std::min(error.size(), line.size() + 1));
    if (line.starts_with("and ") && line.ends_with(" more")) continue;
    unsigned number = 0;
    if (!line.starts_with("f.yaml:")) return false;
    const auto digits = line.substr(7);
    const auto [stop, fault] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (fault != std::errc{} || *stop != ':' || number > lines + 1) return false;
  }
  return true;
}

TEST(PackFuzz, MutatedPacksNeverCrashAndErrorsNameTheirPlace) {
  std::mt19937_64 random(5);  // NOLINT: fixed on purpose
  constexpr std::string_view kPieces[] = {
      "[",         "]",      "{",   "}",  ":",    "- ",         "\n",    "  ",         "&c ",
      "*c",        "$cures", "'",   "\"", "null", "none",       "all",   "view: code", "\x80",
      "!!binary ", "? ",     "|\n", "#",  "%",    "9999999999", "---\n", "\t"};
  std::size_t refused = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string yaml(kSeed);
    for (std::size_t edits = 1 + random() % 3; edits > 0; --edits) {
      const std::size_t at = random() % yaml.size();
      switch (random() % 4) {
        case 0:
          yaml.erase(at, 1 + random() % 8);
          break;
        case 1:
          yaml.insert(at, kPieces[random() % std::size(kPieces)]);
          break;
        case 2:
          yaml[at] = static_cast<char>(random() % 256);
          break;
        default: {
          const std::size_t from = random() % yaml.size();
          yaml.insert(at, yaml.substr(from, random() % 60));
        }
      }
      if (yaml.empty()) yaml = "a";
    }
    const auto lines = static_cast<std::size_t>(std::count(yaml.begin(), yaml.end(), '\n')) + 1;
    const auto set = RuleSet::make({{"f.yaml", yaml}}, {.run_examples = false});
    if (set) {
      Scanner(set.value()).scan({"听说喝白酒，板蓝根9级 封城 死12人"});
      continue;
    }
    ++refused;
    ASSERT_TRUE(names_its_place(set.error().text, lines)) << set.error().text << "\n--- of\n"
                                                          << yaml;
  }
  EXPECT_GT(refused, 1000U);
}

TEST(PackFuzz, LintTakesWhateverMakeRefuses) {
  std::mt19937_64 random(6);  // NOLINT: fixed on purpose
  for (int i = 0; i < 300; ++i) {
    std::string yaml(kSeed);
    yaml.erase(random() % yaml.size(), 1 + random() % 20);
    EXPECT_FALSE(lint({{"f.yaml", yaml}}).empty());
  }
}

}  // namespace
}  // namespace clarion::rules::testing
