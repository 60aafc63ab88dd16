#include "broadcast/wheel.h"

namespace clarion::broadcast {
namespace {

void insert(WheelTimer& ring, WheelTimer& timer) noexcept {
  timer.previous = ring.previous;
  timer.next = &ring;
  ring.previous->next = &timer;
  ring.previous = &timer;
}

}  // namespace

Wheel::Wheel(Time now) : at_(now.time_since_epoch() / kTick) {
  for (WheelTimer& ring : slots_) ring.previous = ring.next = &ring;
}

void Wheel::arm(WheelTimer& timer, Time due) {
  cancel(timer);
  const auto whole = std::chrono::ceil<std::chrono::milliseconds>(due.time_since_epoch());
  timer.tick = std::max((whole + kTick - std::chrono::milliseconds(1)) / kTick, at_ + 1);
  insert(slot(timer.tick), timer);
}

void Wheel::cancel(WheelTimer& timer) noexcept {
  if (!timer.armed()) return;
  timer.previous->next = timer.next;
  timer.next->previous = timer.previous;
  timer.previous = timer.next = nullptr;
}

void Wheel::take_due(WheelTimer& slot, std::int64_t until, WheelTimer& due) noexcept {
  for (WheelTimer* timer = slot.next; timer != &slot;) {
    WheelTimer& candidate = *timer;
    timer = timer->next;
    if (candidate.tick > until) continue;  // of a later turn of the wheel
    candidate.previous->next = candidate.next;
    candidate.next->previous = candidate.previous;
    insert(due, candidate);
  }
}

}  // namespace clarion::broadcast
