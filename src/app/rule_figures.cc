#include "app/rule_figures.h"

#include "rules/score.h"

#include <algorithm>
#include <vector>

namespace clarion::app {

void RuleFigures::add(Counts& counts, const model::ScanResult& scan, double flag_score) {
  if (scan.hits.empty()) return;
  // Several spans of a rule are several hits; it counts once.
  std::vector<const model::Hit*> found;
  for (const model::Hit& hit : scan.hits) {
    if (std::none_of(found.begin(), found.end(),
                     [&hit](const model::Hit* each) { return each->rule == hit.rule; }))
      found.push_back(&hit);
  }
  for (const model::Hit* hit : found) {
    store::RuleDay& day = counts[hit->rule];
    ++day.posts;
    if (scan.flagged) ++day.flagged;
    rules::Score score;
    bool alone = true;
    for (const model::Hit* other : found) {
      if (other->shadow) continue;
      score.add(other->weight);
      if (other == hit) continue;
      alone = false;
      if (hit->shadow) ++day.overlap[other->rule];
    }
    if (alone) ++day.alone;
    if (!hit->shadow || scan.flagged) continue;
    score.add(hit->weight);
    if (score.flagged(flag_score)) ++day.would;
  }
}

void RuleFigures::merge(std::string_view day, std::string_view mode, const Counts& counts) {
  if (counts.empty()) return;
  const std::lock_guard lock(mutex_);
  Counts& all = counts_[{std::string(day), std::string(mode)}];
  for (const auto& [rule, more] : counts) {
    store::RuleDay& sum = all[rule];
    sum.posts += more.posts;
    sum.flagged += more.flagged;
    sum.alone += more.alone;
    sum.would += more.would;
    for (const auto& [other, posts] : more.overlap) sum.overlap[other] += posts;
  }
}

Status RuleFigures::keep(store::Database& database, std::string_view oldest) {
  std::map<std::pair<std::string, std::string>, Counts> counts;
  {
    const std::lock_guard lock(mutex_);
    counts.swap(counts_);
  }
  if (counts.empty()) return ok();
  return database.write([&](store::Tx& tx) -> Status {
    for (const auto& [key, rules] : counts) {
      for (const auto& [rule, day] : rules) {
        CLARION_TRY(store::add_rule_day(tx, key.first, key.second, rule, day));
      }
    }
    return store::drop_rule_days(tx, oldest);
  });
}

Status note_rules(store::Database& database, const rules::RuleSet& rules) {
  std::vector<store::RuleVersion> before;
  CLARION_TRY(before,
              database.read([](store::View& view) { return store::rules_last_loaded(view); }));
  std::vector<store::RuleVersion> changed;
  for (const rules::Rule& rule : rules.rules()) {
    const auto last = std::lower_bound(
        before.begin(), before.end(), rule.id,
        [](const store::RuleVersion& each, const std::string& id) { return each.rule < id; });
    const bool same = last != before.end() && last->rule == rule.id && last->present &&
                      last->version == rule.version && last->weight == rule.weight &&
                      last->shadow == rule.shadow && last->pack == rule.pack;
    if (!same)
      changed.push_back({rule.id, rule.pack, {}, rule.version, rule.weight, rule.shadow, true});
  }
  for (store::RuleVersion& last : before) {
    if (!last.present || rules.find(last.rule) != nullptr) continue;
    last.present = false;
    changed.push_back(std::move(last));
  }
  if (changed.empty()) return ok();
  return database.write([&](store::Tx& tx) -> Status {
    for (store::RuleVersion& each : changed) {
      each.at = tx.now();
      CLARION_TRY(store::add_rule_version(tx, each));
    }
    return ok();
  });
}

}  // namespace clarion::app
