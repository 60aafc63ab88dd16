#include "rules/detail/program.h"

#include "base/assert.h"
#include "rules/detail/utf8.h"
#include "text/views.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

namespace clarion::rules::detail {
namespace {

using Kind = Expr::Kind;

/// Atoms of which one must be in the text, and a guess how often a text holds one.
struct Trigger {
  std::vector<std::uint32_t> atoms;
  double cost = 0;
};

/// What a level says of a text in which nothing is found.
bool true_of_nothing(const Expr& expr) {
  switch (expr.kind) {
    case Kind::all:
      return std::all_of(expr.items.begin(), expr.items.end(), true_of_nothing);
    case Kind::any:
      return std::any_of(expr.items.begin(), expr.items.end(), true_of_nothing);
    case Kind::none:
      return std::none_of(expr.items.begin(), expr.items.end(), true_of_nothing);
    default:
      return false;
  }
}

}  // namespace

std::string Program::name_of(std::uint32_t atom) const {
  if (atom >= literals.size()) return regexes[atom - literals.size()].pattern;
  const Literal& literal = literals[atom];
  return literal.view == model::View::folded ? literal.key : text::readable_key(literal.key);
}

struct ProgramBuilder::State {
  Program program;
  std::map<std::pair<model::View, std::string>, std::uint32_t> literal_ids;
  std::map<std::pair<model::View, std::string>, std::uint32_t> regex_ids;
  std::vector<Trigger> triggers;  // of each rule

  std::uint32_t literal(model::View view, const std::string& key) {
    const auto [at, fresh] =
        literal_ids.try_emplace({view, key}, static_cast<std::uint32_t>(program.literals.size()));
    if (fresh) program.literals.push_back({view, key});
    return at->second;
  }

  /// Regex ids come after all literals, whose number is known only at the end: until then they are
  /// marked.
  static constexpr std::uint32_t kRegexMark = 0x80000000U;
  std::uint32_t regex(const Expr& expr, const std::string& file) {
    const auto [at, fresh] = regex_ids.try_emplace(
        {expr.view, expr.pattern}, static_cast<std::uint32_t>(program.regexes.size()) | kRegexMark);
    if (fresh)
      program.regexes.push_back({expr.view, expr.pattern, fmt::format("{}:{}", file, expr.line)});
    return at->second;
  }

  Program::Range link(const std::vector<std::uint32_t>& ids) {
    const Program::Range range{static_cast<std::uint32_t>(program.links.size()),
                               static_cast<std::uint32_t>(ids.size())};
    program.links.insert(program.links.end(), ids.begin(), ids.end());
    return range;
  }

  std::vector<std::uint32_t> atoms_of(const std::vector<Phrase>& phrases, model::View view) {
    std::vector<std::uint32_t> ids;
    ids.reserve(phrases.size());
    for (const Phrase& phrase : phrases) ids.push_back(literal(view, phrase.key));
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
  }

  std::uint32_t add_node(const Expr& expr, const std::string& file, std::uint8_t& views) {
    Program::Node node;
    node.kind = expr.kind;
    node.view = expr.view;
    node.reach = expr.reach;
    node.number = expr.number;
    views = static_cast<std::uint8_t>(views | 1U << index_of(expr.view));
    std::vector<std::uint32_t> ids;
    switch (expr.kind) {
      case Kind::phrases:
      case Kind::number:
        ids = atoms_of(expr.phrases, expr.view);
        break;
      case Kind::regex:
        ids = {regex(expr, file)};
        break;
      default:
        for (const Expr& item : expr.items) ids.push_back(add_node(item, file, views));
    }
    node.items = link(ids);
    node.without = link(atoms_of(expr.without, expr.view));
    program.nodes.push_back(node);
    return static_cast<std::uint32_t>(program.nodes.size() - 1);
  }

  /// A rough share of texts with the atom. Only the order matters: a phrase of one character is
  /// common, each further one makes it about ten times rarer; a view costs its making for every
  /// text.
  [[nodiscard]] double cost_of(std::uint32_t atom) const {
    if ((atom & kRegexMark) != 0)
      return 0.05 + (program.regexes[atom ^ kRegexMark].view == model::View::folded ? 0 : 50);
    const Program::Literal& literal = program.literals[atom];
    double cost = 1;
    for (std::size_t i = std::min<std::size_t>(count_code_points(literal.key), 6); i > 1; --i)
      cost /= 10;
    return cost + (literal.view == model::View::folded ? 0 : 50);
  }

  /// Nothing when the node can be true of a text without any atom.
  [[nodiscard]] std::optional<Trigger> trigger_of(std::uint32_t id) const {
    const Program::Node& node = program.nodes[id];
    Trigger out;
    switch (node.kind) {
      case Kind::phrases:
      case Kind::number:
      case Kind::regex:
        for (const std::uint32_t atom : program.linked(node.items)) {
          out.atoms.push_back(atom);
          out.cost += cost_of(atom);
        }
        return out;
      case Kind::any:
        for (const std::uint32_t item : program.linked(node.items)) {
          const auto trigger = trigger_of(item);
          if (!trigger) return std::nullopt;
          out.atoms.insert(out.atoms.end(), trigger->atoms.begin(), trigger->atoms.end());
          out.cost += trigger->cost;
        }
        return out;
      case Kind::none:
        return std::nullopt;
      case Kind::all:
      case Kind::sequence:
      case Kind::near:
        break;
    }
    std::optional<Trigger> best;
    for (const std::uint32_t item : program.linked(node.items)) {
      auto trigger = trigger_of(item);
      if (trigger && (!best || trigger->cost < best->cost)) best = std::move(trigger);
    }
    return best;
  }
};

ProgramBuilder::ProgramBuilder() : state_(std::make_unique<State>()) {}
ProgramBuilder::~ProgramBuilder() = default;

bool ProgramBuilder::add(const Expr& match, const std::string& file) {
  if (true_of_nothing(match)) return false;
  Program::Rule rule;
  rule.root = state_->add_node(match, file, rule.views);
  auto trigger = state_->trigger_of(rule.root);
  // A tree that is false of nothing has a must on the way to every truth: `none` never stands under
  // `none`.
  CLARION_ASSERT(trigger.has_value());
  std::sort(trigger->atoms.begin(), trigger->atoms.end());
  trigger->atoms.erase(std::unique(trigger->atoms.begin(), trigger->atoms.end()),
                       trigger->atoms.end());
  state_->triggers.push_back(std::move(*trigger));
  state_->program.rules.push_back(rule);
  return true;
}

Program ProgramBuilder::finish() {
  Program& program = state_->program;
  const auto literals = static_cast<std::uint32_t>(program.literals.size());
  const auto settle = [literals](std::uint32_t& atom) {
    if ((atom & State::kRegexMark) != 0) atom = (atom ^ State::kRegexMark) + literals;
  };
  for (const Program::Node& node : program.nodes) {
    if (node.kind != Kind::regex) continue;
    settle(program.links[node.items.first]);
  }
  std::vector<std::vector<std::uint32_t>> rules_of(program.atoms());
  for (std::uint32_t rule = 0; rule < state_->triggers.size(); ++rule) {
    for (std::uint32_t atom : state_->triggers[rule].atoms) {
      settle(atom);
      rules_of[atom].push_back(rule);
      const model::View view = program.view_of(atom);
      program.eager_views = static_cast<std::uint8_t>(program.eager_views | 1U << index_of(view));
    }
  }
  program.trigger_begin.reserve(rules_of.size() + 1);
  for (const auto& rules : rules_of) {
    program.trigger_begin.push_back(static_cast<std::uint32_t>(program.triggered.size()));
    program.triggered.insert(program.triggered.end(), rules.begin(), rules.end());
  }
  program.trigger_begin.push_back(static_cast<std::uint32_t>(program.triggered.size()));
  return std::move(program);
}

}  // namespace clarion::rules::detail
