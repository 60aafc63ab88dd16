#include "broadcast/handshake.h"

#include "base/bytes.h"
#include "broadcast/event_stream.h"
#include "http/status.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace clarion::broadcast {
namespace {

constexpr std::string_view kProtocol = "clarion.v1";
constexpr std::string_view kTokenPrefix = "clarion.token.";

bool equal_no_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

/// Calls see(item) for each trimmed, non-empty item of a comma list (RFC 9110 section 5.6.1).
template <class See>
void each_item(std::string_view list, See see) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    std::string_view item = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    while (!item.empty() && (item.front() == ' ' || item.front() == '\t')) item.remove_prefix(1);
    while (!item.empty() && (item.back() == ' ' || item.back() == '\t')) item.remove_suffix(1);
    if (!item.empty()) see(item);
  }
}

bool lists(std::string_view list, std::string_view wanted) {
  bool found = false;
  each_item(list, [&](std::string_view item) { found = found || equal_no_case(item, wanted); });
  return found;
}

bool accepts_events(std::string_view accept) {
  bool found = false;
  each_item(accept, [&](std::string_view item) {
    const std::string_view type = item.substr(0, item.find(';'));
    found = found ||
            equal_no_case(type.substr(0, type.find_last_not_of(" \t") + 1), "text/event-stream");
  });
  return found;
}

/// 16 bytes in base64 (section 4.1): 22 letters whose last carries four zero bits, then two signs
/// of padding.
bool is_key(std::string_view key) {
  if (key.size() != 24 || !key.ends_with("==")) return false;
  std::string url(key.substr(0, 22));
  std::replace(url.begin(), url.end(), '+', '-');
  std::replace(url.begin(), url.end(), '/', '_');
  return from_base64url(url).has_value();
}

http::Response refuse(const http::Request& request, int status, const Error& error) {
  http::Response response = http::problem(request, error);
  if (response.status == status) return response;
  auto body = parse_json(response.body);
  CLARION_ASSERT(body.has_value());
  body.value().as_object()["status"] = status;
  response.status = status;
  response.body = json::serialize(body.value());
  return response;
}

http::Response upgrade_required(const http::Request& request) {
  http::Response response =
      refuse(request, 426, Error{Errc::invalid, "no WebSocket, no event stream", "stream_upgrade"});
  response.headers.emplace_back("Upgrade", "websocket");
  response.headers.emplace_back("Sec-WebSocket-Version", "13");
  return response;
}

http::Response bad_handshake(const http::Request& request, std::string where) {
  return refuse(request, 400, Error{Errc::invalid, where, "stream_handshake", {{"where", where}}});
}

bool origin_allowed(const http::Request& request, std::span<const std::string> allowed,
                    bool absent_passes) {
  const std::string_view origin = request.header("origin");
  if (origin.empty()) return absent_passes;
  const std::string_view host = request.header("host");
  if (!host.empty() &&
      (origin == fmt::format("http://{}", host) || origin == fmt::format("https://{}", host)))
    return true;
  return std::find(allowed.begin(), allowed.end(), origin) != allowed.end();
}

/// The token of "Bearer TOKEN" (RFC 6750 section 2.1), or nothing.
std::string bearer_of(const http::Request& request) {
  const std::string_view header = request.header("authorization");
  if (header.size() <= 7 || !equal_no_case(header.substr(0, 7), "bearer ")) return {};
  return std::string(header.substr(std::min(header.find_first_not_of(' ', 7), header.size())));
}

}  // namespace

std::string accept_value(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, 20> digest{};
  unsigned size = 0;
  CLARION_ASSERT(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) ==
                 1);
  return to_base64({reinterpret_cast<const char*>(digest.data()), size});
}

std::variant<Entry, http::Response> sort_request(const http::Request& request,
                                                 std::span<const std::string> allowed_origins) {
  if (request.method != "GET") {
    http::Response response =
        refuse(request, 405, Error{Errc::invalid, "GET only", "stream_upgrade"});
    response.headers.emplace_back("Allow", "GET");
    return response;
  }
  const bool websocket = lists(request.header("upgrade"), "websocket");
  if (!websocket && !accepts_events(request.header("accept"))) return upgrade_required(request);

  Entry entry;
  entry.presented.token = bearer_of(request);
  entry.presented.path = request.path;
  if (origin_allowed(request, allowed_origins, !websocket))
    entry.presented.cookie = request.header("cookie");
  if (!websocket) {
    auto subscribe = parse_event_query(request);
    if (!subscribe) return refuse(request, 400, subscribe.error());
    entry.wire = EventStreamEntry{std::move(subscribe.value())};
    return entry;
  }

  if (request.header("sec-websocket-version") != "13") return upgrade_required(request);
  if (!lists(request.header("connection"), "upgrade")) return bad_handshake(request, "Connection");
  WebSocketEntry wire{std::string(request.header("sec-websocket-key"))};
  if (!is_key(wire.key)) return bad_handshake(request, "Sec-WebSocket-Key");
  std::size_t offered = 0;
  std::size_t tokens = 0;
  std::string token;
  each_item(request.header("sec-websocket-protocol"), [&](std::string_view item) {
    ++offered;
    if (item == kProtocol) wire.subprotocol = true;
    if (!item.starts_with(kTokenPrefix)) return;
    ++tokens;
    token = item.substr(kTokenPrefix.size());
  });
  // Without any offer the peer takes what we speak; an offer without our protocol asks for another
  // one.
  if ((offered > 0 && !wire.subprotocol) || tokens > 1)
    return bad_handshake(request, "Sec-WebSocket-Protocol");
  if (entry.presented.token.empty() && tokens == 1) {
    entry.presented.token = std::move(token);
    wire.token_in_list = true;
  }
  entry.wire = std::move(wire);
  return entry;
}

std::string switching_protocols(const WebSocketEntry& entry, std::string_view request_id) {
  return fmt::format(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: {}\r\n{}X-Request-Id: {}\r\n\r\n",
      accept_value(entry.key), entry.subprotocol ? "Sec-WebSocket-Protocol: clarion.v1\r\n" : "",
      request_id);
}

std::string event_stream_head(std::string_view request_id) {
  // X-Accel-Buffering keeps nginx from holding events back.
  return fmt::format(
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: "
      "no-store\r\nX-Accel-Buffering: no\r\n"
      "X-Content-Type-Options: nosniff\r\nConnection: close\r\nX-Request-Id: {}\r\n\r\n",
      request_id);
}

std::string answer_bytes(const http::Response& response, std::string_view request_id) {
  std::string out =
      fmt::format("HTTP/1.1 {} {}\r\n", response.status, http::reason_phrase(response.status));
  for (const auto& [name, value] : response.headers) out += fmt::format("{}: {}\r\n", name, value);
  out += fmt::format("Content-Length: {}\r\nX-Request-Id: {}\r\nConnection: close\r\n\r\n",
                     response.body.size(), request_id);
  return out + response.body;
}

}  // namespace clarion::broadcast
