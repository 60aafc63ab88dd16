#pragma once

#include "base/result.h"
#include "model/scan.h"
#include "rules/pack.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::rules {

struct Options {
  /// Score from which a text is flagged (scan.flag_score), 0 to 1, above 0.
  double flag_score = 0.5;
  /// Folder for compiled databases; empty: none. Made when missing.
  std::filesystem::path cache_dir = {};
  /// Run every rule's own hits and misses and refuse all packs when one fails. Off only for `rules
  /// test`, which reports them.
  bool run_examples = true;
};

/// A rule as its pack describes it.
struct Rule {
  std::string id, pack, title_zh, title_en, topic, owner;
  int version = 1;  ///< of the pack
  model::Severity severity = model::Severity::moderate;
  double weight = 0;    ///< 0..1
  bool shadow = false;  ///< hits are counted and shown, and change nothing
  std::optional<std::chrono::year_month_day> valid_from, valid_to;  ///< both included
  std::vector<std::string>
      regions;  ///< codes where the rule is at home; for priority and routing, never for the score
  std::vector<std::string> references;
  std::string file;  ///< where it stands
  int line = 0;
  struct Example {
    std::string text;
    int line = 0;
  };
  std::vector<Example> hits, misses;
};

namespace detail {
struct Compiled;
}

/// All rules in force: an immutable snapshot, shared by all threads and replaced whole.
///
/// Ids are unique over all packs; rules stand in the order of packs and lines. Scanners borrow it
/// by shared_ptr.
class RuleSet {
 public:
  /// Parses, compiles and (unless told otherwise) tests the packs. Blocks: parsing, Hyperscan, the
  /// cache's files; a thousand phrases take some 50 ms without the cache. Errors: `invalid` with
  /// code "rules_invalid"; the text names up to 20 problems, one a line, each as "file:line: …".
  [[nodiscard]] static Result<std::shared_ptr<const RuleSet>> make(
      const std::vector<PackSource>& packs, Options options = {});
  /// The problems that make() would name, warnings too, all of them.
  [[nodiscard]] static std::vector<Problem> check(const std::vector<PackSource>& packs);
  ~RuleSet();
  RuleSet(const RuleSet&) = delete;
  RuleSet& operator=(const RuleSet&) = delete;

  [[nodiscard]] std::span<const Rule> rules() const { return rules_; }
  /// The rule, or null.
  [[nodiscard]] const Rule* find(std::string_view id) const;
  /// Whether the rule is in force on a civil date of desk.timezone. The scan does not ask: score
  /// and flag depend on the text alone (contract section 2); what a rule out of season means is for
  /// the case's priority.
  [[nodiscard]] static bool active(const Rule& rule, std::chrono::year_month_day date);

  [[nodiscard]] double flag_score() const { return options_.flag_score; }
  /// What the packs say, as 16 hex digits: equal packs and flag score, equal version.
  [[nodiscard]] const std::string& version() const { return version_; }
  /// Rises by one with each snapshot that this process made.
  [[nodiscard]] std::uint64_t number() const { return number_; }

  /// What was compiled, for `rules bench` and the log.
  struct Statistics {
    std::size_t packs = 0, rules = 0, shadow_rules = 0;
    std::size_t literals = 0, regexes = 0;  ///< each searched once, however many rules name it
    std::size_t triggered_rules = 0;  ///< looked at only where Hyperscan found one of their phrases
    std::size_t eager_views = 0;  ///< views that every text is scanned in, the folded one included
    bool from_cache = false;
    std::string cache_note;  ///< why the compiled database could not be kept; empty: it was, or no
                             ///< folder was given
  };
  [[nodiscard]] const Statistics& statistics() const { return statistics_; }
  /// Doubts about the packs (to_text of pack.h); they load all the same.
  [[nodiscard]] std::span<const Problem> warnings() const { return warnings_; }

  /// For the scanner, explain and lint only.
  [[nodiscard]] const detail::Compiled& compiled() const { return *compiled_; }

 private:
  RuleSet() = default;
  /// Null when a problem is an error.
  static std::shared_ptr<const RuleSet> build(const std::vector<PackSource>& packs, Options options,
                                              std::vector<Problem>& problems);
  void count(std::size_t packs);

  std::vector<Rule> rules_;
  std::vector<std::uint32_t> by_id_;  // indices of rules_, sorted by id
  Options options_;
  std::string version_;
  std::uint64_t number_ = 0;
  Statistics statistics_;
  std::vector<Problem> warnings_;
  std::unique_ptr<const detail::Compiled> compiled_;
};

}  // namespace clarion::rules
