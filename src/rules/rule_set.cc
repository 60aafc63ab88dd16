#include "rules/rule_set.h"

#include "base/bytes.h"
#include "rules/detail/compiled.h"
#include "rules/detail/parse.h"
#include "rules/examples.h"
#include "rules/score.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <numeric>
#include <set>

namespace clarion::rules {
namespace {

constexpr std::size_t kShownProblems = 20;

Error error_of(const std::vector<Problem>& problems) {
  std::string text;
  std::size_t shown = 0;
  std::size_t errors = 0;
  for (const Problem& problem : problems) {
    if (problem.warning || ++errors > kShownProblems) continue;
    if (shown++ != 0) text += '\n';
    text += to_text(problem);
  }
  if (errors > shown) text += fmt::format("\nand {} more", errors - shown);
  return Error{Errc::invalid, text, "rules_invalid", {{"detail", text}}};
}

bool has_errors(const std::vector<Problem>& problems) {
  return std::any_of(problems.begin(), problems.end(),
                     [](const Problem& problem) { return !problem.warning; });
}

std::uint32_t topic_index(std::string_view id) {
  const auto topics = model::topics();
  const auto at = std::find_if(topics.begin(), topics.end(),
                               [id](const model::Topic& topic) { return topic.id == id; });
  return static_cast<std::uint32_t>(at - topics.begin());
}

std::vector<Rule::Example> examples_of(const std::vector<detail::Example>& examples) {
  std::vector<Rule::Example> out;
  for (const detail::Example& example : examples) out.push_back({example.text, example.line});
  return out;
}

Rule rule_of(const detail::PackSyntax& pack, const detail::RuleSyntax& syntax) {
  Rule rule;
  rule.id = syntax.id;
  rule.pack = pack.pack;
  rule.title_zh = syntax.title_zh;
  rule.title_en = syntax.title_en;
  rule.topic = syntax.topic;
  rule.owner = syntax.owner.empty() ? pack.owner : syntax.owner;
  rule.version = pack.version;
  rule.severity = syntax.severity;
  rule.weight = syntax.weight;
  rule.shadow = syntax.shadow;
  rule.valid_from = syntax.valid_from;
  rule.valid_to = syntax.valid_to;
  rule.regions = syntax.regions;
  rule.references = syntax.references;
  rule.file = pack.file;
  rule.line = syntax.line;
  rule.hits = examples_of(syntax.hits);
  rule.misses = examples_of(syntax.misses);
  return rule;
}

std::string version_of(const std::vector<PackSource>& packs, double flag_score) {
  std::string all = fmt::format("{}", flag_score);
  for (const PackSource& pack : packs) all += sha256_hex(pack.yaml);
  return sha256_hex(all).substr(0, 16);
}

}  // namespace

std::string to_text(const Problem& problem) {
  return fmt::format("{}:{}: {}{}", problem.file, problem.line, problem.warning ? "warning: " : "",
                     problem.text);
}

RuleSet::~RuleSet() = default;

bool RuleSet::active(const Rule& rule, std::chrono::year_month_day date) {
  return (!rule.valid_from || *rule.valid_from <= date) &&
         (!rule.valid_to || date <= *rule.valid_to);
}

const Rule* RuleSet::find(std::string_view id) const {
  const auto at = std::lower_bound(
      by_id_.begin(), by_id_.end(), id,
      [this](std::uint32_t index, std::string_view wanted) { return rules_[index].id < wanted; });
  return at != by_id_.end() && rules_[*at].id == id ? &rules_[*at] : nullptr;
}

Result<std::shared_ptr<const RuleSet>> RuleSet::make(const std::vector<PackSource>& packs,
                                                     Options options) {
  if (!(options.flag_score > 0 && options.flag_score <= 1)) {
    return Error{
        Errc::invalid,
        fmt::format("flag_score is {}, expected a number above 0, at most 1", options.flag_score)};
  }
  if (packs.size() > kMaxPacks) {
    return Error{Errc::too_large,
                 fmt::format("{} rule packs, expected at most {}", packs.size(), kMaxPacks),
                 "rules_invalid"};
  }
  std::vector<Problem> problems;
  std::shared_ptr<RuleSet> set(new RuleSet);
  detail::ProgramBuilder builder;
  std::set<std::string, std::less<>> ids;
  std::set<std::string, std::less<>> pack_names;
  std::size_t phrases = 0;
  for (const PackSource& source : packs) {
    detail::PackSyntax pack = detail::parse_pack(source, problems);
    if (!pack.pack.empty() && !pack_names.insert(pack.pack).second) {
      problems.push_back({source.name, 1, false,
                          fmt::format("pack '{}' is the name of another pack too", pack.pack)});
    }
    for (const detail::RuleSyntax& syntax : pack.rules) {
      if (!syntax.match || syntax.id.empty()) continue;  // named already
      Rule rule = rule_of(pack, syntax);
      if (!ids.insert(rule.id).second) {
        const auto first = std::find_if(set->rules_.begin(), set->rules_.end(),
                                        [&](const Rule& r) { return r.id == rule.id; });
        problems.push_back({rule.file, rule.line, false,
                            fmt::format("rule id '{}' stands twice, first in {}:{}", rule.id,
                                        first != set->rules_.end() ? first->file : rule.file,
                                        first != set->rules_.end() ? first->line : 0)});
        continue;
      }
      phrases += detail::count_phrases(*syntax.match);
      if (set->rules_.size() >= kMaxRules || phrases > kMaxPhrases) {
        problems.push_back(
            {rule.file, rule.line, false,
             fmt::format("more than {} rules or {} phrases in all packs", kMaxRules, kMaxPhrases)});
        return error_of(problems);
      }
      if (!builder.add(*syntax.match, rule.file)) {
        problems.push_back({rule.file, syntax.match->line, false,
                            fmt::format("rule '{}' is true of any text without its phrases, "
                                        "expected something that must occur "
                                        "beside none",
                                        rule.id)});
        continue;
      }
      set->rules_.push_back(std::move(rule));
    }
  }
  if (has_errors(problems)) return error_of(problems);

  auto compiled = std::make_unique<detail::Compiled>();
  compiled->program = builder.finish();
  for (const Rule& rule : set->rules_) compiled->topics.push_back(topic_index(rule.topic));
  auto databases =
      detail::compile(compiled->program, options.cache_dir, problems, set->statistics_.cache_note);
  if (!databases) return error_of(problems);
  compiled->databases = std::move(databases.value());

  const auto& rules = set->rules_;
  set->by_id_.resize(rules.size());
  std::iota(set->by_id_.begin(), set->by_id_.end(), 0U);
  std::sort(set->by_id_.begin(), set->by_id_.end(),
            [&rules](auto a, auto b) { return rules[a].id < rules[b].id; });
  set->statistics_.packs = packs.size();
  set->statistics_.rules = rules.size();
  set->statistics_.shadow_rules = static_cast<std::size_t>(
      std::count_if(rules.begin(), rules.end(), [](const Rule& rule) { return rule.shadow; }));
  set->statistics_.literals = compiled->program.literals.size();
  set->statistics_.regexes = compiled->program.regexes.size();
  set->statistics_.eager_views =
      static_cast<std::size_t>(std::popcount(compiled->program.eager_views));
  set->statistics_.from_cache = compiled->databases.from_cache;
  set->compiled_ = std::move(compiled);
  set->version_ = version_of(packs, options.flag_score);
  const bool run_examples = options.run_examples;
  set->options_ = std::move(options);
  if (run_examples) {
    for (const ExampleResult& result : rules::run_examples(*set)) {
      if (!result.passed) problems.push_back({result.file, result.line, false, to_text(result)});
    }
    if (has_errors(problems)) return error_of(problems);
  }
  set->warnings_ = std::move(problems);
  static std::atomic<std::uint64_t> made{0};
  set->number_ = made.fetch_add(1, std::memory_order_relaxed) + 1;
  return std::shared_ptr<const RuleSet>(std::move(set));
}

}  // namespace clarion::rules
