#include "group/keys.h"

#include <gtest/gtest.h>

namespace clarion::group {
namespace {

TEST(Keys, CompareAddressesWithoutWhatDiffersFromCopyToCopy) {
  EXPECT_EQ(comparable_address("https://www.Example.org/a/b/?utm_source=x&id=7#top"),
            "example.org/a/b?id=7");
  EXPECT_EQ(address_key("http://example.org/a"), address_key("https://www.example.org/a/"));
  EXPECT_NE(address_key("http://example.org/a"), address_key("http://example.org/A"));
}

TEST(Keys, OfABareHostOrAnotherSchemeAreNone) {
  EXPECT_EQ(address_key("https://weibo.com/"), 0);
  EXPECT_EQ(address_key("javascript:alert(1)"), 0);
  EXPECT_EQ(address_key(""), 0);
}

TEST(Keys, AreFoundInTextAddressAndMedia) {
  model::Post post;
  post.text = "看这个https://v.example/x1，还有 http://v.example/x2.";
  post.url = "https://weibo.example/p/9";
  post.media = {{"image", "", "sha1:aa", ""}, {"image", "", "", ""}};
  const auto keys = keys_of(post);
  EXPECT_EQ(keys.size(), 4U);
  EXPECT_NE(std::find(keys.begin(), keys.end(), address_key("https://v.example/x1")), keys.end());
  EXPECT_NE(std::find(keys.begin(), keys.end(), address_key("https://v.example/x2")), keys.end());
}

TEST(Keys, AreBoundedWhateverThePostHolds) {
  model::Post post;
  for (int i = 0; i < 500; ++i) post.text += " https://a.example/" + std::to_string(i);
  EXPECT_EQ(keys_of(post).size(), 20U);
}

}  // namespace
}  // namespace clarion::group
