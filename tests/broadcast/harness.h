#pragma once

#include "base/json.h"
#include "broadcast/gateway.h"
#include "broadcast/ws_frame.h"
#include "ops/clock.h"
#include "ops/random.h"

#include <boost/asio/io_context.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the gateway's tests stand on: a log in memory, accounts in memory, real loopback sockets,
/// and one thread.
namespace clarion::broadcast::testing {

/// A notice's facets in short.
struct Sample {
  std::vector<std::string> topics = {"typhoon"};
  std::vector<std::string> regions = {};
  model::Severity severity = model::Severity::moderate;
  std::string kind = "debunk";
  std::vector<std::string> langs = {"zh"};
  std::size_t padding = 0;  ///< extra bytes of text
};
[[nodiscard]] model::Facets facets_of(const Sample& sample);

/// The source of one gateway, kept in memory; frames are as the notice module would build them.
class MemoryLog {
 public:
  std::string epoch = "01EPOCH";
  std::map<std::string, Frames, std::less<>> channels{{"notices", {}}, {"drill", {}}, {"desk", {}}};
  std::map<std::string, std::set<std::uint64_t>, std::less<>>
      ended;                                              ///< offsets no longer in force
  std::map<std::string, Credential, std::less<>> tokens;  ///< also as cookie "session=TOKEN"
  std::map<std::string, Standing, std::less<>> standing;  ///< by key; absent: good
  std::vector<Ack> acks;
  std::vector<std::uint64_t> pages_asked;  ///< the offsets after which
  bool broken = false;                     ///< every read fails
  std::uint64_t floor = 0;                 ///< of the channel desk

  /// Appends a notice; `earlier` are the facets of its earlier revisions.
  FramePtr append(std::string_view channel, const Sample& sample,
                  std::vector<model::Facets> earlier = {});
  /// Appends a change of a record of the channel desk, which takes the place of the one before.
  FramePtr append_case(std::string_view id, const Rights& rights, const Sample& sample = {});
  [[nodiscard]] std::uint64_t head(std::string_view channel) const;
  [[nodiscard]] Source source();
};

/// The other end of a loopback connection: reads what has come whenever it is asked.
class Client {
 public:
  explicit Client(int fd) : fd_(fd) {}
  ~Client() { cut(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(std::string_view bytes) const;
  /// Sends what the socket takes without waiting; how much that was.
  std::size_t try_send(std::string_view bytes) const;
  void send_frame(ws::Opcode opcode, std::string_view payload) const;
  void say(std::string_view json) const { send_frame(ws::Opcode::text, json); }
  /// Takes what has come, at most so many bytes.
  void read(std::size_t at_most = 1U << 26U);
  void cut();

  /// What came and has not been taken.
  std::string head;               ///< of the HTTP answer, with its blank line
  std::string body;               ///< what followed, of an event stream or a problem
  std::deque<std::string> texts;  ///< WebSocket text messages
  std::size_t pings = 0, pongs = 0;
  std::optional<std::uint16_t> close_code;
  bool ended = false;
  bool answer_pings = true;

  /// The next message, as JSON; null when there is none.
  json::value next();

 private:
  void take(std::string_view bytes);
  int fd_;
  std::string in_;
};

/// A masked frame as clients send them.
[[nodiscard]] std::string client_frame(ws::Opcode opcode, std::string_view payload,
                                       bool last = true,
                                       std::string_view mask = "\x11\x22\x33\x44");

class World {
 public:
  explicit World(GatewayOptions options = {}, std::function<void(MemoryLog&)> prepare = {});
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  using Headers = std::vector<std::pair<std::string, std::string>>;
  /// Connects with these headers; a receive buffer of 0 is the system's.
  std::unique_ptr<Client> connect(const Headers& headers, std::string_view query = {},
                                  int receive_buffer = 0);
  /// A WebSocket after its hello, which is dropped.
  std::unique_ptr<Client> websocket(std::string_view token = {}, int receive_buffer = 0);
  std::unique_ptr<Client> event_stream(std::string_view query, const Headers& headers = {});
  static Headers websocket_headers(std::string_view protocols = "clarion.v1");

  /// Appends to the log and publishes.
  FramePtr publish(std::string_view channel, const Sample& sample = {},
                   std::vector<model::Facets> earlier = {});
  /// The same for a change of a case.
  FramePtr publish_case(std::string_view id, const Rights& rights, const Sample& sample = {});
  /// Runs the core until the condition holds; false after 10 s.
  bool until(const std::function<bool()>& holds);
  /// Runs what is ready to run, for some turns.
  void settle();
  /// Moves the clock on, in steps of 100 ms, and does what is due.
  void advance(std::chrono::milliseconds by);
  /// Reads until a message is there, and takes it; null after 10 s.
  json::value next(Client& client);
  /// next() without heartbeats.
  json::value next_of(Client& client, std::string_view type);

  ops::ManualClock clock{model::Time(std::chrono::milliseconds(1'800'000'000'000))};
  std::unique_ptr<ops::Random> random = ops::make_seeded_random(7);
  MemoryLog log;
  boost::asio::io_context io{1};
  std::deque<std::function<void()>> jobs;  ///< blocking jobs, when held
  bool hold_jobs = false;
  std::unique_ptr<Gateway> gateway;
};

/// Two ends of a loopback connection: as the HTTP server hands it over, and the client's.
[[nodiscard]] std::pair<http::Upgrade, std::unique_ptr<Client>> dial(boost::asio::io_context& core,
                                                                     const World::Headers& headers,
                                                                     std::string_view query = {},
                                                                     int receive_buffer = 0);

/// An offset of a message, or 0.
[[nodiscard]] std::uint64_t offset_of(const json::value& message);
[[nodiscard]] std::string type_of(const json::value& message);

}  // namespace clarion::broadcast::testing
