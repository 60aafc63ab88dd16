#pragma once

#include "model/time.h"

#include <chrono>
#include <atomic>
#include <memory>

namespace clarion::ops {

/// Where time comes from; handed to everything that asks for it, so that tests own it. Calls are
/// thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall time; may jump.
  [[nodiscard]] virtual model::Time now() const = 0;
  /// Never goes back.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point steady() const = 0;
};

/// The machine's clocks.
[[nodiscard]] std::unique_ptr<Clock> make_system_clock();

/// A clock that stands still until it is told to move; for tests.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(model::Time start) : now_(start.time_since_epoch().count()) {}
  [[nodiscard]] model::Time now() const override {
    return model::Time(std::chrono::milliseconds(now_.load()));
  }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::time_point(std::chrono::milliseconds(steady_.load()));
  }
  /// Moves both clocks on.
  void advance(std::chrono::milliseconds by) {
    now_ += by.count();
    steady_ += by.count();
  }
  /// Sets the wall clock alone, as an administrator or NTP does.
  void jump_to(model::Time time) { now_ = time.time_since_epoch().count(); }

 private:
  std::atomic<std::int64_t> now_;
  std::atomic<std::int64_t> steady_{1};
};

}  // namespace clarion::ops
