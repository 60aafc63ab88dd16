#include "http/harness.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace clarion::http {
namespace {

using testing::Harness;
using testing::route;
using testing::says;

/// Answers one connection with fixed bytes after it read something, then closes.
class FixedServer {
 public:
  explicit FixedServer(std::string bytes)
      : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size), 0);
    url = "http://127.0.0.1:" + std::to_string(ntohs(at.sin_port));
    thread_ = std::thread([this, bytes = std::move(bytes)] {
      const int one = ::accept(listener_, nullptr, nullptr);
      std::array<char, 4096> piece;
      (void)::recv(one, piece.data(), piece.size(), 0);
      (void)::send(one, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      ::close(one);
    });
  }
  ~FixedServer() {
    thread_.join();
    ::close(listener_);
  }
  FixedServer(const FixedServer&) = delete;
  FixedServer& operator=(const FixedServer&) = delete;
  std::string url;

 private:
  int listener_;
  std::thread thread_;
};

TEST(Client, KeepsItsConnectionAndOpensItAnewWhenTheServerClosedIt) {
  Harness harness([](Router& router) { router.add(route("GET", "/hello", says("hello"))); });
  auto client = harness.client();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.request("GET", "/hello").value().body, "hello");
  EXPECT_EQ(harness.server->stats().connections, 1U);
  while (harness.server->stats().connections > 0) {
    harness.clock.advance(std::chrono::hours(1));
    std::this_thread::yield();
  }
  EXPECT_EQ(client.request("GET", "/hello").value().body, "hello");
}

TEST(Client, ReadsChunksAndBodiesThatEndWithTheConnection) {
  FixedServer chunks(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: "
      "y\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  const auto chunked = fetch("GET", chunks.url).value();
  EXPECT_EQ(chunked.body, "abc");
  EXPECT_EQ(chunked.header("x"), "y");
  FixedServer closes("HTTP/1.0 200 OK\r\n\r\nall of it");
  EXPECT_EQ(fetch("GET", closes.url + "/a?b").value().body, "all of it");
}

TEST(Client, TellsACutAnswerFromAForeignOne) {
  FixedServer cut("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc");
  EXPECT_EQ(fetch("GET", cut.url).error().errc, Errc::unavailable);
  FixedServer foreign("220 mail.example ESMTP\r\n\r\n");
  EXPECT_EQ(fetch("GET", foreign.url).error().errc, Errc::corrupt);
}

TEST(Client, BoundsTheAnswer) {
  FixedServer large("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'a'));
  Client::Options options;
  options.max_body_bytes = 1000;
  auto client = Client::make(large.url, options).value();
  EXPECT_EQ(client.request("GET", "/").error().errc, Errc::too_large);
}

TEST(Client, GivesUpWhenItsTimeIsOver) {
  std::promise<void> go;
  const std::shared_future<void> gone = go.get_future().share();
  Harness harness([gone](Router& router) {
    router.add(route("GET", "/wait", [gone](Request&) {
      gone.wait();
      return Response{};
    }));
  });
  const auto answer = fetch("GET", harness.url("/wait"), {}, {}, std::chrono::milliseconds(50));
  go.set_value();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().errc, Errc::unavailable);
}

TEST(Client, RefusesAddressesThatItCannotServe) {
  EXPECT_EQ(fetch("GET", "ftp://example.org/").error().errc, Errc::unsupported);
  for (const char* url : {"", "example.org", "http://", "http://:80", "http://a:", "http://a:b",
                          "http://a:123456", "http://u@a/", "http://a b/"}) {
    EXPECT_EQ(fetch("GET", url).error().errc, Errc::invalid) << url;
  }
  EXPECT_EQ(fetch("GET", "http://127.0.0.1:9/", {{"A", "b\r\nC: d"}}).error().errc, Errc::invalid);
  EXPECT_EQ(fetch("GET x", "http://127.0.0.1:9/").error().errc, Errc::invalid);
}

}  // namespace
}  // namespace clarion::http
