#include "broadcast/wheel.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace clarion::broadcast {
namespace {

using namespace std::chrono_literals;

TEST(Wheel, FiresAtTheFirstTickNotBeforeTheTimeHoweverFarAhead) {
  const Wheel::Time start{1234ms};
  Wheel wheel(start);
  std::mt19937_64 random(5);
  std::vector<WheelTimer> timers(300);
  std::map<WheelTimer*, Wheel::Time> due;
  for (WheelTimer& timer : timers) {
    due[&timer] = start + std::chrono::milliseconds(random() % 200'000);
    wheel.arm(timer, due[&timer]);
  }
  std::size_t fired = 0;
  for (Wheel::Time now = start; now < start + 201s; now += 70ms) {
    wheel.advance(now, [&](WheelTimer& timer) {
      ++fired;
      EXPECT_LE(due[&timer], now);
      EXPECT_GT(due[&timer] + 200ms, now);
    });
  }
  EXPECT_EQ(fired, timers.size());
}

TEST(Wheel, LetsATimerBeMovedAndCancelledAlsoWhileItFires) {
  Wheel wheel(Wheel::Time{0s});
  WheelTimer moved;
  WheelTimer cancelled;
  WheelTimer again;
  wheel.arm(moved, Wheel::Time{1s});
  wheel.arm(moved, Wheel::Time{90s});
  wheel.arm(cancelled, Wheel::Time{1s});
  wheel.arm(again, Wheel::Time{1s});
  int fired = 0;
  wheel.advance(Wheel::Time{2s}, [&](WheelTimer& timer) {
    ++fired;
    EXPECT_NE(&timer, &moved);
    wheel.cancel(&timer == &again ? cancelled : again);
    wheel.arm(timer, Wheel::Time{0s});  // in the past: the next tick
  });
  EXPECT_EQ(fired, 1);
  wheel.advance(Wheel::Time{1h}, [&](WheelTimer&) { ++fired; });
  EXPECT_EQ(fired, 3);
}

}  // namespace
}  // namespace clarion::broadcast
