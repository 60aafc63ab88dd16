#include "broadcast/harness.h"

#include <gtest/gtest.h>

namespace clarion::broadcast::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSubscribe =
    R"({"type":"subscribe","id":1,"channel":"notices","from":{"epoch":"01EPOCH","offset":"0"}})";

/// Publishes until the client's socket and ours are full, reading with the fast client all the
/// while.
void publish_past(World& world, Client& fast, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t offset = world.publish("notices", {.padding = 8000})->offset();
    ASSERT_EQ(offset_of(world.next_of(fast, "notice")), offset) << "a slow reader delays nobody";
  }
}

TEST(SlowReader, DelaysNobodyAndGoesOnWithoutAHoleOnceItReads) {
  World world({.max_backlog_bytes = 16384, .tail_frames = 8});
  auto fast = world.websocket();
  auto slow = world.websocket({}, 4096);
  for (Client* client : {fast.get(), slow.get()}) {
    client->say(kSubscribe);
    EXPECT_EQ(type_of(world.next(*client)), "subscribed");
  }
  publish_past(world, *fast, 300);
  world.advance(10s);
  for (std::uint64_t offset = 1; offset <= 300; ++offset) {
    ASSERT_EQ(offset_of(world.next_of(*slow, "notice")), offset);
  }
  EXPECT_GT(world.gateway->stats().front().pages_read, 0U)
      << "back from the store, since the tail has moved on";
  world.publish("notices");
  EXPECT_EQ(offset_of(world.next_of(*slow, "notice")), 301U);
}

TEST(SlowReader, IsClosedWith3008WhenItTookNothingForTheStallTimeAndLearnsWhy) {
  World world({.tail_frames = 8});
  auto fast = world.websocket();
  auto slow = world.websocket({}, 4096);
  for (Client* client : {fast.get(), slow.get()}) {
    client->say(kSubscribe);
    EXPECT_EQ(type_of(world.next(*client)), "subscribed");
  }
  publish_past(world, *fast, 300);
  world.advance(14s);
  EXPECT_EQ(world.gateway->stats().front().slow_closes, 0U);
  world.advance(3s);
  EXPECT_EQ(world.gateway->stats().front().slow_closes, 1U);
  world.advance(6s);  // it does not answer the Close either
  EXPECT_EQ(world.gateway->stats().front().sessions, 1U);
  // What it finds when it wakes up is a prefix, and the reason.
  std::uint64_t last = 0;
  for (json::value message = world.next(*slow); !message.is_null(); message = world.next(*slow)) {
    ASSERT_EQ(offset_of(message), last + 1);
    ++last;
  }
  EXPECT_LT(last, 300U);
  EXPECT_EQ(slow->close_code, 3008);
}

TEST(SlowReader, IsNotStalledWhileItTakesALittle) {
  World world({.tail_frames = 8});
  auto fast = world.websocket();
  auto slow = world.websocket({}, 4096);
  for (Client* client : {fast.get(), slow.get()}) {
    client->say(kSubscribe);
    EXPECT_EQ(type_of(world.next(*client)), "subscribed");
  }
  publish_past(world, *fast, 300);
  for (int i = 0; i < 12; ++i) {
    world.advance(5s);
    fast->read();
    slow->read(30'000);
    world.settle();
  }
  EXPECT_EQ(world.gateway->stats().front().slow_closes, 0U);
  EXPECT_EQ(world.gateway->stats().front().sessions, 2U);
}

TEST(SlowReader, WhoAsksAndNeverReadsIsNoLongerRead) {
  World world;
  auto client = world.websocket({}, 4096);
  std::string burst;
  for (int i = 0; i < 100; ++i) burst += client_frame(ws::Opcode::ping, std::string(125, 'p'));
  constexpr std::size_t kMost = 32U << 20U;
  // Once both kernels are full nothing more is taken: without a bound the answers would pile up
  // here instead.
  std::size_t sent = 0;
  int refused = 0;
  while (refused < 20 && sent < kMost) {
    const std::size_t now = client->try_send(burst);
    refused = now == 0 ? refused + 1 : 0;
    sent += now;
    world.io.restart();
    world.io.poll();
  }
  EXPECT_LT(sent, kMost);
  world.advance(17s);
  EXPECT_EQ(world.gateway->stats().front().slow_closes, 1U);
}

}  // namespace
}  // namespace clarion::broadcast::testing
