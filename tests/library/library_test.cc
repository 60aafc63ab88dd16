#include "library/library.h"

#include "library/matcher.h"
#include "store/audit.h"
#include "store/meta.h"
#include "store/notices.h"
#include "store/temp_store.h"
#include "text/fold.h"

#include <gtest/gtest.h>

namespace clarion::library {
namespace {

class Shelf : public testing::Test {
 protected:
  Imported import(std::string_view lines) {
    const auto done = import_all(*store, read_debunks(lines), "cli:me");
    EXPECT_TRUE(done);
    return done.value();
  }
  /// Publishes a revision of a notice of the channel "notices".
  void publish(const std::string& id, std::int64_t revision, std::string_view more) {
    ASSERT_TRUE(store->write([&](store::Tx& tx) -> Status {
      CLARION_TRY(auto head, store::channel_head(tx, "notices"));
      json::value form = json::parse(
          R"({"kind":"debunk","mode":"Actual","action":"publish","verdict":"false","issuer":"某desk",
              "claim":{"text":"自来水厂被污染，明天起全市停水三天"},"topics":["infrastructure"],
              "content":{"zh":{"title":"停水是谣言","summary":"水质正常","body":"没有停水计划"}},
              "published_at":"2026-11-24T10:00:00.000Z"})");
      form.as_object()["id"] = id;
      merge_patch(form, json::parse(more));
      store::RevisionRow row;
      row.notice_id = id;
      row.revision = revision;
      row.action = string_or(form.as_object(), "action");
      row.mode = "Actual";
      row.channel = "notices";
      row.offset = head + 1;
      row.form = json::serialize(form);
      row.facets = json::serialize(store::to_json(model::Facets{}));
      row.authors = row.approvals = "[]";
      row.published_at = tx.now();
      if (revision == 1) {
        store::NoticeRow notice;
        notice.id = id;
        notice.mode = "Actual";
        CLARION_TRY(store::add_notice(tx, notice));
      }
      CLARION_TRY(store::add_revision(tx, row));
      return store::append_log(tx, "notices", row.offset, id, revision, {});
    }));
  }

  store::TempStore store;
  Library library{*store};
};

TEST_F(Shelf, TakesOverWhatTheStoreHolds) {
  EXPECT_EQ(library.snapshot()->size(), 0U);
  import(R"({"id":"1","claim":"第一个说法","verdict":"false"})");
  ASSERT_TRUE(library.refresh());
  const auto first = library.snapshot();
  EXPECT_EQ(first->size(), 1U);
  ASSERT_TRUE(library.refresh());
  EXPECT_EQ(library.snapshot(), first) << "nothing changed, so the snapshot stays";
  import(R"({"id":"1","claim":"改过的说法","verdict":"false"})");
  import(R"({"id":"2","claim":"第二个说法","verdict":"true","url":"https://x.example/2"})");
  ASSERT_TRUE(library.refresh());
  EXPECT_EQ(first->find("1")->debunk.claim, "第一个说法") << "snapshots never change";
  EXPECT_EQ(library.snapshot()->find("1")->debunk.claim, "改过的说法");
  EXPECT_GT(library.snapshot()->version(), first->version());
  import(
      R"({"@type":"DataFeed","dataFeedElement":[{"dateDeleted":"2026-01-01","url":"https://x.example/2"}]})");
  ASSERT_TRUE(library.refresh());
  EXPECT_EQ(library.snapshot()->find("2"), nullptr);
}

TEST_F(Shelf, CountsOurOwnDebunksAsLongAsTheyStand) {
  publish("n_1", 1, "{}");
  publish("n_2", 1, R"({"kind":"advisory"})");
  publish("n_3", 1, R"({"mode":"Exercise"})");
  ASSERT_TRUE(library.refresh());
  ASSERT_EQ(library.snapshot()->size(), 1U);
  const Entry& entry = library.snapshot()->entry(0);
  EXPECT_TRUE(entry.is_notice);
  EXPECT_EQ(entry.debunk.id, "n_1");
  EXPECT_EQ(entry.debunk.source, "某desk");
  EXPECT_EQ(entry.debunk.topic, "infrastructure");
  Matcher matcher(library.snapshot());
  const auto found =
      matcher.match(text::fold("听说自来水厂被污染，明天起全市停水三天，快存水").bytes);
  ASSERT_FALSE(found.empty());
  EXPECT_TRUE(found[0].known) << found[0].score;

  publish("n_1", 2, R"({"action":"correct","claim":{"text":"另一个完全不同的说法"}})");
  ASSERT_TRUE(library.refresh());
  EXPECT_EQ(library.snapshot()->find("n_1")->debunk.claim, "另一个完全不同的说法");
  publish("n_1", 3, R"({"action":"withdraw"})");
  ASSERT_TRUE(library.refresh());
  EXPECT_EQ(library.snapshot()->size(), 0U);
}

TEST_F(Shelf, BeginsAnewWhenTheLogDid) {
  publish("n_1", 1, "{}");
  import(R"({"id":"1","claim":"第一个说法","verdict":"false"})");
  ASSERT_TRUE(library.refresh());
  ASSERT_TRUE(store->write([](store::Tx& tx) { return store::set_meta(tx, "epoch", "other"); }));
  ASSERT_TRUE(library.refresh());
  EXPECT_EQ(library.snapshot()->size(), 2U);
}

TEST_F(Shelf, SaysWhatAnImportDidAndAuditsIt) {
  const Imported first = import(
      "{\"id\":\"1\",\"claim\":\"a\",\"verdict\":\"false\"}\n{\"id\":\"2\",\"claim\":\"b\","
      "\"verdict\":\"false\"}\n");
  EXPECT_EQ(first.added, 2U);
  const Imported second = import(
      "{\"id\":\"1\",\"claim\":\"a\",\"verdict\":\"false\"}\n{\"id\":\"2\",\"claim\":\"c\","
      "\"verdict\":\"false\"}\n");
  EXPECT_EQ(second.unchanged, 1U);
  EXPECT_EQ(second.changed, 1U);
  import(R"({"id":"1","claim":"a","verdict":"false"})");
  std::vector<std::string> actions;
  ASSERT_TRUE(store->read([&](store::View& view) {
    return store::each_audit(view, 1, 100, [&](const store::AuditRecord& record) {
      actions.push_back(record.actor + " " + record.action + " " + record.detail);
      return true;
    });
  }));
  EXPECT_EQ(actions, (std::vector<std::string>{
                         R"(cli:me library.import {"added":2,"changed":0,"withdrawn":0})",
                         R"(cli:me library.import {"added":0,"changed":1,"withdrawn":0})"}));
}

}  // namespace
}  // namespace clarion::library
