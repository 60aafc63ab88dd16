#pragma once

#include "base/result.h"
#include "broadcast/frame.h"
#include "broadcast/options.h"
#include "broadcast/source.h"
#include "http/router.h"
#include "ops/clock.h"
#include "ops/random.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace clarion::broadcast {

/// The stream of contract section 4: channels to subscribers over WebSocket and as event streams.
///
/// One hub a core; connections come from the HTTP server by take_over(), frames by publish().
/// Everything here may be called from any thread. The cores' io_contexts, clock and random outlive
/// the gateway.
class Gateway {
 public:
  struct Surroundings {
    const ops::Clock& clock;
    ops::Random& random;
    /// Runs jobs that may block; empty: GatewayOptions::workers threads of its own. For tests.
    std::function<void(std::function<void()>)> run_blocking = {};
  };
  /// Asks the source for the head of every channel that is served. Errors: `invalid` of an option;
  /// the source's.
  [[nodiscard]] static Result<std::unique_ptr<Gateway>> open(
      GatewayOptions options, Source source, std::vector<boost::asio::io_context*> cores,
      Surroundings surroundings);
  virtual ~Gateway() = default;

  /// For the route GET /v1/stream. May outlive the gateway: it then refuses.
  [[nodiscard]] virtual http::TakeOver take_over() = 0;
  /// Sends a frame to who wants it: one post a core. Offsets rise; a gap is filled from the source,
  /// one that was published before is ignored; one of another epoch sends the channel's readers to
  /// reconnect, and learn of it. Requires: a channel of the options, committed.
  virtual void publish(std::string_view channel, FramePtr frame) = 0;
  /// Sends something that passes to who reads the channel now and may see it; those who are behind
  /// go without.
  virtual void pass(std::string_view channel, FramePtr frame) = 0;
  /// How many read the channel now.
  [[nodiscard]] virtual std::size_t readers(std::string_view channel) const = 0;
  /// Refuses new sessions; those that are here get 3001 at random times within half of `at_most`.
  /// Returns when all have gone or `at_most` is over. Blocks: not for a core's thread.
  virtual void drain(std::chrono::milliseconds at_most) = 0;
  /// The first half of drain(): does not wait.
  virtual void begin_drain(std::chrono::milliseconds at_most) = 0;
  /// Ends all sessions and waits for the source's last call.
  virtual void stop() = 0;
  /// Does now what is due by the clock; otherwise done each tenth of a second. For tests.
  virtual void tick() = 0;

  struct Stats {
    std::uint64_t sessions = 0, event_streams = 0, opened = 0, frames_sent = 0, bytes_sent = 0;
    std::uint64_t pages_read = 0, snapshots_read = 0, recovered = 0, not_recovered = 0;
    std::uint64_t slow_closes = 0, silent_closes = 0, refused = 0;
  };
  /// When a heartbeat was last sent to any reader of the channel, in ms since 1970; 0: never.
  [[nodiscard]] virtual std::int64_t last_heartbeat_ms(std::string_view channel) const = 0;
  /// One a core.
  [[nodiscard]] virtual std::vector<Stats> stats() const = 0;
};

}  // namespace clarion::broadcast
