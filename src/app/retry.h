#pragma once

#include "base/result.h"
#include "ops/random.h"

#include <chrono>
#include <string>

// What the verbs share that talk to a server and come back to it: follow and replay.
namespace clarion::app {

/// Waits of a client that comes back: exponential, with full jitter, so that a thousand that were
/// cut at once do not come back at once.
class Backoff {
 public:
  static constexpr std::chrono::milliseconds kFirst{250}, kMost{30000};
  explicit Backoff(ops::Random& random) : random_(random) {}
  /// Between 0 and min(kMost, kFirst * 2^n) at the n-th call since reset(), on top of `at_least`.
  [[nodiscard]] std::chrono::milliseconds next(std::chrono::milliseconds at_least = {});
  void reset() { tries_ = 0; }

 private:
  ops::Random& random_;
  unsigned tries_ = 0;
};

/// SIGINT and SIGTERM as a descriptor that becomes readable, so that every wait can end on them;
/// SIGPIPE is ignored. For the main thread, before others start; for the rest of the process.
[[nodiscard]] Result<int> open_stop_signals();
/// Waits that long; false when `stop` became readable meanwhile.
[[nodiscard]] bool pause(std::chrono::milliseconds time, int stop);

/// The parameter "retry_after" of an error, or a Retry-After value: seconds, at most a minute.
[[nodiscard]] std::chrono::milliseconds retry_after(const Error& error);
[[nodiscard]] std::chrono::milliseconds retry_after(std::string_view header);

/// The token of a file's first line, else of CLARION_TOKEN; empty when there is none. Errors:
/// `not_found` for a file that can't be read, `invalid` for a token that is none.
[[nodiscard]] Result<std::string> read_token(const std::string& file);

}  // namespace clarion::app
