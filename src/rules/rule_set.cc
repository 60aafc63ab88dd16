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
#include <map>
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
  out.reserve(examples.size());
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

/// Parses the packs into rules and their program; problems of all packs are named in one go.
class Assembly {
 public:
  Assembly(std::vector<Rule>& rules, std::vector<Problem>& problems)
      : rules_(rules), problems_(problems) {}

  /// False when a bound over all packs is passed: the rest is not read.
  bool add(const PackSource& source) {
    const detail::PackSyntax pack = detail::parse_pack(source, problems_);
    if (!pack.pack.empty() && !packs_.insert(pack.pack).second) {
      error(source.name, 1, fmt::format("pack '{}' is the name of another pack too", pack.pack));
    }
    for (const detail::RuleSyntax& syntax : pack.rules) {
      if (!syntax.match || syntax.id.empty()) continue;  // named already
      phrases_ += detail::count_phrases(*syntax.match);
      if (rules_.size() >= kMaxRules || phrases_ > kMaxPhrases) {
        error(pack.file, syntax.line,
              fmt::format("more than {} rules or {} phrases in all packs", kMaxRules, kMaxPhrases));
        return false;
      }
      add(rule_of(pack, syntax), *syntax.match);
    }
    return true;
  }

  detail::Program finish() { return builder_.finish(); }

 private:
  void add(Rule rule, const detail::Expr& match) {
    const auto [first, fresh] =
        places_.try_emplace(rule.id, fmt::format("{}:{}", rule.file, rule.line));
    if (!fresh) {
      error(rule.file, rule.line,
            fmt::format("rule id '{}' stands twice, first in {}", rule.id, first->second));
    } else if (!builder_.add(match, rule.file)) {
      error(rule.file, match.line,
            fmt::format("rule '{}' is true of any text without its phrases, expected something "
                        "that must occur beside none",
                        rule.id));
    } else {
      rules_.push_back(std::move(rule));
    }
  }
  void error(const std::string& file, int line, std::string text) {
    problems_.push_back({file, line, false, std::move(text)});
  }

  std::vector<Rule>& rules_;
  std::vector<Problem>& problems_;
  detail::ProgramBuilder builder_;
  std::map<std::string, std::string> places_;  // rule id → where it stands
  std::set<std::string> packs_;
  std::size_t phrases_ = 0;
};

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

std::vector<Problem> RuleSet::check(const std::vector<PackSource>& packs) {
  std::vector<Problem> problems;
  if (const auto set = build(packs, {}, problems))
    return {set->warnings().begin(), set->warnings().end()};
  return problems;
}

Result<std::shared_ptr<const RuleSet>> RuleSet::make(const std::vector<PackSource>& packs,
                                                     Options options) {
  if (!(options.flag_score > 0 && options.flag_score <= 1)) {
    return Error{
        Errc::invalid,
        fmt::format("flag_score is {}, expected a number above 0, at most 1", options.flag_score)};
  }
  std::vector<Problem> problems;
  auto set = build(packs, std::move(options), problems);
  if (set == nullptr) return error_of(problems);
  return set;
}

std::shared_ptr<const RuleSet> RuleSet::build(const std::vector<PackSource>& packs, Options options,
                                              std::vector<Problem>& problems) {
  if (packs.size() > kMaxPacks) {
    problems.push_back(
        {packs[kMaxPacks].name, 0, false, fmt::format("more than {} rule packs", kMaxPacks)});
    return nullptr;
  }
  std::shared_ptr<RuleSet> set(new RuleSet);
  std::vector<Rule>& rules = set->rules_;
  Assembly assembly(rules, problems);
  for (const PackSource& source : packs) {
    if (!assembly.add(source)) break;
  }
  if (has_errors(problems)) return nullptr;

  auto compiled = std::make_unique<detail::Compiled>();
  compiled->program = assembly.finish();
  for (const Rule& rule : rules) compiled->topics.push_back(topic_index(rule.topic));
  auto databases =
      detail::compile(compiled->program, options.cache_dir, problems, set->statistics_.cache_note);
  if (!databases) return nullptr;
  compiled->databases = std::move(databases.value());
  set->compiled_ = std::move(compiled);

  set->by_id_.resize(rules.size());
  std::iota(set->by_id_.begin(), set->by_id_.end(), 0U);
  std::sort(set->by_id_.begin(), set->by_id_.end(),
            [&rules](auto a, auto b) { return rules[a].id < rules[b].id; });
  set->options_ = std::move(options);
  set->version_ = version_of(packs, set->options_.flag_score);
  set->count(packs.size());
  if (set->options_.run_examples) {
    for (const ExampleResult& result : rules::run_examples(*set)) {
      if (!result.passed) problems.push_back({result.file, result.line, false, to_text(result)});
    }
    if (has_errors(problems)) return nullptr;
  }
  set->warnings_ = std::move(problems);
  static std::atomic<std::uint64_t> made{0};
  set->number_ = made.fetch_add(1, std::memory_order_relaxed) + 1;
  return set;
}

void RuleSet::count(std::size_t packs) {
  statistics_.packs = packs;
  statistics_.rules = rules_.size();
  statistics_.shadow_rules = static_cast<std::size_t>(
      std::count_if(rules_.begin(), rules_.end(), [](const Rule& rule) { return rule.shadow; }));
  statistics_.literals = compiled_->program.literals.size();
  statistics_.regexes = compiled_->program.regexes.size();
  const auto& triggered = compiled_->program.triggered;
  statistics_.triggered_rules = std::set<std::uint32_t>(triggered.begin(), triggered.end()).size();
  statistics_.eager_views = static_cast<std::size_t>(std::popcount(compiled_->program.eager_views));
  statistics_.from_cache = compiled_->databases.from_cache;
}

}  // namespace clarion::rules
