#include "demo/feed.h"

#include "demo/package.h"

#include <gtest/gtest.h>

#include <set>

namespace clarion::demo {
namespace {

using namespace std::chrono_literals;

const model::Time kNow = model::Time(std::chrono::milliseconds(1'795'000'000'000));

std::vector<json::object> posts_of(const std::string& ndjson) {
  std::vector<json::object> out;
  std::string_view rest = ndjson;
  while (!rest.empty()) {
    out.push_back(parse_json(rest.substr(0, rest.find('\n'))).value().get_object());
    rest.remove_prefix(rest.find('\n') + 1);
  }
  return out;
}

Feed three() {
  return {read_feed(R"({"id":"a","after_s":0,"text":"one","about":{}}
{"id":"b","after_s":1.5,"text":"two","repost_of":"a"}
{"id":"a","after_s":3,"text":"one more","rev":2}
)")
              .value(),
          "run"};
}

TEST(DemoFeed, GivesEachPostOnceWhenItsTimeHasCome) {
  Feed feed = three();
  EXPECT_EQ(posts_of(feed.due(1499ms, kNow)).size(), 1U);
  EXPECT_EQ(posts_of(feed.due(1499ms, kNow)).size(), 0U);
  EXPECT_EQ(posts_of(feed.due(3000ms, kNow)).size(), 2U);
  EXPECT_EQ(feed.given(), 3U);
}

TEST(DemoFeed, MarksIdsAndRepostsWithTheRunAndTheRound) {
  Feed feed = three();
  const auto posts = posts_of(feed.due(2s, kNow));
  ASSERT_EQ(posts.size(), 2U);
  EXPECT_EQ(posts[0].at("id"), "a-run-1");
  EXPECT_EQ(posts[1].at("repost_of"), "a-run-1");
  EXPECT_FALSE(posts[0].contains("about"));
  EXPECT_FALSE(posts[0].contains("after_s"));
}

TEST(DemoFeed, DatesAPostAtItsSendingAndAnEditAtTheEdit) {
  Feed feed = three();
  const auto posts = posts_of(feed.due(3s, kNow));
  ASSERT_EQ(posts.size(), 3U);
  EXPECT_EQ(string_or(posts[0], "created_at"), model::to_text(kNow));
  EXPECT_EQ(string_or(posts[2], "edited_at"), model::to_text(kNow));
  EXPECT_FALSE(posts[2].contains("created_at"));
}

TEST(DemoFeed, BeginsAgainUnderNewIdsAndSlower) {
  Feed feed = three();
  static_cast<void>(feed.due(3s, kNow));
  EXPECT_EQ(feed.round(), 2U);
  EXPECT_TRUE(feed.due(12s, kNow).empty());
  const auto first = posts_of(feed.due(13s, kNow));
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].at("id"), "a-run-2");
  EXPECT_TRUE(feed.due(17'400ms, kNow).empty()) << "1.5 s of the first round are 4.5 s now";
  EXPECT_FALSE(feed.due(17'500ms, kNow).empty());
}

TEST(DemoFeed, GivesAFewAtATimeAfterALongPause) {
  Feed feed(read_feed(feed_ndjson()).value(), "run");
  EXPECT_EQ(posts_of(feed.due(1h, kNow)).size(), 100U);
}

TEST(DemoFeed, NamesTheLineThatIsWrong) {
  for (const char* text :
       {"{\"id\":\"a\",\"after_s\":1}\n{\"id\":\"b\",\"after_s\":0.5}\n",
        "{\"id\":\"a\",\"after_s\":1}\n{\"id\":\"b\"}\n", "{\"id\":\"a\",\"after_s\":1}\n[]\n"}) {
    const auto read = read_feed(text);
    ASSERT_FALSE(read) << text;
    EXPECT_TRUE(read.error().text.starts_with("feed.ndjson:2: ")) << read.error().text;
  }
  EXPECT_FALSE(read_feed(""));
}

TEST(DemoFeed, PackagedOneIsSound) {
  const auto lines = read_feed(feed_ndjson());
  ASSERT_TRUE(lines) << lines.error().text;
  EXPECT_GE(lines.value().size(), 400U);
  EXPECT_LE(lines.value().back().after, 5min);
}

}  // namespace
}  // namespace clarion::demo
