#include "store/messages.h"

#include "store/temp_store.h"

#include <gtest/gtest.h>

namespace clarion::store {
namespace {

std::vector<Message> all_of(TempStore& store, std::string_view account, bool unread = false) {
  return store->read([&](View& view) { return list_messages(view, account, unread, "", 100); })
      .value();
}

TEST(Messages, ReachTheirPersonAloneNewestFirstAndAreReadOnce) {
  TempStore store;
  ASSERT_TRUE(store->write([](Tx& tx) -> Status {
    CLARION_TRY(add_message(tx, "anna", "message_a", {{"n", "1"}}));
    CLARION_TRY(add_message(tx, "bo", "message_b", {}));
    return add_message(tx, "anna", "message_c", {});
  }));
  const auto found = all_of(store, "anna");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].code, "message_c");
  EXPECT_EQ(found[1].params.at("n").as_string(), "1");
  const auto read = [&](std::string_view who, std::vector<std::string> ids) {
    return store->write([&](Tx& tx) { return read_messages(tx, who, ids); }).value();
  };
  EXPECT_EQ(read("bo", {found[0].id}), 0) << "another's";
  EXPECT_EQ(read("anna", {found[0].id}), 1);
  EXPECT_EQ(read("anna", {found[0].id}), 0);
  EXPECT_EQ(all_of(store, "anna", true).size(), 1U);
  EXPECT_EQ(read("anna", {}), 1);
  EXPECT_EQ(store->read([](View& view) { return count_unread(view, "anna"); }).value(), 0);
}

TEST(Messages, TheSameAlarmIsNotSaidAgain) {
  TempStore store;
  const auto tell = [&](const char* topic) {
    ASSERT_TRUE(store->write(
        [&](Tx& tx) { return add_message_once(tx, "anna", "message_gap", {{"topic", topic}}); }));
  };
  tell("flood");
  tell("flood");
  tell("typhoon");
  EXPECT_EQ(all_of(store, "anna").size(), 2U);
  ASSERT_TRUE(store->write([](Tx& tx) { return read_messages(tx, "anna", {}); }));
  tell("flood");
  EXPECT_EQ(all_of(store, "anna").size(), 2U) << "read, and found again";
}

TEST(Messages, OldOnesGo) {
  TempStore store;
  ASSERT_TRUE(store->write([](Tx& tx) { return add_message(tx, "anna", "message_a", {}); }));
  const auto drop = [&] {
    return store->write([](Tx& tx) { return drop_old_messages(tx, tx.now()); }).value();
  };
  EXPECT_EQ(drop(), 0);
  store.clock.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(drop(), 1);
}

}  // namespace
}  // namespace clarion::store
