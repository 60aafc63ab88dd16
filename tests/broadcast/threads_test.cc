#include "broadcast/harness.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <mutex>
#include <random>
#include <thread>

namespace clarion::broadcast::testing {
namespace {

using namespace std::chrono_literals;

/// A gateway as it runs: two cores with a thread each, its own workers, the machine's clock.
class Running {
 public:
  Running() {
    log_.tokens["anna"] = {"k-anna", "anna", {"drill"}, std::nullopt};
    const Source plain = log_.source();
    Source locked;
    locked.page = [this, plain](std::string_view channel, std::uint64_t after,
                                std::size_t max_bytes, std::size_t max_frames) {
      const std::lock_guard lock(mutex_);
      return plain.page(channel, after, max_bytes, max_frames);
    };
    locked.live = [this, plain](std::string_view channel) {
      const std::lock_guard lock(mutex_);
      return plain.live(channel);
    };
    locked.authenticate = [this, plain](const Presented& presented) {
      const std::lock_guard lock(mutex_);
      return plain.authenticate(presented);
    };
    locked.standing = [this, plain](std::span<const std::string> keys) {
      const std::lock_guard lock(mutex_);
      return plain.standing(keys);
    };
    gateway_ =
        std::move(Gateway::open({.max_backlog_bytes = 8192, .tail_frames = 32}, std::move(locked),
                                {&cores_[0], &cores_[1]}, {*clock_, *random_})
                      .value());
    for (auto& core : cores_) threads_.emplace_back([&core] { core.run(); });
  }
  ~Running() {
    gateway_->stop();
    for (auto& guard : guards_) guard.reset();
    for (auto& core : cores_) core.stop();
    for (auto& thread : threads_) thread.join();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  std::unique_ptr<Client> connect(std::size_t core, std::string_view protocols = "clarion.v1") {
    auto [upgrade, client] = dial(cores_[core], World::websocket_headers(protocols));
    upgrade.core = core;
    auto moved = std::make_shared<http::Upgrade>(std::move(upgrade));
    boost::asio::post(cores_[core],
                      [take = gateway_->take_over(), moved] { take(std::move(*moved)); });
    return std::move(client);
  }
  void publish(std::size_t padding) {
    const std::lock_guard lock(mutex_);
    gateway_->publish("notices", log_.append("notices", {.padding = padding}));
  }
  Gateway& gateway() { return *gateway_; }

 private:
  std::mutex mutex_;  // guards log_
  MemoryLog log_;
  std::unique_ptr<ops::Clock> clock_ = ops::make_system_clock();
  std::unique_ptr<ops::Random> random_ = ops::make_seeded_random(3);
  std::array<boost::asio::io_context, 2> cores_;
  std::array<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>, 2> guards_{
      boost::asio::make_work_guard(cores_[0]), boost::asio::make_work_guard(cores_[1])};
  std::unique_ptr<Gateway> gateway_;
  std::vector<std::thread> threads_;
};

TEST(Threads, EveryReaderOnEveryCoreGetsEveryNoticeOnceAndInOrder) {
  constexpr std::uint64_t kNotices = 400;
  Running running;
  std::jthread publisher([&running] {
    std::mt19937_64 random(1);
    for (std::uint64_t i = 0; i < kNotices; ++i) running.publish(random() % 2000);
  });
  struct Reader {
    std::unique_ptr<Client> client;
    std::uint64_t position = 0;
  };
  std::mt19937_64 random(2);
  std::vector<Reader> readers(12);
  const auto connect = [&](Reader& reader) {
    reader.client = running.connect(random() % 2, "clarion.v1, clarion.token.anna");
    reader.client->say(fmt::format(
        R"({{"type":"subscribe","id":1,"channel":"notices","from":{{"epoch":"01EPOCH","offset":"{}"}}}})",
        reader.position));
  };
  for (Reader& reader : readers) connect(reader);
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  for (std::size_t done = 0;
       done < readers.size() && std::chrono::steady_clock::now() < deadline;) {
    done = 0;
    for (Reader& reader : readers) {
      if (reader.position == kNotices) {
        ++done;
        continue;
      }
      reader.client->read(random() % 8000 + 1);
      while (!reader.client->texts.empty()) {
        const json::value message = reader.client->next();
        if (type_of(message) == "subscribed") {
          ASSERT_TRUE(message.at("recovered").as_bool());
        }
        if (type_of(message) == "notice") {
          ASSERT_EQ(offset_of(message), ++reader.position);
        }
      }
      if (random() % 200 == 0) connect(reader);
    }
  }
  for (const Reader& reader : readers) EXPECT_EQ(reader.position, kNotices);
}

TEST(Threads, DrainReturnsWhenTheLastHasGone) {
  Running running;
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < 8; ++i) clients.push_back(running.connect(i % 2));
  for (auto& client : clients) {
    while (client->texts.empty()) client->read();
  }
  std::jthread reading([&clients](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      for (auto& client : clients) client->read();
    }
  });
  running.gateway().drain(1s);
  std::uint64_t open = 0;
  for (const Gateway::Stats& core : running.gateway().stats()) open += core.sessions;
  EXPECT_EQ(open, 0U);
}

TEST(Threads, StopEndsWhatRunsAndTheDoorRefusesAfterwards) {
  Running running;
  auto client = running.connect(0);
  while (client->texts.empty()) client->read();
  running.gateway().stop();
  while (!client->ended) client->read();
  auto late = running.connect(1);
  while (!late->ended) late->read();
  EXPECT_TRUE(late->head.starts_with("HTTP/1.1 503 "));
}

}  // namespace
}  // namespace clarion::broadcast::testing
