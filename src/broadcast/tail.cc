#include "broadcast/tail.h"

#include <algorithm>
#include <utility>

namespace clarion::broadcast {

void Tail::push(FramePtr frame) {
  if (!frames_.empty() && frames_.back()->offset() != frame->after()) clear();
  bytes_ += frame->size_bytes();
  frames_.push_back(std::move(frame));
  while (frames_.size() > 1 && (bytes_ > max_bytes_ || frames_.size() > max_frames_)) {
    bytes_ -= frames_.front()->size_bytes();
    frames_.pop_front();
  }
}

const FramePtr* Tail::find(std::uint64_t offset) const noexcept {
  if (frames_.empty() || offset <= frames_.front()->after()) return nullptr;
  const auto found = std::lower_bound(
      frames_.begin(), frames_.end(), offset,
      [](const FramePtr& frame, std::uint64_t wanted) { return frame->offset() < wanted; });
  return found != frames_.end() ? &*found : nullptr;
}

void Tail::clear() noexcept {
  frames_.clear();
  bytes_ = 0;
}

}  // namespace clarion::broadcast
