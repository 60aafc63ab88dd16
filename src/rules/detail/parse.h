#pragma once

#include "rules/detail/syntax.h"
#include "rules/detail/yaml_tree.h"
#include "rules/pack.h"

#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::rules::detail {

/// Reads one pack. What is wrong goes to `problems` with its place; what could be read is returned
/// all the same, so that one run names every mistake. Doubts (a missing title, an unused list) are
/// warnings.
[[nodiscard]] PackSyntax parse_pack(const PackSource& source, std::vector<Problem>& problems);

/// Collects the problems of one file.
class Report {
 public:
  Report(std::string file, std::vector<Problem>& problems)
      : file_(std::move(file)), problems_(problems) {}
  void error(int line, std::string text) {
    problems_.push_back({file_, line, false, std::move(text)});
  }
  void warn(int line, std::string text) {
    problems_.push_back({file_, line, true, std::move(text)});
  }
  /// Names every key of the map that is none of `known`.
  void check_keys(const YamlNode& map, std::string_view what,
                  std::initializer_list<std::string_view> known);

 private:
  std::string file_;
  std::vector<Problem>& problems_;
};

/// Reads match trees of one pack.
class MatchParser {
 public:
  MatchParser(const PackSyntax& pack, Report& report) : pack_(pack), report_(report) {}
  /// The tree, or nothing when it is wrong.
  [[nodiscard]] std::optional<Expr> parse(const YamlNode& node);
  /// Reads a list of phrases that may name lists; appends to out. `what` is for messages ("list
  /// 'cures'").
  void read_phrases(const YamlNode& node, model::View view, std::string_view what,
                    std::vector<Phrase>& out);
  /// The lists that were named so far.
  [[nodiscard]] const std::vector<std::string>& used_lists() const { return used_lists_; }

 private:
  [[nodiscard]] std::optional<Expr> parse_level(const YamlNode& node, model::View view, int depth);
  [[nodiscard]] std::optional<Expr> parse_group(Expr::Kind kind, const YamlNode& node,
                                                model::View view, int depth);
  [[nodiscard]] std::optional<Expr> parse_parts(Expr::Kind kind, const YamlNode& node,
                                                model::View view);
  [[nodiscard]] std::optional<Expr> parse_part(const YamlNode& node, model::View view);
  [[nodiscard]] std::optional<Expr> parse_number(const YamlNode& node, model::View view);
  [[nodiscard]] std::optional<Expr> parse_regex(const YamlNode& node, model::View view);
  /// Doubled denial is nobody's intent, and a hit could then not be shown: nothing was found.
  void check_none(const Expr& expr, bool inside);
  void read_phrase(const YamlNode& node, model::View view, std::string_view what,
                   std::vector<Phrase>& out);
  void add_phrase(Phrase phrase, model::View view, std::vector<Phrase>& out);

  const PackSyntax& pack_;
  Report& report_;
  std::vector<std::string> used_lists_;
};

/// What a phrase is searched as in a view; empty when nothing is left of it.
[[nodiscard]] std::string phrase_key(std::string_view phrase, model::View view);
/// A name of contract section 6 ("pinyin"), or nothing.
[[nodiscard]] std::optional<model::View> parse_view(std::string_view name);
/// "'2'" for a scalar, "a list", "a map", "nothing": for messages.
[[nodiscard]] std::string describe(const YamlNode& node);

}  // namespace clarion::rules::detail
