#include "ask/check.h"

#include "store/notices.h"
#include "store/temp_store.h"

#include <gtest/gtest.h>

namespace clarion::ask {
namespace {

class CheckText : public testing::Test {
 protected:
  void import(std::string id, std::string claim) {
    library::Reading reading;
    reading.debunks.push_back({.id = std::move(id),
                               .claim = std::move(claim),
                               .verdict = "false",
                               .source = "某医院",
                               .source_topic = "inner",
                               .claim_appearances = {"https://x.example/1"}});
    ASSERT_TRUE(library::import_all(*store, reading, "cli:me"));
  }
  void publish(const std::string& id, std::int64_t revision, std::string_view action,
               std::string_view claim, std::string_view expires = "2099-01-01T00:00:00.000Z") {
    ASSERT_TRUE(store->write([&](store::Tx& tx) -> Status {
      CLARION_TRY(auto head, store::channel_head(tx, "notices"));
      store::NoticeRow notice;
      notice.id = id;
      notice.mode = "Actual";
      if (revision == 1) {
        CLARION_TRY(store::add_notice(tx, notice));
      }
      notice.revision = revision;
      CLARION_TRY(store::update_notice(tx, notice));
      store::RevisionRow row;
      row.notice_id = id;
      row.revision = revision;
      row.action = action;
      row.mode = "Actual";
      row.channel = "notices";
      row.offset = head + 1;
      row.form = json::serialize(
          json::object{{"id", id},
                       {"revision", revision},
                       {"kind", "debunk"},
                       {"mode", "Actual"},
                       {"action", action},
                       {"verdict", "false"},
                       {"issuer", "某desk"},
                       {"severity", "moderate"},
                       {"claim", {{"text", claim}}},
                       {"topics", {"flood"}},
                       {"regions", json::array{}},
                       {"content",
                        {{"zh", {{"title", "大坝安全"}, {"summary", "没有决堤"}, {"body", "长文"}}},
                         {"en", {{"title", "The dam holds"}, {"summary", "No breach"}}}}},
                       {"expires_at", expires}});
      row.facets = json::serialize(store::to_json(model::Facets{}));
      row.authors = row.approvals = "[]";
      row.published_at = tx.now();
      row.expires_at = model::parse_time(expires).value().time;
      CLARION_TRY(store::add_revision(tx, row));
      return store::append_log(tx, "notices", row.offset, id, revision, {});
    }));
  }
  json::object check(std::string_view text) {
    EXPECT_TRUE(library.refresh());
    return store
        ->read(
            [&](store::View& view) { return check_text(view, library, text, store.clock.now()); })
        .value();
  }

  store::TempStore store;
  library::Library library{*store};
};

TEST_F(CheckText, TellsDebunksAndNoticesApart) {
  import("d-1", "水库大坝今天夜里已经决堤，下游居民马上撤离");
  publish("n_1", 1, "publish", "水库大坝今天夜里已经决堤，下游居民马上撤离");
  const json::object known = check("刚收到：水库大坝今天夜里已经决堤，下游居民马上撤离！");
  ASSERT_EQ(known.at("debunks").as_array().size(), 1U);
  const json::object& debunk = known.at("debunks").at(0).as_object();
  EXPECT_EQ(debunk.at("id"), "d-1");
  EXPECT_TRUE(debunk.at("known").as_bool());
  EXPECT_FALSE(debunk.contains("source_topic"));
  EXPECT_FALSE(debunk.contains("claim_appearances"));
  ASSERT_EQ(known.at("notices").as_array().size(), 1U);
  const json::object& notice = known.at("notices").at(0).as_object();
  EXPECT_EQ(notice.at("id"), "n_1");
  EXPECT_EQ(notice.at("title").at("zh"), "大坝安全");
  EXPECT_EQ(notice.at("summary").at("en"), "No breach");
  EXPECT_EQ(notice.at("state"), "published");
  EXPECT_FALSE(notice.contains("content"));
}

TEST_F(CheckText, SaysThatANoticeExpired) {
  publish("n_1", 1, "publish", "水库大坝今天夜里已经决堤，下游居民马上撤离",
          "2026-01-01T00:00:00.000Z");
  const json::object known = check("水库大坝今天夜里已经决堤，下游居民马上撤离");
  EXPECT_EQ(known.at("notices").at(0).at("state"), "expired");
}

TEST_F(CheckText, NeverShowsANoticeThatWasWithdrawnAMomentAgo) {
  publish("n_1", 1, "publish", "水库大坝今天夜里已经决堤，下游居民马上撤离");
  ASSERT_EQ(check("水库大坝今天夜里已经决堤，下游居民马上撤离").at("notices").as_array().size(),
            1U);
  publish("n_1", 2, "withdraw", "水库大坝今天夜里已经决堤，下游居民马上撤离");
  const auto known = store->read([&](store::View& view) {  // the snapshot is still the old one
    return check_text(view, library, "水库大坝今天夜里已经决堤，下游居民马上撤离",
                      store.clock.now());
  });
  EXPECT_EQ(known.value().at("notices").as_array().size(), 0U);
}

TEST_F(CheckText, GivesFiveAtMostAndNoStrangers) {
  for (int i = 0; i < 8; ++i)
    import("d-" + std::to_string(i), "水库大坝今天夜里已经决堤，下游居民马上撤离");
  import("d-x", "完全不同的另外一件事情在这里说明");
  const json::object known = check("水库大坝今天夜里已经决堤，下游居民马上撤离");
  EXPECT_EQ(known.at("debunks").as_array().size(), 5U);
  EXPECT_EQ(check("hello there").at("debunks").as_array().size(), 0U);
}

}  // namespace
}  // namespace clarion::ask
