#pragma once

#include "base/result.h"
#include "broadcast/messages.h"
#include "broadcast/source.h"
#include "http/message.h"

#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace clarion::broadcast {

/// A request for a WebSocket (RFC 6455 section 4.2.1).
struct WebSocketEntry {
  std::string key;           ///< Sec-WebSocket-Key
  bool subprotocol = false;  ///< the client offered clarion.v1
  bool token_in_list =
      false;  ///< the token came by the subprotocol list: a bad one is close 3500, not 401
};
/// A request for an event stream: its one subscription.
struct EventStreamEntry {
  Subscribe subscribe;
};
struct Entry {
  std::variant<WebSocketEntry, EventStreamEntry> wire;
  Presented presented;
};

/// Sorts a GET of the stream: WebSocket, event stream, or an answer that refuses it (400, 405,
/// 426).
///
/// The session cookie counts only when Origin is the request's own host or in `allowed_origins`; an
/// event stream may also come without Origin, as browsers ask their own host (a foreign page can't
/// read the answer).
[[nodiscard]] std::variant<Entry, http::Response> sort_request(
    const http::Request& request, std::span<const std::string> allowed_origins);

/// Sec-WebSocket-Accept of a key (section 4.2.2, step 5.4).
[[nodiscard]] std::string accept_value(std::string_view key);
/// The 101 answer as bytes.
[[nodiscard]] std::string switching_protocols(const WebSocketEntry& entry,
                                              std::string_view request_id);
/// Head of the event stream as bytes; the body ends with the connection.
[[nodiscard]] std::string event_stream_head(std::string_view request_id);
/// Any other answer as bytes, closing the connection.
[[nodiscard]] std::string answer_bytes(const http::Response& response, std::string_view request_id);

}  // namespace clarion::broadcast
