#include "rules/lint.h"

#include "rules/detail/parse.h"
#include "rules/detail/utf8.h"
#include "rules/rule_set.h"
#include "text/fold.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace clarion::rules {
namespace {

using detail::Expr;
using detail::PackSyntax;
using detail::Phrase;
using detail::RuleSyntax;
using Kind = Expr::Kind;

constexpr std::size_t kLeastHits = 2, kLeastMisses = 2;  // strict: errors below
constexpr std::size_t kAskedHits = 3, kAskedMisses = 4;  // reference rumors.md section 4, item 16

struct Shape {
  std::size_t han = 0, other = 0;
};

Shape shape_of(std::string_view key) {
  Shape shape;
  for (std::size_t at = 0; at < key.size();) {
    const char32_t c = detail::next_code_point(key, at);
    if (detail::is_han(c)) {
      ++shape.han;
    } else if (c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')) {
      ++shape.other;
    }
  }
  return shape;
}

/// True for a phrase with separators at an edge that folding drops where it stands between two Han
/// characters: 🙏 in 求求🙏转, #辟谣# in a sentence.
bool vanishes(const std::string& key) {
  return text::fold("中" + key + "中").bytes.find(key) == std::string::npos;
}

class Linter {
 public:
  Linter(const PackSyntax& pack, LintOptions options, std::vector<Problem>& problems)
      : options_(options), report_(pack.file, problems), pack_(pack) {}

  void run() {
    if (pack_.owner.empty()) report_.warn(1, "no owner, expected who answers for the pack");
    if (pack_.licence.empty()) report_.warn(1, "no licence");
    for (const auto& [name, phrases] : pack_.lists)
      check_duplicates(phrases, fmt::format("list '{}'", name), 1);
    for (const RuleSyntax& rule : pack_.rules) {
      if (rule.title_zh.empty() || rule.title_en.empty()) {
        report_.warn(rule.line, fmt::format("rule '{}' has no title in both zh and en", rule.id));
      }
      check_examples(rule);
      if (rule.match) check_tree(*rule.match, true);
    }
  }

 private:
  void check_examples(const RuleSyntax& rule) {
    const auto check = [&](std::string_view what, std::size_t count, std::size_t least,
                           std::size_t asked) {
      if (count >= asked) return;
      const std::string text =
          fmt::format("rule '{}' has {} {}, expected at least {}", rule.id, count, what, asked);
      if (options_.strict && count < least) {
        report_.error(rule.line, text);
      } else {
        report_.warn(rule.line, text);
      }
    };
    check("hits", rule.hits.size(), kLeastHits, kAskedHits);
    check("misses", rule.misses.size(), kLeastMisses, kAskedMisses);
  }

  /// `alone`: what hits here makes the rule hit without anything else.
  void check_tree(const Expr& expr, bool alone) {
    if (expr.kind == Kind::phrases) {
      for (const Phrase& phrase : expr.phrases) {
        if (alone) check_length(phrase);
        if (expr.view == model::View::folded && vanishes(phrase.key)) {
          report_.warn(phrase.line, fmt::format("phrase '{}' has separators at its edge: they are "
                                                "dropped between Han characters, "
                                                "and it is then not found",
                                                phrase.text));
        }
      }
      check_duplicates(expr.phrases, "this level", expr.line);
    } else if (expr.kind == Kind::regex) {
      check_regex(expr);
    }
    // Of `all` no member is alone, unless it is the only one that asks for something.
    std::size_t asking = 0;
    for (const Expr& item : expr.items) asking += item.kind != Kind::none ? 1U : 0U;
    const bool passes_on = expr.kind == Kind::any || (expr.kind == Kind::all && asking == 1);
    for (const Expr& item : expr.items) check_tree(item, alone && passes_on);
  }

  void check_length(const Phrase& phrase) {
    const Shape shape = shape_of(phrase.key);
    if (shape.han + shape.other < 2 || (shape.han == 0 && shape.other < 3)) {
      report_.warn(phrase.line, fmt::format("phrase '{}' is very short and hits alone, expected "
                                            "two Han characters or three letters "
                                            "at least",
                                            phrase.text));
    }
  }

  void check_duplicates(const std::vector<Phrase>& phrases, std::string_view where, int line) {
    std::map<std::string_view, const Phrase*> seen;
    for (const Phrase& phrase : phrases) {
      const auto [at, fresh] = seen.try_emplace(phrase.key, &phrase);
      if (fresh || !warned_.emplace(phrase.line, phrase.key).second) continue;
      const std::string other =
          at->second->text == phrase.text
              ? std::string("stands twice")
              : fmt::format("is the same as '{}' after folding", at->second->text);
      report_.warn(phrase.line != 0 ? phrase.line : line,
                   fmt::format("phrase '{}' {} in {}", phrase.text, other, where));
    }
  }

  /// A regex sees the folded text: no capital, no traditional or full-width form ever stands there.
  void check_regex(const Expr& expr) {
    std::string_view pattern = expr.pattern;
    for (std::size_t at = 0; at < pattern.size();) {
      const std::size_t begin = at;
      const char32_t c = detail::next_code_point(pattern, at);
      if (c == '\\') {
        if (at < pattern.size()) static_cast<void>(detail::next_code_point(pattern, at));
        continue;
      }
      const std::string_view written = pattern.substr(begin, at - begin);
      const std::string folded = text::fold(written).bytes;
      if ((c >= 'A' && c <= 'Z') || (c >= 0x80 && folded != written)) {
        report_.warn(expr.line,
                     fmt::format("regex holds '{}', which never stands in folded text: write '{}'",
                                 written, folded));
      }
    }
    if (pattern.find(".*") != std::string_view::npos ||
        pattern.find(".+") != std::string_view::npos) {
      report_.warn(expr.line, "regex holds an unbounded .* or .+, expected a bound like .{0,12}");
    }
  }

  LintOptions options_;
  detail::Report report_;
  const PackSyntax& pack_;
  std::set<std::pair<int, std::string>> warned_;
};

}  // namespace

std::vector<Problem> lint(const std::vector<PackSource>& packs, LintOptions options) {
  std::vector<Problem> problems;
  std::vector<PackSyntax> syntax;
  // make() names what it refuses; the parser's own warnings come with the syntax below.
  std::vector<Problem> parsed;
  syntax.reserve(packs.size());
  for (const PackSource& pack : packs) syntax.push_back(detail::parse_pack(pack, parsed));
  for (const PackSyntax& pack : syntax) Linter(pack, options, problems).run();
  const auto refused = RuleSet::check(packs);
  problems.insert(problems.end(), refused.begin(), refused.end());
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.file, a.line) < std::tie(b.file, b.line);
  });
  return problems;
}

}  // namespace clarion::rules
