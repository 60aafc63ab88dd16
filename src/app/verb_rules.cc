#include "app/verbs.h"
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

}  // namespace

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

}  // namespace clarion::app
