#include "intake/parse.h"

#include "intake/random_posts.h"

#include <gtest/gtest.h>

#include <fstream>

namespace clarion::intake {
namespace {

using model::Post;

Post parsed(std::string_view line) {
  PostParser parser;
  Post post;
  const Status status = parser.parse(line, post);
  EXPECT_TRUE(status) << (status ? "" : status.error().text) << " in " << line;
  return post;
}

/// The code of the rejection and its pointer: "field_type /rev".
std::string rejection(std::string_view line) {
  PostParser parser;
  Post post;
  const Status status = parser.parse(line, post);
  if (status) return "accepted";
  const Error& error = status.error();
  EXPECT_TRUE(ops::knows_code(error.code)) << error.code;
  return error.fields.empty() ? error.code : error.code + " " + error.fields.front().pointer;
}

/// A good post but for the members given, which come last.
std::string with(std::string_view members) {
  return fmt::format(R"({{"id":"1","source":"s","text":"t",{}}})", members);
}

TEST(PostParser, ReadsEveryMemberOfAPost) {
  const Post post = parsed(
      R"({"id":"p","source":"demo","text":"听说\n停水","author":{"id":"a","name":"甲","verified":true,"followers":12},)"
      R"("lang":"zh","created_at":"2026-08-15T09:00:00+08:00","edited_at":"2020-2-7","url":"https://example.org/p",)"
      R"("metrics":{"reposts":1,"comments":2,"likes":3},"repost_of":"q","reply_to":"r",)"
      R"("media":[{"type":"image","url":"u","hash":"h","text":"字"}],"geo":{"region":"440100"},"op":"upsert","rev":-5})");
  EXPECT_EQ(
      testing::dump(post),
      "demo|p|听说\n停水|a|甲|true|12|zh|https://example.org/p|q|r|440100|2026-08-15T01:00:00.000Z|"
      "2020-02-07T00:00:00.000Z~|1|2|3|false|-5|image|u|h|字");
}

TEST(PostParser, ReadsTheSamplesOfTheReference) {
  std::ifstream file(CLARION_TEST_DATA "/intake/posts.synthetic.ndjson");
  std::vector<Post> posts;
  for (std::string line; std::getline(file, line);) posts.push_back(parsed(line));
  ASSERT_EQ(posts.size(), 3U);
  EXPECT_EQ(posts[0].region, "440100");
  EXPECT_EQ(posts[1].repost_of, "p-1");
  EXPECT_EQ(posts[2].op, Post::Op::remove);
}

TEST(PostParser, ReadsTheFlatForm) {
  const Post post = parsed(
      R"({"id":"x-1","platform":"weibo","text":"t","created_at":"2020-03-21T15:43:53+08:00","author":"e36c","reposts":7,)"
      R"("comments":16,"likes":2,"verified_author":true,"label":"rumor","topic":"other","cluster":"c1"})");
  EXPECT_EQ(testing::dump(post),
            "weibo|x-1|t|e36c||true|0||||||2020-03-21T07:43:53.000Z|-|7|16|2|false|-");
}

TEST(PostParser, LetsTheFullFormWinOverTheFlatOne) {
  const Post post = parsed(
      R"({"reposts":1,"likes":9,"metrics":{"reposts":2},"platform":"p","source":"s","id":"1","text":""})");
  EXPECT_EQ(post.reposts, 2U);
  EXPECT_EQ(post.likes, 9U);
  EXPECT_EQ(post.source, "s");
}

TEST(PostParser, ReadsIdsThatAreNumbersAsDecimalText) {
  EXPECT_EQ(parsed(R"({"id":18446744073709551615,"source":"s","text":""})").id,
            "18446744073709551615");
  EXPECT_EQ(parsed(with(R"("repost_of":-9223372036854775808)")).repost_of, "-9223372036854775808");
  EXPECT_EQ(rejection(with(R"("id":1.5)")), "field_type /id");
  EXPECT_EQ(rejection(with(R"("id":18446744073709551616)")), "field_type /id");
}

TEST(PostParser, TreatsNullAsAbsent) {
  const Post post = parsed(with(
      R"("author":null,"metrics":null,"media":null,"geo":null,"op":null,"rev":null,"created_at":null)"));
  EXPECT_EQ(testing::dump(post), testing::dump(parsed(R"({"id":"1","source":"s","text":"t"})")));
  EXPECT_EQ(rejection(with(R"("text":null)")), "field_required /text");
}

TEST(PostParser, LetsTheLastOfANameThatStandsTwiceCount) {
  const Post post =
      parsed(with(R"("text":"later","author":{"name":"n"},"author":"a","rev":4,"rev":null)"));
  EXPECT_EQ(post.text, "later");
  EXPECT_EQ(post.author.id, "a");
  EXPECT_EQ(post.author.name, "");
  EXPECT_FALSE(post.rev);
}

TEST(PostParser, NamesTheMemberThatIsMissing) {
  EXPECT_EQ(rejection(R"({"source":"s","text":"t"})"), "field_required /id");
  EXPECT_EQ(rejection(R"({"id":"","source":"s","text":"t"})"), "field_required /id");
  EXPECT_EQ(rejection(R"({"id":"1","text":"t"})"), "field_required /source");
  EXPECT_EQ(rejection(R"({"id":"1","source":"s"})"), "field_required /text");
  EXPECT_EQ(rejection(R"({"id":"1","source":"s","op":"delete"})"), "accepted");
}

TEST(PostParser, NamesTheMemberOfTheWrongType) {
  EXPECT_EQ(rejection(with(R"("text":["t"])")), "field_type /text");
  EXPECT_EQ(rejection(with(R"("author":[1])")), "field_type /author");
  EXPECT_EQ(rejection(with(R"("author":{"verified":1})")), "field_type /author/verified");
  EXPECT_EQ(rejection(with(R"("metrics":{"likes":-1})")), "field_type /metrics/likes");
  EXPECT_EQ(rejection(with(R"("reposts":1.0)")), "field_type /reposts");
  EXPECT_EQ(rejection(with(R"("media":{})")), "field_type /media");
  EXPECT_EQ(rejection(with(R"("media":[{},{"hash":7}])")), "field_type /media/1/hash");
  EXPECT_EQ(rejection(with(R"("media":["u"])")), "field_type /media/0");
  EXPECT_EQ(rejection(with(R"("created_at":1600000000)")), "field_type /created_at");
  EXPECT_EQ(rejection(with(R"("rev":"x")")), "field_type /rev");
  EXPECT_EQ(rejection(with(R"("op":"drop")")), "field_not_one_of /op");
  EXPECT_EQ(rejection(with(R"("created_at":"yesterday")")), "time_invalid /created_at");
}

TEST(PostParser, HoldsItsBounds) {
  const auto long_text = [](std::size_t n) { return std::string(n, 'x'); };
  EXPECT_EQ(rejection(with(fmt::format(R"("id":"{}")", long_text(256)))), "accepted");
  EXPECT_EQ(rejection(with(fmt::format(R"("id":"{}")", long_text(257)))), "field_too_long /id");
  std::string media = "{}";
  for (int i = 1; i < 16; ++i) media += ",{}";
  EXPECT_EQ(rejection(with(fmt::format(R"("media":[{}])", media))), "accepted");
  EXPECT_EQ(rejection(with(fmt::format(R"("media":[{},{{}}])", media))), "field_too_many /media");
  const std::string head = R"({"id":"1","source":"s","text":")";
  EXPECT_EQ(parsed(head + long_text(PostLimits::kLineBytes - head.size() - 2) + "\"}").text.size(),
            PostLimits::kLineBytes - head.size() - 2);
  EXPECT_EQ(rejection(head + long_text(PostLimits::kLineBytes - head.size() - 1) + "\"}"),
            "line_too_long");
  EXPECT_EQ(rejection(with(R"("x":)" + std::string(32, '[') + std::string(32, ']'))), "accepted");
  EXPECT_EQ(rejection(with(R"("x":)" + std::string(33, '[') + std::string(33, ']'))),
            "line_too_deep");
  EXPECT_EQ(rejection(with("\"x\":" + std::string(200'000, '['))), "line_too_deep");
}

TEST(PostParser, RefusesWhatIsNoUtf8AndTheCharacterThatEndsCStrings) {
  EXPECT_EQ(rejection(with("\"x\":\"\xff\"")), "utf8_invalid");
  EXPECT_EQ(rejection(with("\"x\":\"\xed\xa0\x80\"")), "utf8_invalid");
  EXPECT_EQ(rejection(with(R"("text":"a\u0000b")")), "field_nul /text");
  EXPECT_EQ(rejection(with(std::string("\"text\":\"a\0b\"", 12))), "line_not_json");
  for (const char* escape :
       {R"(\ud800)", R"(\udc00)", R"(\ud800\u0041)", R"(\ud83d\ud83d)", R"(\x)", R"(\u12)"}) {
    EXPECT_EQ(rejection(with(fmt::format(R"("text":"{}")", escape))), "line_not_json") << escape;
    EXPECT_EQ(rejection(with(fmt::format(R"("x":"{}")", escape))), "line_not_json") << escape;
    EXPECT_EQ(rejection(with(fmt::format(R"("{}":1)", escape))), "line_not_json") << escape;
  }
}

TEST(PostParser, ChecksMembersThatNobodyAskedFor) {
  EXPECT_EQ(rejection(with(
                R"("x":{"y":[1e400,123456789012345678901234567890,-0.5,true,false,null,"é"]})")),
            "accepted");
  for (const char* value :
       {"tru",     "nulll",      "01",    "1.", ".5",     "+1",  "-", "1e",  "[1,]", "[1 2]",
        "{\"a\"}", "{\"a\":1,}", "{a:1}", "[}", "\"\t\"", "'a'", "",  "NaN", "1 2",  "\"a\"b"}) {
    EXPECT_EQ(rejection(with(fmt::format(R"("x":{})", value))), "line_not_json") << value;
  }
}

TEST(PostParser, RefusesALineThatIsNotOneObject) {
  for (const char* line : {"[]", "[{\"id\":1}]", "1", "-1.5", "\"a\"", "true", "null"}) {
    EXPECT_EQ(rejection(line), "line_not_object") << line;
  }
  for (const char* line : {"", " ", "{", "}", "{}}", "{}{}", "{} 1", "{\"id\":1", "{,}", "x"}) {
    EXPECT_EQ(rejection(line), "line_not_json") << line;
  }
}

TEST(PostParser, SaysWhatIsWrongInBothLanguagesAndWithoutTheValue) {
  PostParser parser;
  Post post;
  const Status status = parser.parse(with(R"("created_at":"secret")"), post);
  EXPECT_EQ(detail_of(status.error(), ops::Lang::en),
            "/created_at: Not a time: RFC 3339 or a date is expected");
  EXPECT_EQ(detail_of(status.error(), ops::Lang::zh),
            "/created_at: 时间格式无效，应为 RFC 3339 或日期");
  EXPECT_EQ(status.error().text, detail_of(status.error(), ops::Lang::en));
}

TEST(PostParser, AgreesWithASlowReaderOnRandomAndDamagedPosts) {
  testing::RandomPosts random(20261124);
  PostParser parser;
  Post post;
  int accepted = 0;
  for (int i = 0; i < 60'000; ++i) {
    // A wrong value is rejected even where a right one follows, which the tree no longer shows.
    std::string line = random.post(i % 2 == 0);
    if (i % 2 == 1) random.damage(line);
    const Status status = parser.parse(line, post);
    boost::system::error_code failed;
    const json::value tree = json::parse(line, failed);
    if (failed) {
      ASSERT_FALSE(status) << line;
      continue;
    }
    const auto expected = testing::SlowReader::read(tree);
    ASSERT_EQ(static_cast<bool>(status), expected.has_value())
        << line << "\n"
        << (status ? "" : status.error().text);
    if (!status) {
      ASSERT_NE(status.error().code, "line_not_json") << line;
      continue;
    }
    ++accepted;
    ASSERT_EQ(testing::dump(post), testing::dump(*expected)) << line;
  }
  EXPECT_GT(accepted, 15'000);
}

}  // namespace
}  // namespace clarion::intake
