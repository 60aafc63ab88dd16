#include "http/harness.h"

#include <fmt/format.h>

namespace clarion::http {
namespace {

using testing::body_of;
using testing::Harness;
using testing::RawClient;
using testing::route;
using testing::says;
using testing::status_of;

void one_route(Router& router) { router.add(route("GET", "/hello", says("hello"))); }

TEST(Server, AnswersWithWhatEveryAnswerCarries) {
  Harness harness(one_route);
  const auto answer = fetch("GET", harness.url("/hello")).value();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "hello");
  EXPECT_EQ(answer.header("date"), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(answer.header("referrer-policy"), "no-referrer");
  EXPECT_EQ(answer.header("cache-control"), "no-store");
  EXPECT_EQ(answer.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
  EXPECT_EQ(answer.header("x-request-id").size(), 16U);
}

TEST(Server, KeepsWhatAHandlerSetsAndDropsWhatWouldBreakTheHead) {
  Harness harness([](Router& router) {
    router.add(route("GET", "/set", [](Request&) {
      return Response{200,
                      {{"cache-control", "max-age=60"},
                       {"Content-Security-Policy", "default-src 'self'"},
                       {"Location", "/a\r\nSet-Cookie: a=b"},
                       {"Content-Length", "7"},
                       {"X-Mine", "yes"}},
                      "x"};
    }));
  });
  const auto answer = fetch("GET", harness.url("/set")).value();
  EXPECT_EQ(answer.header("cache-control"), "max-age=60");
  EXPECT_EQ(answer.header("content-security-policy"), "default-src 'self'");
  EXPECT_EQ(answer.header("content-length"), "1");
  EXPECT_EQ(answer.header("x-mine"), "yes");
  EXPECT_FALSE(answer.headers.contains("location"));
  EXPECT_FALSE(answer.headers.contains("set-cookie"));
}

TEST(Server, TakesARequestIdThatFitsALogLineAndNoOther) {
  Harness harness(one_route);
  EXPECT_EQ(fetch("GET", harness.url("/hello"), {{"X-Request-Id", "abc-1.2_3"}})
                .value()
                .header("x-request-id"),
            "abc-1.2_3");
  EXPECT_NE(
      fetch("GET", harness.url("/hello"), {{"X-Request-Id", "a b"}}).value().header("x-request-id"),
      "a b");
  const std::string long_id(65, 'a');
  EXPECT_NE(fetch("GET", harness.url("/hello"), {{"X-Request-Id", long_id}})
                .value()
                .header("x-request-id"),
            long_id);
}

TEST(Server, ServesHeadByGetWithoutABody) {
  Harness harness(one_route);
  RawClient raw(harness.server->port());
  raw.send("HEAD /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answer = raw.read_all();
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_NE(answer.find("Content-Length: 5\r\n"), std::string::npos);
  EXPECT_EQ(body_of(answer), "");
}

TEST(Server, TellsUnknownPathsFromUnknownMethods) {
  Harness harness(one_route);
  const auto missing = fetch("GET", harness.url("/nothing")).value();
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.header("content-type"), "application/problem+json");
  const auto refused = fetch("DELETE", harness.url("/hello")).value();
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.header("allow"), "GET, HEAD, OPTIONS");
  const auto options = fetch("OPTIONS", harness.url("/hello")).value();
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.header("allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(fetch("OPTIONS", harness.url("/nothing")).value().status, 404);
  EXPECT_EQ(harness.client().request("OPTIONS", "*").value().status, 204);
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  Harness harness([](Router& router) {
    router.add(route("GET", "/n/{n}", [](Request& r) { return Response{200, {}, r.params["n"]}; }));
  });
  RawClient raw(harness.server->port());
  std::string all;
  for (int i = 0; i < 500; ++i) all += fmt::format("GET /n/{} HTTP/1.1\r\nHost: x\r\n\r\n", i);
  raw.send(all);
  for (int i = 0; i < 500; ++i) ASSERT_EQ(body_of(raw.read_answer()), std::to_string(i));
}

TEST(Server, TurnsAHandlersExceptionIntoA500ThatTellsNothing) {
  Harness harness([](Router& router) {
    router.add(route("POST", "/throw",
                     [](Request&) -> Response { throw std::runtime_error("disk gone"); }));
  });
  const auto answer = fetch("POST", harness.url("/throw"), {}, "the secret body").value();
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body.find("disk gone"), std::string::npos);
  ASSERT_EQ(harness.logged().size(), 1U);
  EXPECT_NE(harness.logged()[0].find("POST /throw: disk gone"), std::string::npos);
  EXPECT_EQ(harness.logged()[0].find("secret"), std::string::npos);
}

TEST(Server, SpeaksHttp10WithAndWithoutKeepAlive) {
  Harness harness(one_route);
  RawClient once(harness.server->port());
  once.send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(body_of(once.read_all()), "hello");
  RawClient kept(harness.server->port());
  for (int i = 0; i < 2; ++i) {
    kept.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const std::string answer = kept.read_answer();
    EXPECT_NE(answer.find("Connection: keep-alive\r\n"), std::string::npos);
    EXPECT_EQ(body_of(answer), "hello");
  }
}

TEST(Server, AnswersAClientThatClosedItsSendingSide) {
  Harness harness(one_route);
  RawClient raw(harness.server->port());
  raw.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  raw.finish_sending();
  EXPECT_EQ(body_of(raw.read_all()), "hello");
}

TEST(Server, GivesARouteItsParametersQueryAndLanguage) {
  Harness harness([](Router& router) {
    router.add(route("GET", "/v1/cases/{id}", [](Request& r) {
      return Response{
          200,
          {},
          fmt::format("{}|{}|{}|{}|{}", r.params["id"], r.path, r.query_value("q").value_or("-"),
                      r.query_value("b").value_or("-"), r.lang == ops::Lang::en ? "en" : "zh")};
    }));
  });
  EXPECT_EQ(
      fetch("GET", harness.url("/v1/cases/a%2Fb?q=%E8%B0%A3+x&b"), {{"Accept-Language", "en"}})
          .value()
          .body,
      "a/b|/v1/cases/a%2Fb|谣 x||en");
  EXPECT_EQ(fetch("GET", harness.url("/v1/cases/%E8%B0%A3")).value().body,
            "谣|/v1/cases/谣|-|-|zh");
}

TEST(Server, RefusesAPortThatAnotherServerHas) {
  Harness harness(one_route);
  ServerOptions options;
  options.port = harness.server->port();
  const auto second = Server::open(options, Router(), harness.clock, *harness.random);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().errc, Errc::unavailable);
  EXPECT_NE(second.error().text.find(std::to_string(options.port)), std::string::npos);
}

TEST(Server, NamesWhatIsWrongWithItsOptions) {
  ops::ManualClock clock{model::Time{}};
  const auto random = ops::make_seeded_random(1);
  ServerOptions options;
  options.address = "nowhere";
  EXPECT_EQ(Server::open(options, Router(), clock, *random).error().errc, Errc::invalid);
  options.address = "127.0.0.1";
  options.trusted_proxies = {"10.0.0.0/33"};
  EXPECT_NE(Server::open(options, Router(), clock, *random).error().text.find("10.0.0.0/33"),
            std::string::npos);
}

TEST(Server, ServesTwoHundredKeptConnectionsAtOnce) {
  Harness harness(one_route);
  std::vector<RawClient> clients;
  for (int i = 0; i < 200; ++i) clients.emplace_back(harness.server->port());
  for (int round = 0; round < 5; ++round) {
    for (RawClient& client : clients)
      ASSERT_TRUE(client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"));
    for (RawClient& client : clients) ASSERT_EQ(body_of(client.read_answer()), "hello");
  }
  EXPECT_EQ(harness.server->stats().connections, 200U);
  EXPECT_EQ(harness.server->stats().requests, 1000U);
}

}  // namespace
}  // namespace clarion::http
