#include "library/debunk.h"

#include "library/topics.h"
#include "model/topic.h"

#include <gtest/gtest.h>

namespace clarion::library {
namespace {

Result<Debunk> read(std::string_view line) {
  return debunk_of(parse_json(line).value().as_object());
}

TEST(Debunk, ReadsEveryMemberAndWritesTheSameAgain) {
  const auto debunk = read(
      R"({"id":"d-1","claim":"喝酒防病毒","title":"喝酒？","verdict":"false","explanation":"不能",
          "source":"某平台","date":"2020-2-7","topic":"infectious","url":"https://a.example/1",
          "claim_appearances":["https://b.example/2"],"lang":"zh","src":"X","cluster":null})");
  ASSERT_TRUE(debunk) << debunk.error().text;
  EXPECT_EQ(debunk.value().topic, "infectious");
  EXPECT_EQ(debunk.value().source_topic, "");
  const auto again = debunk_of(to_json(debunk.value()));
  ASSERT_TRUE(again);
  EXPECT_EQ(again.value(), debunk.value());
  EXPECT_FALSE(to_json(debunk.value()).contains("src"));
}

TEST(Debunk, MapsAForeignTopicAndKeepsTheWord) {
  EXPECT_EQ(read(R"({"id":"1","claim":"c","verdict":"false","topic":"quake"})").value().topic,
            "earthquake");
  const auto unknown = read(R"({"id":"1","claim":"c","verdict":"false","topic":"politics_world"})");
  EXPECT_EQ(unknown.value().topic, "");
  EXPECT_EQ(unknown.value().source_topic, "politics_world");
}

TEST(Debunk, EveryMappedTopicIsAHazard) {
  for (const char* word : {"epidemic", "Vaccines", "食品安全", "typhoon_flood", "Food safety",
                           "疫情", "disaster_other", "wildfires", "電信詐騙"}) {
    const std::string topic = topic_of(word);
    EXPECT_NE(model::find_topic(topic), nullptr) << word << " gave '" << topic << "'";
  }
  EXPECT_EQ(topic_of("health"), "");
  EXPECT_EQ(topic_of(""), "");
}

TEST(Debunk, MayHaveAnExplanationAlone) {
  const auto debunk =
      read(R"({"id":"1","claim":"","verdict":"explained","explanation":"经查不实"})");
  ASSERT_TRUE(debunk);
  EXPECT_EQ(headline(debunk.value()), "经查不实");
}

TEST(Debunk, NamesEveryWrongMemberAndNoText) {
  const auto debunk = read(R"({"id":7,"claim":"秘密","verdict":null,"date":5})");
  ASSERT_FALSE(debunk);
  EXPECT_EQ(debunk.error().text, "id: field_type; date: field_type");
  const auto bare = read(R"({"claim":"秘密","date":"soon","topic":"food"})");
  ASSERT_FALSE(bare);
  EXPECT_EQ(bare.error().text, "id: field_required; verdict: field_required; date: time_invalid");
}

TEST(Debunk, IsNothingWithoutWordsToLookFor) {
  EXPECT_FALSE(read(R"({"id":"1","claim":"","explanation":"","verdict":"false"})"));
}

TEST(Debunk, TakesDatesOfAnyPrecision) {
  for (const char* date :
       {"2021", "2021-03", "2020-2-7", "2020-02-07", "2020-02-07T01:02:03+08:00"}) {
    json::object line{{"id", "1"}, {"claim", "c"}, {"verdict", "false"}, {"date", date}};
    EXPECT_TRUE(debunk_of(line)) << date;
  }
  for (const char* date : {"21", "2021-", "20-2103", "----", "2021-13-40"}) {
    json::object line{{"id", "1"}, {"claim", "c"}, {"verdict", "false"}, {"date", date}};
    EXPECT_FALSE(debunk_of(line)) << date;
  }
}

TEST(Debunk, LeavesOutAnAddressNobodyShouldFollow) {
  EXPECT_EQ(
      read(R"({"id":"1","claim":"c","verdict":"false","url":"javascript:alert"})").value().url, "");
}

TEST(Debunk, RefusesWhatIsTooLongOrHoldsZero) {
  json::object line{
      {"id", "1"}, {"claim", std::string(DebunkLimits::kClaim + 1, 'a')}, {"verdict", "false"}};
  ASSERT_FALSE(debunk_of(line));
  EXPECT_EQ(debunk_of(line).error().text, "claim: field_too_long");
  line["claim"] = std::string("a\0b", 3);
  EXPECT_EQ(debunk_of(line).error().text, "claim: field_nul");
}

TEST(Verdict, IsReadFromAPublishersWord) {
  EXPECT_EQ(verdict_of("虛假"), "false");
  EXPECT_EQ(verdict_of("Mostly False"), "mostly_false");
  EXPECT_EQ(verdict_of("Pants on Fire!"), "false");
  EXPECT_EQ(verdict_of("Four Pinocchios"), "Four Pinocchios");  // `verdict` is open
  const std::string cut = verdict_of(std::string(63, 'x') + "谣");
  EXPECT_EQ(cut, std::string(63, 'x'));
}

}  // namespace
}  // namespace clarion::library
