#pragma once

#include "base/json.h"
#include "base/result.h"
#include "broadcast/messages.h"
#include "model/position.h"

#include <cstdint>
#include <optional>
#include <string>

namespace clarion::broadcast {

/// A subscriber's place in a channel over any number of connections, by the rules of contract
/// section 4, and what it can tell of the server's promises.
///
/// Pure: messages come in, nothing goes out. One thread.
class FollowState {
 public:
  /// Something between two offsets did not come, or may not have.
  struct Missed {
    std::string reason;                    ///< gap; or the server's word: epoch, ahead, too_old
    std::optional<model::Position> after;  ///< the last that is known to have come
    model::Position until;                 ///< the first that came again, or the new head
  };
  enum class Take : std::uint8_t {
    fresh,     ///< the next one
    snapshot,  ///< in force when the subscription began; moves nothing
    repeated   ///< at or before the position: it came before
  };
  struct Seen {
    Take take = Take::fresh;
    std::optional<Missed> missed;
  };

  /// `filtered`: the subscription leaves offsets out, so a jump tells nothing.
  FollowState(From start, bool filtered) : start_(std::move(start)), filtered_(filtered) {}

  /// Where to subscribe from now on: the position once there is one, else the start.
  [[nodiscard]] From from() const;
  /// The last position that holds: everything up to it has been taken.
  [[nodiscard]] const std::optional<model::Position>& position() const { return position_; }
  /// True while the notices in force are coming.
  [[nodiscard]] bool in_snapshot() const { return state_ == State::snapshot; }

  /// A connection is gone: nothing counts until the next `subscribed`.
  void disconnected() { state_ = State::out; }
  /// The server's answer to a subscription from from(). Errors: `corrupt` when it does not answer
  /// that; the same for the messages below when they break the order of the stream. Who gets one
  /// reconnects.
  [[nodiscard]] Result<Seen> subscribed(const json::object& message);
  /// A first jump at an unfiltered place is `corrupt`, since a resume mends what was lost on the
  /// way; at the same place again it is missed.
  [[nodiscard]] Result<Seen> notice(const json::object& frame);
  [[nodiscard]] Result<Seen> heartbeat(const json::object& message);
  [[nodiscard]] Status snapshot_end(const json::object& message);

 private:
  enum class State : std::uint8_t { out, snapshot, following };
  [[nodiscard]] Result<model::Position> position_of(const json::object& message) const;
  /// Goes on to `to`, whose predecessor should be `before`.
  [[nodiscard]] Result<Seen> move(const model::Position& to, std::uint64_t before);

  From start_;
  bool filtered_;
  std::optional<model::Position> position_;
  State state_ = State::out;
  std::string epoch_;                // of the subscription
  std::uint64_t snapshot_last_ = 0;  // offset within the snapshot
  std::uint64_t snapshot_head_ = 0;
  std::optional<model::Position> gap_;  // where a jump was seen before
};

}  // namespace clarion::broadcast
