#include "rules/detail/parse.h"
#include "rules/detail/regex_size.h"
#include "rules/detail/view_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace clarion::rules::detail {
namespace {

using Kind = Expr::Kind;

bool is_scalar(const YamlNode& node) { return node.kind == YamlNode::Kind::scalar; }

struct Operator {
  std::string_view name;
  Kind kind;
};
constexpr Operator kOperators[] = {{"all", Kind::all},      {"any", Kind::any},
                                   {"none", Kind::none},    {"sequence", Kind::sequence},
                                   {"near", Kind::near},    {"regex", Kind::regex},
                                   {"number", Kind::number}};
constexpr std::string_view kOneKey =
    "one of all, any, none, sequence, near, regex, number (and view beside it)";

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::optional<double> read_number(std::string_view text) {
  text = trim(text);
  double value = 0;
  const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || stop != text.data() + text.size() ||
      !(value >= -1e15 && value <= 1e15))
    return std::nullopt;
  return value;
}

std::optional<NumberTest> read_test(std::string_view text) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  text = trim(text);
  if (const std::size_t dots = text.find(".."); dots != std::string_view::npos) {
    const auto low = read_number(text.substr(0, dots));
    const auto high = read_number(text.substr(dots + 2));
    if (!low || !high || *high < *low) return std::nullopt;
    return NumberTest{*low, *high, true, true};
  }
  NumberTest test{-kInfinity, kInfinity, true, true};
  const bool at_least = take(text, ">=") || take(text, "≥");
  const bool at_most = !at_least && (take(text, "<=") || take(text, "≤"));
  const bool above = !at_least && !at_most && take(text, ">");
  const bool below = !at_least && !at_most && !above && take(text, "<");
  const bool plain = !at_least && !at_most && !above && !below;
  if (plain && !take(text, "==")) take(text, "=");
  const auto value = read_number(text);
  if (!value) return std::nullopt;
  if (at_least || above || plain) test.low = *value;
  if (at_most || below || plain) test.high = *value;
  test.low_in = !above;
  test.high_in = !below;
  return test;
}

/// A whole number from 0 to kMaxReach, or an error.
unsigned read_reach(const YamlNode& map, std::string_view key, Report& report) {
  const YamlNode* node = map.find(key);
  if (node == nullptr) {
    report.error(
        map.line,
        fmt::format("{} is missing, expected a number of characters from 0 to {}", key, kMaxReach));
    return 0;
  }
  unsigned value = 0;
  const char* end = node->scalar.data() + node->scalar.size();
  const auto [stop, fault] = std::from_chars(node->scalar.data(), end, value);
  if (!is_scalar(*node) || fault != std::errc{} || stop != end || value > kMaxReach) {
    report.error(node->line, fmt::format("{} is {}, expected a number of characters from 0 to {}",
                                         key, describe(*node), kMaxReach));
    return 0;
  }
  return value;
}

}  // namespace

std::optional<model::View> parse_view(std::string_view name) {
  for (const auto view :
       {model::View::folded, model::View::pinyin, model::View::split, model::View::code}) {
    if (model::name_of(view) == name) return view;
  }
  return std::nullopt;
}

std::optional<Expr> MatchParser::parse(const YamlNode& node) {
  auto match = parse_level(node, model::View::folded, 0);
  if (match) check_none(*match, false);
  return match;
}

void MatchParser::check_none(const Expr& expr, bool inside) {
  if (expr.kind == Kind::none && inside) {
    report_.error(expr.line, "none inside none, expected the phrases without it");
  }
  for (const Expr& item : expr.items) check_none(item, inside || expr.kind == Kind::none);
}

void MatchParser::add_phrase(Phrase phrase, model::View view, std::vector<Phrase>& out) {
  phrase.key = phrase_key(phrase.text, view);
  if (phrase.key.empty()) {
    report_.error(
        phrase.line,
        fmt::format(
            "phrase '{}' is empty in the {} view, expected letters, digits or Han characters",
            phrase.text.substr(0, kMaxPhraseBytes), model::name_of(view)));
  } else if (phrase.key.size() > kMaxPhraseBytes) {
    report_.error(phrase.line, fmt::format("a phrase of {} bytes, expected at most {}",
                                           phrase.key.size(), kMaxPhraseBytes));
  } else {
    out.push_back(std::move(phrase));
  }
}

void MatchParser::read_phrase(const YamlNode& node, model::View view, std::string_view what,
                              std::vector<Phrase>& out) {
  if (!is_scalar(node)) {
    const std::string_view hint =
        node.kind == YamlNode::Kind::null ? " (quote a phrase that is null or ~)" : "";
    report_.error(node.line, fmt::format("{} holds {}, expected a phrase or $list{}", what,
                                         describe(node), hint));
    return;
  }
  std::string_view text = node.scalar;
  if (!text.starts_with('$') || text.size() == 1) {
    add_phrase({std::string(text), {}, node.line}, view, out);
    return;
  }
  text.remove_prefix(1);
  if (text.starts_with('$')) {  // $$ is a $ that names no list
    add_phrase({std::string(text), {}, node.line}, view, out);
    return;
  }
  const auto list = pack_.lists.find(text);
  if (list == pack_.lists.end()) {
    report_.error(
        node.line,
        fmt::format("list '${}' is not known, expected a name under lists (above, inside lists)",
                    text.substr(0, 100)));
    return;
  }
  used_lists_.push_back(list->first);
  for (const Phrase& phrase : list->second) add_phrase(phrase, view, out);
}

void MatchParser::read_phrases(const YamlNode& node, model::View view, std::string_view what,
                               std::vector<Phrase>& out) {
  if (node.kind == YamlNode::Kind::list) {
    for (const YamlNode& item : node.items) read_phrase(item, view, what, out);
    if (node.items.empty())
      report_.error(node.line, fmt::format("{} is empty, expected phrases", what));
  } else {
    read_phrase(node, view, what, out);
  }
}

std::optional<Expr> MatchParser::parse_level(const YamlNode& node, model::View view, int depth) {
  if (depth >= kMaxMatchDepth) {
    report_.error(node.line, fmt::format("match is nested deeper than {} levels", kMaxMatchDepth));
    return std::nullopt;
  }
  if (node.kind == YamlNode::Kind::null) {
    report_.error(node.line, fmt::format("match is empty, expected phrases or {}", kOneKey));
    return std::nullopt;
  }
  if (node.kind != YamlNode::Kind::map) return parse_group(Kind::any, node, view, depth);

  report_.check_keys(node, "a level of match",
                     {"all", "any", "none", "sequence", "near", "regex", "number", "view"});
  if (const YamlNode* name = node.find("view")) {
    const auto named = parse_view(name->scalar);
    if (named) {
      view = *named;
    } else {
      report_.error(name->line, fmt::format("view is {}, expected folded, pinyin, split or code",
                                            describe(*name)));
    }
  }
  const YamlNode* body = nullptr;
  Kind kind = Kind::phrases;
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    for (const Operator& candidate : kOperators) {
      if (node.keys[i].name != candidate.name) continue;
      if (body != nullptr) {
        report_.error(node.keys[i].line,
                      fmt::format("a second key '{}' on one level of match, expected {}",
                                  candidate.name, kOneKey));
        return std::nullopt;
      }
      body = &node.items[i];
      kind = candidate.kind;
    }
  }
  if (body == nullptr) {
    report_.error(node.line, fmt::format("a level of match without a key, expected {}", kOneKey));
    return std::nullopt;
  }
  switch (kind) {
    case Kind::all:
    case Kind::any:
    case Kind::none:
      return parse_group(kind, *body, view, depth);
    case Kind::sequence:
    case Kind::near:
      return parse_parts(kind, *body, view);
    case Kind::regex:
      return parse_regex(*body, view);
    case Kind::number:
      return parse_number(*body, view);
    case Kind::phrases:
      break;
  }
  return std::nullopt;
}

std::optional<Expr> MatchParser::parse_group(Kind kind, const YamlNode& node, model::View view,
                                             int depth) {
  Expr group;
  group.kind = kind;
  group.view = view;
  group.line = node.line;
  const std::string_view what = kind == Kind::all ? "all" : kind == Kind::any ? "any" : "none";
  // Alternatives that are plain phrases become one member: one look at their bits instead of a
  // level each.
  Expr phrases;
  phrases.view = view;
  phrases.line = node.line;
  bool sound = true;
  const auto add = [&](const YamlNode& item) {
    if (is_scalar(item) && kind != Kind::all) {
      read_phrase(item, view, what, phrases.phrases);
    } else if (is_scalar(item)) {
      Expr one;
      one.view = view;
      one.line = item.line;
      read_phrase(item, view, what, one.phrases);
      if (!one.phrases.empty()) group.items.push_back(std::move(one));
    } else if (auto member = parse_level(item, view, depth + 1)) {
      group.items.push_back(std::move(*member));
    } else {
      sound = false;
    }
  };
  if (node.kind == YamlNode::Kind::list) {
    for (const YamlNode& item : node.items) add(item);
  } else {
    add(node);
  }
  if (!phrases.phrases.empty()) {
    if (group.items.empty() && kind == Kind::any) return phrases;
    group.items.push_back(std::move(phrases));
  }
  if (!sound) return std::nullopt;
  if (group.items.empty()) {
    report_.error(node.line, fmt::format("{} is empty, expected phrases, $lists or levels", what));
    return std::nullopt;
  }
  return group;
}

std::optional<Expr> MatchParser::parse_part(const YamlNode& node, model::View view) {
  if (node.kind == YamlNode::Kind::map) {
    report_.check_keys(node, "a part", {"number", "any"});
    const YamlNode* number = node.find("number");
    const YamlNode* any = node.find("any");
    if (number != nullptr && any == nullptr) return parse_number(*number, view);
    if (any == nullptr || number != nullptr) {
      report_.error(node.line, "a part is a map, expected phrases or {number: …}");
      return std::nullopt;
    }
    return parse_part(*any, view);
  }
  Expr part;
  part.view = view;
  part.line = node.line;
  read_phrases(node, view, "a part", part.phrases);
  if (part.phrases.empty()) return std::nullopt;
  return part;
}

std::optional<Expr> MatchParser::parse_parts(Kind kind, const YamlNode& node, model::View view) {
  const bool ordered = kind == Kind::sequence;
  const std::string_view what = ordered ? "sequence" : "near";
  const std::string_view reach = ordered ? "gap" : "within";
  Expr out;
  out.kind = kind;
  out.view = view;
  out.line = node.line;
  if (node.kind != YamlNode::Kind::map) {
    report_.error(node.line, fmt::format("{} is {}, expected {{parts: [[…], […]], {}: 12}}", what,
                                         describe(node), reach));
    return std::nullopt;
  }
  if (ordered) {
    report_.check_keys(node, what, {"parts", "gap", "without"});
  } else {
    report_.check_keys(node, what, {"parts", "within"});
  }
  out.reach = read_reach(node, reach, report_);
  if (const YamlNode* without = node.find("without"); without != nullptr && ordered) {
    read_phrases(*without, view, "without", out.without);
  }
  const YamlNode* parts = node.find("parts");
  if (parts == nullptr || parts->kind != YamlNode::Kind::list || parts->items.size() < 2 ||
      parts->items.size() > kMaxParts) {
    report_.error(parts != nullptr ? parts->line : node.line,
                  fmt::format("parts is {}, expected a list of 2 to {} parts",
                              parts != nullptr ? describe(*parts) : "missing", kMaxParts));
    return std::nullopt;
  }
  for (const YamlNode& item : parts->items) {
    auto part = parse_part(item, view);
    if (!part) return std::nullopt;
    out.items.push_back(std::move(*part));
  }
  return out;
}

std::optional<Expr> MatchParser::parse_number(const YamlNode& node, model::View view) {
  Expr out;
  out.kind = Kind::number;
  out.view = view;
  out.line = node.line;
  if (node.kind != YamlNode::Kind::map) {
    report_.error(node.line,
                  fmt::format("number is {}, expected {{value: '>=8', unit: 级}}", describe(node)));
    return std::nullopt;
  }
  if (view != model::View::folded) {
    report_.error(node.line, "number under another view, expected it under the folded one");
    return std::nullopt;
  }
  report_.check_keys(node, "number", {"value", "unit"});
  const YamlNode* value = node.find("value");
  const YamlNode* unit = node.find("unit");
  const auto test = value != nullptr && is_scalar(*value) ? read_test(value->scalar) : std::nullopt;
  if (!test) {
    report_.error(
        value != nullptr ? value->line : node.line,
        fmt::format("value is {}, expected a number after >= > <= < or =, or a range like 3..5",
                    value != nullptr ? describe(*value) : "missing"));
    return std::nullopt;
  }
  out.number = *test;
  if (unit == nullptr) {
    report_.error(node.line, "unit is missing, expected what follows the number, e.g. 级");
    return std::nullopt;
  }
  read_phrases(*unit, view, "unit", out.phrases);
  if (out.phrases.empty()) return std::nullopt;
  return out;
}

std::optional<Expr> MatchParser::parse_regex(const YamlNode& node, model::View view) {
  if (!is_scalar(node) || node.scalar.empty() || node.scalar.size() > kMaxPatternBytes) {
    report_.error(node.line, fmt::format("regex is {}, expected a pattern of 1 to {} bytes",
                                         describe(node), kMaxPatternBytes));
    return std::nullopt;
  }
  if (const std::size_t size = regex_size(node.scalar); size > kMaxRegexSize) {
    report_.error(
        node.line,
        fmt::format("regex has {} positions with its repeats written out, expected at most {}",
                    size, kMaxRegexSize));
    return std::nullopt;
  }
  Expr out;
  out.kind = Kind::regex;
  out.view = view;
  out.line = node.line;
  out.pattern = node.scalar;
  return out;
}

}  // namespace clarion::rules::detail
