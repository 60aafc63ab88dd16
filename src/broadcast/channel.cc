#include "broadcast/channel.h"

#include "base/assert.h"
#include "broadcast/subscription.h"

namespace clarion::broadcast {

bool Channel::append(FramePtr frame) {
  CLARION_ASSERT(frame->position().epoch == head_.epoch);
  if (frame->offset() <= head_.offset) return false;
  head_.offset = frame->offset();
  tail_.push(std::move(frame));
  return true;
}

void Channel::restart(model::Position head) {
  head_ = std::move(head);
  tail_.clear();
  filters_.clear();
}

void Channel::add(Subscription& reader) {
  reader.slot = readers_.size();
  readers_.push_back(&reader);
  readers_now_.fetch_add(1, std::memory_order_relaxed);
}

void Channel::remove(Subscription& reader) noexcept {
  CLARION_ASSERT(reader.slot < readers_.size() && readers_[reader.slot] == &reader);
  readers_[reader.slot] = nullptr;
  ++holes_;
  readers_now_.fetch_sub(1, std::memory_order_relaxed);
  if (!in_round_ && holes_ > 16 && holes_ * 2 > readers_.size()) close_holes();
}

void Channel::close_holes() noexcept {
  if (holes_ == 0) return;
  std::erase(readers_, nullptr);
  holes_ = 0;
  for (std::size_t i = 0; i < readers_.size(); ++i) readers_[i]->slot = i;
}

}  // namespace clarion::broadcast
