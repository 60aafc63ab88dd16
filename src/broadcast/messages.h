#pragma once

#include "base/json.h"
#include "base/result.h"
#include "model/facets.h"
#include "model/position.h"
#include "model/time.h"
#include "ops/catalogue.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The messages of clarion.v1 (contract section 4) as text: reading the client's, writing the
/// server's.
namespace clarion::broadcast {

/// Close codes (contract section 4). From 3500 on a client does not reconnect by itself.
enum class CloseCode : std::uint16_t {
  normal = 1000,
  unsupported = 1003,
  internal = 1011,
  shutdown = 3001,
  token_expired = 3005,
  too_slow = 3008,
  silent = 3012,
  bad_token = 3500,
  bad_request = 3501,
  banned = 3503,
  too_many_connections = 3504
};
/// The reason that stands in the Close frame.
[[nodiscard]] std::string_view reason_of(CloseCode code) noexcept;

/// Where a subscription starts.
struct From {
  enum class Kind : std::uint8_t { head, snapshot, position };
  Kind kind = Kind::head;
  std::optional<std::string> epoch;  ///< of a position; absent: the living one
  std::uint64_t offset = 0;
  std::optional<std::string> view;  ///< of a position: what the client could see there
  bool cases = false;               ///< of a snapshot: asked for as open_cases
};

struct Subscribe {
  std::string channel;
  std::optional<std::vector<model::Filter>> filters;  ///< absent: everything
  From from;
};

/// A client's message before its type is looked into.
struct Envelope {
  std::string type;
  std::string id;  ///< as JSON, to be given back; empty when absent
  json::object body;
};

/// Errors: `invalid` for what is no JSON object with a `type` and, if any, an `id` (a string of up
/// to 64 bytes or an integer).
[[nodiscard]] Result<Envelope> parse_envelope(std::string_view text);
/// Errors: `invalid` with the code of an error message (see error_message).
[[nodiscard]] Result<Subscribe> parse_subscribe(const json::object& body);
/// Whether this may be asked of a channel that goes by rights, or of one that does not: cases have
/// neither a kind nor languages, and only their channel knows views. Errors: as parse_subscribe.
[[nodiscard]] Status check_fits(const Subscribe& wanted, bool by_rights);
[[nodiscard]] Result<std::string> parse_channel(const json::object& body);
/// Epoch and offset of an ack.
[[nodiscard]] Result<model::Position> parse_position(const json::object& body);
/// Decimal digits without sign or leading zeros. Errors: `invalid`.
[[nodiscard]] Result<std::uint64_t> parse_offset(std::string_view text);

/// The code of a refusal that names what is wrong: "stream_bad_request" with params {where}.
[[nodiscard]] Error bad_request(std::string where);
/// A refusal without more to say: stream_internal, stream_not_allowed …
[[nodiscard]] Error refusal(std::string_view code);

[[nodiscard]] std::string hello_message(std::chrono::seconds heartbeat, std::size_t frame_bytes,
                                        std::size_t filters, std::span<const std::string> channels);
struct Subscribed {
  std::string_view id;  ///< JSON or empty
  std::string_view channel;
  bool snapshot = false;          ///< asked for
  std::optional<bool> recovered;  ///< when a position was given
  std::string_view reason;        ///< why not recovered
  const model::Position& head;
  std::string view = {};  ///< stands for the rights, in a channel that goes by them
};
[[nodiscard]] std::string subscribed_message(const Subscribed& what);
[[nodiscard]] std::string heartbeat_message(std::string_view channel, const model::Position& at,
                                            model::Time now);
[[nodiscard]] std::string snapshot_end_message(std::string_view channel,
                                               const model::Position& head);
[[nodiscard]] std::string unsubscribed_message(std::string_view id, std::string_view channel);
[[nodiscard]] std::string pong_message(std::string_view id);
[[nodiscard]] std::string refreshed_message(std::string_view id,
                                            std::optional<model::Time> expires_at);
/// Number, words and whether to try again, by Error::code; an unknown code gives 100 internal.
[[nodiscard]] std::string error_message(std::string_view id, const Error& error, ops::Lang lang);

}  // namespace clarion::broadcast
