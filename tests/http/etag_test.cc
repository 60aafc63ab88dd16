#include "http/etag.h"

#include <gtest/gtest.h>

namespace clarion::http {
namespace {

TEST(NoneMatch, NamesATagInAListWeaklyOrByTheStar) {
  for (const char* header :
       {"\"a\"", "W/\"a\"", "\"b\", \"a\"", "\"b\",W/\"a\" , \"c\"", "*", " \"x,y\" ,, \"a\""})
    EXPECT_TRUE(none_match_names(header, "\"a\"")) << header;
  EXPECT_TRUE(none_match_names("\"a\"", "W/\"a\""));
}

TEST(NoneMatch, NamesNothingElse) {
  for (const char* header : {"", "\"b\"", "\"b,\"a\"\"", "a", "\"a", "\"ab\"", "W/", "\"a\" \"b\"",
                             "*, \"a\"x", "\"x, \"a\""})
    EXPECT_FALSE(none_match_names(header, "\"a\"")) << header;
  EXPECT_FALSE(none_match_names("\"\"", ""));
}

}  // namespace
}  // namespace clarion::http
