#include "library/read.h"

#include <gtest/gtest.h>

#include <random>

namespace clarion::library {
namespace {

constexpr const char* kReview =
    R"({"@context":"https://schema.org","@type":"ClaimReview","@id":"https://example.org/v/1#c",
    "url":"https://example.org/v/1","inLanguage":"zh-CN","claimReviewed":"广州明天起全市停水三天",
    "datePublished":"2026-08-15T10:00:00+08:00","author":{"@type":"Organization","name":"示例机构","url":"https://example.org/"},
    "itemReviewed":{"@type":"Claim","firstAppearance":{"@type":"SocialMediaPosting","url":"https://example.org/p/1"},
    "appearance":[{"url":"https://example.org/p/2"},"https://example.org/p/3"]},"keywords":["politics","疫苗"],
    "reviewRating":{"@type":"Rating","ratingValue":1,"worstRating":1,"bestRating":5,"alternateName":"虚假","ratingExplanation":"公告与之相反。"},
    "reviewBody":"经核实……"})";

TEST(ReadDebunks, KeepsGoodLinesAndNamesBadOnes) {
  const Reading reading = read_debunks(
      "{\"id\":\"1\",\"claim\":\"a\",\"verdict\":\"false\"}\n"
      "{\"id\":\"2\",\"claim\":\"b\"}\n\n"
      "not json\n"
      "{\"id\":\"3\",\"claim\":\"c\",\"verdict\":\"true\"}");
  ASSERT_EQ(reading.debunks.size(), 2U);
  EXPECT_EQ(reading.debunks[1].id, "3");
  ASSERT_EQ(reading.bad.size(), 2U);
  EXPECT_EQ(reading.bad[0].place(), "line 2");
  EXPECT_EQ(reading.bad[0].error.text, "verdict: field_required");
  EXPECT_EQ(reading.bad[1].place(), "line 4");
}

TEST(ReadDebunks, GoesOnAfterAFirstLineThatIsBroken) {
  const Reading reading =
      read_debunks("{\"id\":\n{\"id\":\"3\",\"claim\":\"c\",\"verdict\":\"true\"}\n");
  EXPECT_EQ(reading.debunks.size(), 1U);
  EXPECT_EQ(reading.bad.size(), 1U);
}

TEST(ReadDebunks, ReadsAClaimReviewWholly) {
  const Reading reading = read_debunks(kReview);
  ASSERT_EQ(reading.bad.size(), 0U);
  ASSERT_EQ(reading.debunks.size(), 1U);
  const Debunk& debunk = reading.debunks[0];
  EXPECT_TRUE(debunk.id.starts_with("cr-"));
  EXPECT_EQ(debunk.claim, "广州明天起全市停水三天");
  EXPECT_EQ(debunk.verdict, "false");
  EXPECT_EQ(debunk.explanation, "经核实……\n公告与之相反。");
  EXPECT_EQ(debunk.source, "示例机构");
  EXPECT_EQ(debunk.url, "https://example.org/v/1");
  EXPECT_EQ(debunk.lang, "zh-CN");
  EXPECT_EQ(debunk.topic, "vaccine_drug");
  EXPECT_EQ(debunk.source_topic, "疫苗");
  EXPECT_EQ(debunk.claim_appearances,
            (std::vector<std::string>{"https://example.org/p/1", "https://example.org/p/2",
                                      "https://example.org/p/3"}));
}

TEST(ReadDebunks, GivesAReviewTheSameIdInEveryWrapping) {
  const std::string one = kReview;
  const std::string id = read_debunks(one).debunks.at(0).id;
  EXPECT_EQ(read_debunks("[" + one + "]").debunks.at(0).id, id);
  EXPECT_EQ(read_debunks(R"({"@context":"https://schema.org","@graph":[{"@type":"WebPage"},)" +
                         one + "]}")
                .debunks.at(0)
                .id,
            id);
  EXPECT_EQ(
      read_debunks(R"({"@type":"DataFeed","dataFeedElement":{"@type":"DataFeedItem","item":)" +
                   one + "}}")
          .debunks.at(0)
          .id,
      id);
}

TEST(ReadDebunks, ReadsADataFeedWithItsWithdrawals) {
  const Reading reading = read_debunks(
      R"({"@type":"schema:DataFeed","dataFeedElement":[
          {"@type":"DataFeedItem","item":[)" +
      std::string(kReview) + R"(,
            {"@type":["Thing","http://schema.org/ClaimReview"],"claimReviewed":"x"}]},
          {"@type":"DataFeedItem","dateDeleted":"2026-08-14","url":"https://example.org/v/0"}]})");
  EXPECT_EQ(reading.debunks.size(), 1U);
  ASSERT_EQ(reading.bad.size(), 1U);
  EXPECT_EQ(reading.bad[0].place(), "/dataFeedElement/0/item/1");
  EXPECT_EQ(reading.bad[0].error.text, "reviewRating/alternateName: field_required");
  EXPECT_EQ(reading.withdrawn, std::vector<std::string>{"https://example.org/v/0"});
}

TEST(ReadDebunks, TakesTheWordsOfARatingAndSaysThatTheNumberDisagrees) {
  const Reading reading = read_debunks(
      R"({"@type":"ClaimReview","url":"https://a.example/","claimReviewed":"c",
          "reviewRating":{"ratingValue":1,"bestRating":6,"alternateName":"True"}})");
  ASSERT_EQ(reading.debunks.size(), 1U);
  EXPECT_EQ(reading.debunks[0].verdict, "true");
  ASSERT_EQ(reading.notes.size(), 1U);
}

TEST(ReadDebunks, ReadsANumberAloneOnItsScale) {
  const auto verdict = [](const char* rating) {
    const Reading reading =
        read_debunks(std::string(R"({"@type":"ClaimReview","claimReviewed":"c","reviewRating":)") +
                     rating + "}");
    return reading.debunks.empty() ? std::string("none") : reading.debunks[0].verdict;
  };
  EXPECT_EQ(verdict(R"({"ratingValue":1,"worstRating":1,"bestRating":5})"), "false");
  EXPECT_EQ(verdict(R"({"ratingValue":"3"})"), "mixed");
  EXPECT_EQ(verdict(R"({"ratingValue":10,"worstRating":0,"bestRating":10})"), "true");
  EXPECT_EQ(verdict(R"({"ratingValue":-1,"worstRating":1,"bestRating":5})"), "none");  // not rated
  EXPECT_EQ(verdict(R"({"ratingValue":"1e999"})"), "none");
}

TEST(ReadDebunks, SaysWhenAnInputHoldsNone) {
  EXPECT_EQ(read_debunks(R"({"@context":"https://schema.org","@type":"MediaReview"})").bad.size(),
            1U);
  EXPECT_EQ(read_debunks("[]").bad.size(), 1U);
  EXPECT_EQ(read_debunks("").bad.size(), 0U);  // an empty library is one
}

TEST(ReadDebunks, BoundsTheInput) {
  EXPECT_EQ(read_debunks(std::string(100, ' ') + "{}", {.max_bytes = 50}).bad.at(0).error.errc,
            Errc::too_large);
  const Reading line =
      read_debunks("{\"id\":\"" + std::string(200, 'x') + "\"}\n{}\n", {.max_line_bytes = 100});
  EXPECT_EQ(line.bad.at(0).place(), "line 1");
  std::string many;
  for (int i = 0; i < 5; ++i)
    append_line(many, {.id = std::to_string(i), .claim = "c", .verdict = "false"});
  const Reading most = read_debunks(many, {.max_items = 3});
  EXPECT_EQ(most.debunks.size(), 3U);
  EXPECT_EQ(most.bad.at(0).place(), "line 4");
  EXPECT_EQ(read_debunks(std::string(100, '[')).bad.size(), 1U);
}

TEST(ReadDebunks, WritesLinesThatReadBack) {
  Debunk debunk{.id = "1", .claim = "“引号”\n第二行", .verdict = "false", .topic = "food"};
  std::string line;
  append_line(line, debunk);
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_EQ(read_debunks(line).debunks.at(0), debunk);
}

/// Whatever is done to an input, reading ends, and what it keeps is sound and reads back.
TEST(ReadDebunks, SurvivesMutatedInputs) {
  const std::string seeds[] = {
      kReview,
      R"({"id":"1","claim":"c","verdict":"false","topic":"quake","claim_appearances":["https://a"]})"
      "\n{\"id\":\"2\",\"claim\":\"d\",\"verdict\":\"x\",\"date\":\"2020-1-1\"}\n",
      R"({"@type":"DataFeed","dataFeedElement":[{"item":[)" + std::string(kReview) + "]}]}"};
  const std::string_view tokens[] = {"{",       "}",       "[",    "]",          "null",   "\"",
                                     "\\u0000", "\\ud800", "\xFF", "谣",         "-1e400", "true",
                                     ":",       ",",       "\n",   "\"@graph\":"};
  std::mt19937 random(20260815);
  const auto below = [&random](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  for (int round = 0; round < 4000; ++round) {
    std::string input = seeds[below(3)];
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
      const std::size_t at = below(input.size());
      switch (below(4)) {
        case 0:
          input.erase(at, 1 + below(20));
          break;
        case 1:
          input.insert(at, tokens[below(std::size(tokens))]);
          break;
        case 2:
          input[at] = static_cast<char>(below(256));
          break;
        default:
          input.insert(at, input.substr(below(input.size()), below(60)));
      }
      if (input.empty()) input = " ";
    }
    const Reading reading = read_debunks(input);
    for (const Debunk& debunk : reading.debunks) {
      ASSERT_TRUE(check(debunk));
      std::string line;
      append_line(line, debunk);
      const Reading again = read_debunks(line);
      ASSERT_EQ(again.debunks.size(), 1U) << line;
      ASSERT_EQ(again.debunks[0], debunk);
    }
    for (const BadItem& bad : reading.bad) ASSERT_FALSE(bad.error.text.empty());
  }
}

}  // namespace
}  // namespace clarion::library
