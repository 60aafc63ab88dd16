#include "readiness/shipped.h"

#include "http/fields.h"
#include "model/topic.h"
#include "readiness/changes.h"
#include "readiness/resource.h"
#include "store/audit.h"
#include "store/temp_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace clarion::readiness {
namespace {

const std::vector<Shipped>& all() {
  static const std::vector<Shipped> shipped = shipped_resources().value();
  return shipped;
}

std::string text_of(const Shipped& each, const char* member, const char* lang) {
  const json::value& value = each.record.at(member).as_object().at(lang);
  if (value.is_string()) return std::string(value.get_string());
  std::string lines;
  for (const std::string& line : strings_of(value)) lines += line + "\n";
  return lines;
}

/// Numbers of a text: 500,000 and 50 万 are the same one.
std::set<std::string> numbers_in(const std::string& text) {
  std::set<std::string> out;
  std::string number;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const auto digit = [&text](std::size_t at) {
      return at < text.size() && text[at] >= '0' && text[at] <= '9';
    };
    if (digit(i) || (i < text.size() && text[i] == '.' && !number.empty() && digit(i + 1))) {
      number += text[i];
    } else if (i < text.size() && text[i] == ',' && !number.empty() && digit(i + 1)) {
      continue;
    } else if (!number.empty()) {
      if (text.compare(i, 4, " 万") == 0) number += "0000";
      out.insert(std::move(number));
      number.clear();
    }
  }
  return out;
}

TEST(ShippedResources, AreFortyOrMoreEachUnderItsOwnIdAndAKnownTopic) {
  EXPECT_GE(all().size(), 40U);
  std::set<std::string> ids, topics;
  for (const Shipped& each : all()) {
    EXPECT_TRUE(ids.insert(each.id).second) << each.id;
    const std::string topic(string_or(each.record, "topic"));
    EXPECT_NE(model::find_topic(topic), nullptr) << each.id;
    EXPECT_TRUE(each.id.starts_with(topic + ".")) << each.id;
    topics.insert(topic);
  }
  EXPECT_GE(topics.size(), 20U);
}

// templates.md section 2.
TEST(ShippedResources, KeepTheLengthsOfTheTemplates) {
  for (const Shipped& each : all()) {
    SCOPED_TRACE(each.id);
    EXPECT_LE(http::characters(text_of(each, "title", "zh")), 26U);
    EXPECT_LE(http::characters(text_of(each, "summary", "zh")), 70U);
    const std::size_t body = http::characters(text_of(each, "body", "zh"));
    EXPECT_GE(body, 150U);
    EXPECT_LE(body, 500U);
    const auto advice = strings_of(each.record.at("advice").as_object().at("zh"));
    EXPECT_GE(advice.size(), 1U);
    EXPECT_LE(advice.size(), 3U);
    for (const std::string& line : advice) EXPECT_LE(http::characters(line), 30U) << line;
    EXPECT_EQ(advice.size(), strings_of(each.record.at("advice").as_object().at("en")).size());
  }
}

TEST(ShippedResources, SayTheSameNumbersInBothLanguages) {
  for (const Shipped& each : all()) {
    for (const char* member : {"title", "summary", "body", "advice"}) {
      EXPECT_EQ(numbers_in(text_of(each, member, "zh")), numbers_in(text_of(each, member, "en")))
          << each.id << " " << member;
    }
  }
}

TEST(ShippedResources, NameTheirSourcesAndADayOfReview) {
  for (const Shipped& each : all()) {
    SCOPED_TRACE(each.id);
    EXPECT_FALSE(each.record.at("sources").as_array().empty());
    EXPECT_EQ(string_or(each.record, "reviewed_at").size(), 10U);
    EXPECT_LT(string_or(each.record, "reviewed_at"), string_or(each.record, "review_by"));
  }
}

// What the reference of science facts marks [C], to be checked with the issuing office first, and
// what its section 10 leaves to a named expert.
TEST(ShippedResources, HoldNothingThatHasYetToBeChecked) {
  const std::vector<std::string> forbidden = {"[C]",
                                              "12110",
                                              "12356",
                                              "96333",
                                              "12119",
                                              "12345",
                                              "999",
                                              "米字",
                                              "暴雨橙",
                                              "暴雨黄",
                                              "高温黄",
                                              "高温橙",
                                              "高温红",
                                              "寒冷黄",
                                              "寒冷橙",
                                              "寒冷红",
                                              "大雾黄",
                                              "大雾橙",
                                              "大雾红",
                                              "灰霾黄",
                                              "雷雨大风黄",
                                              "雷雨大风橙",
                                              "冰雹橙",
                                              "道路结冰",
                                              "130 mg",
                                              "100 mg",
                                              "65 mg",
                                              "毫克碘",
                                              "500 mg/L",
                                              "5000",
                                              "1:100",
                                              "1:50",
                                              "1∶100",
                                              "类鼻疽",
                                              "恙虫",
                                              "焦痂",
                                              "加压",
                                              "太平岭",
                                              "陆丰",
                                              "廉江",
                                              "余氯",
                                              "6:30",
                                              "14:30",
                                              "公斤",
                                              "关手机",
                                              "风暴潮黄",
                                              "对乙酰氨基酚成人",
                                              "胰岛素"};
  for (const Shipped& each : all()) {
    const std::string whole = json::serialize(each.record);
    for (const std::string& word : forbidden)
      EXPECT_EQ(whole.find(word), std::string::npos) << each.id << " says " << word;
  }
}

class Install : public testing::Test {
 protected:
  store::ResourceRow get(const std::string& which) {
    return store->read([&](store::View& view) { return store::find_resource(view, which); })
        .value()
        .value();
  }
  void put(const store::ResourceRow& row) {
    ASSERT_TRUE(store->write([&](store::Tx& tx) { return store::put_resource(tx, row); }));
  }
  /// As if another program had been here before.
  void forget() {
    ASSERT_TRUE(store->write(
        [](store::Tx& tx) { return store::set_meta(tx, "shipped_resources", "older"); }));
  }
  std::int64_t audited() {
    return store->read([](store::View& view) { return store::audit_head(view); }).value().seq;
  }
  store::TempStore store;
  const std::string id = "typhoon.before";
};

TEST_F(Install, AddsAllOnceAndThenWritesNothing) {
  EXPECT_EQ(install_shipped(*store).value().added, all().size());
  EXPECT_EQ(audited(), 1);
  EXPECT_EQ(install_shipped(*store).value().added, 0U);
  EXPECT_EQ(audited(), 1);
}

TEST_F(Install, RenewsATextThatNobodyTouched) {
  ASSERT_TRUE(install_shipped(*store));
  auto old = get(id);
  old.record["owner"] = "an older program";
  old.base = hash_of_record(old.record);
  put(old);
  forget();
  EXPECT_EQ(install_shipped(*store).value().changed, 1U);
  EXPECT_EQ(string_or(get(id).record, "owner"), "Clarion 正音");
  EXPECT_FALSE(get(id).newer);
}

TEST_F(Install, LeavesADesksOwnWordsAndPutsTheNewerTextBesideThem) {
  ASSERT_TRUE(install_shipped(*store));
  auto edited = get(id);
  edited.base = "hash of an older text";
  edited.record["owner"] = "anna";
  edited.authors = {"anna"};
  put(edited);
  forget();
  EXPECT_EQ(install_shipped(*store).value().waiting, 1U);
  const auto after = get(id);
  EXPECT_EQ(string_or(after.record, "owner"), "anna");
  EXPECT_EQ(after.origin, "shipped");
  ASSERT_TRUE(after.newer);
  EXPECT_EQ(string_or(*after.newer, "owner"), "Clarion 正音");
  EXPECT_TRUE(resource_view(after, "2026-11-24", false).at("edited").as_bool());
  EXPECT_TRUE(resource_view(after, "2026-11-24", false).at("newer").as_bool());
  forget();
  EXPECT_EQ(install_shipped(*store).value().waiting, 0U) << "it waits already";
}

TEST_F(Install, LeavesRetiredOnesRetiredAndOtherOriginsAlone) {
  ASSERT_TRUE(install_shipped(*store));
  auto retired = get(id);
  retired.state = "retired";
  put(retired);
  auto own = get("heat.before");
  own.origin = "imported";
  own.record["owner"] = "somebody";
  put(own);
  forget();
  ASSERT_TRUE(install_shipped(*store));
  EXPECT_EQ(get(id).state, "retired");
  EXPECT_EQ(string_or(get("heat.before").record, "owner"), "somebody");
}

}  // namespace
}  // namespace clarion::readiness
