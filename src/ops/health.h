#pragma once

#include "base/result.h"
#include "ops/clock.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace clarion::ops {

/// What /readyz answers from: whether the path from a post to a subscriber works right now.
///
/// Checks are added before the first question. An answer stands for a second, so that a crowd of
/// probes costs what one does; callers wait for a check that is under way. Thread-safe.
class Health {
 public:
  /// Does a little of the real work (writes a row, scans a text) and says what failed. Runs on the
  /// asking thread.
  using Check = std::function<Status()>;

  explicit Health(const Clock& clock) : clock_(clock) {}
  void add(std::string name, Check check);
  /// From now on not ready: the process drains.
  void set_draining();

  struct Report {
    bool ready = false;
    std::vector<std::pair<std::string, std::string>>
        checks;  ///< name, "ok" or what failed; "draining" alone while draining
  };
  [[nodiscard]] Report ready();

 private:
  const Clock& clock_;
  std::atomic<bool> draining_{false};  // outside the mutex: a slow check must not delay a stop
  std::mutex mutex_;                   // guards all below; held while checks run
  std::vector<std::pair<std::string, Check>> checks_;
  std::optional<Report> last_;
  std::chrono::steady_clock::time_point last_at_;
};

}  // namespace clarion::ops
