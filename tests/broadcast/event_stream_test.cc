#include "broadcast/harness.h"

#include <gtest/gtest.h>

namespace clarion::broadcast::testing {
namespace {

using namespace std::chrono_literals;

struct Event {
  std::string id, name, data;
  bool operator==(const Event&) const = default;
};

/// The events so far, as the HTML standard reads them; an incomplete one is left out.
std::vector<Event> events_of(const Client& client) {
  std::vector<Event> events;
  Event event;
  std::string_view rest = client.body;
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (line.empty()) {
      events.push_back(std::exchange(event, {}));
    } else if (line.starts_with("id: ")) {
      event.id = line.substr(4);
    } else if (line.starts_with("event: ")) {
      event.name = line.substr(7);
    } else if (line.starts_with("data: ")) {
      event.data = line.substr(6);
    } else {
      event.name = line;  // retry
    }
  }
  return events;
}

std::vector<Event> wait_for(World& world, Client& client, std::size_t count) {
  world.until([&] {
    client.read();
    return events_of(client).size() >= count || client.ended;
  });
  return events_of(client);
}

TEST(EventStream, SaysWhatTheWebSocketSaysWithPositionsAsIds) {
  World world({}, [](MemoryLog& log) {
    for (int i = 0; i < 3; ++i) log.append("notices", {});
  });
  auto client = world.event_stream("from=01EPOCH:1");
  world.settle();
  world.publish("notices", {.topics = {"flood"}});
  const auto events = wait_for(world, *client, 4);
  ASSERT_EQ(events.size(), 4U);
  EXPECT_TRUE(client->head.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_NE(client->head.find("Content-Type: text/event-stream\r\n"), std::string::npos);
  EXPECT_EQ(events[0].name, "subscribed");
  EXPECT_EQ(events[0].id, "01EPOCH:1");
  EXPECT_TRUE(parse_json(events[0].data).value().at("recovered").as_bool());
  EXPECT_EQ(events[1],
            (Event{"01EPOCH:2", "notice", std::string(world.log.channels["notices"][1]->json())}));
  EXPECT_EQ(events[3].id, "01EPOCH:4");
}

TEST(EventStream, FiltersByItsQuery) {
  World world;
  auto client = world.event_stream("topic=flood&region=440100,440300&min_severity=severe");
  wait_for(world, *client, 1);
  world.publish(
      "notices",
      {.topics = {"flood"}, .regions = {"440106"}, .severity = model::Severity::moderate});
  world.publish("notices", {.topics = {"typhoon"}, .severity = model::Severity::extreme});
  world.publish("notices",
                {.topics = {"flood"}, .regions = {"440106"}, .severity = model::Severity::extreme});
  EXPECT_EQ(wait_for(world, *client, 2).at(1).id, "01EPOCH:3");
}

TEST(EventStream, BeatsWithAnIdLineWithoutData) {
  World world;
  auto client = world.event_stream("topic=flood");
  wait_for(world, *client, 1);
  world.publish("notices");
  world.settle();
  world.advance(26s);
  EXPECT_EQ(wait_for(world, *client, 2).at(1), (Event{"01EPOCH:1", "", ""}));
}

TEST(EventStream, GivesPositionsOfASnapshotOnlyAtItsEnd) {
  World world({}, [](MemoryLog& log) {
    for (int i = 0; i < 4; ++i) log.append("notices", {});
    log.ended["notices"] = {2};
  });
  auto client = world.event_stream("from=live_notices");
  const auto events = wait_for(world, *client, 5);
  ASSERT_EQ(events.size(), 5U);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(events[static_cast<std::size_t>(i)].id, "");
  EXPECT_EQ(events[1].name, "notice");
  EXPECT_EQ(events[4].name, "snapshot_end");
  EXPECT_EQ(events[4].id, "01EPOCH:4");
}

TEST(EventStream, AnswersAStaleIdWith200AndWhatIsInForce) {
  World world({}, [](MemoryLog& log) { log.append("notices", {}); });
  auto client = world.event_stream("from=live_notices", {{"last-event-id", "01OLD:7"}});
  const auto events = wait_for(world, *client, 3);
  ASSERT_EQ(events.size(), 3U);
  EXPECT_TRUE(client->head.starts_with("HTTP/1.1 200 "));
  const json::value subscribed = parse_json(events[0].data).value();
  EXPECT_FALSE(subscribed.at("recovered").as_bool());
  EXPECT_EQ(subscribed.at("reason").as_string(), "epoch");
}

TEST(EventStream, RefusesBeforeItBegins) {
  World world;
  const auto status = [&](std::string_view query, const World::Headers& headers = {}) {
    auto client = world.event_stream(query, headers);
    world.until([&] {
      client->read();
      return client->ended || !client->body.empty();
    });
    return client->head.substr(9, 3);
  };
  EXPECT_EQ(status("colour=red"), "400");
  EXPECT_EQ(status("channel=nothing"), "400");
  EXPECT_EQ(status("channel=drill"), "401");
  EXPECT_EQ(status("channel=desk"), "401");
  EXPECT_EQ(status("channel=drill", {{"authorization", "Bearer partner"}}), "403");
  EXPECT_EQ(status("", {{"authorization", "Bearer nobody"}}), "401");
  EXPECT_EQ(status("channel=drill", {{"authorization", "Bearer anna"}}), "200");
  EXPECT_EQ(status("channel=drill", {{"cookie", "session=anna"}}), "200");
  world.log.broken = true;
  EXPECT_EQ(status("from=live_notices"), "503");
}

TEST(EventStream, IsToldWhenToComeBackAtAShutdown) {
  World world;
  auto client = world.event_stream("");
  wait_for(world, *client, 1);
  world.gateway->begin_drain(10s);
  world.settle();
  world.advance(6s);
  const auto events = wait_for(world, *client, 2);
  EXPECT_TRUE(client->ended);
  EXPECT_TRUE(events.back().name.starts_with("retry: ")) << events.back().name;
}

TEST(EventStream, EndsWhenItsReaderTakesNothing) {
  World world({.tail_frames = 4});
  auto client = world.connect({{"accept", "text/event-stream"}}, "from=01EPOCH:0", 4096);
  wait_for(world, *client, 1);
  for (int i = 0; i < 300; ++i) {
    world.publish("notices", {.padding = 8000});
    world.io.restart();
    world.io.poll();
  }
  world.advance(25s);
  EXPECT_EQ(world.gateway->stats().front().slow_closes, 1U);
  EXPECT_EQ(world.gateway->stats().front().event_streams, 0U);
}

}  // namespace
}  // namespace clarion::broadcast::testing
