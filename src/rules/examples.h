#pragma once

#include "rules/rule_set.h"

#include <string>
#include <vector>

namespace clarion::rules {

/// What became of one example of a rule.
struct ExampleResult {
  std::string rule, file;
  int line = 0;
  bool wanted = false;  ///< true: stands under hits; false: under misses
  bool passed = false;
  /// Of a failed miss: the phrases that hit, with blanks between. Of a failed hit: what was found
  /// of the rule, and by which phrases of `none` it was blocked.
  std::string reason;
};

/// "rule infectious.cures: this text of hits does not hit (found: 喝; blocked by: 辟谣)".
[[nodiscard]] std::string to_text(const ExampleResult& result);

/// Runs every rule's own examples against the whole rule, shadow or not: each text of `hits` must
/// hit that rule, each of `misses` must not; what other rules say of it is no matter. In the order
/// of rules and lines.
[[nodiscard]] std::vector<ExampleResult> run_examples(const RuleSet& set);

}  // namespace clarion::rules
