#include "notice/poll_room.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace clarion::notice {
namespace {

using namespace std::chrono_literals;

/// A room, and polls that find something once `there` is true.
struct Room {
  ops::ManualClock clock{model::Time{}};
  std::atomic<bool> there{false};
  std::atomic<int> looks{0};
  PollRoom room{clock, {.most = 3, .most_per_address = 2}};

  Status wait(std::promise<std::string>& answer, const std::string& address = "a",
              std::uint64_t publications = 0) {
    return room.wait(
        publications,
        {.address = address,
         .until = clock.steady() + 10s,
         .concerns = [](const store::LogEntry& entry) { return entry.offset != 13; },
         .look = [this](bool last) -> std::optional<http::Response> {
           ++looks;
           if (there) return http::Response{200, {}, "found"};
           if (last) return http::Response{200, {}, "nothing"};
           return std::nullopt;
         },
         .answer = [&answer](const http::Response& response) { answer.set_value(response.body); }});
  }
};

bool is_open(std::future<std::string>& answer) {
  return answer.wait_for(0s) == std::future_status::timeout;
}

TEST(PollRoom, LooksAgainWhenAPublicationMayConcernAPoll) {
  Room room;
  std::promise<std::string> promise;
  auto answer = promise.get_future();
  ASSERT_TRUE(room.wait(promise));
  room.room.published({.offset = 13});
  room.room.published({.offset = 1});
  while (room.looks == 0) std::this_thread::yield();
  EXPECT_TRUE(is_open(answer));
  room.there = true;
  room.room.published({.offset = 2});
  EXPECT_EQ(answer.get(), "found");
}

TEST(PollRoom, MissesNoPublicationBetweenTheFirstLookAndTheWait) {
  Room room;
  const std::uint64_t before = room.room.publications();
  room.room.published({.offset = 1});
  room.there = true;
  std::promise<std::string> promise;
  ASSERT_TRUE(room.wait(promise, "a", before));
  EXPECT_EQ(promise.get_future().get(), "found");
}

TEST(PollRoom, AnswersWithNothingWhenTheTimeIsOver) {
  Room room;
  std::promise<std::string> promise;
  auto answer = promise.get_future();
  ASSERT_TRUE(room.wait(promise));
  room.clock.advance(10s);
  EXPECT_EQ(answer.get(), "nothing");
}

TEST(PollRoom, BoundsPollsInAllAndAnAddressAndFreesTheirPlaces) {
  Room room;
  std::array<std::promise<std::string>, 5> promises;
  ASSERT_TRUE(room.wait(promises[0]));
  ASSERT_TRUE(room.wait(promises[1]));
  EXPECT_EQ(room.wait(promises[2]).error().errc, Errc::overloaded) << "the third of its address";
  ASSERT_TRUE(room.wait(promises[2], "b"));
  EXPECT_EQ(room.wait(promises[3], "c").error().code, "too_many_polls") << "the fourth of all";
  room.there = true;
  room.room.published({.offset = 1});
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(promises[i].get_future().get(), "found");
  room.there = false;
  while (!room.wait(promises[3])) std::this_thread::yield();
  room.room.close();
  EXPECT_EQ(promises[3].get_future().get(), "nothing");
}

TEST(PollRoom, AnswersAllWhenItClosesAndThenEachAtOnce) {
  Room room;
  std::promise<std::string> before, after;
  ASSERT_TRUE(room.wait(before));
  room.room.close();
  EXPECT_EQ(before.get_future().get(), "nothing");
  ASSERT_TRUE(room.wait(after));
  EXPECT_EQ(after.get_future().get(), "nothing");
}

}  // namespace
}  // namespace clarion::notice
