#include "intake/batch.h"

#include "intake/random_posts.h"

#include <gtest/gtest.h>

#include <map>

namespace clarion::intake {
namespace {

std::string numbers(const Lines& lines) {
  std::string out;
  for (const Line& line : lines.lines) out += fmt::format("{}={} ", line.number, line.text);
  for (const Rejected& rejected : lines.rejected)
    out += fmt::format("{}!{} ", rejected.line, rejected.error.code);
  return out;
}

TEST(SplitLines, CountsBlankLinesAndSkipsThem) {
  EXPECT_EQ(numbers(split_lines("a\n\n \t\r\nb\r\nc").value()), "1=a 4=b 5=c ");
  EXPECT_EQ(numbers(split_lines("a\n").value()), "1=a ");
  EXPECT_EQ(numbers(split_lines("\xef\xbb\xbf{}\n").value()), "1={} ");
  EXPECT_EQ(numbers(split_lines("").value()), "");
  EXPECT_EQ(numbers(split_lines("\n\n").value()), "");
}

TEST(SplitLines, RefusesTheBodyOverTenThousandPosts) {
  std::string body;
  for (std::size_t i = 0; i < kBatchLines; ++i) body += "{}\n\n";
  EXPECT_EQ(split_lines(body).value().lines.size(), kBatchLines);
  const auto refused = split_lines(body + "{}");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().errc, Errc::too_large);
  EXPECT_EQ(refused.error().code, "too_many_lines");
}

TEST(SplitArray, CutsItemsOfAnyKind) {
  EXPECT_EQ(numbers(split_array(R"( [ {"a":"]}\\\"{"} , [1,[2]],"x\\",3 ,null] )").value()),
            R"(1={"a":"]}\\\"{"} 2=[1,[2]] 3="x\\" 4=3 5=null )");
  EXPECT_EQ(numbers(split_array("[]").value()), "");
}

TEST(SplitArray, KeepsEverythingBeforeTheBreakAndNamesIt) {
  EXPECT_EQ(numbers(split_array(R"([{"a":1},{"b":2)").value()), R"(1={"a":1} 2!batch_broken )");
  EXPECT_EQ(numbers(split_array(R"([{"a":1},{"b":"2)").value()), R"(1={"a":1} 2!batch_broken )");
  EXPECT_EQ(numbers(split_array("[{}").value()), "1={} 2!batch_broken ");
  EXPECT_EQ(numbers(split_array("[{},]").value()), "1={} 2!batch_broken ");
  EXPECT_EQ(numbers(split_array("[{} {}]").value()), "1={} 2!batch_broken ");
  EXPECT_EQ(numbers(split_array("[{}] x").value()), "1={} 2!batch_broken ");
  EXPECT_EQ(numbers(split_array("[").value()), "1!batch_broken ");
  EXPECT_EQ(numbers(split_array("[,{}]").value()), "1!batch_broken ");
}

TEST(SplitArray, RefusesWhatIsNoArrayOrTooLong) {
  EXPECT_EQ(split_array("{}").error().code, "batch_not_array");
  EXPECT_EQ(split_array("").error().code, "batch_not_array");
  std::string body = "[0";
  for (std::size_t i = 0; i < kBatchLines; ++i) body += ",0";
  EXPECT_EQ(split_array(body + "]").error().code, "too_many_lines");
}

TEST(ParseLines, LosesNoGoodLineToABadOne) {
  PostParser parser;
  const Batch batch = parse_lines(parser, split_lines("{\"id\":1,\"source\":\"s\",\"text\":\"\"}\n"
                                                      "oops\n\n"
                                                      "{\"id\":2,\"source\":\"s\"}\n"
                                                      "{\"id\":3,\"source\":\"s\",\"text\":\"x\"}")
                                              .value());
  ASSERT_EQ(batch.posts.size(), 2U);
  EXPECT_EQ(batch.posts[0].line, 1U);
  EXPECT_EQ(batch.posts[1].post.id, "3");
  EXPECT_EQ(batch.posts[1].line, 5U);
  ASSERT_EQ(batch.rejected.size(), 2U);
  EXPECT_EQ(batch.rejected[0].line, 2U);
  EXPECT_EQ(batch.rejected[0].error.code, "line_not_json");
  EXPECT_EQ(batch.rejected[1].line, 4U);
}

/// A body of a few posts of which some are damaged, with the lines that must be taken.
struct Damaged {
  std::vector<std::string> lines;
  std::vector<bool> untouched;
};

Damaged damaged(testing::RandomPosts& random) {
  Damaged out;
  for (std::size_t n = 1 + random.below(6); n > 0; --n) {
    const bool touch = random.one_in(2);
    std::string line =
        touch ? random.post() : fmt::format(R"({{"id":{},"source":"s","text":{}}})", n, "\"好\"");
    if (touch) random.damage(line);
    out.lines.push_back(line);
    out.untouched.push_back(!touch);
  }
  return out;
}

/// How often each line is reported, taken or rejected.
std::map<std::uint32_t, int> reports(const Batch& batch) {
  std::map<std::uint32_t, int> out;
  for (const NumberedPost& post : batch.posts) ++out[post.line];
  for (const Rejected& rejected : batch.rejected) {
    ++out[rejected.line];
    EXPECT_TRUE(ops::knows_code(rejected.error.code)) << rejected.error.code;
  }
  return out;
}

TEST(ParseLines, ReportsEachLineOfTenThousandDamagedBodiesOnce) {
  testing::RandomPosts random(7);
  PostParser parser;
  for (int i = 0; i < 10'000; ++i) {
    const Damaged body = damaged(random);
    std::string text;
    for (const std::string& line : body.lines) text += line + (random.one_in(3) ? "\r\n" : "\n");
    const Batch batch = parse_lines(parser, split_lines(text).value());
    auto seen = reports(batch);
    for (std::uint32_t n = 1; n <= body.lines.size(); ++n) {
      const std::string& line = body.lines[n - 1];
      const bool blank = line.find_first_not_of(" \t\r") == std::string::npos;
      ASSERT_EQ(seen[n], blank ? 0 : 1) << text;
      if (!body.untouched[n - 1]) continue;
      ASSERT_TRUE(std::any_of(batch.posts.begin(), batch.posts.end(), [&](const auto& p) {
        return p.line == n;
      })) << text;
    }
  }
}

TEST(ParseLines, TakesTheItemsBeforeTheDamageOfTenThousandArrays) {
  testing::RandomPosts random(8);
  PostParser parser;
  for (int i = 0; i < 10'000; ++i) {
    const Damaged body = damaged(random);
    const std::string text = fmt::format("[{}]", fmt::join(body.lines, ",\n"));
    const auto lines = split_array(text);
    ASSERT_TRUE(lines) << text;
    const Batch batch = parse_lines(parser, lines.value());
    for (const auto& [line, times] : reports(batch)) ASSERT_EQ(times, 1) << line << " in " << text;
    const auto intact = std::find(body.untouched.begin(), body.untouched.end(), false);
    const auto good = static_cast<std::size_t>(intact - body.untouched.begin());
    ASSERT_GE(batch.posts.size(), good) << text;
    for (std::size_t n = 0; n < good; ++n) ASSERT_EQ(batch.posts[n].line, n + 1) << text;
  }
}

}  // namespace
}  // namespace clarion::intake
