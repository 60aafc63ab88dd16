#pragma once

#include "http/router.h"
#include "ops/clock.h"
#include "store/notices.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace clarion::notice {

struct PollOptions {
  std::size_t most = 1000;            ///< polls waiting at once
  std::size_t most_per_address = 50;  ///< of them, of one client
};

/// Where long polls wait for a publication, without a worker each: one thread looks again for those
/// whom a publication may concern, and answers those whose time is over.
///
/// Thread-safe. close() before the server and the store that the polls use end.
class PollRoom {
 public:
  struct Poll {
    std::string address;  ///< of the client
    std::chrono::steady_clock::time_point until;
    /// Whether a look is worth it after this publication. Runs on the store's writer thread.
    std::function<bool(const store::LogEntry&)> concerns;
    /// The answer, or nullopt when there is still nothing; never that when it is the last look.
    /// Runs on the room's thread, may read the store.
    std::function<std::optional<http::Response>(bool last)> look;
    http::Answer answer;
  };

  PollRoom(const ops::Clock& clock, PollOptions options);
  ~PollRoom();
  PollRoom(const PollRoom&) = delete;
  PollRoom& operator=(const PollRoom&) = delete;

  /// Publications so far. Taken before the look that found nothing, and given to wait(), so that
  /// none falls between the two.
  [[nodiscard]] std::uint64_t publications() const;
  /// Keeps the poll until it has an answer. Errors: `overloaded` when there is no room; the poll
  /// is then still the caller's to answer.
  [[nodiscard]] Status wait(std::uint64_t publications, Poll poll);
  /// A publication is on disk. Called on the store's writer thread; reads nothing.
  void published(const store::LogEntry& entry);
  /// Answers all by a last look, and from then on each at once. Returns when that is done.
  void close();

 private:
  struct Waiting {
    Poll poll;
    bool due = false;  // a publication may concern it
  };
  void run();

  const ops::Clock& clock_;
  PollOptions options_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::list<Waiting> waiting_;
  std::map<std::string, std::size_t> of_address_;
  std::size_t held_ = 0;  // in waiting_ or being looked at
  std::uint64_t publications_ = 0;
  bool closed_ = false;
  std::thread thread_;
};

}  // namespace clarion::notice
