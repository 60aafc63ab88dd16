#pragma once

#include "rules/rule_set.h"
#include "rules/scanner.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace clarion::rules::testing {

/// A pack of one rule "t.r" whose match tree is given as YAML on one line.
inline PackSource one_rule(std::string_view match, std::string_view more = "weight: 0.6") {
  return {"t.yaml", fmt::format("pack: t\nversion: 3\nlists:\n  cures: [白酒, 大蒜]\nrules:\n  - "
                                "id: t.r\n    topic: infectious\n"
                                "    {}\n    match: {}\n",
                                more, match)};
}

inline std::shared_ptr<const RuleSet> compile(std::vector<PackSource> packs, Options options = {}) {
  auto set = RuleSet::make(packs, std::move(options));
  EXPECT_TRUE(set) << (set ? "" : set.error().text);
  return set ? set.value() : nullptr;
}

/// The bytes of the original that the rules hit, in order, "|" between.
inline std::string hit_texts(const std::shared_ptr<const RuleSet>& set, std::string_view text) {
  Scanner scanner(set);
  std::string out;
  for (const model::Hit& hit : scanner.scan({text}).hits)
    out += (out.empty() ? "" : "|") + hit.text;
  return out;
}

/// The same for a pack of one rule.
inline std::string hits_of(std::string_view match, std::string_view text) {
  return hit_texts(compile({one_rule(match)}), text);
}

/// The error of a pack that must not compile.
inline std::string error_of(const PackSource& pack) {
  const auto set = RuleSet::make({pack});
  EXPECT_FALSE(set) << pack.yaml;
  return set ? std::string() : set.error().text;
}

}  // namespace clarion::rules::testing
