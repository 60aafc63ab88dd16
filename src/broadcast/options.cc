#include "broadcast/options.h"

#include <fmt/format.h>

namespace clarion::broadcast {

Status check(const GatewayOptions& options) {
  constexpr std::size_t kLeastBacklog = 4U << 10U;
  constexpr std::size_t kMostBacklog = 64U << 20U;
  if (options.max_backlog_bytes < kLeastBacklog || options.max_backlog_bytes > kMostBacklog) {
    return Error{Errc::invalid,
                 fmt::format("gateway.max_backlog_bytes is {}, not {} to {}",
                             options.max_backlog_bytes, kLeastBacklog, kMostBacklog)};
  }
  if (options.heartbeat.count() < 1 || options.heartbeat.count() > 3600) {
    return Error{Errc::invalid, fmt::format("gateway.heartbeat_seconds is {}, not 1 to 3600",
                                            options.heartbeat.count())};
  }
  if (options.stall.count() < 1 || options.stall.count() > 3600) {
    return Error{Errc::invalid,
                 fmt::format("gateway.stall_seconds is {}, not 1 to 3600", options.stall.count())};
  }
  if (options.tail_frames == 0 || options.workers == 0 || options.max_message_bytes < 1024) {
    return Error{Errc::invalid,
                 "the gateway needs a tail, a worker and messages of 1024 bytes at least"};
  }
  return ok();
}

}  // namespace clarion::broadcast
