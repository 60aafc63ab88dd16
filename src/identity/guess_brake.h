#pragma once

#include "base/result.h"
#include "ops/clock.h"

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::identity {

/// How guessing one thing from one place slows down.
struct GuessRule {
  std::size_t free = 4;           ///< failures that cost no delay
  std::chrono::seconds first{1};  ///< delay after the next; each further doubles it
  std::chrono::seconds longest{900};
};

/// Slows guessing down: each failure under a key beyond some makes the next attempt wait longer.
/// Nothing is ever locked: keys are places (an address, an address with an account, a device), so
/// that who is guessed at gets in from any other place.
///
/// Kept in memory alone, bounded; forgotten an hour after the last failure. Thread-safe.
class GuessBrake {
 public:
  explicit GuessBrake(const ops::Clock& clock, std::size_t most_keys = 100'000)
      : clock_(clock), most_keys_(most_keys) {}

  struct Key {
    std::string name;
    GuessRule rule;
  };
  /// Counts an attempt as failed until it is known better, so that attempts at one moment do not
  /// pass side by side. Errors: `overloaded` with code "signin_slow" (429, Retry-After), and
  /// nothing is counted, while one of the keys has to wait.
  Status attempt(const std::vector<Key>& keys);
  /// The attempt was none after all, or not a guess: takes its count back.
  void take_back(const std::vector<Key>& keys);
  /// It was right: what failed before under the key was a person's own typing.
  void forget(std::string_view key);

 private:
  struct Entry {
    std::size_t failures = 0;
    std::chrono::steady_clock::time_point last, until;
    std::list<std::string>::iterator age;
  };
  void drop_old();

  const ops::Clock& clock_;
  std::size_t most_keys_;
  std::mutex mutex_;  // guards the two below
  std::map<std::string, Entry, std::less<>> entries_;
  std::list<std::string> by_age_;  // oldest failure first
};

/// What counts as one place: an IPv4 address, the /64 of an IPv6 one.
[[nodiscard]] std::string place_of(std::string_view address);

}  // namespace clarion::identity
