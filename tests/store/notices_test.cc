#include "store/notices.h"

#include "store/sqlite/connection.h"
#include "store/temp_store.h"

#include <gtest/gtest.h>

namespace clarion::store {
namespace {

const model::Facets kTyphoon{{"typhoon"}, {"440100"}, model::Severity::moderate, "debunk", {"zh"}};

/// Publishes revision `revision` of a notice at the next offset of "notices".
void publish(TempStore& store, const std::string& id, std::int64_t revision,
             std::string action = "publish", std::string form = "{}",
             std::chrono::hours lives = std::chrono::hours(1)) {
  const Status done = store->write([&](Tx& tx) -> Status {
    CLARION_TRY(auto head, channel_head(tx, "notices"));
    CLARION_TRY(auto known, find_notice(tx, id));
    NoticeRow row;
    row.id = id;
    row.org = "desk";
    row.mode = "Actual";
    row.revision = revision;
    row.authors = {"anna"};
    if (known) {
      CLARION_TRY(update_notice(tx, row));
    } else {
      CLARION_TRY(add_notice(tx, row));
    }
    const json::object facets = to_json(kTyphoon);
    CLARION_TRY(
        add_revision(tx, {id, revision, action, "Actual", "notices", head + 1, form, "h..s", "c",
                          json::serialize(facets), "[]", "[]", tx.now(), tx.now() + lives}));
    return append_log(tx, "notices", head + 1, id, revision, {kTyphoon});
  });
  ASSERT_TRUE(done) << done.error().text;
}

std::vector<std::uint64_t> offsets(const std::vector<LogEntry>& entries) {
  std::vector<std::uint64_t> out;
  for (const LogEntry& entry : entries) out.push_back(entry.offset);
  return out;
}

TEST(ChannelLog, GivesPagesInOrderAndAtLeastOneEntry) {
  TempStore store;
  for (int i = 1; i <= 5; ++i)
    publish(store, "n_" + std::to_string(i), 1, "publish", std::string(100, 'x'));
  const auto page = [&](std::uint64_t after, std::size_t bytes, std::int64_t most) {
    return offsets(
        store->read([&](View& view) { return log_after(view, "notices", after, bytes, most); })
            .value());
  };
  EXPECT_EQ(page(0, 1 << 20, 100), (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(page(2, 1, 100), (std::vector<std::uint64_t>{3}));
  EXPECT_EQ(page(2, 1 << 20, 2), (std::vector<std::uint64_t>{3, 4}));
  EXPECT_EQ(page(5, 1 << 20, 2), (std::vector<std::uint64_t>{}));
  EXPECT_EQ(page(UINT64_MAX, 1 << 20, 2), (std::vector<std::uint64_t>{}));
}

TEST(LiveEntries, HoldTheNewestRevisionOfWhatIsInForce) {
  TempStore store;
  publish(store, "n_corrected", 1);
  publish(store, "n_withdrawn", 1);
  publish(store, "n_expired", 1, "publish", "{}", std::chrono::hours(0));
  publish(store, "n_corrected", 2, "correct");
  publish(store, "n_withdrawn", 2, "withdraw");
  store.clock.advance(std::chrono::milliseconds(1));
  const auto live =
      store->read([&](View& view) { return live_entries(view, "notices", store.clock.now()); })
          .value();
  ASSERT_EQ(live.size(), 1U);
  EXPECT_EQ(live[0].notice_id, "n_corrected");
  EXPECT_EQ(live[0].revision, 2);
  EXPECT_EQ(live[0].offset, 4U);
}

TEST(Revisions, NeverChangeAndNeverGo) {
  TempStore store;
  publish(store, "n_1", 1);
  EXPECT_FALSE(store->write(
      [](Tx& tx) { return tx.connection().execute("UPDATE revisions SET form = 'x'"); }));
  EXPECT_FALSE(
      store->write([](Tx& tx) { return tx.connection().execute("DELETE FROM revisions"); }));
}

TEST(Receipts, KeepTheFarthestPositionOfAnEpoch) {
  TempStore store;
  const auto keep = [&](std::string_view epoch, std::uint64_t offset) {
    return store->write(
        [=](Tx& tx) { return keep_receipt(tx, "partner", "notices", epoch, offset); });
  };
  ASSERT_TRUE(keep("e_1", 9));
  ASSERT_TRUE(keep("e_1", 4));
  const auto kept = [&] {
    return store
        ->read([](View& view) -> Result<std::int64_t> {
          auto query = view.connection().prepare("SELECT log_offset FROM receipts");
          CLARION_TRY(auto row, query.step());
          return row ? query.integer(0) : -1;
        })
        .value();
  };
  EXPECT_EQ(kept(), 9);
  ASSERT_TRUE(keep("e_2", 2));
  EXPECT_EQ(kept(), 2);
}

}  // namespace
}  // namespace clarion::store
