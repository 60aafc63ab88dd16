#include "base/bytes.h"

#include <gtest/gtest.h>

namespace clarion {
namespace {

TEST(Base64Url, ComesBackAsItWentIn) {
  for (const std::string bytes : {"", "f", "fo", "foo", "\xff\xfe\xfd\xfc"}) {
    EXPECT_EQ(from_base64url(to_base64url(bytes)).value(), bytes);
  }
  EXPECT_EQ(to_base64url("fo"), "Zm8");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
}

TEST(Base64Url, HasOneSpellingForOneValue) {
  EXPECT_FALSE(from_base64url("Zm9="));  // padding
  EXPECT_FALSE(
      from_base64url("Zm9"
                     "a"
                     "b"));              // impossible length
  EXPECT_FALSE(from_base64url("Zm9/"));  // the other alphabet
  EXPECT_FALSE(from_base64url("Zm-"));   // trailing bits not zero
}

TEST(Sha256, MatchesTheVectorOfFips180) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Utf8, RefusesOverlongFormsAndSurrogates) {
  EXPECT_TRUE(is_utf8("台风"));
  EXPECT_FALSE(is_utf8("\xc0\xaf"));
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));
}

}  // namespace
}  // namespace clarion
