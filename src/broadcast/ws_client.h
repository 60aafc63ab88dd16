#pragma once

#include "base/result.h"
#include "broadcast/ws_frame.h"
#include "http/client.h"
#include "ops/random.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace clarion::broadcast {

/// The client's end of a WebSocket with subprotocol clarion.v1, for the command line. Blocks, never
/// longer than it is told. Answers pings by itself. Belongs to one thread.
class WsClient {
 public:
  using Time = http::Wire::Time;
  struct Options {
    std::string token;                         ///< sent as Authorization: Bearer; empty: none
    std::chrono::milliseconds timeout{10000};  ///< for connecting and for each thing sent
    /// Of a message: twice what a notice can have (contract section 2: 60 KiB) leaves room for what
    /// stands around it.
    std::size_t max_message_bytes = 128U << 10U;
    int stop = -1;  ///< a descriptor that ends every wait with `cancelled` when it becomes readable
  };
  /// Connects to /v1/stream of the server at `url` (a path there stands before it). Errors:
  /// `unauthorised`, `denied`, `invalid` (no such stream there), `overloaded` or `unavailable` with
  /// the parameter "retry_after" where the server named one; `corrupt` when the server's answer is
  /// no handshake; those of http::Wire.
  [[nodiscard]] static Result<WsClient> open(const std::string& url, Options options,
                                             ops::Random& random);

  /// The next text, binary, close or violation; of kind none when the time is over. After a
  /// violation, a Close with its code has been sent. Errors: `unavailable` when cut; `cancelled`.
  [[nodiscard]] Result<ws::Event> next(Time until);
  [[nodiscard]] Status send(std::string_view text);
  /// Sends a Close as far as the connection takes it; what the server then says is not read.
  void close(std::uint16_t code, std::string_view reason = {});
  /// When bytes came last.
  [[nodiscard]] Time last_received() const { return last_received_; }

 private:
  WsClient(http::Wire wire, std::string read_ahead, Options options, ops::Random& random);
  [[nodiscard]] Status send_frame(ws::Opcode opcode, std::string_view payload);

  http::Wire wire_;
  Options options_;
  ops::Random* random_;
  ws::Reader reader_;
  std::string in_;
  std::size_t taken_ = 0;  // of in_
  Time last_received_;
};

}  // namespace clarion::broadcast
