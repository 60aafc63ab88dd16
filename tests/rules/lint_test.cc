#include "rules/lint.h"
#include "rules/support.h"

namespace clarion::rules::testing {
namespace {

std::string lines(const std::vector<Problem>& problems) {
  std::string out;
  for (const Problem& problem : problems) out += to_text(problem) + "\n";
  return out;
}

bool says(std::string_view match, std::string_view text) {
  return lines(lint({one_rule(match)})).find(text) != std::string::npos;
}

TEST(Lint, WarnsOfShortPhrasesThatHitAlone) {
  EXPECT_TRUE(says("[死]", "phrase '死' is very short"));
  EXPECT_TRUE(says("[fc]", "phrase 'fc' is very short"));
  EXPECT_FALSE(says("[死了]", "very short"));
  EXPECT_FALSE(says("{all: [死, 封城]}", "very short"));
  EXPECT_TRUE(says("{all: [[死, 封城], {none: [辟谣]}]}", "phrase '死' is very short"));
}

TEST(Lint, WarnsOfPhrasesThatAreTheSameAfterFolding) {
  EXPECT_TRUE(says("[颱風, 台风]", "phrase '台风' is the same as '颱風' after folding"));
  EXPECT_TRUE(says("[台风, 台风]", "phrase '台风' stands twice"));
}

TEST(Lint, WarnsOfPhrasesThatFoldingDropsBetweenHan) {
  EXPECT_TRUE(says("[🙏]", "phrase '🙏' has separators at its edge"));
  EXPECT_TRUE(says("['#辟谣#']", "has separators at its edge"));
  EXPECT_FALSE(says("[3天, 5g 基站]", "separators"));
}

TEST(Lint, WarnsOfRegexesThatNeverFitFoldedText) {
  EXPECT_TRUE(says("{regex: 'WIFI有毒'}", "regex holds 'W'"));
  EXPECT_TRUE(says("{regex: '颱风'}", "write '台'"));
  EXPECT_TRUE(says("{regex: '死.*人'}", "unbounded"));
  EXPECT_FALSE(says("{regex: '死\\D{0,4}人'}", "regex"));
}

TEST(Lint, TooFewExamplesAreAWarningAndStrictlyAnError) {
  const PackSource pack =
      one_rule("[封城]", "weight: 1\n    hits: [封城, 要封城了]\n    misses: [开门]");
  const std::string lax = lines(lint({pack}));
  EXPECT_NE(lax.find("t.yaml:6: warning: rule 't.r' has 2 hits, expected at least 3"),
            std::string::npos)
      << lax;
  EXPECT_NE(lax.find("t.yaml:6: warning: rule 't.r' has 1 misses"), std::string::npos) << lax;
  const std::string strict = lines(lint({pack}, {.strict = true}));
  EXPECT_NE(strict.find("t.yaml:6: warning: rule 't.r' has 2 hits"), std::string::npos) << strict;
  EXPECT_NE(strict.find("t.yaml:6: rule 't.r' has 1 misses"), std::string::npos) << strict;
}

TEST(Lint, NamesFailingExamplesAndUnusedLists) {
  const std::string found = lines(lint({one_rule("[封城]", "weight: 1\n    hits: [开门]")}));
  EXPECT_NE(found.find("t.yaml:9: rule t.r: this text of hits does not hit (found: nothing)"),
            std::string::npos)
      << found;
  EXPECT_NE(found.find("t.yaml:4: warning: list 'cures' is used by no rule"), std::string::npos)
      << found;
}

TEST(Lint, OurOwnPacksHaveNoErrors) {
  for (const Problem& problem : lint(builtin_packs(), {.strict = true}))
    EXPECT_TRUE(problem.warning) << to_text(problem);
}

}  // namespace
}  // namespace clarion::rules::testing
