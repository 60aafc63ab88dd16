#pragma once

#include "rules/detail/database.h"
#include "rules/detail/program.h"

#include <cstdint>
#include <vector>

namespace clarion::rules::detail {

/// What a snapshot keeps for its scanners.
struct Compiled {
  Program program;  ///< its rules in the order of RuleSet::rules()
  Databases databases;
  std::vector<std::uint32_t> topics;  ///< of each rule: place in model::topics()
};

}  // namespace clarion::rules::detail
