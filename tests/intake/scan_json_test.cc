#include "intake/scan_json.h"

#include "base/json.h"

#include <gtest/gtest.h>

#include <array>

namespace clarion::intake {
namespace {

std::string written(const ScanRecord& record) {
  std::string out;
  append_scan_json(out, record);
  return out;
}

TEST(ScanJson, WritesTheMembersOfTheContract) {
  model::ScanResult result;
  result.flagged = true;
  result.score = 0.84;
  result.topics = {"infectious"};
  result.regions = {"440100", "440300"};
  result.hits.push_back({.rule = "infectious.drink",
                         .version = 3,
                         .from = 6,
                         .to = 12,
                         .text = "喝\"酒\"",
                         .weight = 0.6});
  result.hits.push_back({.rule = "r",
                         .version = 1,
                         .view = model::View::pinyin,
                         .from = 0,
                         .to = 3,
                         .text = "x",
                         .weight = 1,
                         .shadow = true,
                         .media = 2});
  EXPECT_EQ(
      written({.post_id = "p", .source = "s", .result = result}),
      R"({"post_id":"p","source":"s","flagged":true,"score":0.84,"topics":["infectious"],"regions":["440100","440300"],"hits":[)"
      R"({"rule":"infectious.drink","version":3,"view":"folded","span":[6,12],"text":"喝\"酒\"","weight":0.6},)"
      R"({"rule":"r","version":1,"view":"pinyin","span":[0,3],"text":"x","weight":1,"media":2,"shadow":true}],)"
      R"("group":null,"debunk_id":null,"debunk_score":null,"decision":"review"})");
}

TEST(ScanJson, SaysNoneForAPostThatIsNotFlaggedAndKnownForAProvenDebunk) {
  const model::ScanResult result;
  EXPECT_EQ(
      written({.post_id = "p", .source = "s", .result = result}),
      R"({"post_id":"p","source":"s","flagged":false,"score":0,"topics":[],"regions":[],"hits":[],)"
      R"("group":null,"debunk_id":null,"debunk_score":null,"decision":"none"})");
  const std::array<std::pair<std::string_view, double>, 2> debunks = {{{"d1", 0.91}, {"d2", 0.5}}};
  const std::string out = written({.post_id = "p",
                                   .source = "s",
                                   .result = result,
                                   .group = "g",
                                   .debunk_id = "d1",
                                   .debunk_score = 0.91,
                                   .known = true,
                                   .debunks = debunks});
  EXPECT_TRUE(out.ends_with(
      R"("group":"g","debunk_id":"d1","debunk_score":0.91,"decision":"known","debunks":[["d1",0.91],["d2",0.5]]})"))
      << out;
}

TEST(ScanJson, EscapesSoThatEveryReaderGetsTheSameString) {
  std::string text;
  for (char c = 1; c < 0x7f; ++c) text += c;
  text += "听\xf0\x9f\x94\xa5\x7f";
  std::string out;
  append_json_string(out, text);
  EXPECT_EQ(json::parse(out).as_string(), text);
}

}  // namespace
}  // namespace clarion::intake
