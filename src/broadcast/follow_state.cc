#include "broadcast/follow_state.h"

#include <fmt/format.h>

namespace clarion::broadcast {
namespace {

Error breach(std::string text) { return {Errc::corrupt, std::move(text)}; }

std::string words(const model::Position& position) {
  return fmt::format("{}:{}", position.epoch, position.offset);
}

Result<model::Position> read_position(const json::object& object) {
  const auto position = parse_position(object);
  if (!position || position.value().epoch.empty())
    return breach("a message of the server names no position");
  return position.value();
}

}  // namespace

From FollowState::from() const {
  if (!position_) return start_;
  return {From::Kind::position, position_->epoch, position_->offset};
}

Result<FollowState::Seen> FollowState::subscribed(const json::object& message) {
  const json::value* head_value = message.if_contains("head");
  const json::object* head_object = head_value != nullptr ? head_value->if_object() : nullptr;
  if (head_object == nullptr) return breach("'subscribed' names no head");
  CLARION_TRY(const model::Position head, read_position(*head_object));
  const From asked = from();
  const json::value* recovered = message.if_contains("recovered");
  const bool* is_recovered = recovered != nullptr ? recovered->if_bool() : nullptr;
  epoch_ = head.epoch;
  Seen seen;
  if (asked.kind == From::Kind::head) {
    position_ = head;
    state_ = State::following;
    return seen;
  }
  if (asked.kind == From::Kind::position && is_recovered == nullptr)
    return breach("'subscribed' does not say whether the position was found");
  if (asked.kind == From::Kind::position && *is_recovered) {
    // The head may stand before the position: another core of the server may know more.
    if (asked.epoch && *asked.epoch != head.epoch)
      return breach(fmt::format("recovered to {} from another epoch", words(head)));
    position_ = model::Position{head.epoch, asked.offset};
    state_ = State::following;
    return seen;
  }
  // What is in force comes now; the old position holds until it is whole.
  state_ = State::snapshot;
  snapshot_last_ = 0;
  snapshot_head_ = head.offset;
  if (asked.kind == From::Kind::position) {
    seen.missed = Missed{std::string(string_or(message, "reason", "unknown")), position_, head};
    if (!position_)
      seen.missed->after = model::Position{asked.epoch.value_or(head.epoch), asked.offset};
  }
  return seen;
}

Result<model::Position> FollowState::position_of(const json::object& message) const {
  CLARION_TRY(model::Position at, read_position(message));
  if (state_ == State::out) return breach("a message came before 'subscribed'");
  if (at.epoch != epoch_)
    return breach(fmt::format("{} is of another epoch than the subscription", words(at)));
  return at;
}

Result<FollowState::Seen> FollowState::move(const model::Position& to, std::uint64_t before) {
  Seen seen;
  if (!filtered_ && position_->offset < before) {
    if (gap_ != position_) {
      gap_ = position_;
      return breach(fmt::format("a jump from {} to offset {}", words(*position_), to.offset));
    }
    seen.missed = Missed{"gap", position_, to};
  }
  position_ = to;
  return seen;
}

Result<FollowState::Seen> FollowState::notice(const json::object& frame) {
  CLARION_TRY(const model::Position at, position_of(frame));
  if (state_ == State::snapshot) {
    if (at.offset <= snapshot_last_ || at.offset > snapshot_head_)
      return breach(fmt::format("{} stands at the wrong place of a snapshot", words(at)));
    snapshot_last_ = at.offset;
    return Seen{Take::snapshot, {}};
  }
  if (at.offset <= position_->offset) return Seen{Take::repeated, {}};
  return move(at, at.offset - 1);
}

Result<FollowState::Seen> FollowState::heartbeat(const json::object& message) {
  CLARION_TRY(const model::Position at, position_of(message));
  if (state_ == State::snapshot) return breach("a heartbeat came within a snapshot");
  if (at.offset < position_->offset) return Seen{Take::repeated, {}};
  return move(at, at.offset);
}

Status FollowState::snapshot_end(const json::object& message) {
  CLARION_TRY(const model::Position at, position_of(message));
  if (state_ != State::snapshot || at.offset != snapshot_head_)
    return breach(fmt::format("{} ends no snapshot", words(at)));
  position_ = at;
  state_ = State::following;
  return ok();
}

}  // namespace clarion::broadcast
