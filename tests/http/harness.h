#pragma once

#include "http/client.h"
#include "http/server.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::http::testing {

/// A server on a free port of 127.0.0.1 with a clock that stands still, so that no limit or
/// deadline acts unless a test says so.
class Harness {
 public:
  explicit Harness(std::function<void(Router&)> routes,
                   std::function<void(ServerOptions&)> change = {});
  ~Harness();

  [[nodiscard]] std::string url(std::string_view target = "") const;
  [[nodiscard]] Client client() const;
  [[nodiscard]] std::vector<std::string> logged() const;

  ops::ManualClock clock{
      model::Time(std::chrono::milliseconds(784111777000))};  // RFC 9110's example date
  std::unique_ptr<ops::Random> random = ops::make_seeded_random(1);
  std::unique_ptr<Server> server;

 private:
  mutable std::mutex mutex_;  // guards log_
  std::vector<std::string> log_;
};

/// A client that sends what it is told, byte for byte. Every wait ends after 20 s and fails the
/// test.
class RawClient {
 public:
  explicit RawClient(unsigned short port);
  ~RawClient();
  RawClient(RawClient&& other) noexcept;
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False when the server has closed.
  bool send(std::string_view bytes);
  void finish_sending();
  /// One whole answer with Content-Length or without a body; "" when the connection ended before.
  std::string read_answer();
  /// All until the end.
  std::string read_all();
  /// At least this much.
  std::string read_bytes(std::size_t count);
  /// Something came, or the end, within the time.
  [[nodiscard]] bool readable(std::chrono::milliseconds within) const;
  [[nodiscard]] int fd() const { return socket_; }

 private:
  bool receive();
  int socket_ = -1;
  std::string in_;
};

/// 200 of "HTTP/1.1 200 OK…"; 0 when there is none.
[[nodiscard]] int status_of(std::string_view answer);
[[nodiscard]] std::string body_of(std::string_view answer);

[[nodiscard]] Route route(std::string method, std::string pattern, Handler handler);
/// Answers with the text.
[[nodiscard]] Handler says(std::string text);

}  // namespace clarion::http::testing
