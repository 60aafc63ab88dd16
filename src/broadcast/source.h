#pragma once

#include "base/result.h"
#include "broadcast/frame.h"
#include "model/audience.h"
#include "model/position.h"
#include "model/time.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::broadcast {

/// Frames of a channel in rising offset order.
using Frames = std::vector<FramePtr>;

/// What is in force in a channel.
struct Snapshot {
  model::Position
      head;            ///< epoch, and the last offset the store had when it was read (0: none yet)
  Frames frames;       ///< the newest revision of each notice in force, offsets up to head, rising
  bool paged = false;  ///< frames is empty: they are read by Source::live_page
  /// Positions before this offset are too old to go on from.
  std::uint64_t floor = 0;
};

/// What a request carried to say who asks. Both empty: nobody in particular.
struct Presented {
  std::string token;   ///< of Authorization: Bearer, of the subprotocol list or of a refresh
  std::string cookie;  ///< value of the Cookie header; only when its origin is allowed
  std::string path;    ///< of the request: the drill desk has its own cookie
  [[nodiscard]] bool empty() const noexcept { return token.empty() && cookie.empty(); }
};

/// Who a session belongs to.
struct Credential {
  std::string key;                    ///< names this token or session for Source::standing
  std::string account;                ///< whose it is; refresh must not change it
  std::vector<std::string> channels;  ///< what it opens beside the channels open to everyone
  std::optional<model::Time> expires_at;
  /// What it may see in channels whose readers have different rights; absent: nothing there.
  std::optional<model::Viewer> viewer;
};

/// How a credential stands now.
enum class Standing : unsigned char {
  good,
  changed,  ///< rights differ: reconnect
  gone      ///< revoked, disabled or expired
};

/// A client says that it has everything up to a position.
struct Ack {
  Credential by;
  std::string channel;
  model::Position position;
};

/// What the gateway asks of the rest of the program.
///
/// Every function is called on a worker thread (live() also by Gateway::open()), may block, may be
/// called by several at once, and is never called after Gateway::stop() has returned.
struct Source {
  /// Frames after an offset without gap: at least one if there is one, at most `max_frames`, and no
  /// further one once their size_bytes() pass `max_bytes`.
  std::function<Result<Frames>(std::string_view channel, std::uint64_t after, std::size_t max_bytes,
                               std::size_t max_frames)>
      page;
  /// Read in one transaction, so that frames and head belong together.
  std::function<Result<Snapshot>(std::string_view channel)> live;
  /// Frames after an offset of what is in force, like page(); an empty one is the end. For channels
  /// whose live() is paged.
  std::function<Result<Frames>(std::string_view channel, std::uint64_t after, std::size_t max_bytes,
                               std::size_t max_frames)>
      live_page;
  /// Errors: `unauthorised` when unknown, revoked or (code "token_expired") too old; `denied`;
  /// others when it can't tell.
  std::function<Result<Credential>(const Presented& presented)> authenticate;
  /// One standing a key, in their order. Asked twice a second for all keys in use.
  std::function<Result<std::vector<Standing>>(std::span<const std::string> keys)> standing;
  std::function<void(const Ack& ack)> on_ack;
  /// Origins (scheme://host[:port]) whose pages may use the session cookie, beside the request's
  /// own host.
  std::vector<std::string> allowed_origins;
};

}  // namespace clarion::broadcast
