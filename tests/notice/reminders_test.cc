#include "notice/reminders.h"

#include "store/accounts.h"
#include "store/messages.h"
#include "store/notice_alarms.h"
#include "store/notices.h"
#include "store/temp_store.h"

#include <gtest/gtest.h>

namespace clarion::notice {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// A desk with a holding notice of three hours, published at the clock's time and owned by olga.
class Reminders : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(store->write([&](store::Tx& tx) -> Status {
      for (const char* role : {"operator", "approver", "expert", "admin", "auditor"}) {
        CLARION_TRY(store::add_account(tx, {.name = role, .role = role}));
      }
      CLARION_TRY(store::add_account(tx, {.name = "olga", .role = "expert"}));
      CLARION_TRY(
          store::add_account(tx, {.name = "elsewhere", .role = "operator", .regions = {"440300"}}));
      CLARION_TRY(store::add_account(tx, {.name = "gone", .role = "operator"}));
      return store::update_account(tx, {.name = "gone", .role = "operator", .disabled = true});
    }));
  }
  void publish(const std::string& id, std::int64_t revision, std::string_view action = "publish",
               std::string_view kind = "holding", std::string_view mode = "Actual",
               hours life = hours(3)) {
    ASSERT_TRUE(store->write([&](store::Tx& tx) -> Status {
      store::NoticeRow row;
      row.id = id;
      row.org = "desk";
      row.mode = mode;
      row.draft_details = {{"owner", "olga"}};
      row.created_at = row.changed_at = tx.now();
      row.revision = revision;
      if (revision == 1) {
        CLARION_TRY(store::add_notice(tx, row));
      } else {
        CLARION_TRY(store::update_notice(tx, row));
      }
      store::RevisionRow out;
      out.notice_id = id;
      out.revision = revision;
      out.action = action;
      out.mode = mode;
      out.channel = "notices";
      out.offset = ++offset;
      out.form = json::serialize(
          json::object{{"kind", kind},
                       {"regions", json::array{"440100"}},
                       {"content", json::object{{"zh", json::object{{"title", "正在核实"}}}}}});
      out.jws = out.content_hash = "x";
      out.authors = out.approvals = "[]";
      out.facets = json::serialize(json::object{{"kind", kind}});
      out.published_at = tx.now();
      out.expires_at = tx.now() + life;
      return store::add_revision(tx, out);
    }));
  }
  /// Codes of the messages that an account has, oldest first.
  std::vector<std::string> told(std::string_view account) {
    const auto messages = store->read(
        [&](store::View& view) { return store::list_messages(view, account, false, "", 100); });
    std::vector<std::string> out;
    for (const store::Message& each : messages.value()) out.insert(out.begin(), each.code);
    return out;
  }
  bool due() {
    return store->read([&](store::View& view) { return reminders_due(view, store.clock.now()); })
        .value();
  }
  std::size_t remind() {
    return store->write([&](store::Tx& tx) { return remind_of_ends(tx, zone); }).value();
  }
  store::NoticeAlarms alarms(const model::Viewer& viewer = {}) {
    return store
        ->read([&](store::View& view) {
          return store::count_notice_alarms(view, viewer, store.clock.now());
        })
        .value();
  }

  store::TempStore store;
  ops::Zone zone = ops::Zone::load("Asia/Shanghai").value();
  std::uint64_t offset = 0;
};

TEST_F(Reminders, TellOnceBeforeAHoldingNoticeEndsAndOnceWhenItHas) {
  publish("n_1", 1);
  EXPECT_FALSE(due());
  store.clock.advance(hours(2) + minutes(29));
  EXPECT_FALSE(due());
  EXPECT_EQ(alarms().holding_soon, 0);
  store.clock.advance(minutes(1));
  EXPECT_TRUE(due());
  EXPECT_EQ(remind(), 1U);
  EXPECT_FALSE(due());
  EXPECT_EQ(remind(), 0U);
  EXPECT_EQ(alarms().holding_soon, 1);
  store.clock.advance(minutes(30));
  EXPECT_TRUE(due());
  EXPECT_EQ(remind(), 1U);
  EXPECT_EQ(remind(), 0U);
  const std::vector<std::string> both = {"message_holding_soon", "message_holding_ended"};
  for (const char* account : {"olga", "operator", "approver"}) EXPECT_EQ(told(account), both);
  for (const char* account : {"expert", "admin", "auditor", "elsewhere", "gone"})
    EXPECT_TRUE(told(account).empty()) << account;
  EXPECT_EQ(alarms().holding_soon, 0);
  EXPECT_EQ(alarms().holding_ended, 1);
}

TEST_F(Reminders, ComeInTheLastQuarterOfAShortLife) {
  publish("n_1", 1, "publish", "holding", "Actual", hours(1));
  store.clock.advance(minutes(44));
  EXPECT_FALSE(due());
  store.clock.advance(minutes(1));
  EXPECT_TRUE(due());
}

TEST_F(Reminders, ANewerRevisionAnswersForTheOldOne) {
  publish("n_1", 1);
  store.clock.advance(hours(3));
  EXPECT_EQ(alarms().holding_ended, 1);
  publish("n_1", 2, "update", "debunk", "Actual", hours(24));
  EXPECT_FALSE(due());
  EXPECT_EQ(alarms().holding_ended, 0);
  publish("n_2", 1);
  publish("n_2", 2, "withdraw");
  store.clock.advance(hours(3));
  EXPECT_FALSE(due());
}

TEST_F(Reminders, ARenewedOneIsRemindedOfAgain) {
  publish("n_1", 1);
  store.clock.advance(hours(2) + minutes(40));
  remind();
  publish("n_1", 2, "update");
  EXPECT_FALSE(due());
  store.clock.advance(hours(2) + minutes(40));
  EXPECT_TRUE(due());
}

TEST_F(Reminders, AnExerciseTellsNobodyButRingsAtItsOwnDesk) {
  publish("n_1", 1, "publish", "holding", "Exercise");
  store.clock.advance(hours(3));
  EXPECT_EQ(remind(), 0U);
  EXPECT_TRUE(told("olga").empty());
  EXPECT_FALSE(due());
  EXPECT_EQ(alarms({.modes = {"Actual"}}).holding_ended, 0);
  EXPECT_EQ(alarms({.modes = {"Exercise"}}).holding_ended, 1);
}

TEST_F(Reminders, AlarmsAreThoseThatTheViewerMaySee) {
  publish("n_1", 1);
  store.clock.advance(hours(3));
  EXPECT_EQ(alarms({.regions = {"440300"}}).holding_ended, 0);
  EXPECT_EQ(alarms({.regions = {"440000"}}).holding_ended, 1);
  EXPECT_EQ(alarms({.account = "expert", .own_only = true}).holding_ended, 0);
  EXPECT_EQ(alarms({.account = "olga", .own_only = true}).holding_ended, 1);
  store.clock.advance(hours(24));
  EXPECT_EQ(alarms().holding_ended, 0);
}

}  // namespace
}  // namespace clarion::notice
