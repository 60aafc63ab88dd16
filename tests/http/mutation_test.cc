#include "http/harness.h"

#include <fmt/format.h>

#include <random>

namespace clarion::http {
namespace {

using testing::Harness;
using testing::RawClient;
using testing::route;

/// Whole, well-formed requests of every shape that the server reads.
std::vector<std::string> seeds() {
  return {
      "GET /echo/a%20b?x=1&y=%E8%B0%A3 HTTP/1.1\r\nHost: localhost\r\nAccept-Language: en;q=0.5, "
      "zh\r\nCookie: a=b\r\n\r\n",
      "POST /echo/a HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
      "application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}",
      "POST /echo/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3;x=y\r\nabc\r\n0a\r\n0123456789\r\n0\r\nT: u\r\n\r\n",
      "POST /echo/a HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nContent-Length: "
      "5\r\nExpect: 100-continue\r\n\r\nhello",
      "HEAD http://localhost/echo/a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
      "GET /echo/a HTTP/1.1\r\nHost: a\r\n\r\nGET /echo/b HTTP/1.1\r\nHost: a\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 1.2.3.4, "
      "[::1]:80\r\nX-Request-Id: abc\r\n\r\n",
      "GET /stream HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\r\n\x81\x02hi",
  };
}

std::string mutated(std::string text, std::mt19937_64& random) {
  static const std::vector<std::string> pieces = {"\r\n",
                                                  "\n",
                                                  "\r",
                                                  "\0",
                                                  " ",
                                                  "\t",
                                                  ":",
                                                  "%",
                                                  "%00",
                                                  "0",
                                                  "ffff",
                                                  "\xff",
                                                  "\r\n\r\n",
                                                  "Content-Length: 3\r\n",
                                                  "Transfer-Encoding: chunked\r\n",
                                                  "chunked",
                                                  "HTTP/1.1"};
  const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
  for (std::size_t changes = 1 + below(4); changes > 0 && !text.empty(); --changes) {
    const std::size_t at = below(text.size());
    switch (below(5)) {
      case 0:
        text[at] = static_cast<char>(below(256));
        break;
      case 1:
        text.erase(at, 1 + below(8));
        break;
      case 2:
        text.insert(at, pieces[below(pieces.size())]);
        break;
      case 3:
        text.insert(at, text.substr(below(text.size()), below(40)));
        break;
      default:
        text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
        break;
    }
  }
  return text;
}

TEST(Mutations, NeverCostMoreThanAnAnswerBelow500) {
  Harness harness(
      [](Router& router) {
        const Handler echo = [](Request& r) { return Response{200, {}, r.path + r.body}; };
        router.add(route("GET", "/echo/{name}", echo));
        router.add(route("POST", "/echo/{name}", echo));
        Route stream;
        stream.method = "GET";
        stream.pattern = "/stream";
        stream.take_over = [](Upgrade) {};
        router.add(std::move(stream));
      },
      [](ServerOptions& options) { options.trusted_proxies = {"127.0.0.1"}; });
  std::mt19937_64 random(20261124);
  const std::vector<std::string> all = seeds();
  std::size_t answered = 0;
  for (int round = 0; round < 4000; ++round) {
    const std::string bytes = mutated(all[static_cast<std::size_t>(round) % all.size()], random);
    RawClient raw(harness.server->port());
    // In two pieces, so that every state sees an end of what was read.
    const std::size_t half = random() % (bytes.size() + 1);
    raw.send(std::string_view(bytes).substr(0, half));
    raw.send(std::string_view(bytes).substr(half));
    raw.finish_sending();
    const std::string answer = raw.read_all();
    if (!answer.empty()) ++answered;
    ASSERT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 ")) << bytes;
    ASSERT_EQ(answer.find("HTTP/1.1 5"), std::string::npos) << bytes << "\n" << answer;
    if (::testing::Test::HasFailure()) break;
  }
  EXPECT_GT(answered, 2000U);
  EXPECT_EQ(fetch("GET", harness.url("/echo/still")).value().body, "/echo/still");
  EXPECT_TRUE(harness.logged().empty()) << harness.logged().front();
}

}  // namespace
}  // namespace clarion::http
