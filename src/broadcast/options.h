#pragma once

#include "base/result.h"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace clarion::broadcast {

/// Who may subscribe to a channel.
enum class Access : unsigned char {
  everyone,
  credential,  ///< whose Credential::channels names it
  nobody       ///< known, not served by this build
};

struct ChannelSpec {
  std::string name;
  Access access = Access::credential;
  /// Its readers have different rights (Credential::viewer), and its log forgets (Snapshot::floor).
  bool by_rights = false;
};

struct GatewayOptions {
  std::vector<ChannelSpec> channels{{"notices", Access::everyone},
                                    {"drill", Access::credential},
                                    {"desk", Access::credential, true}};
  std::chrono::seconds heartbeat{25};  ///< gateway.heartbeat_seconds
  /// gateway.stall_seconds: a reader that takes nothing for so long while something waits is closed
  /// with 3008.
  std::chrono::seconds stall{15};
  /// gateway.max_backlog_bytes, 4 KiB to 64 MiB: the most that is read from the store ahead of one
  /// reader.
  std::size_t max_backlog_bytes = 256U << 10U;
  /// Kernel buffer for what a reader has not taken; Linux doubles it for its own bookkeeping.
  /// Unbounded it grows to 4 MiB.
  std::size_t send_buffer_bytes = 64U << 10U;
  std::size_t max_message_bytes = 64U << 10U;  ///< of a client's message
  std::size_t tail_bytes = 8U << 20U;  ///< newest frames of a channel kept in memory, a core
  std::size_t tail_frames = 4096;
  std::size_t connections_per_account = 0;  ///< more are closed with 3504; 0: none
  std::size_t workers = 2;                  ///< threads for what blocks (Source)
};

/// Errors: `invalid` naming the option and its range.
[[nodiscard]] Status check(const GatewayOptions& options);

}  // namespace clarion::broadcast
