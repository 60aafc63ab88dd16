#include "store/desk_log.h"

#include "store/temp_store.h"

#include <gtest/gtest.h>

namespace clarion::store {
namespace {

using namespace std::chrono_literals;

CaseRow a_case(const TempStore& store, std::string id, std::vector<std::string> regions = {}) {
  CaseRow row;
  row.id = std::move(id);
  row.org = "desk";
  row.mode = "Actual";
  row.state = "open";
  row.topics = {"typhoon"};
  row.regions = std::move(regions);
  row.created_at = row.changed_at = store.clock.now();
  return row;
}

void add(TempStore& store, const CaseRow& row) {
  ASSERT_TRUE(store->write([&](Tx& tx) { return add_case(tx, row); }));
}
void change(TempStore& store, CaseRow& row, CaseChange what = CaseChange::any) {
  ++row.version;
  ASSERT_TRUE(store->write([&](Tx& tx) { return update_case(tx, row, what); }));
}
std::vector<DeskEntry> after(TempStore& store, std::uint64_t offset, bool open_alone = false) {
  return store->read([&](View& view) { return desk_log_after(view, offset, 100, open_alone); })
      .value();
}
DeskLogEnds ends(TempStore& store) {
  return store->read([](View& view) { return desk_log_ends(view); }).value();
}
std::int64_t flush(TempStore& store) {
  return store->write([](Tx& tx) { return flush_desk_figures(tx); }).value();
}

TEST(DeskLog, HoldsTheNewestChangeOfEachCaseUnderRisingOffsets) {
  TempStore store;
  CaseRow one = a_case(store, "c_1"), two = a_case(store, "c_2");
  add(store, one);
  add(store, two);
  change(store, one);
  const auto all = after(store, 0);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].id, "c_2");
  EXPECT_EQ(all[0].offset, 2U);
  EXPECT_EQ(all[1].id, "c_1");
  EXPECT_EQ(all[1].offset, 3U);
  EXPECT_EQ(all[1].version, 2);
  EXPECT_EQ(after(store, 2).size(), 1U);
  EXPECT_EQ(ends(store).head, 3U);
}

TEST(DeskLog, KeepsNoEventOfAChangeThatFailed) {
  TempStore store;
  CaseRow row = a_case(store, "c_1");
  add(store, row);
  const Status failed = store->write([&](Tx& tx) -> Status {
    CLARION_TRY(update_case(tx, row));
    return Error{Errc::conflict, "no"};
  });
  EXPECT_FALSE(failed);
  EXPECT_EQ(ends(store).head, 1U);
}

TEST(DeskLog, MakesOneEventASecondOfFiguresAndLosesNone) {
  TempStore store;
  CaseRow row = a_case(store, "c_1");
  add(store, row);
  for (int i = 0; i < 10; ++i) change(store, row, CaseChange::figures);
  EXPECT_EQ(ends(store).head, 1U);
  EXPECT_EQ(flush(store), 0);
  store.reopen();  // waiting figures are on disk like everything else
  store.clock.advance(1000ms);
  EXPECT_EQ(flush(store), 1);
  EXPECT_EQ(after(store, 1).at(0).version, 11);
  EXPECT_EQ(flush(store), 0);
  store.clock.advance(1000ms);
  change(store, row, CaseChange::figures);
  EXPECT_EQ(ends(store).head, 3U) << "after a quiet second at once";
}

TEST(DeskLog, TellsActionsAtOnceAndWaitingFiguresWithThem) {
  TempStore store;
  CaseRow row = a_case(store, "c_1");
  add(store, row);
  change(store, row, CaseChange::figures);
  change(store, row);
  EXPECT_EQ(ends(store).head, 2U);
  store.clock.advance(2000ms);
  EXPECT_EQ(flush(store), 0);
}

TEST(DeskLog, AClockThatWasSetBackHoldsNoFigures) {
  TempStore store;
  CaseRow row = a_case(store, "c_1");
  add(store, row);
  change(store, row, CaseChange::figures);
  store.clock.jump_to(store.clock.now() - 1h);
  EXPECT_EQ(flush(store), 1);
}

TEST(DeskLog, RemembersWhoCouldSeeACaseAndWhenSomebodyLostSight) {
  TempStore store;
  CaseRow row = a_case(store, "c_1", {"440106"});
  row.assignee = "chen";
  add(store, row);
  EXPECT_EQ(after(store, 0).at(0).lost_at, 0U);
  row.assignee = "dora";
  change(store, row);
  const DeskEntry moved = after(store, 0).at(0);
  EXPECT_EQ(moved.lost_at, moved.offset);
  EXPECT_EQ(moved.now.audience.accounts, std::vector<std::string>{"dora"});
  EXPECT_EQ(moved.ever.audience.accounts, (std::vector<std::string>{"chen", "dora"}));
  row.regions.push_back("440507");
  change(store, row);
  const DeskEntry grown = after(store, 0).at(0);
  EXPECT_EQ(grown.lost_at, moved.offset) << "more regions: nobody loses sight";
  EXPECT_EQ(grown.ever.audience.regions, row.regions);
}

TEST(DeskLog, ACaseWithoutRegionsThatGetsOneIsLostToTheOthers) {
  TempStore store;
  CaseRow row = a_case(store, "c_1");
  add(store, row);
  row.regions = {"440106"};
  change(store, row);
  const DeskEntry entry = after(store, 0).at(0);
  EXPECT_EQ(entry.lost_at, entry.offset);
  EXPECT_TRUE(entry.ever.audience.everywhere);
  EXPECT_FALSE(entry.now.audience.everywhere);
}

TEST(DeskLog, ADraftFollowsTheHolderOfItsCase) {
  TempStore store;
  CaseRow row = a_case(store, "c_1");
  row.assignee = "chen";
  add(store, row);
  NoticeRow notice;
  notice.id = "n_1";
  notice.org = "desk";
  notice.mode = "Actual";
  notice.case_id = "c_1";
  notice.draft =
      json::object{{"regions", {"440106"}}, {"topics", {"fire"}}, {"severity", "severe"}};
  notice.draft_state = "draft";
  ASSERT_TRUE(store->write([&](Tx& tx) { return add_notice(tx, notice); }));
  row.assignee = "dora";
  change(store, row);
  const auto all = after(store, 0, true);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].kind, "notice");
  EXPECT_EQ(all[1].now.audience.accounts, std::vector<std::string>{"dora"});
  EXPECT_EQ(all[1].now.facets.topics, std::vector<std::string>{"fire"});
  EXPECT_EQ(all[1].now.facets.severity, model::Severity::severe);
  EXPECT_NE(all[1].lost_at, 0U);
  notice.draft.reset();
  notice.draft_state.clear();
  ASSERT_TRUE(store->write([&](Tx& tx) { return update_notice(tx, notice); }));
  EXPECT_EQ(after(store, 0, true).size(), 1U) << "no open draft any more";
}

TEST(DeskLog, ForgetsWhatEndedLongAgoAndSaysFromWhereItIsWhole) {
  TempStore store;
  CaseRow old = a_case(store, "c_1"), open = a_case(store, "c_2"), fresh = a_case(store, "c_3");
  add(store, old);
  add(store, open);
  old.state = "dismissed";
  change(store, old);
  store.clock.advance(200h);
  add(store, fresh);
  const auto drop = [&] {
    return store->write([&](Tx& tx) { return drop_old_desk_log(tx, tx.now() - 168h); }).value();
  };
  EXPECT_EQ(drop(), 1);
  EXPECT_EQ(ends(store).floor, 3U);
  EXPECT_EQ(after(store, 0).size(), 2U) << "open ones stay";
  fresh.state = "closed";
  change(store, fresh);
  store.clock.advance(200h);
  EXPECT_EQ(drop(), 0) << "the newest stays, offsets go on from it";
  // What it forgot comes back with those who could see it.
  old.state = "open";
  old.assignee = "chen";
  change(store, old);
  EXPECT_EQ(after(store, 5).at(0).id, "c_1");
  EXPECT_EQ(ends(store).head, 6U);
}

TEST(DeskLog, CallsWhoWatchesAfterTheCommit) {
  TempStore store;
  int calls = 0;
  ASSERT_TRUE(watch_desk_log(*store, [&calls] { ++calls; }));
  CaseRow row = a_case(store, "c_1");
  add(store, row);
  EXPECT_EQ(calls, 1);
  change(store, row, CaseChange::figures);
  EXPECT_EQ(calls, 2);
  ASSERT_TRUE(watch_desk_log(*store, {}));
  change(store, row);
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace clarion::store
