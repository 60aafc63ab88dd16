#pragma once

#include "broadcast/frame.h"

#include <cstddef>
#include <cstdint>
#include <deque>

namespace clarion::broadcast {

/// The newest frames of a channel, without gap. Belongs to one core. find() is O(log n), push()
/// O(1) but for what it lets go.
class Tail {
 public:
  Tail(std::size_t max_bytes, std::size_t max_frames)
      : max_bytes_(max_bytes), max_frames_(max_frames) {}
  /// Holds the frame and lets the oldest go to keep the bounds; the newest always stays. One that
  /// does not follow the last starts the tail anew: a gap is filled from the store.
  void push(FramePtr frame);
  /// The frame of that offset, or the one that tells what was there; or null.
  [[nodiscard]] const FramePtr* find(std::uint64_t offset) const noexcept;
  void clear() noexcept;

 private:
  std::size_t max_bytes_, max_frames_;
  std::size_t bytes_ = 0;  // sum over frames_
  std::deque<FramePtr> frames_;
};

}  // namespace clarion::broadcast
