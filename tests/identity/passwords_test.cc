#include "identity/passwords.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <thread>
#include <vector>

namespace clarion::identity {
namespace {

TEST(Passwords, AreHashedWithArgon2idAndBounded) {
  EXPECT_TRUE(hash_password("correct horse").value().starts_with("$argon2id$"));
  EXPECT_FALSE(hash_password("short"));
  EXPECT_FALSE(hash_password(std::string(2000, 'x')));
}

TEST(Passwords, AreVerifiedAgainstWhatWasKept) {
  const std::string kept = hash_password("correct horse").value();
  EXPECT_TRUE(verify_password(kept, "correct horse"));
  EXPECT_FALSE(verify_password(kept, "correct horsf"));
  EXPECT_FALSE(verify_password(kept, ""));
  EXPECT_FALSE(verify_password(kept, std::string(2000, 'x')));
}

TEST(Passwords, AreNoneOfAMalformedHashNorOfNoAccount) {
  const std::string kept = hash_password("correct horse").value();
  for (const std::string& bad :
       {std::string(), std::string("*"), std::string("correct horse"), std::string("$argon2id$"),
        kept.substr(0, kept.size() - 1), kept.substr(0, 40), kept + "A", " " + kept,
        "$argon2i$" + kept.substr(10), "$argon2id$" + std::string(500, 'A')}) {
    EXPECT_FALSE(verify_password(bad, "correct horse")) << bad;
    EXPECT_FALSE(verify_password(bad, bad)) << bad;
  }
  EXPECT_FALSE(verify_password(std::nullopt, ""));
  EXPECT_FALSE(verify_password(std::nullopt, "correct horse"));
}

TEST(Passwords, CostTheSameForAnAccountThatIsNotThere) {
  const std::string kept = hash_password("correct horse").value();
  const auto cost = [](const std::optional<std::string>& of) {
    auto best = std::chrono::steady_clock::duration::max();
    for (int i = 0; i < 5; ++i) {
      const auto begun = std::chrono::steady_clock::now();
      EXPECT_FALSE(verify_password(of, "wrong horse"));
      best = std::min(best, std::chrono::steady_clock::now() - begun);
    }
    return std::chrono::duration<double>(best).count();
  };
  const double known = cost(kept), unknown = cost(std::nullopt);
  EXPECT_GT(unknown, known * 0.5);
  EXPECT_LT(unknown, known * 2);
}

TEST(PasswordGate, BoundsWhatRunsAtOnceAndRefusesWhenTooManyWait) {
  PasswordGate gate({.at_once = 2, .waiting = 1});
  std::latch two_run(2), go(1), three_done(3);
  std::atomic<int> running = 0;
  const auto work = [&] { EXPECT_LT(running.load(), 2); };
  std::vector<std::jthread> threads;
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&] {
      EXPECT_TRUE(gate.run([&] {
        ++running;
        two_run.count_down();
        go.wait();
        --running;
      }));
      three_done.count_down();
    });
  two_run.wait();
  threads.emplace_back([&] {
    EXPECT_TRUE(gate.run(work));  // waits for its turn
    three_done.count_down();
  });
  while (gate.waiting() == 0) std::this_thread::yield();
  const Status fourth = gate.run(work);
  ASSERT_FALSE(fourth);
  EXPECT_EQ(fourth.error().code, "signin_busy");
  go.count_down();
  three_done.wait();
  EXPECT_TRUE(gate.run(work));
}

}  // namespace
}  // namespace clarion::identity
