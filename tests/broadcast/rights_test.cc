#include "broadcast/harness.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace clarion::broadcast::testing {
namespace {

using namespace std::chrono_literals;

model::Audience audience(std::vector<std::string> regions, std::vector<std::string> accounts = {},
                         std::string mode = "Actual") {
  const bool everywhere = regions.empty();
  return {std::move(mode), std::move(regions), everywhere, std::move(accounts)};
}

Credential person(std::string account, model::Viewer viewer) {
  viewer.account = account;
  return {"key-" + account, account, {"desk"}, std::nullopt, std::move(viewer)};
}

/// anna sees all, west the region 440800, chen own cases, live Actual alone.
void people(MemoryLog& log) {
  log.tokens["anna"] = person("anna", {});
  log.tokens["bo"] = person("bo", {});
  log.tokens["west"] = person("west", {{}, {"440800"}, {}, false});
  log.tokens["chen"] = person("chen", {{}, {}, {}, true});
  log.tokens["live"] = person("live", {{"Actual"}, {}, {}, false});
  log.tokens["partner"] = {"key-partner", "partner", {"desk"}, std::nullopt, std::nullopt};
}

constexpr std::string_view kSubscribe = R"({"type":"subscribe","id":1,"channel":"desk"})";
std::string from(std::string_view place) {
  return fmt::format(R"({{"type":"subscribe","id":1,"channel":"desk","from":{}}})", place);
}

std::unique_ptr<Client> reader(World& world, std::string_view who,
                               std::string_view subscribe = kSubscribe) {
  auto client = world.websocket(who);
  client->say(subscribe);
  EXPECT_EQ(type_of(world.next(*client)), "subscribed");
  return client;
}

std::string told(World& world, Client& client) {
  const json::value message = world.next(client);
  if (type_of(message) != "case") return type_of(message);
  const json::object& record = message.at("case").as_object();
  return fmt::format("{}{}", record.contains("gone") ? "-" : "",
                     std::string_view(record.at("id").as_string()));
}

TEST(RightsOfReaders, EachIsToldWhatThatPersonMaySee) {
  World world({}, people);
  auto anna = reader(world, "anna"), west = reader(world, "west"), chen = reader(world, "chen"),
       live = reader(world, "live");
  world.publish_case("east", {audience({"440106"}), {}, nullptr});
  world.publish_case("west", {audience({"440802"}, {"chen"}), {}, nullptr});
  world.publish_case("drill", {audience({}, {}, "Exercise"), {}, nullptr});
  world.publish_case("end", {audience({}, {"chen"}), {}, nullptr});
  for (const char* id : {"east", "west", "drill", "end"}) EXPECT_EQ(told(world, *anna), id);
  for (const char* id : {"west", "drill", "end"}) EXPECT_EQ(told(world, *west), id);
  for (const char* id : {"west", "end"}) EXPECT_EQ(told(world, *chen), id);
  for (const char* id : {"east", "west", "end"}) EXPECT_EQ(told(world, *live), id);
}

TEST(RightsOfReaders, ACredentialThatNamesNoneReadsNothing) {
  World world({}, people);
  auto client = world.websocket("partner");
  client->say(kSubscribe);
  EXPECT_EQ(world.next(*client).at("code").to_number<int>(), 103);
}

TEST(RightsOfReaders, WhoLostSightIsToldThatItIsGoneAndOthersAreNotToldAtAll) {
  World world({}, people);
  auto anna = reader(world, "anna"), west = reader(world, "west"), chen = reader(world, "chen");
  world.publish_case("c", {audience({"440106"}), audience({"440106"}, {"chen"}), nullptr});
  world.publish_case("end", {audience({"440800"}, {"chen"}), {}, nullptr});
  EXPECT_EQ(told(world, *anna), "c");
  EXPECT_EQ(told(world, *chen), "-c");
  EXPECT_EQ(told(world, *west), "end");
}

TEST(RightsOfReaders, AResumeSkipsWhatLaterChangesTookThePlaceOf) {
  World world({.max_backlog_bytes = 4096}, [](MemoryLog& log) {
    people(log);
    for (int round = 0; round < 5; ++round) {
      for (int id = 0; id < 60; ++id)
        log.append_case(fmt::format("c{}", id), {audience({}), {}, nullptr}, {.padding = 100});
    }
  });
  auto anna = reader(world, "anna", from(R"({"offset":"7"})"));
  for (std::uint64_t offset = 241; offset <= 300; ++offset)
    ASSERT_EQ(offset_of(world.next(*anna)), offset);
  world.publish_case("c3", {audience({}), {}, nullptr});
  EXPECT_EQ(offset_of(world.next(*anna)), 301U);
}

TEST(RightsOfReaders, ASnapshotIsReadInPagesAndChangesDuringItFollowItsEnd) {
  World world({.max_backlog_bytes = 4096}, [](MemoryLog& log) {
    people(log);
    for (int id = 0; id < 100; ++id)
      log.append_case(fmt::format("c{}", id), {audience({}), {}, nullptr}, {.padding = 200});
    log.ended["desk"] = {5, 6};
  });
  auto anna = world.websocket("anna");
  anna->say(from(R"("open_cases")"));
  const json::value subscribed = world.next(*anna);
  EXPECT_TRUE(subscribed.at("snapshot").as_bool());
  world.publish_case("c9", {audience({}), {}, nullptr});  // leaves its old place
  std::vector<std::string> seen;
  std::string what;
  while ((what = told(world, *anna)) != "snapshot_end") {
    ASSERT_NE(what, "");
    seen.push_back(what);
  }
  EXPECT_GE(seen.size(), 97U);
  EXPECT_LE(seen.size(), 98U);
  EXPECT_EQ(std::count(seen.begin(), seen.end(), "c4"), 0);
  EXPECT_EQ(told(world, *anna), "c9");
}

TEST(RightsOfReaders, APositionIsJudgedByTheLogsEndAndByWhatCouldBeSeenThere) {
  World world({}, [](MemoryLog& log) {
    people(log);
    for (int id = 0; id < 9; ++id)
      log.append_case(fmt::format("c{}", id), {audience({}), {}, nullptr});
    log.floor = 4;
  });
  const auto answer = [&](std::string_view who, std::string_view place) {
    auto client = world.websocket(who);
    client->say(from(place));
    const json::object told = world.next(*client).as_object();
    return fmt::format("{} {}", told.at("recovered").as_bool(), string_or(told, "reason"));
  };
  EXPECT_EQ(answer("anna", R"({"offset":"4"})"), "true ");
  EXPECT_EQ(answer("anna", R"({"offset":"3"})"), "false too_old");
  EXPECT_EQ(answer("anna", R"({"offset":"10"})"), "false ahead");
  EXPECT_EQ(answer("anna", R"({"epoch":"other","offset":"8"})"), "false epoch");

  auto client = world.websocket("anna");
  client->say(kSubscribe);
  const std::string view(world.next(*client).at("view").as_string());
  const std::string place = fmt::format(R"({{"offset":"8","view":"{}"}})", view);
  EXPECT_EQ(answer("anna", place), "true ");
  EXPECT_EQ(answer("bo", place), "true ") << "equal rights";
  EXPECT_EQ(answer("west", place), "false rights");
}

TEST(RightsOfReaders, WhatPassesReachesThoseWhoAreThereAndTakesNoPlace) {
  World world({}, people);
  auto anna = reader(world, "anna"), chen = reader(world, "chen"),
       filtered = reader(world, "anna",
                         R"({"type":"subscribe","channel":"desk","filter":{"topics":["fire"]}})"),
       nothing = reader(world, "anna", R"({"type":"subscribe","channel":"desk","filters":[]})");
  world.gateway->pass("desk", Frame::passing("source", R"({"type":"source"})", {}, {}));
  world.gateway->pass("desk", Frame::passing("presence", R"({"type":"presence"})", facets_of({}),
                                             Rights{audience({}), {}, nullptr}));
  world.publish_case("end", {audience({}, {"chen"}), {}, nullptr}, {.topics = {"fire"}});
  for (const char* type : {"source", "presence", "end"}) EXPECT_EQ(told(world, *anna), type);
  for (const char* type : {"source", "end"}) EXPECT_EQ(told(world, *chen), type);
  for (const char* type : {"source", "end"}) EXPECT_EQ(told(world, *filtered), type);
  world.settle();
  nothing->read();
  EXPECT_TRUE(nothing->texts.empty());
}

TEST(RightsOfReaders, ARefreshToOtherRightsSendsTheReaderToReconnect) {
  World world({}, people);
  world.log.tokens["anna2"] = person("anna", {{"Actual"}, {}, {}, false});
  world.log.tokens["anna3"] = person("anna", {});
  auto same = reader(world, "anna"), other = reader(world, "anna");
  same->say(R"({"type":"refresh","token":"anna3"})");
  EXPECT_EQ(type_of(world.next(*same)), "refreshed");
  other->say(R"({"type":"refresh","token":"anna2"})");
  EXPECT_EQ(type_of(world.next(*other)), "refreshed");
  ASSERT_TRUE(world.until([&] {
    other->read();
    return other->close_code.has_value();
  }));
  EXPECT_EQ(*other->close_code, 3005);
  world.settle();
  same->read();
  EXPECT_FALSE(same->close_code.has_value());
}

}  // namespace
}  // namespace clarion::broadcast::testing
