#include "readiness/shelf.h"

#include "readiness/shipped.h"
#include "store/temp_store.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace clarion::readiness {
namespace {

class OnTheShelf : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(install_shipped(*store)); }
  std::vector<std::string> find(const ResourceFilter& filter, std::size_t most = 100,
                                std::string_view today = "2026-11-24") {
    return store->read([&](store::View& view) { return shelf.find(view, filter, today, most); })
        .value();
  }
  std::string best(const std::string& words) {
    ResourceFilter filter;
    filter.words = words;
    const auto found = find(filter, 5);
    return found.empty() ? "" : found.front();
  }
  void add(const std::string& id, std::string_view more) {
    json::object record =
        parse_json(R"({"topic":"heat","title":{"zh":"题"},"summary":{"zh":"要"},"body":{"zh":"文"},
                       "sources":[{"title":"t","publisher":"p"}],"review_by":"2027-01-31"})")
            .value()
            .as_object();
    const json::value changes = parse_json(more).value();
    for (const auto& member : changes.as_object()) record[member.key()] = member.value();
    store::ResourceRow row;
    row.id = id;
    row.origin = "own";
    row.record = read_resource(record, zone, "2026-11-24").value();
    ASSERT_TRUE(store->write([&](store::Tx& tx) { return store::put_resource(tx, row); }));
  }
  static bool has(const std::vector<std::string>& ids, std::string_view id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
  }
  store::TempStore store;
  ops::Zone zone = ops::Zone::load("Asia/Shanghai").value();
  Shelf shelf;
};

TEST_F(OnTheShelf, ChineseQuestionsFindTheirAnswerFirst) {
  EXPECT_EQ(best("被狗咬了要不要打狂犬疫苗"), "animal.rabies");
  EXPECT_EQ(best("车子掉进水里怎么逃生"), "flood.car");
  EXPECT_EQ(best("电线掉地上"), "flood.electric");
  EXPECT_EQ(best("抢盐 碘片"), "nuclear.iodine_salt");
  EXPECT_EQ(best("停課"), "typhoon.school") << "traditional characters fold";
  EXPECT_EQ(best("毒蘑菇"), "food.mushroom");
  EXPECT_EQ(best("地震云"), "earthquake.prediction");
}

TEST_F(OnTheShelf, EnglishAndSingleCharactersFindToo) {
  EXPECT_EQ(best("carbon monoxide"), "poisoning.co");
  EXPECT_EQ(best("蛇"), "biological.snake");
  EXPECT_EQ(best("qqqqzzzz"), "");
}

TEST_F(OnTheShelf, IsAskedByTopicPhaseAudienceRegionAndLanguage) {
  add("a.here", R"({"phase":"after","audience":["farmers"],"regions":["440100"]})");
  add("a.any", R"({"phase":"any","title":{"zh":"题","en":"T"},"summary":{"zh":"要","en":"S"},
                   "body":{"zh":"文","en":"B"}})");
  EXPECT_TRUE(has(find({.topic = "heat", .phase = "after"}), "a.here"));
  EXPECT_TRUE(has(find({.topic = "heat", .phase = "after"}), "a.any")) << "any is for each phase";
  EXPECT_FALSE(has(find({.topic = "heat", .phase = "before"}), "a.here"));
  EXPECT_FALSE(has(find({.audience = "students"}), "a.here"));
  EXPECT_TRUE(has(find({.audience = "students"}), "a.any")) << "who names nobody speaks to all";
  EXPECT_TRUE(has(find({.region = "440106"}), "a.here")) << "a district of the city";
  EXPECT_FALSE(has(find({.region = "440300"}), "a.here"));
  EXPECT_FALSE(has(find({.lang = "en"}), "a.here"));
  EXPECT_TRUE(has(find({.lang = "en"}), "a.any"));
}

TEST_F(OnTheShelf, SeesWhatChangedSinceTheLastLook) {
  EXPECT_FALSE(has(find({}), "a.new"));
  add("a.new", "{}");
  EXPECT_TRUE(has(find({}), "a.new"));
}

TEST_F(OnTheShelf, TellsTheStaleFromTheFresh) {
  add("a.old", R"({"review_by":"2026-11-23"})");
  ResourceFilter stale;
  stale.stale = true;
  EXPECT_EQ(find(stale), std::vector<std::string>{"a.old"});
  stale.stale = false;
  EXPECT_FALSE(has(find(stale), "a.old"));
}

TEST_F(OnTheShelf, WalksByIdWithoutGapOrRepeat) {
  std::vector<std::string> walked;
  ResourceFilter filter;
  while (true) {
    const auto page = find(filter, 7);
    walked.insert(walked.end(), page.begin(), page.end());
    if (page.size() < 7) break;
    filter.after_id = page.back();
  }
  EXPECT_EQ(walked, find({}, 1000));
  EXPECT_TRUE(std::is_sorted(walked.begin(), walked.end()));
}

}  // namespace
}  // namespace clarion::readiness
