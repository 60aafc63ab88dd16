#include "rules/examples.h"

#include "rules/detail/compiled.h"
#include "rules/detail/matcher.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::rules {
namespace {

std::string describe_findings(const detail::Program& program, detail::Matcher& matcher,
                              std::uint32_t rule) {
  std::vector<std::string> found;
  std::vector<std::string> blocking;
  for (const auto& entry : matcher.find_atoms(rule)) {
    (entry.blocking ? blocking : found).push_back(program.name_of(entry.atom));
  }
  std::string out = fmt::format(
      "found: {}", found.empty() ? "nothing" : fmt::format("{}", fmt::join(found, " ")));
  if (!blocking.empty()) out += fmt::format("; blocked by: {}", fmt::join(blocking, " "));
  return out;
}

}  // namespace

std::string to_text(const ExampleResult& result) {
  if (result.passed) return fmt::format("rule {}: passes", result.rule);
  return fmt::format("rule {}: this text of {} ({})", result.rule,
                     result.wanted ? "hits does not hit" : "misses hits", result.reason);
}

std::vector<ExampleResult> run_examples(const RuleSet& set) {
  const detail::Compiled& compiled = set.compiled();
  detail::Matcher matcher(compiled.program, compiled.databases);
  std::vector<ExampleResult> out;
  for (std::uint32_t i = 0; i < set.rules().size(); ++i) {
    const Rule& rule = set.rules()[i];
    const auto run = [&](const Rule::Example& example, bool wanted) {
      matcher.read(example.text);
      const auto candidates = matcher.candidates();
      const bool hit =
          std::binary_search(candidates.begin(), candidates.end(), i) && matcher.holds(i);
      ExampleResult result{rule.id, rule.file, example.line, wanted, hit == wanted, {}};
      if (!result.passed) result.reason = describe_findings(compiled.program, matcher, i);
      out.push_back(std::move(result));
    };
    for (const auto& example : rule.hits) run(example, true);
    for (const auto& example : rule.misses) run(example, false);
  }
  return out;
}

}  // namespace clarion::rules
