#pragma once

#include "broadcast/filter.h"
#include "broadcast/frame.h"
#include "broadcast/options.h"
#include "broadcast/source.h"
#include "broadcast/tail.h"

#include <atomic>
#include <cstdint>
#include <string_view>
#include <vector>

namespace clarion::broadcast {

class Session;
class Subscription;

/// A channel as one core sees it: head, newest frames, filters in use, and who reads it.
///
/// That core's thread alone.
class Channel {
 public:
  Channel(ChannelSpec spec, const GatewayOptions& options, model::Position head)
      : spec_(std::move(spec)),
        head_(std::move(head)),
        tail_(options.tail_bytes, options.tail_frames) {}
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  [[nodiscard]] const ChannelSpec& spec() const noexcept { return spec_; }
  [[nodiscard]] std::string_view name() const noexcept { return spec_.name; }
  [[nodiscard]] const model::Position& head() const noexcept { return head_; }
  [[nodiscard]] const Tail& tail() const noexcept { return tail_; }
  [[nodiscard]] FilterPool& filters() noexcept { return filters_; }

  /// Takes the newest frame in; false when it is known already. Requires: of this epoch.
  bool append(FramePtr frame);
  /// Begins a new epoch. Readers must have left or be leaving.
  void restart(model::Position head);

  [[nodiscard]] std::uint64_t next_ticket() noexcept { return ++tickets_; }
  void add(Subscription& reader);
  void remove(Subscription& reader) noexcept;
  /// Any thread.
  [[nodiscard]] std::size_t readers() const noexcept {
    return readers_now_.load(std::memory_order_relaxed);
  }
  /// Calls `each(Subscription&)`, which must not end a reader.
  template <class Each>
  void for_each_reader(Each&& each) {
    for (Subscription* reader : readers_) {
      if (reader != nullptr) each(*reader);
    }
  }

  /// Wakes readers in turn, `most` a call, so that a large audience leaves time for others. Those
  /// that come or go between calls are neither missed nor woken twice. False when the round is
  /// done.
  template <class Wake>
  bool wake_some(std::size_t most, Wake&& wake) {
    in_round_ = true;
    for (std::size_t woken = 0; next_ < readers_.size() && woken < most; ++next_) {
      if (readers_[next_] == nullptr) continue;
      ++woken;
      wake(*readers_[next_]);
    }
    if (next_ < readers_.size()) return true;
    next_ = 0;
    in_round_ = false;
    close_holes();
    return false;
  }

  /// When a heartbeat was last sent to a reader, in ms since 1970; 0: never. Any thread may look.
  std::atomic<std::int64_t> beat_ms{0};
  bool round_running = false;  ///< a round of waking is under way or planned, its hub's affair
  bool cooling = false;        ///< the last round ended less than a millisecond ago

 private:
  void close_holes() noexcept;

  ChannelSpec spec_;
  model::Position head_;
  Tail tail_;
  FilterPool filters_;
  std::vector<Subscription*> readers_;  // null: left; closed between rounds, when indexes may move
  std::size_t holes_ = 0;
  std::atomic<std::size_t> readers_now_{0};
  std::uint64_t tickets_ = 0;
  bool in_round_ = false;
  std::size_t next_ = 0;  // whom the running round wakes next
};

}  // namespace clarion::broadcast
