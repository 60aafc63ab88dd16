#pragma once

#include "rules/detail/syntax.h"
#include "rules/detail/view_text.h"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace clarion::rules::detail {

/// What all rules ask, in one flat form.
///
/// Atoms are what Hyperscan finds: first the literals (every phrase once a view, whatever number of
/// rules name it), then the regexes. A node asks about atoms or about other nodes; a rule is its
/// root node. Immutable once built.
struct Program {
  using Kind = Expr::Kind;

  struct Range {
    std::uint32_t first = 0, count = 0;
  };
  struct Node {
    Kind kind = Kind::phrases;
    model::View view = model::View::folded;
    Range items;    ///< into `links`: atoms (phrases, number, regex) or nodes (the others)
    Range without;  ///< into `links`: atoms; sequence
    std::uint32_t reach = 0;
    NumberTest number;
  };
  struct Literal {
    model::View view = model::View::folded;
    std::string key;
  };
  struct Regex {
    model::View view = model::View::folded;
    std::string pattern;
    std::string place;  ///< "quake.yaml:12", for messages
  };
  struct Rule {
    std::uint32_t root = 0;
    std::uint8_t views = 0;  ///< bit a view that the rule looks at
  };

  std::vector<Literal> literals;
  std::vector<Regex> regexes;
  std::vector<Node> nodes;
  std::vector<std::uint32_t> links;
  std::vector<Rule> rules;

  /// A rule can be true only in a text that holds one of its triggers: atom → the rules it
  /// triggers, as triggered[trigger_begin[atom] .. trigger_begin[atom + 1]).
  std::vector<std::uint32_t> trigger_begin, triggered;
  /// Bit a view that holds a trigger, so that every text must be looked at in it. Other views are
  /// made only for a text in which a rule that asks for them was triggered elsewhere.
  std::uint8_t eager_views = 0;

  [[nodiscard]] std::size_t atoms() const noexcept { return literals.size() + regexes.size(); }
  [[nodiscard]] model::View view_of(std::uint32_t atom) const {
    return atom < literals.size() ? literals[atom].view : regexes[atom - literals.size()].view;
  }
  /// The phrase or pattern as people read it: sounds spelt out.
  [[nodiscard]] std::string name_of(std::uint32_t atom) const;
  [[nodiscard]] std::span<const std::uint32_t> linked(Range range) const {
    return {links.data() + range.first, range.count};
  }
  [[nodiscard]] std::span<const std::uint32_t> triggered_by(std::uint32_t atom) const {
    return {triggered.data() + trigger_begin[atom], trigger_begin[atom + 1] - trigger_begin[atom]};
  }
};

/// Adds rules one by one, then makes the program.
class ProgramBuilder {
 public:
  ProgramBuilder();
  ~ProgramBuilder();
  ProgramBuilder(const ProgramBuilder&) = delete;
  ProgramBuilder& operator=(const ProgramBuilder&) = delete;

  /// Requires a tree that the parser accepted (so no `none` under `none`). False when the rule
  /// would be true of a text in which nothing is found (`none` alone): such a rule flags everything
  /// and is not added.
  [[nodiscard]] bool add(const Expr& match, const std::string& file);
  [[nodiscard]] Program finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace clarion::rules::detail
