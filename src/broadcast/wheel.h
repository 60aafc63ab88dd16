#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace clarion::broadcast {

/// What stands in a wheel; a timer's owner derives from it or holds it.
struct WheelTimer {
  WheelTimer() = default;
  WheelTimer(const WheelTimer&) = delete;
  WheelTimer& operator=(const WheelTimer&) = delete;
  [[nodiscard]] bool armed() const noexcept { return next != nullptr; }

  WheelTimer* previous = nullptr;
  WheelTimer* next = nullptr;
  std::int64_t tick = 0;
};

/// Timers of one core, to a tenth of a second: arming, cancelling and firing are O(1) and allocate
/// nothing, so that each of many thousand sessions can have one.
///
/// One thread. Timers must be cancelled before they or the wheel end.
class Wheel {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds kTick{100};

  explicit Wheel(Time now);
  Wheel(const Wheel&) = delete;
  Wheel& operator=(const Wheel&) = delete;
  /// Sets the timer, anew when it was armed. It fires in the first advance() to `due` or later,
  /// never early.
  void arm(WheelTimer& timer, Time due);
  void cancel(WheelTimer& timer) noexcept;
  /// Calls fire(timer) for each that is due. It may arm and cancel any timer; what it arms fires in
  /// a later call.
  template <class Fire>
  void advance(Time now, Fire&& fire) {
    const std::int64_t until = now.time_since_epoch() / kTick;
    const std::int64_t from = at_;
    if (until <= from) return;
    at_ = until;
    // After a long pause every slot is due once.
    const std::int64_t steps = std::min<std::int64_t>(until - from, kSlots);
    WheelTimer due;
    due.previous = due.next = &due;
    for (std::int64_t step = 1; step <= steps; ++step)
      take_due(slot(until - steps + step), until, due);
    while (due.next != &due) {
      WheelTimer& timer = *due.next;
      cancel(timer);
      fire(timer);
    }
  }

 private:
  static constexpr std::int64_t kSlots = 512;
  [[nodiscard]] WheelTimer& slot(std::int64_t tick) noexcept {
    return slots_[static_cast<std::size_t>(tick % kSlots)];
  }
  static void take_due(WheelTimer& slot, std::int64_t until, WheelTimer& due) noexcept;

  std::array<WheelTimer, kSlots> slots_;  // heads of rings
  std::int64_t at_;                       // all ticks up to here have fired
};

}  // namespace clarion::broadcast
