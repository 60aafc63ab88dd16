#pragma once

#include "model/scan.h"
#include "rules/rule_set.h"
#include "store/rule_figures.h"

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace clarion::app {

/// Counts what rules hit, of every post that was taken in (a repeat counts again), until a tick
/// writes it down: figures by day, mode and rule, no text. A crash costs a tick of them.
class RuleFigures {
 public:
  using Counts = std::map<std::string, store::RuleDay, std::less<>>;  ///< by rule

  /// Adds one post to counts that its caller holds. A post without hits costs nothing.
  static void add(Counts& counts, const model::ScanResult& scan, double flag_score);
  /// Takes over a batch. Thread-safe.
  void merge(std::string_view day, std::string_view mode, const Counts& counts);
  /// Writes down what came since the last call, and forgets days before `oldest`. One thread.
  Status keep(store::Database& database, std::string_view oldest);

 private:
  std::mutex mutex_;                                              // guards counts_
  std::map<std::pair<std::string, std::string>, Counts> counts_;  // by day and mode
};

/// Writes down, in the history by name, which rules differ from those loaded before.
Status note_rules(store::Database& database, const rules::RuleSet& rules);

}  // namespace clarion::app
