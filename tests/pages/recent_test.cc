#include "pages/recent.h"

#include "store/temp_store.h"

#include <gtest/gtest.h>

namespace clarion::pages {
namespace {

class RecentPages : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(store->write([](store::Tx& tx) { return store::set_meta(tx, "epoch", "e_1"); }));
  }
  void publish(const std::string& id, std::uint64_t offset, const std::string& channel = "notices",
               const std::string& mode = "Actual") {
    const Status done = store->write([&](store::Tx& tx) -> Status {
      store::NoticeRow notice{id, "desk", mode, {}, 1, {}, "", "", {}, {}, tx.now(), tx.now(), 1};
      CLARION_TRY(store::add_notice(tx, notice));
      CLARION_TRY(store::add_revision(
          tx,
          {id, 1, "publish", mode, channel, offset,
           R"({"kind":"advisory","severity":"minor","topics":["food"],"content":{"zh":{"title":"题"}}})",
           "h..s", "c", json::serialize(store::to_json(facets)), "[]", "[]", tx.now(),
           std::nullopt}));
      return store::append_log(tx, channel, offset, id, 1, {facets});
    });
    ASSERT_TRUE(done) << done.error().text;
  }
  std::shared_ptr<const RecentNotices> at() {
    return store->read([this](store::View& view) { return recent.at(view); }).value();
  }

  const model::Facets facets{{"food"}, {}, model::Severity::minor, "advisory", {"zh"}};
  store::TempStore store;
  Recent recent;
};

TEST_F(RecentPages, AreReadAnewOnlyWhenTheLogMoved) {
  publish("n_1", 1);
  const auto first = at();
  EXPECT_EQ(at(), first);
  publish("n_2", 2);
  const auto second = at();
  EXPECT_NE(second, first);
  ASSERT_EQ(second->notices.size(), 2U);
  EXPECT_EQ(second->notices.front().id, "n_2");
  EXPECT_EQ(second->head, 2U);
}

TEST_F(RecentPages, AreReadAnewInANewEpoch) {
  publish("n_1", 1);
  const auto first = at();
  ASSERT_TRUE(store->write([](store::Tx& tx) { return store::set_meta(tx, "epoch", "e_2"); }));
  EXPECT_EQ(at()->epoch, "e_2");
}

TEST_F(RecentPages, HoldNoExerciseAndNotMoreThanTheBound) {
  publish("n_x", 1, "drill", "Exercise");
  publish("n_y", 1, "notices", "Test");  // never written so, but then it must not be shown
  for (std::uint64_t i = 2; i < 560; ++i) publish("n_" + std::to_string(i), i);
  const auto all = at();
  EXPECT_GE(all->notices.size(), static_cast<std::size_t>(Recent::kMostNotices));
  EXPECT_LT(all->notices.size(), 560U);
  EXPECT_TRUE(std::none_of(all->notices.begin(), all->notices.end(),
                           [](const Shown& each) { return each.id == "n_x" || each.id == "n_y"; }));
}

TEST_F(RecentPages, ExerciseIsLeftOutOfAFewToo) {
  publish("n_x", 1, "drill", "Exercise");
  publish("n_y", 1, "notices", "Test");
  EXPECT_TRUE(at()->notices.empty());
}

}  // namespace
}  // namespace clarion::pages
