#include "broadcast/subscription.h"

#include "base/assert.h"

namespace clarion::broadcast {

void Subscription::start_at(std::uint64_t offset, std::uint64_t pages_until) noexcept {
  cursor_ = offset;
  pages_until_ = pages_until;
  state_ = State::following;
}

void Subscription::start_snapshot(SnapshotPtr snapshot) noexcept {
  snapshot_ = std::move(snapshot);
  at_ = 0;
  cursor_ = 0;
  state_ = State::snapshot;
}

void Subscription::give_page(FramesPtr page) noexcept {
  CLARION_ASSERT(fetching_);
  fetching_ = false;
  page_ = std::move(page);
  at_ = 0;
}

void Subscription::push(const FramePtr& frame, std::vector<Connection::Piece>& batch) {
  batch_bytes_ += frame->size_bytes();
  batch.push_back({frame, state_ == State::snapshot && wire_ == Wire::event_stream});
}

Subscription::Step Subscription::take(std::vector<Connection::Piece>& batch) {
  if (state_ == State::asking) return Step::idle;
  batch_bytes_ = 0;
  while (batch.size() < Connection::kBatchFrames && batch_bytes_ < kBatchBytes) {
    if (state_ == State::snapshot && snapshot_->paged) {
      if (!page_) {
        if (fetching_) return Step::idle;
        fetching_ = true;
        return Step::needs_page;
      }
      if (at_ == page_->size() && !page_->empty()) {
        page_.reset();
        continue;
      }
      // What changed since the snapshot began lies beyond its head, and comes after its end.
      if (page_->empty() || (*page_)[at_]->offset() > snapshot_->head.offset) {
        page_.reset();
        start_at(snapshot_->head.offset);
        snapshot_.reset();
        return Step::snapshot_ended;
      }
      const FramePtr& frame = (*page_)[at_++];
      cursor_ = frame->offset();
      if (!filter_ || filter_->itself_passes(*frame)) push(frame, batch);
      continue;
    }
    if (state_ == State::snapshot) {
      if (at_ == snapshot_->frames.size()) {
        start_at(snapshot_->head.offset);
        snapshot_.reset();
        return Step::snapshot_ended;
      }
      const FramePtr& frame = snapshot_->frames[at_++];
      if (!filter_ || filter_->itself_passes(*frame)) push(frame, batch);
      continue;
    }
    FramePtr from_page;
    const FramePtr* frame = nullptr;
    if (page_) {
      if (at_ == page_->size()) {
        page_.reset();
        continue;
      }
      from_page = (*page_)[at_++];
      frame = &from_page;
    } else {
      if (cursor_ >= channel_.head().offset) return Step::idle;
      frame = cursor_ < pages_until_ ? nullptr : channel_.tail().find(cursor_ + 1);
      if (frame == nullptr) {
        if (fetching_) return Step::idle;
        fetching_ = true;
        return Step::needs_page;
      }
    }
    if ((*frame)->after() > cursor_ || (*frame)->offset() <= cursor_) return Step::broken;
    cursor_ = (*frame)->offset();
    const FramePtr* picked = filter_ ? filter_->pick(*frame) : frame;
    if (picked != nullptr) push(*picked, batch);
  }
  return Step::full;
}

}  // namespace clarion::broadcast
