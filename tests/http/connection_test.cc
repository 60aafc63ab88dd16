#include "http/harness.h"

#include <boost/asio/buffer.hpp>
#include <fmt/format.h>

#include <future>

namespace clarion::http {
namespace {

using testing::body_of;
using testing::Harness;
using testing::RawClient;
using testing::route;
using testing::says;
using testing::status_of;

constexpr std::string_view kHello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";

void hello(Router& router) { router.add(route("GET", "/hello", says("hello"))); }

TEST(ConnectionDeadlines, EndARequestThatComesByDrops) {
  Harness harness(hello);
  RawClient slow(harness.server->port());
  slow.send(std::string(kHello) + "GET /hello HTTP/1.1\r\nHost: x\r\n");
  EXPECT_EQ(body_of(slow.read_answer()), "hello");
  std::chrono::seconds passed{0};
  for (; !slow.readable(std::chrono::milliseconds(10)) && passed < std::chrono::hours(1);
       ++passed) {
    slow.send("X: a\r\n");
    harness.clock.advance(std::chrono::seconds(1));
  }
  EXPECT_GE(passed, std::chrono::seconds(30));
  const std::string answer = slow.read_answer();
  EXPECT_EQ(status_of(answer), 408);
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
}

TEST(ConnectionDeadlines, EndABodyThatDoesNotCome) {
  std::promise<void> guarded;
  Harness harness([&](Router& router) {
    Route post = route("POST", "/p", says("p"));
    post.guard = [&](Request&) { return guarded.set_value(), ok(); };
    router.add(std::move(post));
  });
  RawClient slow(harness.server->port());
  slow.send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  guarded.get_future().wait();
  EXPECT_EQ(status_of(slow.read_answer()), 100);
  harness.clock.advance(std::chrono::seconds(31));
  EXPECT_EQ(status_of(slow.read_answer()), 408);
}

TEST(ConnectionDeadlines, CloseIdleConnectionsWithoutAWord) {
  Harness harness(hello);
  RawClient fresh(harness.server->port());
  RawClient used(harness.server->port());
  used.send(kHello);
  EXPECT_EQ(body_of(used.read_answer()), "hello");
  std::chrono::seconds passed{0};
  for (; !used.readable(std::chrono::milliseconds(10)) && passed < std::chrono::hours(1);
       ++passed) {
    harness.clock.advance(std::chrono::seconds(1));
  }
  EXPECT_GE(passed, std::chrono::seconds(60));
  EXPECT_EQ(used.read_all(), "");
  EXPECT_EQ(fresh.read_all(), "");
}

TEST(ConnectionDeadlines, CutAClientThatDoesNotReadItsAnswer) {
  Harness harness(
      [](Router& router) { router.add(route("GET", "/big", says(std::string(64U << 20U, 'a')))); });
  RawClient stuck(harness.server->port());
  stuck.send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
  (void)stuck.read_bytes(1);
  while (harness.server->stats().connections > 0) {
    harness.clock.advance(std::chrono::hours(2));
    std::this_thread::yield();
  }
  EXPECT_LT(stuck.read_all().size(), 64U << 20U);
}

TEST(Counters, CountEachAnswerByTheFirstDigitOfItsStatus) {
  Harness harness(hello);
  RawClient client(harness.server->port());
  client.send(kHello);
  EXPECT_EQ(status_of(client.read_answer()), 200);
  client.send("GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_of(client.read_answer()), 404);
  const auto answers = harness.server->stats().answers;
  EXPECT_EQ(answers[2], 1U);
  EXPECT_EQ(answers[4], 1U);
}

TEST(Limits, RefuseConnectionsOverTheAddresssCount) {
  Harness harness(hello, [](ServerOptions& options) { options.connections_per_address = 2; });
  RawClient first(harness.server->port());
  RawClient second(harness.server->port());
  for (RawClient* one : {&first, &second}) {
    one->send(kHello);
    EXPECT_EQ(body_of(one->read_answer()), "hello");
  }
  RawClient third(harness.server->port());
  EXPECT_EQ(status_of(third.read_all()), 429);
  EXPECT_EQ(harness.server->stats().refused_limit, 1U);
}

TEST(Limits, RefuseConnectionsOverTheWhole) {
  Harness harness(hello, [](ServerOptions& options) { options.max_connections = 1; });
  RawClient first(harness.server->port());
  first.send(kHello);
  EXPECT_EQ(body_of(first.read_answer()), "hello");
  RawClient second(harness.server->port());
  EXPECT_EQ(status_of(second.read_all()), 503);
}

TEST(Limits, RefuseRequestsOverTheAddresssMinuteButNotHealth) {
  Harness harness(
      [](Router& router) {
        hello(router);
        Route live = route("GET", "/livez", says("ok"));
        live.exempt = true;
        router.add(std::move(live));
      },
      [](ServerOptions& options) { options.requests_per_address = 3; });
  auto client = harness.client();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.request("GET", "/hello").value().status, 200);
  const auto refused = client.request("GET", "/hello").value();
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("retry-after"), "20");
  EXPECT_NE(refused.body.find("20"), std::string::npos);
  EXPECT_EQ(client.request("GET", "/nothing").value().status, 429);
  EXPECT_EQ(client.request("GET", "/livez").value().status, 200);
  harness.clock.advance(std::chrono::seconds(20));
  EXPECT_EQ(client.request("GET", "/hello").value().status, 200);
}

TEST(Limits, ARouteMayHaveAMinuteOfItsOwn) {
  const auto routes = [](Router& router) {
    hello(router);
    Route asked = route("GET", "/asked", says("ok"));
    asked.requests_per_address = 2;
    router.add(std::move(asked));
  };
  Harness harness(routes, [](ServerOptions& options) { options.requests_per_address = 100; });
  auto client = harness.client();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(client.request("GET", "/asked").value().status, 200);
  const auto refused = client.request("GET", "/asked").value();
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("retry-after"), "30");
  EXPECT_EQ(client.request("GET", "/hello").value().status, 200);
  harness.clock.advance(std::chrono::seconds(30));
  EXPECT_EQ(client.request("GET", "/asked").value().status, 200);

  Harness open(routes);  // where addresses are not limited, routes are neither
  auto free = open.client();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(free.request("GET", "/asked").value().status, 200);
}

TEST(Limits, CountClientsBehindATrustedProxyEachAlone) {
  Harness harness(
      [](Router& router) {
        router.add(route("GET", "/who", [](Request& r) {
          return Response{200, {}, r.remote + (r.secure ? " tls" : "")};
        }));
      },
      [](ServerOptions& options) {
        options.requests_per_address = 1;
        options.connections_per_address = 1;
        options.trusted_proxies = {"127.0.0.0/8"};
      });
  auto one = harness.client();
  auto two = harness.client();
  EXPECT_EQ(one.request("GET", "/who",
                        {{"X-Forwarded-For", "6.6.6.6, 192.0.2.1"}, {"X-Forwarded-Proto", "https"}})
                .value()
                .body,
            "192.0.2.1 tls");
  EXPECT_EQ(two.request("GET", "/who", {{"X-Forwarded-For", "192.0.2.2"}}).value().body,
            "192.0.2.2");
  EXPECT_EQ(one.request("GET", "/who", {{"X-Forwarded-For", "192.0.2.1"}}).value().status, 429);
}

TEST(Limits, BelieveNoForwardedHeaderOfStrangers) {
  Harness harness([](Router& router) {
    router.add(route("GET", "/who", [](Request& r) {
      return Response{200, {}, r.remote + (r.secure ? " tls" : "")};
    }));
  });
  EXPECT_EQ(fetch("GET", harness.url("/who"),
                  {{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-Proto", "https"}})
                .value()
                .body,
            "127.0.0.1");
}

TEST(Limits, AnswerBusyWhenTheQueueOfWorkersIsFull) {
  std::promise<void> go;
  const std::shared_future<void> gone = go.get_future().share();
  std::atomic<int> running{0};
  Harness harness(
      [&](Router& router) {
        router.add(route("GET", "/wait", [&, gone](Request&) {
          ++running;
          gone.wait();
          return Response{200, {}, "waited"};
        }));
      },
      [](ServerOptions& options) {
        options.workers = 1;
        options.max_queued = 1;
      });
  const std::string wait = "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n";
  RawClient first(harness.server->port());
  first.send(wait);
  while (running == 0) std::this_thread::yield();
  // One of these two waits in the queue, the other finds it full.
  RawClient second(harness.server->port());
  RawClient third(harness.server->port());
  second.send(wait);
  third.send(wait);
  while (harness.server->stats().refused_busy == 0) std::this_thread::yield();
  go.set_value();
  EXPECT_EQ(body_of(first.read_answer()), "waited");
  const std::string a = second.read_answer();
  const std::string b = third.read_answer();
  EXPECT_EQ(status_of(a) + status_of(b), 200 + 503);
  EXPECT_NE((status_of(a) == 503 ? a : b).find("Retry-After: 1\r\n"), std::string::npos);
}

/// A route that hands its connections out.
struct Taken {
  std::promise<Upgrade> promise;
  Route route(Guard guard = {}) {
    Route made;
    made.method = "GET";
    made.pattern = "/stream";
    made.guard = std::move(guard);
    made.take_over = [this](Upgrade upgrade) { promise.set_value(std::move(upgrade)); };
    return made;
  }
};

TEST(TakeOver, GetsTheSocketTheHeadAndExactlyWhatWasReadBehindIt) {
  for (const bool guarded : {false, true}) {
    Taken taken;
    Harness harness([&](Router& router) {
      router.add(
          taken.route(guarded ? Guard([](Request& r) { return r.actor = 7, ok(); }) : Guard{}));
    });
    RawClient raw(harness.server->port());
    raw.send("GET /stream?from=1:2 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n" +
             std::string("\0\1\2\r\n\r\nrest", 11));
    {
      Upgrade upgrade = taken.promise.get_future().get();
      EXPECT_EQ(upgrade.read_ahead, std::string("\0\1\2\r\n\r\nrest", 11));
      EXPECT_EQ(upgrade.request.query_value("from"), "1:2");
      EXPECT_EQ(upgrade.request.header("upgrade"), "websocket");
      EXPECT_EQ(upgrade.request.actor.has_value(), guarded);
      EXPECT_LT(upgrade.core, harness.server->cores());
      EXPECT_TRUE(upgrade.socket.non_blocking());
      EXPECT_EQ(harness.server->stats().connections, 1U);
      boost::system::error_code ec;
      upgrade.socket.write_some(boost::asio::buffer("own bytes", 9), ec);
      EXPECT_FALSE(ec);
    }
    EXPECT_EQ(raw.read_all(), "own bytes");
    EXPECT_EQ(harness.server->stats().connections, 0U);
  }
}

TEST(TakeOver, IsRefusedByItsGuardAndWithABody) {
  Taken taken;
  Harness harness([&](Router& router) {
    router.add(taken.route([](Request& r) -> Status {
      if (r.header("authorization").empty()) return ok();
      return Error{Errc::unauthorised, "a bad token"};
    }));
  });
  EXPECT_EQ(fetch("GET", harness.url("/stream"), {{"Authorization", "Bearer bad"}}).value().status,
            401);
  EXPECT_EQ(fetch("GET", harness.url("/stream"), {}, "body").value().status, 400);
}

TEST(TakeOver, CountsClientsBehindAProxyByTheirOwnAddress) {
  std::vector<Upgrade> kept;
  std::mutex mutex;
  Harness harness(
      [&](Router& router) {
        Route stream;
        stream.method = "GET";
        stream.pattern = "/stream";
        stream.take_over = [&](Upgrade upgrade) {
          // Kept before the client hears of it: the sockets must not outlive the server.
          const std::lock_guard lock(mutex);
          kept.push_back(std::move(upgrade));
          boost::system::error_code ignored;
          kept.back().socket.write_some(boost::asio::buffer("HTTP/1.1 200 OK\r\n\r\n", 19),
                                        ignored);
        };
        router.add(std::move(stream));
      },
      [](ServerOptions& options) {
        options.connections_per_address = 1;
        options.trusted_proxies = {"127.0.0.1"};
      });
  const auto status = [&](std::string_view client) {
    RawClient raw(harness.server->port());
    raw.send(fmt::format("GET /stream HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {}\r\n\r\n", client));
    return status_of(raw.read_answer());
  };
  EXPECT_EQ(status("192.0.2.1"), 200);
  EXPECT_EQ(status("192.0.2.2"), 200);
  EXPECT_EQ(status("192.0.2.1"), 429);
  const std::lock_guard lock(mutex);
  kept.clear();
}

TEST(Deferred, AnswersLaterWithoutAWorker) {
  std::vector<Answer> waiting;
  std::mutex mutex;
  Harness harness(
      [&](Router& router) {
        hello(router);
        Route poll;
        poll.method = "GET";
        poll.pattern = "/poll/{n}";
        poll.deferred = [&](Request request, Answer answer) {
          const std::lock_guard lock(mutex);
          if (request.params["n"] == "drop") return;
          if (request.params["n"] == "throw") throw std::runtime_error("no");
          waiting.push_back(std::move(answer));
        };
        router.add(std::move(poll));
      },
      [](ServerOptions& options) { options.workers = 1; });
  std::vector<RawClient> clients;
  for (int i = 0; i < 20; ++i) {
    clients.emplace_back(harness.server->port());
    clients.back().send(fmt::format("GET /poll/{} HTTP/1.1\r\nHost: x\r\n\r\n", i));
  }
  const auto count = [&] {
    const std::lock_guard lock(mutex);
    return waiting.size();
  };
  while (count() < 20) std::this_thread::yield();
  EXPECT_EQ(fetch("GET", harness.url("/hello")).value().body, "hello");
  for (const Answer& answer : waiting) {
    answer(Response{200, {}, "late"});
    answer(Response{500, {}, "twice"});
  }
  waiting.clear();
  for (RawClient& client : clients) EXPECT_EQ(body_of(client.read_answer()), "late");
  EXPECT_EQ(fetch("GET", harness.url("/poll/drop")).value().status, 500);
  EXPECT_EQ(fetch("GET", harness.url("/poll/throw")).value().status, 500);
}

TEST(Drain, LetsRunningRequestsEndAndClosesTheRest) {
  std::promise<void> started, go;
  Harness harness([&](Router& router) {
    hello(router);
    router.add(route("GET", "/wait", [&](Request&) {
      started.set_value();
      go.get_future().wait();
      return Response{200, {}, "waited"};
    }));
  });
  RawClient idle(harness.server->port());
  idle.send(kHello);
  EXPECT_EQ(body_of(idle.read_answer()), "hello");
  RawClient running(harness.server->port());
  running.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  started.get_future().wait();
  std::thread drain([&] { harness.server->drain(std::chrono::seconds(20)); });
  EXPECT_EQ(idle.read_all(), "");
  while (RawClient(harness.server->port()).fd() >= 0) std::this_thread::yield();
  go.set_value();
  const std::string answer = running.read_all();
  EXPECT_EQ(body_of(answer), "waited");
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  drain.join();
}

TEST(Drain, EndsAtItsDeadline) {
  std::promise<void> started, go;
  Harness harness([&](Router& router) {
    router.add(route("GET", "/wait", [&](Request&) {
      started.set_value();
      go.get_future().wait();
      return Response{};
    }));
  });
  RawClient running(harness.server->port());
  running.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  started.get_future().wait();
  harness.server->drain(std::chrono::milliseconds(50));
  EXPECT_EQ(harness.logged().size(), 1U);
  go.set_value();
}

}  // namespace
}  // namespace clarion::http
