#pragma once

#include "rules/pack.h"

#include <vector>

namespace clarion::rules {

struct LintOptions {
  /// Turns too few examples into errors below two hits or two misses; the packs of this repository
  /// are checked so. Packs of others get warnings: the contract asks for no number.
  bool strict = false;
};

/// Everything that `rules check` says of packs, errors and warnings, by file and line: what
/// RuleSet::make would refuse (failing examples included) and what it would take but an author
/// should look at: a phrase of one Han character or of fewer than three letters that hits alone, a
/// phrase that stands twice in one list after folding, separators at the edge of a phrase (they
/// vanish between Han characters), a regex with characters that folding never leaves, an unbounded regex, fewer than 3 hits or 4 misses (reference rumors.md section 4,
/// item 16), no title, no owner, no licence.
[[nodiscard]] std::vector<Problem> lint(const std::vector<PackSource>& packs,
                                        LintOptions options = {});

}  // namespace clarion::rules
