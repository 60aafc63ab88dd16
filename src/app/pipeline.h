#pragma once

#include "app/rule_figures.h"
#include "app/source_book.h"
#include "desk/options.h"
#include "group/index.h"
#include "intake/batch.h"
#include "library/library.h"
#include "model/post.h"
#include "ops/civil.h"
#include "rules/scanner.h"
#include "store/database.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace clarion::app {

struct PipelineOptions {
  desk::DeskOptions desk;
  ops::Zone zone;  ///< desk.timezone, for bare dates
  group::IndexOptions groups;
  std::chrono::hours tombstones{24 *
                                30};  ///< posts.tombstone_days: deletes of posts that were kept
  std::size_t max_bytes_under_way = 64U
                                    << 20U;  ///< of bodies being worked on; more is answered 429
};

/// What became of one body of posts (contract section 3).
struct TakenIn {
  std::size_t accepted = 0;    ///< lines not rejected
  std::size_t flagged = 0;     ///< new flagged posts
  std::size_t duplicates = 0;  ///< known flagged ones
  std::size_t texts_gone = 0;  ///< deleted or replaced at the source
  std::vector<intake::Rejected> rejected;
};

/// The steps for a post, in order: parse, scan, then inside one transaction dedup, group, case with
/// its candidates (architecture section 1). Parsing and scanning run on the calling thread with a
/// bench of its own, the rest on the store's writer thread, which alone touches the group indexes.
/// Thread-safe.
class Pipeline {
 public:
  Pipeline(store::Database& database, const ops::Clock& clock, library::Library& library,
           PipelineOptions options);

  /// Fills the group indexes from the store. Before the first post.
  Status load();
  /// Posts from now on are scanned with these rules.
  void use_rules(std::shared_ptr<const rules::RuleSet> rules);
  [[nodiscard]] std::shared_ptr<const rules::RuleSet> rules() const;

  struct Body {
    intake::Lines lines;
    std::size_t bytes = 0;
    std::string mode = "Actual";       ///< of the cases that open
    std::vector<std::string> sources;  ///< only these may send; empty: all
  };
  /// Takes posts in; returns when what was flagged is on disk. `with_them` runs last in the same
  /// transaction. Errors: `overloaded` when too much is under way; the store's.
  Result<TakenIn> take_in(Body body,
                          const std::function<Status(store::Tx&, const TakenIn&)>& with_them);
  /// A person made a group (its sketch) or took one back (null): posts from now on find it so.
  /// Inside a write.
  void group_changed(store::Tx& tx, const std::string& mode, std::int64_t group,
                     const group::Sketch* sketch);
  /// Scans a text with a bench of the pool: for /readyz.
  Status probe();

  struct Stats {
    std::uint64_t posts = 0, flagged = 0, rejected = 0, bytes = 0, scan_ns = 0;
    std::uint64_t texts_gone = 0;   ///< by deletes and edits
    std::int64_t last_post_ms = 0;  ///< when the last one was taken in, since 1970; 0: none yet
  };
  [[nodiscard]] Stats stats() const;
  /// What came in from where.
  [[nodiscard]] SourceBook& sources() { return sources_; }
  /// Called after posts were taken in, on the caller's thread: mode, accepted, new flagged ones.
  std::function<void(const std::string&, std::size_t, std::size_t)> counted;
  /// What rules hit, of every post that was taken in.
  [[nodiscard]] RuleFigures& rule_figures() { return rule_figures_; }
  /// Bytes of bodies that are being worked on now.
  [[nodiscard]] std::size_t bytes_under_way() const { return bytes_under_way_.load(); }

 private:
  /// What one thread needs to turn lines into scanned posts.
  struct Bench {
    explicit Bench(std::shared_ptr<const rules::RuleSet> rules) : scanner(std::move(rules)) {}
    intake::PostParser parser;
    rules::Scanner scanner;
    std::vector<std::uint64_t> scratch;
  };
  struct Incoming {
    model::Post post;
    model::ScanResult scan;
    group::Sketch sketch;
    std::string text_hash;
  };

  std::unique_ptr<Bench> take_bench();
  void give_back(std::unique_ptr<Bench> bench);
  std::vector<Incoming> scan(const Body& body, TakenIn& taken, RuleFigures::Counts& hits);
  Status keep(store::Tx& tx, const std::string& mode, const Incoming& incoming, TakenIn& taken);
  Status add_post(store::Tx& tx, const std::string& mode, const Incoming& incoming);
  Status reload_index(store::View& view);
  group::Index& index_of(const std::string& mode);

  store::Database& database_;
  const ops::Clock& clock_;
  library::Library& library_;
  PipelineOptions options_;

  mutable std::mutex mutex_;  // guards rules_ and idle_
  std::shared_ptr<const rules::RuleSet> rules_;
  std::vector<std::unique_ptr<Bench>> idle_;

  std::map<std::string, group::Index> indexes_;  // by mode; the writer thread's alone
  bool index_stale_ = false;                     // a write that had changed an index was undone

  SourceBook sources_;
  RuleFigures rule_figures_;
  std::atomic<std::size_t> bytes_under_way_{0};
  std::atomic<std::uint64_t> posts_{0}, flagged_{0}, rejected_{0}, bytes_{0}, scan_ns_{0},
      texts_gone_{0};
  std::atomic<std::int64_t> last_post_ms_{0};
};

}  // namespace clarion::app
