#include "notice/outlets.h"

#include "store/audit.h"
#include "store/deliveries.h"
#include "store/notice_alarms.h"
#include "store/temp_store.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace clarion::notice {
namespace {

/// A notice in its second revision, and deliveries of it by WeChat.
class Outlets : public testing::Test {
 protected:
  void SetUp() override {
    dora.account = "dora";
    dora.role = identity::Role::admin;
    dora.scope = identity::Scope::desk;
    ASSERT_TRUE(store->write([&](store::Tx& tx) -> Status {
      CLARION_TRY(store::set_meta(tx, "epoch", "e_1"));
      row.id = "n_1";
      row.org = "desk";
      row.mode = "Actual";
      row.created_at = row.changed_at = tx.now();
      row.revision = 2;
      CLARION_TRY(store::add_notice(tx, row));
      for (const std::int64_t revision : {1, 2}) {
        store::RevisionRow out;
        out.notice_id = "n_1";
        out.revision = revision;
        out.action = revision == 1 ? "publish" : "update";
        out.mode = "Actual";
        out.channel = "notices";
        out.offset = static_cast<std::uint64_t>(revision);
        out.form = R"({"kind":"debunk","regions":[]})";
        out.jws = out.content_hash = "x";
        out.authors = out.approvals = "[]";
        out.facets = R"({"kind":"debunk"})";
        out.published_at = tx.now();
        CLARION_TRY(store::add_revision(tx, out));
      }
      return ok();
    }));
  }
  void deliver(std::string id, std::int64_t revision, std::string state, std::string error = "") {
    store::DeliveryRow delivery;
    delivery.id = id;
    delivery.outlet = "wechat";
    delivery.recipient = "account " + id;
    delivery.notice_id = "n_1";
    delivery.revision = revision;
    delivery.state = std::move(state);
    delivery.error = std::move(error);
    ASSERT_TRUE(store->write([&](store::Tx& tx) { return store::add_delivery(tx, delivery); }));
  }
  Result<json::object> set(std::string_view outlet, bool paused, json::object body = {}) {
    return store->write([&](store::Tx& tx) { return set_paused(tx, dora, outlet, paused, body); });
  }
  std::vector<std::string> due() {
    const auto rows = store->read(
        [&](store::View& view) { return store::due_deliveries(view, store.clock.now(), 100); });
    std::vector<std::string> out;
    for (const store::DeliveryRow& each : rows.value()) out.push_back(each.id);
    return out;
  }
  json::object shown(std::string_view outlet) {
    const auto all = store->read(
        [&](store::View& view) { return outlets_view(view, options, store.clock.now()); });
    for (const json::value& each : all.value().at("items").as_array()) {
      if (string_or(each.as_object(), "id") == outlet) return each.as_object();
    }
    return {};
  }
  /// (state, recipient) of the deliveries with an id.
  std::vector<std::pair<std::string, std::string>> states() {
    const auto answer = store->read(
        [&](store::View& view) { return deliveries_view(view, row, options, store.clock.now()); });
    std::vector<std::pair<std::string, std::string>> out;
    for (const json::value& each : answer.value().at("items").as_array()) {
      if (each.as_object().contains("id"))
        out.emplace_back(string_or(each.as_object(), "state"),
                         string_or(each.as_object(), "recipient"));
    }
    return out;
  }

  store::TempStore store;
  NoticeOptions options{.zone = ops::Zone::load("Asia/Shanghai").value()};
  identity::Actor dora;
  store::NoticeRow row;
};

TEST_F(Outlets, APausedOneKeepsItsQueueUntilItGoesOn) {
  deliver("d1", 2, "queued");
  deliver("d2", 2, "failed", "delivery_unknown");
  EXPECT_EQ(due(), std::vector<std::string>{"d1"});
  const auto paused = set("wechat", true, {{"reason", "额度用完"}});
  ASSERT_TRUE(paused);
  EXPECT_EQ(paused.value().at("state"), "paused");
  EXPECT_TRUE(due().empty());
  const json::object outlet = shown("wechat");
  EXPECT_EQ(outlet.at("state"), "paused");
  EXPECT_EQ(outlet.at("queued"), 1);
  EXPECT_EQ(outlet.at("paused").at("by"), "dora");
  EXPECT_EQ(outlet.at("paused").at("reason"), "额度用完");
  const std::vector<std::pair<std::string, std::string>> waits = {{"paused", "account d1"},
                                                                  {"failed", "account d2"}};
  EXPECT_EQ(states(), waits);
  const auto resumed = set("wechat", false);
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed.value().at("state"), "not_connected");
  EXPECT_EQ(due(), std::vector<std::string>{"d1"});
  EXPECT_EQ(set("wechat", false).error().code, "outlet_not_paused");
}

TEST_F(Outlets, OnlyOneWithAQueueIsPausedAndOnlyForAReasonAndAtTheLiveDesk) {
  EXPECT_EQ(set("stream", true, {{"reason", "r"}}).error().code, "outlet_no_queue");
  EXPECT_EQ(set("telegraph", true, {{"reason", "r"}}).error().code, "not_found");
  EXPECT_EQ(set("wechat", true).error().code, "field_invalid");
  EXPECT_FALSE(shown("stream").at("can_pause").as_bool());
  EXPECT_TRUE(shown("wechat").at("can_pause").as_bool());
  dora.door = identity::Door::drill;
  EXPECT_EQ(set("wechat", true, {{"reason", "r"}}).error().code, "drill_session");
  EXPECT_EQ(shown("wechat").at("state"), "not_connected");
}

TEST_F(Outlets, PauseAndResumeStandInTheAuditChain) {
  ASSERT_TRUE(set("sms", true, {{"reason", "运营商维护"}}));
  ASSERT_TRUE(set("sms", false));
  const auto records =
      store->read([](store::View& view) { return store::list_audit(view, {.subject = "sms"}); });
  std::vector<std::string> actions;
  for (const store::AuditRecord& each : records.value())
    actions.push_back(each.actor + " " + each.action);
  EXPECT_EQ(actions, (std::vector<std::string>{"dora outlet.resume", "dora outlet.pause"}));
}

TEST_F(Outlets, FailuresOfTheNewestRevisionAreCountedForTheDutyPage) {
  deliver("d1", 1, "failed", "delivery_unknown");  // a newer revision replaced it
  deliver("d2", 2, "failed", "delivery_unknown");
  deliver("d3", 2, "unknown");
  deliver("d4", 2, "delivered");
  const auto alarms = store->read(
      [&](store::View& view) { return store::count_notice_alarms(view, {}, store.clock.now()); });
  ASSERT_TRUE(alarms);
  EXPECT_EQ(alarms.value().failed, 1);
  EXPECT_EQ(alarms.value().unknown, 1);
  EXPECT_EQ(alarms.value().failed_notice, "n_1");
  const auto drill = store->read([&](store::View& view) {
    return store::count_notice_alarms(view, {.modes = {"Exercise"}}, store.clock.now());
  });
  EXPECT_EQ(drill.value().failed, 0);
  EXPECT_FALSE(drill.value().failed_notice);
}

TEST_F(Outlets, OfAnExerciseEveryPlaceForThePublicIsLocked) {
  row.mode = "Exercise";
  const auto answer = store->read(
      [&](store::View& view) { return deliveries_view(view, row, options, store.clock.now()); });
  ASSERT_TRUE(answer);
  std::vector<std::string> locked;
  for (const json::value& each : answer.value().at("items").as_array()) {
    if (each.as_object().at("state") == "locked")
      locked.emplace_back(string_or(each.as_object(), "outlet"));
  }
  EXPECT_EQ(locked, (std::vector<std::string>{"board", "feeds", "wechat", "sms", "cap"}));
}

}  // namespace
}  // namespace clarion::notice
