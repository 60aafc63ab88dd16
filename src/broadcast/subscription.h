#pragma once

#include "broadcast/channel.h"
#include "broadcast/connection.h"
#include "broadcast/filter.h"
#include "broadcast/source.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace clarion::broadcast {

using FramesPtr = std::shared_ptr<const Frames>;
using SnapshotPtr = std::shared_ptr<const Snapshot>;

/// One reader's place in a channel: says which frame it gets next, from a snapshot, a page of the
/// store or the tail.
///
/// The cursor is the last offset decided on: everything up to it that passes the filter has been
/// handed out. Tail, head and cursor belong to one core's thread, so the step from history to live
/// neither skips nor repeats. No sockets here.
class Subscription {
 public:
  enum class Step : std::uint8_t {
    idle,        ///< nothing to hand out now
    full,        ///< the batch is full, there may be more
    needs_page,  ///< the tail does not reach back: get the page after cursor(), then give_page()
    snapshot_ended,  ///< all of the snapshot has been handed out; cursor() is its head
    broken           ///< the store left a gap
  };
  /// Bytes after which a batch is full.
  static constexpr std::size_t kBatchBytes = 64U << 10U;

  Subscription(Channel& channel, FilterPtr filter, Wire wire)
      : ticket(channel.next_ticket()), channel_(channel), filter_(std::move(filter)), wire_(wire) {}

  /// Everything after the offset, which may be ahead of the head that this core knows.
  /// Up to `pages_until` the store is asked, whose pages leave out what was overtaken.
  void start_at(std::uint64_t offset, std::uint64_t pages_until = 0) noexcept;
  void start_snapshot(SnapshotPtr snapshot) noexcept;
  /// Frames after cursor(). Requires: the last step asked for them.
  void give_page(FramesPtr page) noexcept;
  /// Appends what comes next to the batch, up to Connection::kBatchFrames.
  Step take(std::vector<Connection::Piece>& batch);

  [[nodiscard]] Channel& channel() const noexcept { return channel_; }
  [[nodiscard]] std::uint64_t cursor() const noexcept { return cursor_; }
  /// The page wanted is one of a snapshot.
  [[nodiscard]] bool in_snapshot() const noexcept { return state_ == State::snapshot; }
  /// What of something that passes is for this reader now: the frame, or null.
  [[nodiscard]] const FramePtr* pick_passing(const FramePtr& frame) const {
    if (state_ != State::following) return nullptr;
    return !filter_ || filter_->itself_passes(*frame) ? &frame : nullptr;
  }
  /// True when the cursor may be told as a position: not before the start, nor within a snapshot.
  [[nodiscard]] bool has_position() const noexcept { return state_ == State::following; }
  [[nodiscard]] bool started() const noexcept { return state_ != State::asking; }
  [[nodiscard]] bool fetching() const noexcept { return fetching_; }

  const std::uint64_t
      ticket;  ///< which of its channel's it is: answers that come late find it, or find it gone
  Session* owner = nullptr;  ///< whom the channel wakes
  std::size_t slot = 0;      ///< place in the channel's list, its affair

 private:
  enum class State : std::uint8_t { asking, snapshot, following };
  void push(const FramePtr& frame, std::vector<Connection::Piece>& batch);

  Channel& channel_;
  FilterPtr filter_;
  SnapshotPtr snapshot_;
  FramesPtr page_;
  std::size_t at_ = 0;  // index into snapshot_ or page_
  std::size_t batch_bytes_ = 0;
  std::uint64_t cursor_ = 0, pages_until_ = 0;
  Wire wire_;
  State state_ = State::asking;
  bool fetching_ = false;
};

}  // namespace clarion::broadcast
