#include "broadcast/harness.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

namespace clarion::broadcast::testing {
namespace {

using namespace std::chrono_literals;

std::string subscribe(std::string_view more) {
  return fmt::format(R"({{"type":"subscribe","id":1,"channel":"notices",{}}})", more);
}

std::string from(std::uint64_t offset, std::string_view epoch = "01EPOCH") {
  return fmt::format(R"("from":{{"epoch":"{}","offset":"{}"}})", epoch, offset);
}

void fill(MemoryLog& log, std::uint64_t count, std::size_t padding = 0) {
  for (std::uint64_t i = 0; i < count; ++i) log.append("notices", {.padding = padding});
}

TEST(Resume, ComesFromAnOffsetAndGoesOnLiveWithoutGapOrRepeat) {
  World world({}, [](MemoryLog& log) { fill(log, 5); });
  auto client = world.websocket();
  client->say(subscribe(from(2)));
  const json::value subscribed = world.next(*client);
  EXPECT_EQ(type_of(subscribed), "subscribed");
  EXPECT_EQ(subscribed.at("id").as_int64(), 1);
  EXPECT_TRUE(subscribed.at("recovered").as_bool());
  EXPECT_EQ(subscribed.at("head").at("offset").as_string(), "5");
  world.publish("notices");
  for (std::uint64_t offset = 3; offset <= 6; ++offset) {
    const json::value notice = world.next(*client);
    EXPECT_EQ(type_of(notice), "notice");
    EXPECT_EQ(offset_of(notice), offset);
    EXPECT_EQ(notice.at("jws").as_string(), "e30..c2ln");
  }
}

TEST(Resume, StartsAtTheHeadWhenNoPositionIsGiven) {
  World world({}, [](MemoryLog& log) { fill(log, 3); });
  auto client = world.websocket();
  client->say(subscribe(R"("filter":{})"));
  const json::value subscribed = world.next(*client);
  EXPECT_FALSE(subscribed.as_object().contains("recovered"));
  EXPECT_FALSE(subscribed.as_object().contains("snapshot"));
  world.publish("notices");
  EXPECT_EQ(offset_of(world.next(*client)), 4U);
}

TEST(Resume, FillsAnyLengthOfHistoryInPagesOfTheStore) {
  World world({.max_backlog_bytes = 4096}, [](MemoryLog& log) { fill(log, 2000, 200); });
  auto client = world.websocket();
  client->say(R"({"type":"subscribe","id":"x","channel":"notices","from":{"offset":"0"}})");
  EXPECT_TRUE(world.next(*client).at("recovered").as_bool());
  for (std::uint64_t offset = 1; offset <= 2000; ++offset)
    ASSERT_EQ(offset_of(world.next(*client)), offset);
  EXPECT_GT(world.log.pages_asked.size(), 100U);
}

TEST(Resume, ReadsEachPageOnceForAllThatAskForIt) {
  World world({}, [](MemoryLog& log) { fill(log, 10); });
  world.hold_jobs = true;
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(world.websocket());
    clients.back()->say(subscribe(from(4)));
    EXPECT_EQ(type_of(world.next(*clients.back())), "subscribed");
  }
  ASSERT_EQ(world.jobs.size(), 1U);
  world.jobs.front()();
  for (auto& client : clients) EXPECT_EQ(offset_of(world.next(*client)), 5U);
}

TEST(Resume, TakesWhatIsPublishedDuringAFillInItsTurn) {
  World world({.tail_frames = 4}, [](MemoryLog& log) { fill(log, 10); });
  world.hold_jobs = true;
  auto client = world.websocket();
  client->say(subscribe(from(0)));
  EXPECT_EQ(type_of(world.next(*client)), "subscribed");
  for (int i = 0; i < 20; ++i) world.publish("notices");  // the tail runs past the fill
  world.settle();
  EXPECT_TRUE(client->texts.empty());
  world.hold_jobs = false;
  while (!world.jobs.empty()) {
    world.jobs.front()();
    world.jobs.pop_front();
  }
  for (std::uint64_t offset = 1; offset <= 30; ++offset)
    ASSERT_EQ(offset_of(world.next(*client)), offset);
}

TEST(Resume, SurvivesSixtyCutsAtRandomWhileNoticesAppear) {
  World world({.max_backlog_bytes = 4096, .tail_frames = 16}, [](MemoryLog& log) { fill(log, 5); });
  std::mt19937_64 random(60);
  std::uint64_t position = 0;
  std::vector<std::uint64_t> got;
  for (int cut = 0; cut < 60; ++cut) {
    auto client = world.websocket();
    client->say(subscribe(from(position)));
    for (std::uint64_t i = random() % 12; i > 0; --i)
      world.publish("notices", {.padding = random() % 3000});
    for (std::uint64_t i = random() % 15; i > 0; --i) {
      client->read(random() % 5000);
      world.io.restart();
      world.io.poll();
    }
    while (!client->texts.empty()) {
      const json::value message = client->next();
      if (type_of(message) == "subscribed") {
        ASSERT_TRUE(message.at("recovered").as_bool());
      } else if (type_of(message) == "notice") {
        got.push_back(offset_of(message));
        position = got.back();
      }
    }
    client->cut();
  }
  auto client = world.websocket();
  client->say(subscribe(from(position)));
  EXPECT_EQ(type_of(world.next(*client)), "subscribed");
  while (got.size() < world.log.head("notices")) got.push_back(offset_of(world.next(*client)));
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], i + 1);
}

TEST(Resume, FromAHeartbeatLosesNothingThatTheFilterWants) {
  World world;
  std::uint64_t position = 0;
  std::vector<std::uint64_t> got;
  for (int round = 0; round < 8; ++round) {
    auto client = world.websocket();
    client->say(subscribe(R"("filter":{"topics":["flood"]},)" + from(position)));
    EXPECT_TRUE(world.next(*client).at("recovered").as_bool());
    for (int i = 0; i < 5; ++i)
      world.publish("notices", {.topics = {i == round % 5 ? "flood" : "typhoon"}});
    world.settle();
    world.advance(26s);
    json::value message = world.next(*client);
    while (type_of(message) == "notice") {
      got.push_back(offset_of(message));
      message = world.next(*client);
    }
    position = offset_of(message);
    EXPECT_EQ(position, world.log.head("notices"));
    // Published while nobody listens: the next connection must bring it.
    world.publish("notices", {.topics = {"flood"}});
    world.publish("notices", {.topics = {"typhoon"}});
    client->cut();
    world.settle();
  }
  auto client = world.websocket();
  client->say(subscribe(R"("filter":{"topics":["flood"]},)" + from(position)));
  world.next(*client);
  got.push_back(offset_of(world.next(*client)));
  std::vector<std::uint64_t> wanted;
  for (const FramePtr& frame : world.log.channels["notices"]) {
    model::Filter flood;
    flood.topics = {"flood"};
    if (frame->passes({flood})) wanted.push_back(frame->offset());
  }
  EXPECT_EQ(got, wanted);
}

TEST(Resume, BringsTheCorrectionToWhoGotTheWrongRevision) {
  World world;
  auto client = world.websocket();
  client->say(subscribe(R"("filter":{"topics":["typhoon"]})"));
  world.next(*client);
  world.publish("notices", {.topics = {"typhoon"}});
  world.publish("notices", {.topics = {"flood"}}, {facets_of({.topics = {"typhoon"}})});
  world.publish("notices", {.topics = {"flood"}});
  world.publish("notices", {.topics = {"typhoon"}});
  EXPECT_EQ(offset_of(world.next(*client)), 1U);
  EXPECT_EQ(offset_of(world.next(*client)), 2U);
  EXPECT_EQ(offset_of(world.next(*client)), 4U);
}

TEST(Resume, GivesASnapshotAsOfItsHeadThenEverythingAfterIt) {
  World world({}, [](MemoryLog& log) {
    fill(log, 6);
    log.ended["notices"] = {2, 5};
  });
  world.hold_jobs = true;
  auto client = world.websocket();
  client->say(subscribe(R"("from":"live_notices")"));
  world.settle();
  world.until([&] { return !world.jobs.empty(); });
  world.publish("notices");  // 7, before the store is read: part of the snapshot
  world.settle();
  world.jobs.front()();
  world.publish("notices");  // 8, after it
  const json::value subscribed = world.next(*client);
  EXPECT_TRUE(subscribed.at("snapshot").as_bool());
  EXPECT_EQ(subscribed.at("head").at("offset").as_string(), "7");
  for (const std::uint64_t offset : {1U, 3U, 4U, 6U, 7U})
    EXPECT_EQ(offset_of(world.next(*client)), offset);
  const json::value end = world.next(*client);
  EXPECT_EQ(type_of(end), "snapshot_end");
  EXPECT_EQ(offset_of(end), 7U);
  EXPECT_EQ(offset_of(world.next(*client)), 8U);
}

TEST(Resume, JudgesTheCurrentRevisionInASnapshot) {
  World world({}, [](MemoryLog& log) {
    log.append("notices", {.topics = {"flood"}}, {facets_of({.topics = {"typhoon"}})});
    log.append("notices", {.topics = {"typhoon"}});
  });
  auto client = world.websocket();
  client->say(subscribe(R"("from":"live_notices","filter":{"topics":["typhoon"]})"));
  world.next(*client);
  EXPECT_EQ(offset_of(world.next(*client)), 2U);
  EXPECT_EQ(type_of(world.next(*client)), "snapshot_end");
}

TEST(Resume, SaysWhyAPositionIsStaleAndGivesWhatIsInForce) {
  World world({}, [](MemoryLog& log) { fill(log, 3); });
  for (const auto& [position, reason] :
       {std::pair(from(2, "01OLD"), "epoch"), std::pair(from(9), "ahead")}) {
    auto client = world.websocket();
    client->say(subscribe(position));
    const json::value subscribed = world.next(*client);
    EXPECT_FALSE(subscribed.at("recovered").as_bool());
    EXPECT_EQ(subscribed.at("reason").as_string(), reason);
    for (const std::uint64_t offset : {1U, 2U, 3U})
      EXPECT_EQ(offset_of(world.next(*client)), offset);
    EXPECT_EQ(type_of(world.next(*client)), "snapshot_end");
  }
}

TEST(Resume, BelievesAPositionThatThisCoreHasNotHeardOfYet) {
  World world({}, [](MemoryLog& log) { fill(log, 3); });
  const FramePtr fourth = world.log.append("notices", {});  // committed, seen through another core
  auto client = world.websocket();
  client->say(subscribe(from(4)));
  EXPECT_TRUE(world.next(*client).at("recovered").as_bool());
  world.gateway->publish("notices", fourth);
  world.publish("notices");
  EXPECT_EQ(offset_of(world.next(*client)), 5U);
}

TEST(Resume, ReachesThoseThatWereWokenJustBeforeTheNextNoticeCame) {
  World world;
  std::vector<std::unique_ptr<Client>> clients;  // more than are woken in one turn
  for (int i = 0; i < 600; ++i) {
    clients.push_back(world.websocket());
    clients.back()->say(subscribe(from(0)));
    EXPECT_EQ(type_of(world.next(*clients.back())), "subscribed");
  }
  world.publish("notices");
  while (clients.front()->texts.empty()) {
    world.io.poll_one();
    clients.front()->read();
  }
  world.publish("notices");
  for (auto& client : clients) {
    EXPECT_EQ(offset_of(world.next(*client)), 1U);
    ASSERT_EQ(offset_of(world.next(*client)), 2U);
  }
}

TEST(Resume, FillsAGapInWhatIsPublishedFromTheStore) {
  World world;
  auto client = world.websocket();
  client->say(subscribe(from(0)));
  world.next(*client);
  world.publish("notices");
  world.log.append("notices", {});  // by another process, which could not tell
  world.publish("notices");
  for (const std::uint64_t offset : {1U, 2U, 3U}) EXPECT_EQ(offset_of(world.next(*client)), offset);
}

TEST(Resume, IgnoresWhatWasPublishedBefore) {
  World world;
  auto client = world.websocket();
  client->say(subscribe(from(0)));
  world.next(*client);
  const FramePtr first = world.publish("notices");
  world.gateway->publish("notices", first);
  world.publish("notices");
  EXPECT_EQ(offset_of(world.next(*client)), 1U);
  EXPECT_EQ(offset_of(world.next(*client)), 2U);
}

TEST(Resume, SendsReadersAwayWhenTheLogBeginsANewLife) {
  World world({}, [](MemoryLog& log) { fill(log, 3); });
  auto client = world.websocket();
  client->say(subscribe(from(3)));
  world.next(*client);
  world.log.epoch = "02EPOCH";
  world.log.channels["notices"].clear();
  world.publish("notices");
  EXPECT_TRUE(world.next(*client).is_null());
  EXPECT_EQ(client->close_code, 3001);
  auto again = world.websocket();
  again->say(subscribe(from(3)));
  EXPECT_EQ(world.next(*again).at("reason").as_string(), "epoch");
  EXPECT_EQ(offset_of(world.next(*again)), 1U);
}

TEST(Resume, SaysThatItCanNotWhenTheStoreIsDown) {
  World world({}, [](MemoryLog& log) { fill(log, 3); });
  world.log.broken = true;
  auto client = world.websocket();
  client->say(subscribe(R"("from":"live_notices")"));
  const json::value error = world.next(*client);
  EXPECT_EQ(error.at("code").as_int64(), 100);
  EXPECT_TRUE(error.at("temporary").as_bool());
  client->say(subscribe(from(1)));
  EXPECT_EQ(type_of(world.next(*client)), "subscribed");
  world.next(*client);
  EXPECT_EQ(client->close_code, 1011) << "a fill that breaks off must not look complete";
}

}  // namespace
}  // namespace clarion::broadcast::testing
