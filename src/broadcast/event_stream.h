#pragma once

#include "base/result.h"
#include "broadcast/messages.h"
#include "http/message.h"

#include <string>
#include <string_view>

/// The event-stream twin of the WebSocket (contract section 4; HTML standard section 9.2).
namespace clarion::broadcast {

/// The subscription that a query asks for: topic, region, kind, lang (comma lists, may repeat; an
/// empty one matches nothing), min_severity, channel (default notices), from (EPOCH:OFFSET, OFFSET
/// of the living epoch, live_notices). Last-Event-ID wins over from; one that is no position counts
/// as stale. Errors: `invalid` naming the parameter.
[[nodiscard]] Result<Subscribe> parse_event_query(const http::Request& request);

/// Events of the twin. `id` is EPOCH:OFFSET or empty.
[[nodiscard]] std::string event_bytes(std::string_view event, std::string_view id,
                                      std::string_view data);
[[nodiscard]] std::string id_bytes(const model::Position& at);
/// Tells the client how long to wait before it reconnects.
[[nodiscard]] std::string retry_bytes(std::chrono::milliseconds wait);

}  // namespace clarion::broadcast
