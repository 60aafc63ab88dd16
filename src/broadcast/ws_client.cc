#include "broadcast/ws_client.h"

#include "base/bytes.h"
#include "broadcast/handshake.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace clarion::broadcast {
namespace {

constexpr std::string_view kProtocol = "clarion.v1";

/// What a status other than 101 means for who wants to follow.
Error refused(const http::ClientResponse& answer, std::string_view url) {
  Errc errc = Errc::invalid;
  if (answer.status == 401) errc = Errc::unauthorised;
  if (answer.status == 403) errc = Errc::denied;
  if (answer.status == 429) errc = Errc::overloaded;
  if (answer.status >= 500) errc = Errc::unavailable;
  Error error{errc,
              fmt::format("{}: answered {} instead of opening the stream", url, answer.status)};
  if (const std::string_view wait = answer.header("retry-after"); !wait.empty())
    error.params.emplace_back("retry_after", wait);
  return error;
}

bool is_word(std::string_view text, std::string_view lower_case) {
  return std::equal(
      text.begin(), text.end(), lower_case.begin(), lower_case.end(),
      [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

}  // namespace

WsClient::WsClient(http::Wire wire, std::string read_ahead, Options options, ops::Random& random)
    : wire_(std::move(wire)),
      options_(std::move(options)),
      random_(&random),
      reader_(options_.max_message_bytes, ws::Sender::server),
      in_(std::move(read_ahead)),
      last_received_(std::chrono::steady_clock::now()) {}

Result<WsClient> WsClient::open(const std::string& url, Options options, ops::Random& random) {
  http::Client::Options how;
  how.timeout = options.timeout;
  how.max_body_bytes = 64U << 10U;
  how.stop = options.stop;
  CLARION_TRY(http::Client client, http::Client::make(url, how));
  std::string path = client.url().target.substr(0, client.url().target.find('?'));
  while (path.ends_with('/')) path.pop_back();

  const std::string key = to_base64(random.bytes(16));
  http::HeaderList headers{{"Upgrade", "websocket"},
                           {"Sec-WebSocket-Version", "13"},
                           {"Sec-WebSocket-Key", key},
                           {"Sec-WebSocket-Protocol", std::string(kProtocol)}};
  if (!options.token.empty()) headers.emplace_back("Authorization", "Bearer " + options.token);
  CLARION_TRY(http::Upgraded upgraded, client.upgrade(path + "/v1/stream", std::move(headers)));
  if (!upgraded.wire) return refused(upgraded.answer, url);
  // RFC 6455 section 4.1: what a client has to look at.
  const http::ClientResponse& answer = upgraded.answer;
  if (!is_word(answer.header("upgrade"), "websocket") ||
      answer.header("sec-websocket-accept") != accept_value(key))
    return Error{Errc::corrupt, fmt::format("{}: the handshake does not fit", url)};
  if (answer.header("sec-websocket-protocol") != kProtocol ||
      !answer.header("sec-websocket-extensions").empty())
    return Error{Errc::corrupt, fmt::format("{}: does not speak {}", url, kProtocol)};
  return WsClient(std::move(*upgraded.wire), std::move(upgraded.read_ahead), std::move(options),
                  random);
}

Status WsClient::send_frame(ws::Opcode opcode, std::string_view payload) {
  std::array<unsigned char, 4> mask{};
  random_->fill(mask);
  std::string bytes;
  ws::append_masked_frame(bytes, opcode, payload, mask);
  return wire_.send_all(bytes, std::chrono::steady_clock::now() + options_.timeout);
}

Status WsClient::send(std::string_view text) { return send_frame(ws::Opcode::text, text); }

void WsClient::close(std::uint16_t code, std::string_view reason) {
  std::array<unsigned char, 4> mask{};
  random_->fill(mask);
  std::string bytes;
  ws::append_masked_frame(bytes, ws::Opcode::close, ws::close_payload(code, reason), mask);
  // A close is a courtesy: a peer that does not take it now does without.
  static_cast<void>(wire_.send_some(bytes));
}

Result<ws::Event> WsClient::next(Time until) {
  for (;;) {
    std::string_view rest = std::string_view(in_).substr(taken_);
    while (!rest.empty()) {
      ws::Event event = reader_.next(rest);
      taken_ = in_.size() - rest.size();
      if (event.kind == ws::Event::Kind::ping) {
        CLARION_TRY(send_frame(ws::Opcode::pong, event.payload));
        continue;
      }
      if (event.kind == ws::Event::Kind::violation) close(event.code, event.payload);
      if (event.kind != ws::Event::Kind::none && event.kind != ws::Event::Kind::pong) return event;
    }
    constexpr std::size_t kPiece = 16U << 10U;
    taken_ = 0;
    in_.resize(kPiece);
    const auto got = wire_.receive_some(in_);
    in_.resize(got ? got.value().value_or(0) : 0);
    if (!got) return got.error();
    if (got.value() == std::size_t{0})
      return Error{Errc::unavailable, "the server closed the connection without a word"};
    if (got.value()) {
      last_received_ = std::chrono::steady_clock::now();
      continue;
    }
    CLARION_TRY(const bool ready, wire_.wait(false, until));
    if (!ready) return ws::Event{};
  }
}

}  // namespace clarion::broadcast
