#pragma once

#include "model/scan.h"
#include "model/topic.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace clarion::rules::detail {

/// A phrase of a pack.
struct Phrase {
  std::string text;  ///< as written
  std::string key;   ///< as its view shows it; what is searched for
  int line = 0;
};

/// What `number: {value: '>=8', unit: 级}` asks: low and high are the bounds of the value, each in
/// or out.
struct NumberTest {
  double low = 0, high = 0;
  bool low_in = true, high_in = true;

  [[nodiscard]] bool passes(double value) const noexcept {
    return (low_in ? value >= low : value > low) && (high_in ? value <= high : value < high);
  }
};

/// One level of a match tree as written.
struct Expr {
  enum class Kind : unsigned char { phrases, all, any, none, sequence, near, regex, number };

  Kind kind = Kind::phrases;
  model::View view = model::View::folded;
  int line = 0;
  std::vector<Phrase> phrases;  ///< phrases: one of them occurs; number: its units
  std::vector<Expr>
      items;  ///< all, any, none: the members; sequence, near: the parts (phrases or number)
  unsigned reach = 0;           ///< sequence: gap; near: within; in folded characters
  std::vector<Phrase> without;  ///< sequence: none of them stands whole in a gap
  std::string pattern;          ///< regex
  NumberTest number;
};

/// Phrases of a tree, lists counted where they are used.
[[nodiscard]] inline std::size_t count_phrases(const Expr& expr) {
  std::size_t count = expr.phrases.size() + expr.without.size();
  for (const Expr& item : expr.items) count += count_phrases(item);
  return count;
}

struct Example {
  std::string text;
  int line = 0;
};

/// One rule as written, checked key by key.
struct RuleSyntax {
  std::string id, title_zh, title_en, topic, owner;
  model::Severity severity = model::Severity::moderate;
  double weight = 0;
  bool shadow = false;
  std::optional<std::chrono::year_month_day> valid_from, valid_to;
  std::vector<std::string> regions, references;
  std::optional<Expr> match;
  std::vector<Example> hits, misses;
  int line = 0;
};

struct PackSyntax {
  std::string file, pack, owner, licence;
  int version = 1;
  std::map<std::string, std::vector<Phrase>, std::less<>>
      lists;  ///< keys of phrases empty: the view is known at the use
  std::vector<RuleSyntax> rules;
};

}  // namespace clarion::rules::detail
