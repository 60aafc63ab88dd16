#include "store/library.h"

#include "store/temp_store.h"

#include <gtest/gtest.h>

namespace clarion::store {
namespace {

class Debunks : public testing::Test {
 protected:
  Put put(const std::string& id, const std::string& record, const std::string& url = "") {
    return store->write([&](Tx& tx) { return put_debunk(tx, {id, record, url, "cli:me", {}}); })
        .value();
  }
  std::int64_t change() {
    return store->read([](View& view) { return library_change(view); }).value();
  }
  std::vector<DebunkRow> after(std::int64_t change, std::int64_t most = 100) {
    return store->read([&](View& view) { return debunks_after(view, change, most); }).value();
  }
  TempStore store;
};

TEST_F(Debunks, AreAddedChangedOrLeftAsTheyAre) {
  EXPECT_EQ(change(), 0);
  EXPECT_EQ(put("b", "1"), Put::added);
  EXPECT_EQ(put("a", "1"), Put::added);
  EXPECT_EQ(change(), 2);
  EXPECT_EQ(put("a", "1"), Put::unchanged);
  EXPECT_EQ(change(), 2);
  EXPECT_EQ(put("b", "2"), Put::changed);
  EXPECT_EQ(change(), 3);
  const auto page = store->read([](View& view) { return list_debunks(view, "", 10); }).value();
  ASSERT_EQ(page.size(), 2U);
  EXPECT_EQ(page[0].id, "a");
  EXPECT_EQ(page[1].record, "2");
  EXPECT_EQ(page[1].imported_at, store.clock.now());
}

TEST_F(Debunks, TellWhatChangedAfterAChange) {
  put("a", "1");
  put("b", "1");
  put("a", "2");
  const auto all = after(0);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].id, "b");
  EXPECT_EQ(all[1].id, "a");
  EXPECT_EQ(after(all[0].change).size(), 1U);
  EXPECT_EQ(after(0, 1).size(), 1U);
  EXPECT_TRUE(after(change()).empty());
}

TEST_F(Debunks, AreWithdrawnByTheirPageAndMayComeBack) {
  put("a", "1", "https://x.example/1");
  put("b", "1", "https://x.example/1");
  put("c", "1");
  const auto withdraw = [&](const char* url) {
    return store->write([&](Tx& tx) { return withdraw_debunks(tx, url); }).value();
  };
  EXPECT_EQ(withdraw("https://x.example/2"), 0U);
  EXPECT_EQ(withdraw(""), 0U) << "what has no page is no page's";
  const std::int64_t before = change();
  EXPECT_EQ(withdraw("https://x.example/1"), 2U);
  EXPECT_EQ(withdraw("https://x.example/1"), 0U);
  const auto gone = after(before);
  ASSERT_EQ(gone.size(), 2U);
  EXPECT_TRUE(gone[0].withdrawn);
  EXPECT_EQ(gone[0].record, "");
  const auto found = [&](const char* id) {
    return store->read([&](View& view) { return find_debunk(view, id); }).value().has_value();
  };
  EXPECT_FALSE(found("a"));
  EXPECT_TRUE(found("c"));
  EXPECT_EQ(put("a", "1", "https://x.example/1"), Put::added);
  EXPECT_TRUE(found("a"));
}

}  // namespace
}  // namespace clarion::store
