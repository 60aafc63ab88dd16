#include "http/harness.h"

#include <fmt/format.h>
#include <zlib.h>

#include <atomic>

namespace clarion::http {
namespace {

using testing::body_of;
using testing::Harness;
using testing::RawClient;
using testing::route;
using testing::says;
using testing::status_of;

/// A head alone: the server must not need more to refuse it.
std::string head(std::string_view path, std::string_view fields) {
  return fmt::format("POST {} HTTP/1.1\r\nHost: x\r\n{}\r\n", path, fields);
}

Response echo(Request& request) { return Response{200, {}, request.body}; }

void echo_routes(Router& router) {
  Route open = route("POST", "/echo", echo);
  open.max_body_bytes = 1000;
  router.add(std::move(open));
  Route guarded = route("POST", "/guarded", echo);
  guarded.max_body_bytes = 1000;
  guarded.guard = [](Request& request) -> Status {
    if (request.header("authorization") == "Bearer good") {
      request.actor = std::string("anna");
      return ok();
    }
    return Error{Errc::unauthorised, "no credential"};
  };
  guarded.handler = [](Request& request) {
    return Response{200, {}, std::any_cast<std::string>(request.actor) + ":" + request.body};
  };
  router.add(std::move(guarded));
}

std::string gzip(std::string_view text) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&z, text.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

TEST(Body, IsReadByLengthAndByChunks) {
  Harness harness(echo_routes);
  RawClient raw(harness.server->port());
  raw.send(head("/echo", "Content-Length: 5\r\n") + "hello");
  EXPECT_EQ(body_of(raw.read_answer()), "hello");
  raw.send(head("/echo", "Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(body_of(raw.read_answer()), "abcde");
  raw.send(head("/echo", ""));
  EXPECT_EQ(body_of(raw.read_answer()), "");
}

TEST(Body, GuardSpeaksBeforeAByteOfTheBodyIsRead) {
  Harness harness(echo_routes);
  for (const char* fields :
       {"Content-Length: 5\r\n", "Content-Length: 999999999\r\n",
        "Content-Length: 5\r\nContent-Encoding: br\r\n", "Transfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\nExpect: 100-continue\r\n", "Content-Length: 5\r\nExpect: more\r\n"}) {
    RawClient raw(harness.server->port());
    raw.send(head("/guarded", fields));
    const std::string answer = raw.read_answer();
    EXPECT_EQ(status_of(answer), 401) << fields;
    EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
    EXPECT_EQ(raw.read_all(), "");
  }
}

TEST(Body, OfAKnownClientIsRefusedByLengthOrCodingWithoutReadingIt) {
  Harness harness(echo_routes);
  const auto status = [&](std::string_view fields) {
    RawClient raw(harness.server->port());
    raw.send(head("/guarded", fmt::format("Authorization: Bearer good\r\n{}", fields)));
    return status_of(raw.read_answer());
  };
  EXPECT_EQ(status("Content-Length: 1001\r\n"), 413);
  EXPECT_EQ(status("Content-Length: 1001\r\nExpect: 100-continue\r\n"), 413);
  EXPECT_EQ(status("Content-Length: 5\r\nContent-Encoding: br\r\n"), 415);
  EXPECT_EQ(status("Content-Length: 5\r\nContent-Encoding: gzip, gzip\r\n"), 415);
  EXPECT_EQ(status("Content-Length: 5\r\nExpect: more\r\n"), 417);
}

TEST(Body, ReachesTheHandlerWithWhatTheGuardLeft) {
  Harness harness(echo_routes);
  EXPECT_EQ(fetch("POST", harness.url("/guarded"), {{"Authorization", "Bearer good"}}, "text")
                .value()
                .body,
            "anna:text");
  EXPECT_EQ(fetch("POST", harness.url("/guarded"), {{"Authorization", "Bearer good"}}).value().body,
            "anna:");
}

TEST(Body, InChunksIsCutOffAtItsBound) {
  Harness harness(echo_routes);
  RawClient raw(harness.server->port());
  raw.send(head("/echo", "Transfer-Encoding: chunked\r\n"));
  for (int i = 0; i < 11; ++i) raw.send("64\r\n" + std::string(100, 'a') + "\r\n");
  EXPECT_EQ(status_of(raw.read_answer()), 413);
}

TEST(Body, IsInvitedWhenTheClientWaitsForThat) {
  Harness harness(echo_routes);
  RawClient raw(harness.server->port());
  raw.send(head("/guarded",
                "Authorization: Bearer good\r\nContent-Length: 5\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(raw.read_answer(), "HTTP/1.1 100 Continue\r\n\r\n");
  raw.send("hello");
  EXPECT_EQ(body_of(raw.read_answer()), "anna:hello");
}

TEST(Body, IsInflatedWithinTheSameBound) {
  Harness harness(echo_routes);
  const auto post = [&](std::string_view body) {
    return fetch("POST", harness.url("/echo"), {{"Content-Encoding", "GZip"}}, body).value();
  };
  EXPECT_EQ(post(gzip("hello")).body, "hello");
  EXPECT_EQ(post(gzip(std::string(1000, 'a'))).body.size(), 1000U);
  EXPECT_EQ(post(gzip(std::string(1001, 'a'))).status, 413);
  EXPECT_EQ(post("not gzip").status, 400);
  const std::string bomb = gzip(std::string(900000, '\0'));
  ASSERT_LT(bomb.size(), 1000U);
  EXPECT_EQ(post(bomb).status, 413);
}

TEST(Body, ThatIsRefusedWhileTheClientStillSendsGetsItsAnswerThrough) {
  Harness harness(echo_routes);
  for (int i = 0; i < 10; ++i) {
    const auto answer = fetch("POST", harness.url("/guarded"), {}, std::string(8U << 20U, 'a'));
    ASSERT_TRUE(answer) << answer.error().text;
    EXPECT_EQ(answer.value().status, 401);
  }
}

TEST(Body, LargeOnesGoBothWays) {
  Harness harness([](Router& router) {
    Route large = route("POST", "/large", echo);
    large.max_body_bytes = 20U << 20U;
    router.add(std::move(large));
  });
  std::string text;
  for (int i = 0; text.size() < (16U << 20U); ++i) text += fmt::format("{} ", i);
  EXPECT_TRUE(fetch("POST", harness.url("/large"), {}, text).value().body == text);
}

TEST(Body, MalformedRequestsAre400AndEndTheConnection) {
  Harness harness(echo_routes);
  for (const std::string& bytes :
       {head("/echo", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"),
        head("/echo", "Content-Length: 1\r\nContent-Length: 1\r\n"), head("/echo", "X: a\rb\r\n"),
        head("/echo", "X: a\r\n b\r\n"), head("/echo", std::string_view("X: \0\r\n", 6)),
        head("/echo", "Transfer-Encoding: chunked\r\n") + "zz\r\n",
        std::string("GET /hello\r\n\r\n"), std::string("\x16\x03\x01\x02"),
        std::string("GET / HTTP/1.1\n"), std::string("GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n"),
        std::string("GET / HTTP/3.0\r\nHost: x\r\n\r\n"),
        std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        std::string("CONNECT a:80 HTTP/1.1\r\nHost: x\r\n\r\n")}) {
    RawClient raw(harness.server->port());
    raw.send(bytes);
    const std::string answer = raw.read_answer();
    EXPECT_EQ(status_of(answer), 400) << bytes;
    const bool last =
        bytes.find("%zz") == std::string::npos && bytes.find("CONNECT") == std::string::npos;
    EXPECT_EQ(answer.find("Connection: close\r\n") != std::string::npos, last) << bytes;
  }
}

TEST(Body, AcceptsTheAbsoluteFormAndAnEmptyLineInFront) {
  Harness harness([](Router& router) { router.add(route("GET", "/hello", says("hello"))); });
  RawClient raw(harness.server->port());
  raw.send("\r\nGET http://x/hello HTTP/1.1\r\nHost: x\r\n\r\n\r\n");
  EXPECT_EQ(body_of(raw.read_answer()), "hello");
  raw.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(body_of(raw.read_answer()), "hello");
}

TEST(Body, RefusesATooLargeHead) {
  Harness harness(echo_routes, [](ServerOptions& options) { options.max_header_bytes = 1000; });
  RawClient whole(harness.server->port());
  whole.send("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(1000, 'a') + "\r\n\r\n");
  EXPECT_EQ(status_of(whole.read_answer()), 431);
  RawClient begun(harness.server->port());
  begun.send("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(1000, 'a'));
  EXPECT_EQ(status_of(begun.read_answer()), 431);
}

}  // namespace
}  // namespace clarion::http
