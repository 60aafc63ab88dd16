#pragma once

#include "rules/detail/database.h"
#include "rules/detail/program.h"
#include "rules/profile.h"
#include "text/fold.h"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::rules::detail {

/// Where something stands: bytes [from, to) of a view's key.
struct Span {
  model::View view = model::View::folded;
  std::uint32_t from = 0, to = 0;
  bool operator==(const Span&) const = default;
};

/// At most so many ends of phrases are kept a text, first come first. A text of a post never gets
/// there (2,000 characters hold a few hundred); one that does is still judged by which phrases it
/// holds, only sequences and distances look no further.
inline constexpr std::size_t kMaxRecords = 16'384;
/// Spans kept a rule and text.
inline constexpr std::size_t kMaxSpans = 32;

/// Finds which rules are true of a text. One a thread; keeps its buffers, so that a warm one does
/// not allocate.
///
/// read() folds the text and lets Hyperscan find the atoms; the rules are then evaluated over what
/// it found. Cost: one pass for a text without triggers; else O(records of the phrases) a triggered
/// rule.
class Matcher {
 public:
  /// Both must outlive the matcher.
  Matcher(const Program& program, const Databases& databases);

  /// Starts on another text. Only texts of less than 4 GiB; longer ones are cut.
  void read(std::string_view original);
  /// The rules that may be true of the text, rising. All others are false.
  [[nodiscard]] std::span<const std::uint32_t> candidates() const { return candidates_; }
  /// Whether the rule is true of the text.
  [[nodiscard]] bool holds(std::uint32_t rule);
  /// Whether it would be if no `none` counted.
  [[nodiscard]] bool holds_but_for_none(std::uint32_t rule);
  /// Where a true rule was found: spans that do not overlap within one node, rising, at most
  /// kMaxSpans; never empty.
  void find_spans(std::uint32_t rule, std::vector<Span>& out);

  /// A phrase that was found, for explanations.
  struct Found {
    std::uint32_t atom = 0;
    bool blocking = false;  ///< stands under a `none` that is broken
    std::vector<Span> spans;
  };
  /// Every phrase and regex of the rule that the text holds.
  [[nodiscard]] std::vector<Found> find_atoms(std::uint32_t rule);

  /// The folded text, valid until the next read().
  [[nodiscard]] const text::Folded& folded() const { return keys_[0]; }
  /// Key of a view; made when it was not yet.
  [[nodiscard]] const text::Folded& key(model::View view);
  [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> original(const Span& span) const {
    return keys_[index_of(span.view)].original(span.from, span.to);
  }
  /// Counts into the profile from now on; null: stop.
  void set_profile(Profile* profile) { profile_ = profile; }
  /// True when the last text had more ends of phrases than are kept.
  [[nodiscard]] bool truncated() const { return truncated_; }

 private:
  struct Occurrence {
    std::uint32_t from = 0, to = 0;              // bytes
    std::uint32_t first_char = 0, end_char = 0;  // the same in characters
    std::uint32_t chain = 0;                     // sequence: byte where the chain begins
  };
  using Occurrences = std::vector<Occurrence>;
  struct Record {
    std::uint32_t end = 0;   // byte after the literal
    std::uint32_t next = 0;  // index of the literal's next record, or kNone
  };
  struct Slot {
    std::uint32_t text = 0;  // number of the text in which the atom was seen last
    std::uint32_t head = 0, tail = 0;
  };

  static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                      void* self);
  void record(std::uint32_t atom, std::uint32_t end);
  void scan_view(model::View view);
  void collect_candidates();
  [[nodiscard]] bool seen(std::uint32_t atom) const { return slots_[atom].text == text_; }
  [[nodiscard]] bool eval(std::uint32_t node, bool ignore_none);
  [[nodiscard]] bool eval_sequence(const Program::Node& node, Occurrences* ends);
  [[nodiscard]] bool eval_near(const Program::Node& node, Occurrences* windows);
  [[nodiscard]] bool eval_number(const Program::Node& node);
  void add_spans(std::uint32_t node, std::vector<Span>& out);
  void add_atoms(std::uint32_t node, bool blocking, std::vector<Found>& out);
  void occurrences(std::uint32_t node, Occurrences& out);
  void literal_occurrences(std::uint32_t atom, Occurrences& out);
  void regex_occurrences(std::uint32_t atom, Occurrences& out);
  [[nodiscard]] std::uint32_t char_at(model::View view, std::uint32_t byte);
  [[nodiscard]] bool gap_holds(const Occurrences& stops, std::uint32_t from,
                               std::uint32_t to) const;

  const Program& program_;
  const Databases& databases_;
  Scratch scratch_;
  std::array<text::Folded, kViews> keys_;
  std::array<std::vector<std::uint32_t>, kViews>
      chars_;  // byte → character, made when first asked for
  std::uint8_t made_ = 0, scanned_ = 0, counted_ = 0;  // bit a view, of this text
  std::uint32_t text_ = 0;
  bool truncated_ = false;
  Profile* profile_ = nullptr;
  std::vector<Slot> slots_;
  std::vector<Record> records_;
  std::vector<std::uint32_t> touched_;
  std::vector<std::uint32_t>
      rule_text_;  // number of the text for which the rule became a candidate
  std::vector<std::uint32_t> candidates_;
  // Work of eval_sequence and eval_near, which never nest.
  std::array<Occurrences, kMaxParts> parts_;
  Occurrences stops_;
  std::array<std::vector<std::uint32_t>, kMaxParts> soonest_;
  Occurrences found_;
};

}  // namespace clarion::rules::detail
