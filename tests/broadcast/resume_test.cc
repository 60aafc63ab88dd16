#include "broadcast/harness.h"

#include <gtest/gtest.h>

namespace clarion::broadcast::testing {
namespace {

TEST(Resume, ComesFromAnOffsetAndGoesOnLiveWithoutGapOrRepeat) {
  World world({}, [](MemoryLog& log) {
    for (int i = 0; i < 5; ++i) log.append("notices", {});
  });
  auto client = world.websocket();
  client->say(
      R"({"type":"subscribe","id":1,"channel":"notices","from":{"epoch":"01EPOCH","offset":"2"}})");
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

}  // namespace
}  // namespace clarion::broadcast::testing
