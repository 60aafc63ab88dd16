#include "base/json.h"

#include <gtest/gtest.h>

namespace clarion {
namespace {

TEST(ParseJson, RefusesANameThatStandsTwiceAndSaysWhere) {
  const auto parsed = parse_json(R"({"a":{"b":1,"b":2}})");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().text, "/a/b: the name stands twice");
}

TEST(ParseJson, RefusesWhatFollowsTheDocumentBadUtf8AndDeepNesting) {
  EXPECT_FALSE(parse_json("{} {}"));
  EXPECT_FALSE(parse_json("\"\xff\""));
  EXPECT_FALSE(parse_json("\"\\ud800\""));
  EXPECT_FALSE(parse_json(std::string(40, '[') + std::string(40, ']')));
  EXPECT_FALSE(parse_json(std::string(100000, '[')));
  EXPECT_FALSE(parse_json(""));
  EXPECT_EQ(parse_json("[1,2]", {.max_bytes = 3}).error().errc, Errc::too_large);
}

TEST(MergePatch, FollowsTheExampleOfRfc7396) {
  json::value target = json::parse(
      R"({"title":"Goodbye!","author":{"givenName":"John","familyName":"Doe"},"tags":["example","sample"],"content":"x"})");
  merge_patch(
      target,
      json::parse(
          R"({"title":"Hello!","phoneNumber":"+01","author":{"familyName":null},"tags":["example"]})"));
  EXPECT_EQ(
      target,
      json::parse(
          R"({"title":"Hello!","author":{"givenName":"John"},"tags":["example"],"content":"x","phoneNumber":"+01"})"));
}

// RFC 8785 section 3.2.3, the sorting example.
TEST(CanonicalJson, SortsNamesByUtf16UnitsAsRfc8785Says) {
  const auto value = json::parse(
      R"({"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"})");
  EXPECT_EQ(
      canonical_json(value).value(),
      "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\",\"\xc3\xb6\":\"Latin "
      "Small Letter O With "
      "Diaeresis\",\"\xe2\x82\xac\":\"Euro Sign\",\"\xf0\x9f\x98\x80\":\"Emoji: Grinning Face\","
      "\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}");
}

// RFC 8785 section 3.2.2, the string of its example.
TEST(CanonicalJson, EscapesOnlyWhatRfc8785Escapes) {
  const auto value = json::parse(
      R"({"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]})");
  EXPECT_EQ(canonical_json(value).value(),
            "{\"literals\":[null,true,false],\"string\":\"\xe2\x82\xac$\\u000f\\nA'"
            "B\\\"\\\\\\\\\\\"/\"}");
}

TEST(CanonicalJson, RefusesNumbersThatTwoReadersCouldReadDifferently) {
  EXPECT_EQ(canonical_json(json::parse("[0,-1,9007199254740991]")).value(),
            "[0,-1,9007199254740991]");
  EXPECT_FALSE(canonical_json(json::parse("[1.5]")));
  EXPECT_FALSE(canonical_json(json::parse("[9007199254740992]")));
}

}  // namespace
}  // namespace clarion
