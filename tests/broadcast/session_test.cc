#include "broadcast/harness.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace clarion::broadcast::testing {
namespace {

using namespace std::chrono_literals;

int code_of(const json::value& message) {
  return type_of(message) == "error" ? static_cast<int>(message.at("code").as_int64()) : 0;
}

TEST(Session, SaysHelloWithTheChannelsThatAreOpen) {
  World world;
  auto anyone = world.connect(World::websocket_headers());
  const json::value hello = world.next(*anyone);
  EXPECT_EQ(hello.at("protocol").as_string(), "clarion.v1");
  EXPECT_EQ(hello.at("heartbeat_s").as_int64(), 25);
  EXPECT_EQ(hello.at("limits").at("frame").as_int64(), 65536);
  EXPECT_EQ(hello.at("limits").at("filters").as_int64(), 16);
  EXPECT_EQ(hello.at("channels"), (json::array{"notices"}));
  EXPECT_NE(anyone->head.find("Sec-WebSocket-Protocol: clarion.v1\r\n"), std::string::npos);
  auto anna = world.connect(World::websocket_headers("clarion.v1, clarion.token.anna"));
  EXPECT_EQ(world.next(*anna).at("channels"), (json::array{"notices", "drill"}));
}

TEST(Session, AnswersEachRefusalWithItsCodeAndTheRequestsId) {
  World world;
  auto client = world.websocket();
  const auto ask = [&](std::string_view message) {
    client->say(message);
    return world.next(*client);
  };
  EXPECT_EQ(code_of(ask(R"({"type":"subscribe","id":1,"channel":"nothing"})")), 102);
  EXPECT_EQ(code_of(ask(R"({"type":"subscribe","id":1,"channel":"desk"})")), 103);
  EXPECT_EQ(code_of(ask(R"({"type":"subscribe","id":1,"channel":"drill"})")), 103);
  EXPECT_EQ(code_of(ask(R"({"type":"subscribe","id":1})")), 107);
  EXPECT_EQ(code_of(ask(R"({"type":"subscribe","channel":"notices","from":{"epoch":"E"}})")), 107);
  EXPECT_EQ(code_of(ask(R"({"type":"subscribe","channel":"notices","from":{"offset":7}})")), 107);
  EXPECT_EQ(code_of(ask(R"({"type":"subscribe","channel":"notices","from":"yesterday"})")), 107);
  EXPECT_EQ(code_of(ask(R"({"type":"sing"})")), 107);
  EXPECT_EQ(code_of(ask(R"({"type":"unsubscribe","channel":"notices"})")), 107);
  EXPECT_EQ(code_of(ask(R"({"type":"refresh","token":"anna"})")), 101);
  EXPECT_EQ(code_of(ask(R"({"type":"ack","channel":"notices","epoch":"01EPOCH","offset":"0"})")),
            101);
  const json::value unknown =
      ask(R"({"type":"subscribe","id":"s-1","channel":"notices","filter":{"colour":[]}})");
  EXPECT_EQ(code_of(unknown), 107);
  EXPECT_EQ(unknown.at("id").as_string(), "s-1");
  EXPECT_FALSE(unknown.at("temporary").as_bool());
  EXPECT_NE(std::string_view(unknown.at("message").as_string()).find("/filter/colour"),
            std::string_view::npos);
}

TEST(Session, HoldsOneSubscriptionAChannel) {
  World world;
  auto client = world.websocket("anna");
  client->say(R"({"type":"subscribe","id":1,"channel":"notices"})");
  EXPECT_EQ(type_of(world.next(*client)), "subscribed");
  client->say(R"({"type":"subscribe","id":2,"channel":"notices"})");
  EXPECT_EQ(code_of(world.next(*client)), 105);
  client->say(R"({"type":"subscribe","id":3,"channel":"drill"})");
  EXPECT_EQ(world.next(*client).at("channel").as_string(), "drill");
  world.publish("drill");
  world.publish("notices");
  EXPECT_EQ(type_of(world.next(*client)), "notice");
  EXPECT_EQ(type_of(world.next(*client)), "notice");
}

TEST(Session, EndsASubscriptionAndTakesAnotherInItsPlace) {
  World world;
  auto client = world.websocket();
  client->say(R"({"type":"subscribe","id":1,"channel":"notices"})");
  world.next(*client);
  client->say(R"({"type":"unsubscribe","id":2,"channel":"notices"})");
  const json::value done = world.next(*client);
  EXPECT_EQ(type_of(done), "unsubscribed");
  EXPECT_EQ(done.at("id").as_int64(), 2);
  world.publish("notices");
  world.settle();
  client->say(R"({"type":"subscribe","id":3,"channel":"notices"})");
  EXPECT_EQ(type_of(world.next(*client)), "subscribed") << "nothing came between";
}

TEST(Session, ForgetsAnAnswerOfTheStoreForASubscriptionThatWasGivenUp) {
  World world({}, [](MemoryLog& log) { log.append("notices", {}); });
  world.hold_jobs = true;
  auto client = world.websocket();
  client->say(R"({"type":"subscribe","id":1,"channel":"notices","from":"live_notices"})");
  client->say(R"({"type":"unsubscribe","id":2,"channel":"notices"})");
  client->say(R"({"type":"subscribe","id":3,"channel":"notices"})");
  EXPECT_EQ(type_of(world.next(*client)), "unsubscribed");
  EXPECT_EQ(world.next(*client).at("id").as_int64(), 3);
  world.jobs.front()();
  world.settle();
  client->read();
  EXPECT_TRUE(client->texts.empty());
}

TEST(Session, AnswersPingsOfBothKinds) {
  World world;
  auto client = world.websocket();
  client->say(R"({"type":"ping"})");
  EXPECT_EQ(type_of(world.next(*client)), "pong");
  client->send_frame(ws::Opcode::ping, "p");
  EXPECT_TRUE(world.until([&] {
    client->read();
    return client->pongs == 1;
  }));
}

TEST(Session, ClosesWhatSpeaksAnotherLanguage) {
  World world;
  const std::vector<std::pair<std::string, std::uint16_t>> cases{
      {client_frame(ws::Opcode::text, "hello"), 3501},
      {client_frame(ws::Opcode::text, R"(["type"])"), 3501},
      {client_frame(ws::Opcode::text, R"({"type":"ping","type":"ping"})"), 3501},
      {client_frame(ws::Opcode::binary, "x"), 1003},
      {client_frame(ws::Opcode::text, "\xff"), 1007},
      {client_frame(ws::Opcode::text, std::string(70000, ' ')), 1009},
      {"\x81\x01x", 1002},
      {client_frame(ws::Opcode::close, ws::close_payload(4000, "done")), 4000},
  };
  for (const auto& [bytes, code] : cases) {
    auto client = world.websocket();
    client->send(bytes);
    EXPECT_TRUE(world.until([&] {
      client->read();
      return client->ended;
    }));
    EXPECT_EQ(client->close_code, code);
  }
  EXPECT_TRUE(world.until([&] { return world.gateway->stats().front().sessions == 0; }));
}

TEST(Session, RefusesWhoAsksTooMuchAndThenShutsItOut) {
  World world;
  auto client = world.websocket();
  for (int i = 0; i < 40; ++i) client->say(R"({"type":"ping"})");
  for (int i = 0; i < 40; ++i) EXPECT_EQ(type_of(world.next(*client)), "pong");
  client->say(R"({"type":"ping"})");
  const json::value refused = world.next(*client);
  EXPECT_EQ(code_of(refused), 111);
  EXPECT_TRUE(refused.at("temporary").as_bool());
  world.advance(1s);
  client->say(R"({"type":"ping"})");
  EXPECT_EQ(type_of(world.next(*client)), "pong");
  for (int i = 0; i < 250; ++i) client->say(R"({"type":"ping"})");
  while (!world.next(*client).is_null()) {
  }
  EXPECT_EQ(client->close_code, 3503);
}

TEST(Credential, OfTheHeaderIsCheckedBeforeTheUpgrade) {
  World world;
  auto headers = World::websocket_headers();
  headers.emplace_back("authorization", "Bearer nobody");
  auto refused = world.connect(headers);
  EXPECT_TRUE(world.until([&] {
    refused->read();
    return refused->ended;
  }));
  EXPECT_TRUE(refused->head.starts_with("HTTP/1.1 401 ")) << refused->head;
  EXPECT_EQ(parse_json(refused->body).value().at("status").as_int64(), 401);
  headers.back().second = "Bearer anna";
  auto anna = world.connect(headers);
  EXPECT_EQ(world.next(*anna).at("channels").as_array().size(), 2U);
}

TEST(Credential, OfTheSubprotocolListEndsWith3500WhenBad) {
  World world;
  auto client = world.connect(World::websocket_headers("clarion.v1, clarion.token.nobody"));
  EXPECT_TRUE(world.next(*client).is_null());
  EXPECT_TRUE(client->head.starts_with("HTTP/1.1 101 "));
  EXPECT_EQ(client->close_code, 3500);
}

TEST(Credential, OfAnEndedSessionsCookieLeavesThePublicChannel) {
  World world;
  auto headers = World::websocket_headers();
  headers.emplace_back("cookie", "session=over");
  headers.emplace_back("origin", "https://board.example");
  auto client = world.connect(headers);
  EXPECT_EQ(world.next(*client).at("channels").as_array().size(), 1U);
}

TEST(Credential, EndsWithinASecondWhenRevokedOrChanged) {
  World world;
  auto anna = world.websocket("anna");
  auto partner = world.websocket("partner");
  auto anyone = world.websocket();
  world.log.standing["k-anna"] = Standing::gone;
  world.log.standing["k-partner"] = Standing::changed;
  world.advance(1s);
  EXPECT_TRUE(world.next(*anna).is_null());
  EXPECT_EQ(anna->close_code, 3500);
  EXPECT_TRUE(world.next(*partner).is_null());
  EXPECT_EQ(partner->close_code, 3005);
  world.advance(1s);
  anyone->say(R"({"type":"ping"})");
  EXPECT_EQ(type_of(world.next(*anyone)), "pong");
}

TEST(Credential, EndsWith3005WhenItExpires) {
  World world;
  auto client = world.websocket("anna2");
  for (auto passed = 0s; passed < 59min; passed += 20s) {
    world.advance(20s);
    client->read();
  }
  EXPECT_FALSE(client->close_code);
  client->texts.clear();
  world.advance(21s);
  client->read();
  world.advance(21s);
  client->read();
  world.advance(21s);
  EXPECT_TRUE(world.next(*client).is_null());
  EXPECT_EQ(client->close_code, 3005);
}

TEST(Credential, IsRefreshedByATokenOfTheSameAccountAlone) {
  World world({}, [](MemoryLog& log) {
    log.tokens["old"] = {"k-old", "anna", {"drill"}, std::nullopt};
    log.tokens["weak"] = {"k-weak", "anna", {}, std::nullopt};
  });
  auto client = world.websocket("old");
  client->say(R"({"type":"subscribe","id":1,"channel":"drill"})");
  world.next(*client);
  const auto refresh = [&](std::string_view token) {
    client->say(fmt::format(R"({{"type":"refresh","id":9,"token":"{}"}})", token));
    return world.next(*client);
  };
  EXPECT_EQ(code_of(refresh("partner")), 101);
  EXPECT_EQ(code_of(refresh("nobody")), 101);
  EXPECT_EQ(code_of(refresh("weak")), 103);
  const json::value refreshed = refresh("anna2");
  EXPECT_EQ(type_of(refreshed), "refreshed");
  EXPECT_EQ(refreshed.at("expires_at").as_string(), model::to_text(world.clock.now() + 1h));
  world.log.standing["k-old"] = Standing::gone;  // of the token it no longer stands on
  world.advance(1s);
  client->say(R"({"type":"ping"})");
  EXPECT_EQ(type_of(world.next(*client)), "pong");
  world.log.standing["k-anna2"] = Standing::gone;
  world.advance(1s);
  EXPECT_TRUE(world.next(*client).is_null());
  EXPECT_EQ(client->close_code, 3500);
}

TEST(Credential, MayRecordHowFarItsReaderGot) {
  World world({}, [](MemoryLog& log) {
    for (int i = 0; i < 5; ++i) log.append("notices", {});
  });
  auto client = world.websocket("partner");
  for (const int offset : {2, 3, 4}) {
    client->say(fmt::format(
        R"({{"type":"ack","channel":"notices","epoch":"01EPOCH","offset":"{}"}})", offset));
  }
  client->say(R"({"type":"ping"})");
  EXPECT_EQ(type_of(world.next(*client)), "pong");
  world.advance(2s);
  ASSERT_EQ(world.log.acks.size(), 1U) << "the last one within a second stands for all";
  EXPECT_EQ(world.log.acks.front().by.account, "partner");
  EXPECT_EQ(world.log.acks.front().position, (model::Position{"01EPOCH", 4}));
  client->say(R"({"type":"ack","channel":"notices","epoch":"01EPOCH","offset":"6"})");
  EXPECT_EQ(code_of(world.next(*client)), 107);
  client->say(R"({"type":"ack","channel":"notices","epoch":"02EPOCH","offset":"1"})");
  EXPECT_EQ(code_of(world.next(*client)), 107);
  client->say(R"({"type":"ack","channel":"drill","epoch":"01EPOCH","offset":"0"})");
  EXPECT_EQ(code_of(world.next(*client)), 103);
  client->say(R"({"type":"ack","channel":"notices","epoch":"01EPOCH","offset":"5"})");
  client->cut();
  EXPECT_TRUE(world.until([&] { return world.log.acks.size() == 2; }))
      << "kept when the connection ends";
}

TEST(Credential, HasABoundedNumberOfConnections) {
  World world({.connections_per_account = 2});
  auto one = world.websocket("anna");
  auto two = world.websocket("anna2");
  auto three = world.connect(World::websocket_headers("clarion.v1, clarion.token.anna"));
  EXPECT_TRUE(world.next(*three).is_null());
  EXPECT_EQ(three->close_code, 3504);
  auto partner = world.websocket("partner");
  one->cut();
  EXPECT_TRUE(world.until([&] { return world.gateway->stats().front().sessions == 2; }));
  auto four = world.websocket("anna");
  four->say(R"({"type":"ping"})");
  EXPECT_EQ(type_of(world.next(*four)), "pong");
}

TEST(Heartbeat, CarriesTheHeadAndComesOnTime) {
  World world;
  auto client = world.websocket();
  client->say(R"({"type":"subscribe","id":1,"channel":"notices","filter":{"topics":["flood"]}})");
  world.next(*client);
  for (int i = 0; i < 3; ++i) world.publish("notices");
  world.settle();
  world.advance(24s);
  client->read();
  EXPECT_TRUE(client->texts.empty());
  world.advance(2s);
  const json::value beat = world.next(*client);
  EXPECT_EQ(type_of(beat), "heartbeat");
  EXPECT_EQ(beat.at("channel").as_string(), "notices");
  EXPECT_EQ(beat.at("epoch").as_string(), "01EPOCH");
  EXPECT_EQ(offset_of(beat), 3U);
  EXPECT_TRUE(beat.at("time").is_string());
  EXPECT_EQ(client->pings, 1U);
}

TEST(Heartbeat, IsSilentWhileASnapshotIsOnItsWay) {
  World world({}, [](MemoryLog& log) { log.append("notices", {}); });
  world.hold_jobs = true;
  auto client = world.websocket();
  client->say(R"({"type":"subscribe","id":1,"channel":"notices","from":"live_notices"})");
  world.settle();
  world.advance(60s);
  client->read();
  EXPECT_TRUE(client->texts.empty());
}

TEST(Heartbeat, CarriesTheOffsetReachedWhileAFillWaits) {
  World world({.max_backlog_bytes = 4096}, [](MemoryLog& log) {
    for (int i = 0; i < 100; ++i) log.append("notices", {.padding = 1000});
  });
  world.hold_jobs = true;
  auto client = world.websocket();
  client->say(R"({"type":"subscribe","id":1,"channel":"notices","from":{"offset":"0"}})");
  EXPECT_EQ(type_of(world.next(*client)), "subscribed");
  world.jobs.front()();
  EXPECT_EQ(offset_of(world.next(*client)), 1U);
  world.settle();
  world.advance(26s);
  std::uint64_t last = 1;
  json::value message = world.next(*client);
  for (; type_of(message) == "notice"; message = world.next(*client)) last = offset_of(message);
  EXPECT_EQ(type_of(message), "heartbeat");
  EXPECT_EQ(offset_of(message), last);
}

TEST(Heartbeat, Ends3012WhenNothingIsHeardForTwoAfterThePing) {
  World world;
  auto silent = world.websocket();
  auto alive = world.websocket();
  silent->answer_pings = false;
  world.advance(26s);  // both are pinged
  alive->read();
  silent->read();
  world.advance(49s);
  alive->read();
  silent->read();
  EXPECT_FALSE(silent->close_code);
  world.advance(27s);
  alive->read();
  EXPECT_TRUE(world.next(*silent).is_null());
  EXPECT_EQ(silent->close_code, 3012);
  EXPECT_FALSE(alive->close_code);
  EXPECT_EQ(world.gateway->stats().front().silent_closes, 1U);
}

TEST(Drain, Closes3001WithinHalfOfTheTimeAndRefusesNewcomers) {
  World world;
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 40; ++i) clients.push_back(world.websocket());
  world.gateway->begin_drain(10s);
  world.settle();
  auto late = world.connect(World::websocket_headers());
  EXPECT_TRUE(world.until([&] {
    late->read();
    return late->ended;
  }));
  EXPECT_TRUE(late->head.starts_with("HTTP/1.1 503 ")) << late->head;
  std::vector<std::uint64_t> open;
  for (int second = 0; second < 6; ++second) {
    world.advance(1s);
    for (auto& client : clients) client->read();
    world.settle();
    open.push_back(world.gateway->stats().front().sessions);
  }
  EXPECT_EQ(open.back(), 0U);
  EXPECT_GT(open.front(), 20U) << "spread, not all at once";
  EXPECT_LT(open.front(), 40U);
  for (auto& client : clients) EXPECT_EQ(client->close_code, 3001);
}

TEST(Gateway, RefusesOptionsOutOfRange) {
  MemoryLog log;
  ops::ManualClock clock{model::Time{}};
  const auto random = ops::make_seeded_random(1);
  boost::asio::io_context io{1};
  EXPECT_FALSE(Gateway::open({.max_backlog_bytes = 1000}, log.source(), {&io}, {clock, *random})
                   .has_value());
  EXPECT_FALSE(Gateway::open({.heartbeat = 0s}, log.source(), {&io}, {clock, *random}).has_value());
  log.broken = true;
  EXPECT_EQ(Gateway::open({}, log.source(), {&io}, {clock, *random}).error().errc,
            Errc::unavailable);
}

}  // namespace
}  // namespace clarion::broadcast::testing
