#include "app/retry.h"

#include "app/temp_folder.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

namespace clarion::app {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, GrowsToItsBoundWithFullJitterAndBeginsAnew) {
  const auto random = ops::make_seeded_random(7);
  Backoff backoff(*random);
  auto longest = 0ms, shortest = Backoff::kMost;
  for (int i = 0; i < 200; ++i) {
    const auto bound = std::min(Backoff::kMost, Backoff::kFirst * (1 << std::min(i, 10)));
    const auto wait = backoff.next();
    EXPECT_LE(wait, bound) << i;
    if (i >= 10) {
      longest = std::max(longest, wait);
      shortest = std::min(shortest, wait);
    }
  }
  EXPECT_GT(longest, Backoff::kMost * 9 / 10);
  EXPECT_LT(shortest, Backoff::kMost / 10);
  backoff.reset();
  EXPECT_LE(backoff.next(), Backoff::kFirst);
  EXPECT_GE(backoff.next(5s), 5s);
}

TEST(RetryAfter, ReadsSecondsUpToAMinuteAndNothingElse) {
  EXPECT_EQ(retry_after("3"), 3s);
  EXPECT_EQ(retry_after("86400"), 60s);
  for (const char* header : {"", "x", "-1", "1.5", "Tue, 24 Nov 2026 00:00:00 GMT"})
    EXPECT_EQ(retry_after(header), 0s) << header;
  EXPECT_EQ(retry_after(Error{Errc::overloaded, "", "", {{"retry_after", "2"}}}), 2s);
  EXPECT_EQ(retry_after(Error{Errc::overloaded, ""}), 0s);
}

TEST(Pause, EndsEarlyWhenItIsTold) {
  const int stop = eventfd(0, EFD_CLOEXEC);
  EXPECT_TRUE(pause(1ms, stop));
  const std::uint64_t one = 1;
  ASSERT_EQ(write(stop, &one, sizeof one), static_cast<ssize_t>(sizeof one));
  EXPECT_FALSE(pause(1h, stop));
  close(stop);
}

TEST(ReadToken, TakesTheFirstLineOfTheFileAndRefusesWhatIsNoToken) {
  const testing::TempFolder folder;
  const auto read = [&](std::string_view bytes) {
    return read_token(folder.write("token", bytes));
  };
  EXPECT_EQ(read("secret\r\nmore\n").value(), "secret");
  EXPECT_EQ(read("two words\n").error().errc, Errc::invalid);
  EXPECT_EQ(read("\x01\n").error().errc, Errc::invalid);
  EXPECT_EQ(read("geheim\xC3\xA4\n").error().errc, Errc::invalid);
  EXPECT_EQ(read("").error().errc, Errc::not_found);
  const auto bad = read("hidden word\n");
  EXPECT_EQ(bad.error().text.find("hidden"), std::string::npos) << "no secret in an error's text";
  EXPECT_EQ(read_token(folder.path() + "/nothing").error().errc, Errc::not_found);
}

}  // namespace
}  // namespace clarion::app
