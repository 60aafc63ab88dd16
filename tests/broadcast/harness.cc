#include "broadcast/harness.h"

#include "base/assert.h"
#include "base/json.h"

#include <boost/asio/ip/tcp.hpp>

#include <fmt/format.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace clarion::broadcast::testing {

using namespace std::chrono_literals;

model::Facets facets_of(const Sample& sample) {
  return {sample.topics, sample.regions, sample.severity, sample.kind, sample.langs};
}

namespace {

/// The same frame behind a gap of changes that later ones took the place of.
FramePtr follows_on(const Frame& frame, std::uint64_t after) {
  const std::string_view json = frame.json();
  const std::size_t at = json.find(R"("case":)") + 7;
  return make_desk_frame("case", frame.position(), json.substr(at, json.size() - at - 1), {{}},
                         {*frame.rights(), after});
}

}  // namespace

FramePtr MemoryLog::append(std::string_view channel, const Sample& sample,
                           std::vector<model::Facets> earlier) {
  Frames& frames = channels.find(channel)->second;
  const std::uint64_t offset = frames.size() + 1;
  earlier.insert(earlier.begin(), facets_of(sample));
  const std::string signed_form =
      fmt::format(R"({{"id":"n_{}","text":"{}"}})", offset, std::string(sample.padding, 'x'));
  return frames.emplace_back(
      make_notice_frame(channel, {epoch, offset}, signed_form, "e30..c2ln", std::move(earlier)));
}

FramePtr MemoryLog::append_case(std::string_view id, const Rights& rights, const Sample& sample) {
  Frames& frames = channels.find("desk")->second;
  const std::uint64_t offset = head("desk") + 1;
  std::erase_if(frames, [&](const FramePtr& frame) {
    return frame->json().find(fmt::format(R"("id":"{}")", id)) != std::string_view::npos;
  });
  Rights given = rights;
  const std::vector<model::Facets> facets{facets_of(sample)};
  const auto made = [&](std::string_view more, FrameExtras extras) {
    return make_desk_frame("case", {epoch, offset}, fmt::format(R"({{"id":"{}"{}}})", id, more),
                           facets, std::move(extras));
  };
  if (given.ever != model::Audience{}) given.gone = made(R"(,"gone":true)", {});
  return frames.emplace_back(
      made(sample.padding > 0 ? fmt::format(R"(,"text":"{}")", std::string(sample.padding, 'x'))
                              : std::string(),
           {std::move(given), offset - 1}));
}

std::uint64_t MemoryLog::head(std::string_view channel) const {
  const Frames& frames = channels.find(channel)->second;
  return frames.empty() ? 0 : frames.back()->offset();
}

Source MemoryLog::source() {
  Source out;
  out.page = [this](std::string_view channel, std::uint64_t after, std::size_t max_bytes,
                    std::size_t max_frames) -> Result<Frames> {
    if (broken) return Error{Errc::unavailable, "the log is down"};
    pages_asked.push_back(after);
    const Frames& all = channels.find(channel)->second;
    Frames page;
    std::size_t bytes = 0;
    for (const FramePtr& frame : all) {
      if (frame->offset() <= after || page.size() == max_frames) continue;
      bytes += frame->size_bytes();
      if (!page.empty() && bytes > max_bytes) break;
      const std::uint64_t last = page.empty() ? after : page.back()->offset();
      const bool follows = frame->after() <= last;
      page.push_back(follows ? frame : follows_on(*frame, last));
    }
    return page;
  };
  out.live_page = [this, page = out.page](std::string_view channel, std::uint64_t after,
                                          std::size_t max_bytes,
                                          std::size_t max_frames) -> Result<Frames> {
    CLARION_TRY(auto frames, page(channel, after, max_bytes, max_frames));
    std::erase_if(frames, [&](const FramePtr& frame) {
      return ended[std::string(channel)].contains(frame->offset());
    });
    return frames;
  };
  out.live = [this](std::string_view channel) -> Result<Snapshot> {
    if (broken) return Error{Errc::unavailable, "the log is down"};
    Snapshot snapshot{{epoch, head(channel)}, {}};
    if (channel == "desk") {
      snapshot.paged = true;
      snapshot.floor = floor;
      return snapshot;
    }
    for (const FramePtr& frame : channels.find(channel)->second) {
      if (!ended[std::string(channel)].contains(frame->offset())) snapshot.frames.push_back(frame);
    }
    return snapshot;
  };
  out.authenticate = [this](const Presented& presented) -> Result<Credential> {
    std::string token = presented.token;
    if (token.empty() && presented.cookie.starts_with("session="))
      token = presented.cookie.substr(8);
    const auto found = tokens.find(token);
    if (found == tokens.end()) return Error{Errc::unauthorised, "unknown token"};
    return found->second;
  };
  out.standing = [this](std::span<const std::string> keys) -> Result<std::vector<Standing>> {
    std::vector<Standing> all;
    for (const std::string& key : keys) {
      const auto found = standing.find(key);
      all.push_back(found == standing.end() ? Standing::good : found->second);
    }
    return all;
  };
  out.on_ack = [this](const Ack& ack) { acks.push_back(ack); };
  out.allowed_origins = {"https://board.example"};
  return out;
}

std::string client_frame(ws::Opcode opcode, std::string_view payload, bool last,
                         std::string_view mask) {
  ws::Head head = ws::server_head(opcode, payload.size());
  if (!last) head.bytes[0] = static_cast<char>(static_cast<unsigned char>(head.bytes[0]) & 0x7FU);
  head.bytes[1] = static_cast<char>(static_cast<unsigned char>(head.bytes[1]) | 0x80U);
  std::string out(head.bytes.data(), head.size);
  out += mask;
  for (std::size_t i = 0; i < payload.size(); ++i)
    out += static_cast<char>(payload[i] ^ mask[i % 4]);
  return out;
}

void Client::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::size_t Client::try_send(std::string_view bytes) const {
  const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent < 0 ? 0 : static_cast<std::size_t>(sent);
}

void Client::send_frame(ws::Opcode opcode, std::string_view payload) const {
  send(client_frame(opcode, payload));
}

void Client::read(std::size_t at_most) {
  std::array<char, 1U << 16U> buffer;
  while (fd_ >= 0 && !ended && at_most > 0) {
    const ssize_t got = ::recv(fd_, buffer.data(), std::min(buffer.size(), at_most), MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      ended = true;
      return;
    }
    at_most -= static_cast<std::size_t>(got);
    take({buffer.data(), static_cast<std::size_t>(got)});
  }
}

void Client::take(std::string_view bytes) {
  in_ += bytes;
  if (head.empty()) {
    const std::size_t end = in_.find("\r\n\r\n");
    if (end == std::string::npos) return;
    head = in_.substr(0, end + 4);
    in_.erase(0, end + 4);
  }
  if (!head.starts_with("HTTP/1.1 101")) {
    body += std::exchange(in_, {});
    return;
  }
  std::size_t at = 0;
  while (in_.size() - at >= 2) {
    const auto byte = [&](std::size_t i) {
      return static_cast<std::size_t>(static_cast<unsigned char>(in_[at + i]));
    };
    std::size_t size = byte(1);
    std::size_t from = 2;
    if (size >= 126) {
      const std::size_t wide = size == 126 ? 2 : 8;
      if (in_.size() - at < 2 + wide) break;
      size = 0;
      for (std::size_t i = 0; i < wide; ++i) size = size << 8U | byte(2 + i);
      from += wide;
    }
    if (in_.size() - at < from + size) break;
    const std::string payload = in_.substr(at + from, size);
    const std::size_t opcode = byte(0) & 0x0FU;
    at += from + size;
    if (opcode == 1) texts.push_back(payload);
    if (opcode == 9) {
      ++pings;
      if (answer_pings) send_frame(ws::Opcode::pong, payload);
    }
    if (opcode == 10) ++pongs;
    if (opcode == 8) {
      close_code = payload.size() < 2
                       ? std::uint16_t{0}
                       : static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) << 8U |
                                                    static_cast<unsigned char>(payload[1]));
      send_frame(ws::Opcode::close, payload);
    }
  }
  in_.erase(0, at);
}

void Client::cut() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

json::value Client::next() {
  if (texts.empty()) return nullptr;
  const std::string text = std::move(texts.front());
  texts.pop_front();
  auto message = parse_json(text);
  CLARION_ASSERT(message.has_value());
  return std::move(message.value());
}

World::World(GatewayOptions options, std::function<void(MemoryLog&)> prepare) {
  log.tokens["anna"] = {"k-anna", "anna", {"drill"}, std::nullopt};
  log.tokens["anna2"] = {"k-anna2", "anna", {"drill"}, clock.now() + 1h};
  log.tokens["partner"] = {"k-partner", "partner", {}, std::nullopt};
  if (prepare) prepare(log);
  Gateway::Surroundings surroundings{clock, *random, [this](std::function<void()> job) {
                                       if (hold_jobs) {
                                         jobs.push_back(std::move(job));
                                       } else {
                                         job();
                                       }
                                     }};
  gateway = std::move(
      Gateway::open(std::move(options), log.source(), {&io}, std::move(surroundings)).value());
}

World::~World() {
  gateway->stop();
  settle();
}

std::pair<http::Upgrade, std::unique_ptr<Client>> dial(boost::asio::io_context& core,
                                                       const World::Headers& headers,
                                                       std::string_view query, int receive_buffer) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  CLARION_ASSERT(::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
  CLARION_ASSERT(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  CLARION_ASSERT(::listen(listener, 1) == 0);
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  if (receive_buffer > 0) {
    CLARION_ASSERT(
        ::setsockopt(client, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer) == 0);
  }
  CLARION_ASSERT(::connect(client, reinterpret_cast<sockaddr*>(&address), size) == 0);
  const int server = ::accept(listener, nullptr, nullptr);
  CLARION_ASSERT(server >= 0);
  ::close(listener);

  http::Upgrade upgrade{
      boost::asio::ip::tcp::socket(core, boost::asio::ip::tcp::v4(), server), {}, {}, 0, {}};
  upgrade.request.method = "GET";
  upgrade.request.path = "/v1/stream";
  upgrade.request.request_id = "r-1";
  upgrade.request.lang = ops::Lang::en;
  for (const auto& [name, value] : headers) upgrade.request.headers[name] = value;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    upgrade.request.query.emplace_back(pair.substr(0, equals),
                                       pair.substr(std::min(equals + 1, pair.size())));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return {std::move(upgrade), std::make_unique<Client>(client)};
}

std::unique_ptr<Client> World::connect(const Headers& headers, std::string_view query,
                                       int receive_buffer) {
  auto [upgrade, client] = dial(io, headers, query, receive_buffer);
  gateway->take_over()(std::move(upgrade));
  return std::move(client);
}

World::Headers World::websocket_headers(std::string_view protocols) {
  return {{"host", "clarion.example"},     {"connection", "keep-alive, Upgrade"},
          {"upgrade", "websocket"},        {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="},
          {"sec-websocket-version", "13"}, {"sec-websocket-protocol", std::string(protocols)}};
}

std::unique_ptr<Client> World::websocket(std::string_view token, int receive_buffer) {
  const std::string protocols =
      token.empty() ? "clarion.v1" : fmt::format("clarion.v1, clarion.token.{}", token);
  auto client = connect(websocket_headers(protocols), {}, receive_buffer);
  CLARION_ASSERT(type_of(next(*client)) == "hello");
  return client;
}

std::unique_ptr<Client> World::event_stream(std::string_view query, const Headers& headers) {
  Headers all = headers;
  all.emplace_back("accept", "text/event-stream");
  return connect(all, query);
}

FramePtr World::publish_case(std::string_view id, const Rights& rights, const Sample& sample) {
  FramePtr frame = log.append_case(id, rights, sample);
  gateway->publish("desk", frame);
  return frame;
}

FramePtr World::publish(std::string_view channel, const Sample& sample,
                        std::vector<model::Facets> earlier) {
  FramePtr frame = log.append(channel, sample, std::move(earlier));
  gateway->publish(channel, frame);
  return frame;
}

bool World::until(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    io.restart();
    io.run_one_for(1ms);
    io.poll();
  }
  return true;
}

void World::settle() {
  io.restart();
  // The pause after a round of a channel is 1 ms of real time; three turns see its end.
  for (int i = 0; i < 3; ++i) io.run_for(1ms);
}

void World::advance(std::chrono::milliseconds by) {
  for (auto left = by; left > 0ms; left -= 100ms) {
    clock.advance(std::min<std::chrono::milliseconds>(left, 100ms));
    gateway->tick();
    io.restart();
    io.poll();
  }
}

json::value World::next(Client& client) {
  until([&] {
    client.read();
    return !client.texts.empty() || client.ended;
  });
  return client.next();
}

json::value World::next_of(Client& client, std::string_view type) {
  for (;;) {
    json::value message = next(client);
    if (message.is_null() || type_of(message) == type) return message;
  }
}

std::uint64_t offset_of(const json::value& message) {
  std::uint64_t offset = 0;
  if (!message.is_object()) return 0;
  const std::string_view text = string_or(message.get_object(), "offset");
  std::from_chars(text.data(), text.data() + text.size(), offset);
  return offset;
}

std::string type_of(const json::value& message) {
  return message.is_object() ? std::string(string_or(message.get_object(), "type")) : "";
}

}  // namespace clarion::broadcast::testing
