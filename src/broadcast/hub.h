#pragma once

#include "broadcast/channel.h"
#include "broadcast/handshake.h"
#include "broadcast/options.h"
#include "broadcast/session.h"
#include "broadcast/source.h"
#include "broadcast/wheel.h"
#include "http/router.h"
#include "ops/clock.h"
#include "ops/random.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace clarion::broadcast {

/// Counts sessions by account over all cores.
class AccountCounts {
 public:
  /// Something that counts until it ends, or null when the account has `most` already (0: no
  /// bound).
  [[nodiscard]] static std::shared_ptr<void> take(const std::shared_ptr<AccountCounts>& counts,
                                                  const std::string& account, std::size_t most);

 private:
  std::mutex mutex_;  // guards open_
  std::map<std::string, std::size_t> open_;
};

/// What all hubs of a gateway share.
struct Shared {
  GatewayOptions options;
  Source source;
  const ops::Clock& clock;
  ops::Random& random;
  /// Runs a job that may block, on another thread; drops it once the gateway has stopped.
  std::function<void(std::function<void()>)> run_blocking;
  std::shared_ptr<AccountCounts> accounts = std::make_shared<AccountCounts>();
};

/// One core's part of the gateway: its channels and sessions. All of it belongs to that core's
/// thread, without locks.
class Hub : public std::enable_shared_from_this<Hub> {
 public:
  Hub(boost::asio::io_context& core, std::shared_ptr<const Shared> shared,
      const std::vector<model::Position>& heads);
  /// Starts the clock.
  void start();

  void accept(http::Upgrade upgrade);
  void publish(std::size_t channel, FramePtr frame);
  void pass(std::size_t channel, const FramePtr& frame);
  /// Any thread.
  [[nodiscard]] std::size_t readers(std::size_t channel) const noexcept {
    return channels_[channel]->channel.readers();
  }
  void restart_channel(std::size_t channel, model::Position head);
  /// Refuses new sessions, and has those that are here leave at random times within `spread`.
  void drain(std::chrono::milliseconds spread);
  /// Ends all at once, for good.
  void close_all();
  /// Does what is due by the clock.
  void tick();

  // For sessions:
  [[nodiscard]] Channel* find_channel(std::string_view name) noexcept;
  /// For what of a channel any thread may look at; channels never come or go.
  [[nodiscard]] const Channel& channel(std::size_t index) const noexcept {
    return channels_[index]->channel;
  }
  [[nodiscard]] bool may_subscribe(const Channel& channel, const Credential* credential) const;
  [[nodiscard]] const Shared& shared() const noexcept { return *shared_; }
  [[nodiscard]] std::shared_ptr<const Shared> shared_ptr() const noexcept { return shared_; }
  [[nodiscard]] const GatewayOptions& options() const noexcept { return shared_->options; }
  [[nodiscard]] Wheel::Time now() const { return shared_->clock.steady(); }
  [[nodiscard]] Wheel& wheel() noexcept { return wheel_; }
  [[nodiscard]] std::span<char> read_buffer() noexcept { return read_buffer_; }
  /// Room for one batch while it is put together.
  [[nodiscard]] std::vector<Connection::Piece>& batch() noexcept { return batch_; }
  [[nodiscard]] Counters& counters() noexcept { return counters_; }
  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }
  /// Reads the frames after an offset, of all or of what is in force; equal questions share one
  /// read. `done` runs on this core, later.
  void want_page(Channel& channel, std::uint64_t after, bool in_force,
                 std::function<void(const Result<FramesPtr>&)> done);
  /// Reads what is in force, no earlier than now; those who ask while a read runs share the next
  /// one.
  void want_snapshot(Channel& channel, std::function<void(const Result<SnapshotPtr>&)> done);
  void want_credential(Presented presented, std::function<void(Result<Credential>)> done);
  /// Runs a job on a worker.
  void run_blocking(std::function<void()> job) { shared_->run_blocking(std::move(job)); }
  /// Pumps the session again after others had their turn.
  void pump_later(std::shared_ptr<Session> session);
  /// The session has another credential now.
  void credential_changed(Session& session, const std::string& old_key);
  /// The session's socket is closed; it is let go once its caller has returned.
  void retire(Session& session);

 private:
  struct ChannelState {
    ChannelState(ChannelSpec spec, const GatewayOptions& options, model::Position head,
                 boost::asio::io_context& core)
        : channel(std::move(spec), options, std::move(head)), cool_down(core) {}
    Channel channel;
    boost::asio::steady_timer cool_down;
    std::uint64_t round_head = 0;  // the head when the running or last round of waking began
    std::map<std::pair<std::uint64_t, bool>,
             std::vector<std::function<void(const Result<FramesPtr>&)>>>
        pages;  // being read, by offset and in_force
    std::vector<std::function<void(const Result<SnapshotPtr>&)>> snapshot_now, snapshot_next;
    std::weak_ptr<const Snapshot> last_snapshot;
  };

  void admit(http::Upgrade upgrade, Entry entry, Result<std::optional<Credential>> credential);
  void refuse(http::Upgrade& upgrade, const http::Response& response);
  void plan_round(ChannelState& state);
  void run_round(ChannelState& state);
  void read_snapshot(ChannelState& state);
  void share_frames(ChannelState& state, Snapshot& fresh);
  void wait_tick();
  void ask_standing();
  void take_standing(const std::vector<std::string>& keys,
                     const Result<std::vector<Standing>>& standing);
  ChannelState& state_of(Channel& channel) noexcept;
  /// Calls done(result) on this core, unless the hub has closed.
  template <class T>
  void back_on_core(std::function<void(T)> done, T result);

  boost::asio::io_context& core_;
  std::shared_ptr<const Shared> shared_;
  std::vector<std::unique_ptr<ChannelState>> channels_;
  Wheel wheel_;
  boost::asio::steady_timer ticker_;
  std::vector<char> read_buffer_;
  std::vector<Connection::Piece> batch_;
  std::unordered_map<Session*, std::shared_ptr<Session>> sessions_;
  std::vector<std::shared_ptr<Session>> retired_;
  std::unordered_multimap<std::string, Session*> by_key_;
  Wheel::Time standing_at_{};
  bool standing_asked_ = false;
  bool draining_ = false;
  bool closed_ = false;
  Counters counters_;
};

}  // namespace clarion::broadcast
