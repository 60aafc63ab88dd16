#include "rules/detail/parse.h"

#include "model/region.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace clarion::rules::detail {
namespace {

constexpr std::size_t kMaxExamples = 200;  // of one rule, each kind
constexpr std::size_t kMaxExampleBytes = 20'000;
constexpr std::size_t kMaxWordBytes = 500;  // titles, owners, references

bool is_scalar(const YamlNode& node) { return node.kind == YamlNode::Kind::scalar; }

std::string read_word(const YamlNode& node, std::string_view what, Report& report) {
  if (!is_scalar(node) || node.scalar.empty() || node.scalar.size() > kMaxWordBytes) {
    report.error(node.line, fmt::format("{} is {}, expected a text of 1 to {} bytes", what,
                                        describe(node), kMaxWordBytes));
    return {};
  }
  return node.scalar;
}

/// Ids: what can stand in a URL, a metric and a log line without quoting.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 100 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  });
}

std::string read_name(const YamlNode& node, std::string_view what, Report& report) {
  if (!is_scalar(node) || !is_name(node.scalar)) {
    report.error(node.line, fmt::format("{} is {}, expected 1 to 100 of a-z A-Z 0-9 . - _", what,
                                        describe(node)));
    return {};
  }
  return node.scalar;
}

std::vector<std::string> read_words(const YamlNode& node, std::string_view what, Report& report) {
  std::vector<std::string> out;
  if (is_scalar(node)) {
    out.push_back(read_word(node, what, report));
  } else if (node.kind == YamlNode::Kind::list) {
    for (const YamlNode& item : node.items) out.push_back(read_word(item, what, report));
  } else if (node.kind != YamlNode::Kind::null) {
    report.error(node.line,
                 fmt::format("{} is {}, expected a list of texts", what, describe(node)));
  }
  return out;
}

double read_weight(const YamlNode& node, Report& report) {
  double value = -1;
  const char* end = node.scalar.data() + node.scalar.size();
  if (is_scalar(node)) {
    const auto [stop, fault] = std::from_chars(node.scalar.data(), end, value);
    if (fault != std::errc{} || stop != end) value = -1;
  }
  if (!(value >= 0 && value <= 1)) {
    report.error(node.line,
                 fmt::format("weight is {}, expected a number from 0 to 1", describe(node)));
    return 0;
  }
  return value;
}

int read_version(const YamlNode& node, Report& report) {
  int value = 0;
  const char* end = node.scalar.data() + node.scalar.size();
  if (is_scalar(node)) {
    const auto [stop, fault] = std::from_chars(node.scalar.data(), end, value);
    if (fault != std::errc{} || stop != end) value = 0;
  }
  if (value < 1)
    report.error(node.line,
                 fmt::format("version is {}, expected a whole number from 1", describe(node)));
  return std::max(value, 1);
}

bool read_bool(const YamlNode& node, std::string_view what, Report& report) {
  if (is_scalar(node) && (node.scalar == "true" || node.scalar == "false"))
    return node.scalar == "true";
  report.error(node.line, fmt::format("{} is {}, expected true or false", what, describe(node)));
  return false;
}

std::optional<std::chrono::year_month_day> read_date(const YamlNode& node, std::string_view what,
                                                     Report& report) {
  if (node.kind == YamlNode::Kind::null) return std::nullopt;
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  const std::string& text = node.scalar;
  const auto digits = [&text](std::size_t from, std::size_t count, auto& value) {
    const auto [stop, fault] =
        std::from_chars(text.data() + from, text.data() + from + count, value);
    return fault == std::errc{} && stop == text.data() + from + count;
  };
  const bool shaped = is_scalar(node) && text.size() == 10 && text[4] == '-' && text[7] == '-' &&
                      text[0] != '-' && digits(0, 4, year) && digits(5, 2, month) &&
                      digits(8, 2, day);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!shaped || !date.ok()) {
    report.error(node.line, fmt::format("{} is {}, expected a date like 2026-01-31 or null", what,
                                        describe(node)));
    return std::nullopt;
  }
  return date;
}

void read_title(const YamlNode& node, RuleSyntax& rule, Report& report) {
  if (is_scalar(node)) {
    rule.title_zh = read_word(node, "title", report);
    return;
  }
  if (node.kind != YamlNode::Kind::map) {
    report.error(node.line, fmt::format("title is {}, expected {{zh: …, en: …}}", describe(node)));
    return;
  }
  report.check_keys(node, "title", {"zh", "en"});
  if (const YamlNode* zh = node.find("zh")) rule.title_zh = read_word(*zh, "title.zh", report);
  if (const YamlNode* en = node.find("en")) rule.title_en = read_word(*en, "title.en", report);
}

void read_valid(const YamlNode& node, RuleSyntax& rule, Report& report) {
  if (node.kind == YamlNode::Kind::null) return;
  if (node.kind != YamlNode::Kind::map) {
    report.error(node.line, fmt::format("valid is {}, expected {{from: 2026-01-01, to: null}}",
                                        describe(node)));
    return;
  }
  report.check_keys(node, "valid", {"from", "to"});
  if (const YamlNode* from = node.find("from"))
    rule.valid_from = read_date(*from, "valid.from", report);
  if (const YamlNode* to = node.find("to")) rule.valid_to = read_date(*to, "valid.to", report);
  if (rule.valid_from && rule.valid_to && *rule.valid_to < *rule.valid_from) {
    report.error(node.line, "valid.to lies before valid.from");
  }
}

void read_examples(const YamlNode& node, std::string_view what, std::vector<Example>& out,
                   Report& report) {
  if (node.kind == YamlNode::Kind::null) return;
  if (node.kind != YamlNode::Kind::list || node.items.size() > kMaxExamples) {
    report.error(node.line, fmt::format("{} is {}, expected a list of at most {} texts", what,
                                        describe(node), kMaxExamples));
    return;
  }
  for (const YamlNode& item : node.items) {
    if (!is_scalar(item) || item.scalar.empty() || item.scalar.size() > kMaxExampleBytes) {
      report.error(
          item.line,
          fmt::format("an example of {} is {}, expected a text of 1 to {} bytes", what,
                      is_scalar(item) ? "of another length" : describe(item), kMaxExampleBytes));
    } else {
      out.push_back({item.scalar, item.line});
    }
  }
}

void read_regions(const YamlNode& node, RuleSyntax& rule, Report& report) {
  for (std::string& code : read_words(node, "regions", report)) {
    if (code.empty()) continue;
    if (model::find_region(code) == nullptr) {
      report.error(
          node.line,
          fmt::format("region '{}' is not known, expected a code of the region table, e.g. 440100",
                      code));
    }
    rule.regions.push_back(std::move(code));
  }
}

RuleSyntax read_rule(const YamlNode& node, MatchParser& matches, Report& report) {
  RuleSyntax rule;
  rule.line = node.line;
  if (node.kind != YamlNode::Kind::map) {
    report.error(
        node.line,
        fmt::format("a rule is {}, expected a map with id, topic, weight, match", describe(node)));
    return rule;
  }
  report.check_keys(node, "a rule",
                    {"id", "title", "topic", "severity", "weight", "shadow", "valid", "match",
                     "hits", "misses", "regions", "references", "owner"});
  for (const std::string_view needed : {"id", "topic", "weight", "match"}) {
    if (node.find(needed) == nullptr)
      report.error(node.line, fmt::format("a rule without {}", needed));
  }
  if (const YamlNode* id = node.find("id")) {
    rule.id = read_name(*id, "id", report);
    rule.line = id->line;
  }
  if (const YamlNode* title = node.find("title")) read_title(*title, rule, report);
  if (const YamlNode* topic = node.find("topic")) {
    rule.topic = read_word(*topic, "topic", report);
    if (!rule.topic.empty() && model::find_topic(rule.topic) == nullptr) {
      report.error(
          topic->line,
          fmt::format("topic '{}' is not known, expected an id of the topic table, e.g. earthquake",
                      rule.topic));
    }
  }
  if (const YamlNode* severity = node.find("severity")) {
    const auto value = model::parse_severity(severity->scalar);
    if (value) {
      rule.severity = *value;
    } else {
      report.error(severity->line,
                   fmt::format("severity is {}, expected minor, moderate, severe or extreme",
                               describe(*severity)));
    }
  }
  if (const YamlNode* weight = node.find("weight")) rule.weight = read_weight(*weight, report);
  if (const YamlNode* shadow = node.find("shadow"))
    rule.shadow = read_bool(*shadow, "shadow", report);
  if (const YamlNode* valid = node.find("valid")) read_valid(*valid, rule, report);
  if (const YamlNode* regions = node.find("regions")) read_regions(*regions, rule, report);
  if (const YamlNode* refs = node.find("references"))
    rule.references = read_words(*refs, "references", report);
  if (const YamlNode* owner = node.find("owner")) rule.owner = read_word(*owner, "owner", report);
  if (const YamlNode* match = node.find("match")) rule.match = matches.parse(*match);
  if (const YamlNode* hits = node.find("hits")) read_examples(*hits, "hits", rule.hits, report);
  if (const YamlNode* misses = node.find("misses"))
    read_examples(*misses, "misses", rule.misses, report);
  return rule;
}

void read_lists(const YamlNode& node, PackSyntax& pack, MatchParser& matches, Report& report) {
  if (node.kind == YamlNode::Kind::null) return;
  if (node.kind != YamlNode::Kind::map) {
    report.error(node.line, fmt::format("lists is {}, expected a map of names to lists of phrases",
                                        describe(node)));
    return;
  }
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    const YamlNode::Key& key = node.keys[i];
    if (key.name.empty() || key.name.size() > 100 ||
        key.name.find_first_of(" \t\n$") != std::string::npos) {
      report.error(key.line,
                   fmt::format("list name '{}', expected 1 to 100 bytes without blanks and $",
                               key.name.substr(0, 100)));
      continue;
    }
    std::vector<Phrase> phrases;
    matches.read_phrases(node.items[i], model::View::folded, fmt::format("list '{}'", key.name),
                         phrases);
    pack.lists.emplace(key.name, std::move(phrases));
  }
}

}  // namespace

std::string describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null:
      return "empty";
    case YamlNode::Kind::list:
      return fmt::format("a list of {}", node.items.size());
    case YamlNode::Kind::map:
      return "a map";
    case YamlNode::Kind::scalar:
      break;
  }
  if (node.scalar.size() <= 60) return fmt::format("'{}'", node.scalar);
  return fmt::format("a text of {} bytes", node.scalar.size());
}

void Report::check_keys(const YamlNode& map, std::string_view what,
                        std::initializer_list<std::string_view> known) {
  for (const YamlNode::Key& key : map.keys) {
    if (std::find(known.begin(), known.end(), key.name) == known.end()) {
      error(key.line, fmt::format("unknown key '{}', {} has: {}", key.name.substr(0, 60), what,
                                  fmt::join(known, ", ")));
    }
  }
}

PackSyntax parse_pack(const PackSource& source, std::vector<Problem>& problems) {
  PackSyntax pack;
  pack.file = source.name;
  Report report(source.name, problems);
  auto tree = read_yaml(source.name, source.yaml);
  if (!tree) {
    // read_yaml's texts begin with "name:line: "; the problem holds them apart.
    std::string_view text = tree.error().text;
    text.remove_prefix(std::min(text.size(), source.name.size() + 1));
    int line = 0;
    const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), line);
    text.remove_prefix(std::min(text.size(), static_cast<std::size_t>(stop - text.data()) + 2));
    report.error(line, std::string(text));
    return pack;
  }
  const YamlNode& root = tree.value();
  if (root.kind != YamlNode::Kind::map) {
    report.error(root.line,
                 fmt::format("the file is {}, expected a map with pack and rules", describe(root)));
    return pack;
  }
  report.check_keys(root, "a pack", {"pack", "version", "owner", "licence", "lists", "rules"});
  MatchParser matches(pack, report);
  if (const YamlNode* name = root.find("pack")) {
    pack.pack = read_name(*name, "pack", report);
  } else {
    report.error(root.line, "a pack without the key pack, expected its stable name");
  }
  if (const YamlNode* version = root.find("version")) {
    pack.version = read_version(*version, report);
  } else {
    report.warn(root.line, "no version, 1 is assumed");
  }
  if (const YamlNode* owner = root.find("owner")) pack.owner = read_word(*owner, "owner", report);
  if (const YamlNode* licence = root.find("licence"))
    pack.licence = read_word(*licence, "licence", report);
  if (const YamlNode* lists = root.find("lists")) read_lists(*lists, pack, matches, report);
  const YamlNode* rules = root.find("rules");
  if (rules == nullptr || rules->kind != YamlNode::Kind::list) {
    report.error(rules != nullptr ? rules->line : root.line,
                 fmt::format("rules is {}, expected a list of rules",
                             rules != nullptr ? describe(*rules) : "missing"));
    return pack;
  }
  for (const YamlNode& rule : rules->items) pack.rules.push_back(read_rule(rule, matches, report));

  const std::vector<std::string>& used = matches.used_lists();
  for (const auto& [name, phrases] : pack.lists) {
    if (std::find(used.begin(), used.end(), name) == used.end()) {
      report.warn(phrases.empty() ? root.line : phrases.front().line,
                  fmt::format("list '{}' is used by no rule", name));
    }
  }
  return pack;
}

}  // namespace clarion::rules::detail
