#pragma once

#include "http/router.h"
#include "identity/requests.h"
#include "ops/civil.h"
#include "rules/rule_set.h"

#include <functional>
#include <memory>

namespace clarion::app {

/// Where the rules in force come from; outlives the router.
struct RuleSources {
  std::function<std::shared_ptr<const rules::RuleSet>()> rules;
  std::string folder;  ///< rules.dir; empty: the packs inside the program
  const ops::Zone& zone;
};

/// Adds GET /v1/rules and GET /v1/rules/{id}: the rules in force, those in shadow first, with what
/// they hit on a day (yesterday by default); one rule tried on that day's kept posts, with examples
/// and the history of its name (desk-lessons 9). Nothing of it changes a rule: packs are files.
void add_rule_routes(http::Router& router, identity::Requests& requests,
                     const RuleSources& sources);

}  // namespace clarion::app
