#include "app/command_line.h"
#include "rules/examples.h"
#include "rules/explain.h"
#include "rules/lint.h"
#include "rules/rule_set.h"

#include <fmt/format.h>

namespace clarion::app {
namespace {

Result<std::vector<rules::PackSource>> packs_of(const std::string& dir) {
  return dir.empty() ? Result<std::vector<rules::PackSource>>(rules::builtin_packs())
                     : rules::read_packs(dir);
}

int rules_check(const std::string& dir) {
  const auto packs = packs_of(dir);
  if (!packs) return fail(packs.error());
  std::size_t errors = 0, warnings = 0;
  for (const rules::Problem& problem : rules::lint(packs.value())) {
    fmt::print("{}\n", rules::to_text(problem));
    ++(problem.warning ? warnings : errors);
  }
  fmt::print("{} packs, {} errors, {} warnings\n", packs.value().size(), errors, warnings);
  return errors == 0 ? 0 : 1;
}

int rules_test(const std::string& dir) {
  const auto packs = packs_of(dir);
  if (!packs) return fail(packs.error());
  const auto set = rules::RuleSet::make(packs.value(), {.run_examples = false});
  if (!set) {
    fmt::print(stderr, "clarion: {}\n", set.error().text);
    return 1;
  }
  std::size_t passed = 0, failed = 0;
  for (const rules::ExampleResult& result : rules::run_examples(*set.value())) {
    ++(result.passed ? passed : failed);
    if (!result.passed) fmt::print("{}:{}: {}\n", result.file, result.line, rules::to_text(result));
  }
  fmt::print("{} rules, {} examples passed, {} failed\n", set.value()->rules().size(), passed,
             failed);
  return failed == 0 ? 0 : 1;
}

int rules_explain(const std::string& dir, const std::string& text, bool as_json) {
  const auto packs = packs_of(dir);
  if (!packs) return fail(packs.error());
  const auto set = rules::RuleSet::make(packs.value(), {});
  if (!set) return fail(set.error());
  const rules::Explanation explanation = rules::explain(*set.value(), text);
  if (as_json) {
    fmt::print("{}\n", json::serialize(rules::to_json(explanation)));
  } else {
    fmt::print("{}", rules::to_text(explanation));
  }
  return 0;
}

}  // namespace

void add_rules_verbs(CommandLine& line) {
  CLI::App& rules = line.group("rules", "Check, test and explain rule packs");
  const auto dir = std::make_shared<std::string>();

  CLI::App& check = CommandLine::verb(rules, "check", "Lint packs", "clarion rules check rules/");
  check.add_option("DIR", *dir, "Folder of packs (default: those built in)");
  line.run(check, [dir] { return rules_check(*dir); });

  CLI::App& test =
      CommandLine::verb(rules, "test", "Run each rule's own examples", "clarion rules test rules/");
  test.add_option("DIR", *dir, "Folder of packs (default: those built in)");
  line.run(test, [dir] { return rules_test(*dir); });

  const auto text = std::make_shared<std::string>();
  const auto as_json = std::make_shared<bool>(false);
  CLI::App& explain = CommandLine::verb(
      rules, "explain", "What a text folds to, which rules hit where, how the score came about",
      "clarion rules explain '听说喝点白酒就能杀死新冠病毒'");
  explain.add_option("--rules", *dir, "Folder of packs (default: those built in)");
  explain.add_flag("--json", *as_json, "As JSON");
  explain.add_option("TEXT", *text, "The text")->required();
  line.run(explain, [dir, text, as_json] { return rules_explain(*dir, *text, *as_json); });
}

}  // namespace clarion::app
