#include "broadcast/gateway.h"

#include "base/assert.h"
#include "broadcast/hub.h"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>

namespace clarion::broadcast {
namespace {

/// Lets jobs run until it is shut, and then none: who shuts it waits for those that run.
class Gate {
 public:
  bool enter() {
    const std::lock_guard lock(mutex_);
    if (shut_) return false;
    ++inside_;
    return true;
  }
  void leave() {
    const std::lock_guard lock(mutex_);
    --inside_;
    changed_.notify_all();
  }
  void shut() {
    std::unique_lock lock(mutex_);
    shut_ = true;
    changed_.wait(lock, [this] { return inside_ == 0; });
  }

 private:
  std::mutex mutex_;  // guards the rest
  std::condition_variable changed_;
  std::size_t inside_ = 0;
  bool shut_ = false;
};

class HubGateway final : public Gateway {
 public:
  HubGateway(GatewayOptions options, Source source, std::vector<boost::asio::io_context*> cores,
             Surroundings surroundings, const std::vector<model::Position>& heads)
      : channels_(options.channels), cores_(std::move(cores)) {
    auto run = std::move(surroundings.run_blocking);
    if (!run) {
      pool_.emplace(options.workers);
      run = [this](std::function<void()> job) { boost::asio::post(*pool_, std::move(job)); };
    }
    auto guarded = [gate = gate_, run = std::move(run)](std::function<void()> job) {
      run([gate, job = std::move(job)] {
        if (!gate->enter()) return;
        job();
        gate->leave();
      });
    };
    const auto shared = std::make_shared<const Shared>(
        Shared{std::move(options), std::move(source), surroundings.clock, surroundings.random,
               std::move(guarded)});
    for (boost::asio::io_context* core : cores_) {
      hubs_.push_back(std::make_shared<Hub>(*core, shared, heads));
      hubs_.back()->start();
    }
  }
  ~HubGateway() override { stop(); }
  HubGateway(const HubGateway&) = delete;
  HubGateway& operator=(const HubGateway&) = delete;

  http::TakeOver take_over() override {
    // Weak: the server keeps this function longer than its cores, whose timers the hubs hold.
    std::vector<std::weak_ptr<Hub>> hubs(hubs_.begin(), hubs_.end());
    return [hubs = std::move(hubs)](http::Upgrade upgrade) {
      if (const auto hub = hubs[upgrade.core].lock()) hub->accept(std::move(upgrade));
    };
  }

  void publish(std::string_view channel, FramePtr frame) override {
    const std::size_t index = index_of(channel);
    on_each([&](Hub& hub) { return [&hub, index, frame] { hub.publish(index, frame); }; });
  }

  void pass(std::string_view channel, FramePtr frame) override {
    const std::size_t index = index_of(channel);
    on_each([&](Hub& hub) { return [&hub, index, frame] { hub.pass(index, frame); }; });
  }

  std::size_t readers(std::string_view channel) const override {
    const std::size_t index = index_of(channel);
    std::size_t count = 0;
    for (const auto& hub : hubs_) count += hub->readers(index);
    return count;
  }

  void begin_drain(std::chrono::milliseconds at_most) override {
    on_each([&](Hub& hub) { return [&hub, spread = at_most / 2] { hub.drain(spread); }; });
  }

  void drain(std::chrono::milliseconds at_most) override {
    begin_drain(at_most);
    // Waits on the wall of the machine: an operator's deadline is real time, whatever clock the
    // sessions have.
    const auto until = std::chrono::steady_clock::now() + at_most;
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable never;
    const auto open = [this] {
      const auto all = stats();
      return std::any_of(all.begin(), all.end(), [](const Stats& one) { return one.sessions > 0; });
    };
    while (open() && std::chrono::steady_clock::now() < until)
      never.wait_for(lock, std::chrono::milliseconds(20));
  }

  void stop() override {
    if (stopped_.exchange(true)) return;
    on_each([](Hub& hub) { return [&hub] { hub.close_all(); }; });
    gate_->shut();
    if (pool_) pool_->join();
  }

  void tick() override {
    on_each([](Hub& hub) { return [&hub] { hub.tick(); }; });
  }

  std::int64_t last_heartbeat_ms(std::string_view channel) const override {
    const std::size_t index = index_of(channel);
    std::int64_t last = 0;
    for (const auto& hub : hubs_)
      last = std::max(last, hub->channel(index).beat_ms.load(std::memory_order_relaxed));
    return last;
  }

  std::vector<Stats> stats() const override {
    std::vector<Stats> out;
    const auto read = [](const std::atomic<std::uint64_t>& counter) {
      return counter.load(std::memory_order_relaxed);
    };
    for (const auto& hub : hubs_) {
      const Counters& c = std::as_const(*hub).counters();
      out.push_back({read(c.sessions), read(c.event_streams), read(c.opened), read(c.frames_sent),
                     read(c.bytes_sent), read(c.pages_read), read(c.snapshots_read),
                     read(c.recovered), read(c.not_recovered), read(c.slow_closes),
                     read(c.silent_closes), read(c.refused)});
    }
    return out;
  }

 private:
  [[nodiscard]] std::size_t index_of(std::string_view channel) const {
    const auto found = std::find_if(channels_.begin(), channels_.end(),
                                    [&](const ChannelSpec& spec) { return spec.name == channel; });
    CLARION_ASSERT(found != channels_.end());
    return static_cast<std::size_t>(found - channels_.begin());
  }

  /// One post a core; the hub lives until it has run.
  template <class Make>
  void on_each(Make make) {
    for (std::size_t i = 0; i < hubs_.size(); ++i) {
      boost::asio::post(*cores_[i], [hub = hubs_[i], job = make(*hubs_[i])] { job(); });
    }
  }

  std::vector<ChannelSpec> channels_;
  std::vector<boost::asio::io_context*> cores_;
  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  std::optional<boost::asio::thread_pool> pool_;
  std::vector<std::shared_ptr<Hub>> hubs_;
  std::atomic<bool> stopped_{false};
};

}  // namespace

Result<std::unique_ptr<Gateway>> Gateway::open(GatewayOptions options, Source source,
                                               std::vector<boost::asio::io_context*> cores,
                                               Surroundings surroundings) {
  CLARION_TRY(check(options));
  CLARION_ASSERT(source.page && source.live && source.authenticate);
  std::vector<model::Position> heads;
  for (const ChannelSpec& channel : options.channels) {
    model::Position& head = heads.emplace_back();
    if (channel.access == Access::nobody) continue;
    CLARION_TRY(auto snapshot, source.live(channel.name));
    head = std::move(snapshot.head);
  }
  return std::unique_ptr<Gateway>(std::make_unique<HubGateway>(
      std::move(options), std::move(source), std::move(cores), std::move(surroundings), heads));
}

}  // namespace clarion::broadcast
