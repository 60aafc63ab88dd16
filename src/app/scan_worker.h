#pragma once

#include "app/line_source.h"
#include "app/verb_scan.h"
#include "intake/parse.h"
#include "intake/scan_json.h"
#include "library/matcher.h"
#include "rules/scanner.h"
#include "text/fold.h"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace clarion::app {

/// What came of the lines of one input or block.
struct ScanCounts {
  std::uint64_t posts = 0, flagged = 0, deletes = 0, rejected = 0, bytes = 0;
  void add(const ScanCounts& other) {
    posts += other.posts;
    flagged += other.flagged;
    deletes += other.deletes;
    rejected += other.rejected;
    bytes += other.bytes;
  }
};

/// A block of lines on its way through a worker.
struct ScanJob {
  LineBlock block;
  std::string_view file;  // as messages name it
  std::string results, complaints;
  ScanCounts counts;
  bool done = false;
};

/// What all workers share.
struct ScanSetup {
  std::shared_ptr<const rules::RuleSet> rules;
  std::shared_ptr<const library::Index> library;
  MatchPosts match = MatchPosts::flagged;
  bool all = false;
};

/// What one thread needs to turn lines into results.
class ScanWorker {
 public:
  explicit ScanWorker(const ScanSetup& setup)
      : scanner_(setup.rules), matcher_(setup.library), match_(setup.match), all_(setup.all) {}

  /// Fills the job's results, complaints and counts.
  void run(ScanJob& job);

 private:
  void scan(ScanJob& job);
  void match(intake::ScanRecord& record);

  intake::PostParser parser_;
  rules::Scanner scanner_;
  library::Matcher matcher_;
  MatchPosts match_;
  model::Post post_;
  text::Folded folded_;
  std::vector<std::pair<std::string_view, double>> debunks_;
  bool all_;
};

/// Hands jobs to workers on threads of their own. The mutex guards the queue and every job's
/// `done`.
class ScanPool {
 public:
  ScanPool(std::size_t threads, const ScanSetup& setup);
  /// Waits for the jobs that were started.
  ~ScanPool();
  ScanPool(const ScanPool&) = delete;
  ScanPool& operator=(const ScanPool&) = delete;

  /// The job must live until it is done.
  void start(ScanJob& job);
  void wait(const ScanJob& job);
  [[nodiscard]] bool is_done(const ScanJob& job);

 private:
  void work(ScanWorker worker);

  std::mutex mutex_;
  std::condition_variable wake_, finished_;
  std::deque<ScanJob*> queue_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace clarion::app
