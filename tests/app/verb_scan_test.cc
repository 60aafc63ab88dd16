#include "app/verb_scan.h"

#include "app/temp_folder.h"
#include "base/json.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace clarion::app {
namespace {

using testing::read_file;
using testing::TempFolder;

constexpr std::string_view kPack = R"(
pack: test
version: 2
owner: tests
licence: CC0-1.0
rules:
  - id: test.water
    title: {zh: 停水, en: Water cut}
    topic: typhoon
    severity: minor
    weight: 0.6
    match: {any: [全市停水]}
    hits: ["听说明天全市停水"]
    misses: ["今天有水"]
  - id: test.hoard
    title: {zh: 囤货, en: Hoarding}
    topic: typhoon
    severity: minor
    weight: 0.3
    match: {any: [赶紧囤]}
    hits: ["赶紧囤米"]
    misses: ["买米"]
)";

/// One run with the pack above; each test names its own input files.
class ScanVerb : public ::testing::Test {
 protected:
  int scan(ScanOptions options) {
    if (options.rules_dir.empty()) options.rules_dir = rules_.path();
    const std::string out = folder_.path() + "/out", err = folder_.path() + "/err";
    std::FILE* out_file = std::fopen(out.c_str(), "wb");
    std::FILE* err_file = std::fopen(err.c_str(), "wb");
    const int status = run_scan(options, out_file, err_file, clock_);
    std::fclose(out_file);
    std::fclose(err_file);
    out_ = read_file(out);
    err_ = read_file(err);
    return status;
  }
  /// Posts of which every third is flagged, enough for several blocks.
  static std::vector<std::string> many_posts() {
    std::vector<std::string> posts;
    for (int i = 0; i < 12'000; ++i) {
      posts.push_back(fmt::format(
          R"({{"id":"{}","source":"s","text":"第{}条 {} {}"}})", i, i,
          i % 3 == 0 ? "听说全市停水" : "平常",
          i % 5 == 0 ? "赶紧囤米" : std::string(static_cast<std::size_t>(i % 97), 'x')));
    }
    return posts;
  }

  TempFolder folder_, rules_;
  ops::ManualClock clock_{model::Time{}};
  std::string out_, err_;

 private:
  void SetUp() override { rules_.write("test.yaml", kPack); }
};

std::string joined(const std::vector<std::string>& lines) {
  return fmt::format("{}\n", fmt::join(lines, "\n"));
}

TEST_F(ScanVerb, WritesOneResultAFlaggedPost) {
  const std::string file =
      folder_.write("p",
                    "{\"id\":\"1\",\"source\":\"s\",\"text\":\"早上好\"}\n"
                    "{\"id\":\"2\",\"source\":\"s\",\"text\":\"广州全市停水\"}\n");
  EXPECT_EQ(scan({.threads = 1, .files = {file}}), 0);
  const json::object result = json::parse(out_).as_object();
  EXPECT_EQ(result.at("post_id"), "2");
  EXPECT_EQ(result.at("flagged"), true);
  EXPECT_EQ(result.at("score"), 0.6);
  EXPECT_EQ(result.at("decision"), "review");
  EXPECT_EQ(result.at("group"), nullptr);
  EXPECT_EQ(
      json::serialize(result.at("hits")),
      R"([{"rule":"test.water","version":2,"view":"folded","span":[6,18],"text":"全市停水","weight":6E-1}])");
  EXPECT_TRUE(err_.starts_with("2 posts, 1 flagged, 0 deletes, 0 lines rejected in ")) << err_;
}

TEST_F(ScanVerb, WritesEveryPostWithAllButNoDelete) {
  const std::string file = folder_.write("p",
                                         "{\"id\":\"1\",\"source\":\"s\",\"text\":\"早上好\"}\n"
                                         "{\"id\":\"1\",\"source\":\"s\",\"op\":\"delete\"}");
  EXPECT_EQ(scan({.all = true, .files = {file}}), 0);
  EXPECT_EQ(
      out_,
      R"({"post_id":"1","source":"s","flagged":false,"score":0,"topics":[],"regions":[],"hits":[],)"
      R"("group":null,"debunk_id":null,"debunk_score":null,"decision":"none","debunks":[]})"
      "\n");
}

TEST_F(ScanVerb, NamesBadLinesAndGoesOn) {
  const std::string file = folder_.write("p",
                                         "oops\n\n{\"id\":\"1\",\"source\":\"s\"}\r\n"
                                         "{\"id\":\"2\",\"source\":\"s\",\"text\":\"全市停水\"}\n" +
                                             std::string(300'000, ' ') + "x\n{}");
  EXPECT_EQ(scan({.threads = 2, .files = {file}}), 0);
  EXPECT_EQ(std::count(out_.begin(), out_.end(), '\n'), 1);
  EXPECT_TRUE(err_.starts_with(
      fmt::format("{0}:1: line_not_json: The line is not valid JSON\n"
                  "{0}:3: field_required: /text: This is required\n"
                  "{0}:5: line_too_long: The line is too long: 262144 bytes at most\n"
                  "{0}:6: field_required: /id: This is required\n",
                  file)))
      << err_;
}

TEST_F(ScanVerb, KeepsTheOrderOfTheInputForAnyNumberOfThreads) {
  const std::string file = folder_.write("p", joined(many_posts()));
  ASSERT_EQ(scan({.threads = 1, .all = true, .files = {file, file}}), 0);
  const std::string alone = out_;
  EXPECT_EQ(std::count(alone.begin(), alone.end(), '\n'), 24'000);
  for (const std::size_t threads : {2, 7}) {
    ASSERT_EQ(scan({.threads = threads, .all = true, .files = {file, file}}), 0);
    EXPECT_TRUE(out_ == alone) << threads;
  }
}

TEST_F(ScanVerb, GivesAPostTheSameResultWhereverItStands) {
  std::vector<std::string> posts = many_posts();
  const auto results = [&] {
    EXPECT_EQ(scan({.threads = 2, .all = true, .files = {folder_.write("p", joined(posts))}}), 0);
    std::map<std::string, std::string> by_id;
    std::string_view rest = out_;
    while (!rest.empty()) {
      const std::string line(rest.substr(0, rest.find('\n')));
      rest.remove_prefix(line.size() + 1);
      by_id[std::string(json::parse(line).at("post_id").as_string())] = line;
    }
    return by_id;
  };
  const auto first = results();
  EXPECT_EQ(first.size(), posts.size());
  std::shuffle(posts.begin(), posts.end(), std::mt19937_64(1));
  EXPECT_TRUE(results() == first);
}

TEST_F(ScanVerb, AsksTheLibraryForTheChosenPosts) {
  const std::string library = folder_.write(
      "d.ndjson",
      "{\"id\":\"d-1\",\"claim\":\"自来水厂被污染，明天起全市停水三天\",\"verdict\":\"false\"}\n"
      "{\"id\":\"d-2\",\"claim\":\"高速公路收费站今晚起全部关闭\",\"verdict\":\"false\"}\n");
  const std::string posts = folder_.write(
      "p",
      "{\"id\":\"1\",\"source\":\"s\",\"text\":\"听说自来水厂被污染，明天起全市停水三天\"}\n"
      "{\"id\":\"2\",\"source\":\"s\",\"text\":\"\",\"media\":[{\"type\":\"video\",\"url\":\"https:"
      "//v.example/1\",\"text\":"
      "\"高速公路收费站今晚起全部关闭\"}]}\n"
      "{\"id\":\"3\",\"source\":\"s\",\"text\":\"hello\"}\n");
  const auto results = [&](MatchPosts match, bool all) {
    EXPECT_EQ(scan({.all = all, .files = {posts}, .library = {library}, .match = match}), 0)
        << err_;
    std::vector<json::object> out;
    for (std::string_view rest = out_; !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(line.size() + 1);
      out.push_back(json::parse(line).as_object());
    }
    return out;
  };
  auto all = results(MatchPosts::all, true);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].at("debunk_id"), "d-1");
  EXPECT_EQ(all[0].at("decision"), "known");
  EXPECT_EQ(all[0].at("debunks").at(0).at(0), "d-1");
  EXPECT_EQ(all[0].at("debunks").at(0).at(1), all[0].at("debunk_score"));
  EXPECT_EQ(all[1].at("debunk_id"), "d-2") << "subtitles speak for a post without words";
  EXPECT_TRUE(all[2].at("debunk_id").is_null());
  EXPECT_EQ(all[2].at("debunks").as_array().size(), 0U);

  const auto flagged = results(MatchPosts::flagged, false);
  ASSERT_EQ(flagged.size(), 1U);
  EXPECT_EQ(flagged[0].at("decision"), "known");
  EXPECT_FALSE(flagged[0].contains("debunks"));
  const auto none = results(MatchPosts::none, false);
  EXPECT_TRUE(none.at(0).at("debunk_id").is_null());
  EXPECT_EQ(none.at(0).at("decision"), "review");
}

TEST_F(ScanVerb, GivesTheSameMatchesForAnyNumberOfThreads) {
  std::string library;
  for (int i = 0; i < 300; ++i) {
    library +=
        fmt::format(R"({{"id":"d-{}","claim":"第{}条 听说全市停水 赶紧囤米","verdict":"false"}})",
                    i % 200, i * 3);
    library += '\n';
  }
  const std::string file = folder_.write("p", joined(many_posts()));
  ScanOptions options{.threads = 1,
                      .all = true,
                      .files = {file},
                      .library = {folder_.write("d", library)},
                      .match = MatchPosts::all};
  ASSERT_EQ(scan(options), 0) << err_;
  const std::string alone = out_;
  options.threads = 3;
  ASSERT_EQ(scan(options), 0);
  EXPECT_TRUE(out_ == alone);
}

TEST_F(ScanVerb, NamesBadDebunksAndGoesOn) {
  const std::string library = folder_.write("d.ndjson", "{\"id\":\"d-1\"}\n");
  const std::string posts =
      folder_.write("p", "{\"id\":\"1\",\"source\":\"s\",\"text\":\"听说全市停水\"}\n");
  EXPECT_EQ(scan({.files = {posts}, .library = {library}}), 1);
  EXPECT_NE(err_.find("d.ndjson: line 1: verdict: field_required"), std::string::npos) << err_;
  EXPECT_NE(out_, "");
  EXPECT_EQ(scan({.files = {posts}, .library = {"/nowhere/d"}}), 2);
}

TEST_F(ScanVerb, ExitsWithOneWhenAnInputOrTheOutputFails) {
  EXPECT_EQ(scan({.files = {"/nowhere/p"}}), 1);
  EXPECT_TRUE(err_.starts_with("clarion scan: /nowhere/p: cannot be opened")) << err_;

  const std::string file = folder_.write("p", joined(many_posts()));
  for (const std::size_t threads : {1, 3}) {
    std::FILE* full = std::fopen("/dev/full", "wb");
    std::FILE* err = std::fopen("/dev/null", "wb");
    EXPECT_EQ(
        run_scan({.rules_dir = rules_.path(), .threads = threads, .all = true, .files = {file}},
                 full, err, clock_),
        1);
    std::fclose(full);
    std::fclose(err);
  }
}

TEST_F(ScanVerb, ExitsWithTwoAndNamesTheFileAndLineOfAWrongRule) {
  const TempFolder wrong;
  wrong.write("bad.yaml", "pack: bad\nversion: 1\nowner: o\nlicence: l\nrules: 7\n");
  EXPECT_EQ(scan({.rules_dir = wrong.path(), .files = {"/dev/null"}}), 2);
  EXPECT_NE(err_.find("bad.yaml:5"), std::string::npos) << err_;
  EXPECT_EQ(scan({.rules_dir = "/nowhere", .files = {"/dev/null"}}), 2);
  EXPECT_EQ(scan({.threads = 257, .files = {"/dev/null"}}), 2);
  EXPECT_EQ(out_, "");
}

}  // namespace
}  // namespace clarion::app
