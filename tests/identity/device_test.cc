#include "identity/device.h"

#include <gtest/gtest.h>

namespace clarion::identity {
namespace {

const std::string kKey(32, 'k');

class Devices : public testing::Test {
 protected:
  /// The Cookie header after another account signed in.
  std::string mark(const std::string& header, const std::string& account) {
    const std::string set = device_cookie(header, kKey, account, *random, false);
    return set.substr(0, set.find(';'));
  }
  std::unique_ptr<ops::Random> random = ops::make_seeded_random(1);
};

TEST_F(Devices, AreKnownForWhoSignedInFromThem) {
  std::string header = mark("", "anna");
  const std::string nonce = known_device(header, kKey, "anna").nonce;
  EXPECT_FALSE(nonce.empty());
  EXPECT_TRUE(known_device(header, kKey, "bo").nonce.empty());
  header = mark(header, "bo");
  EXPECT_EQ(known_device(header, kKey, "anna").nonce, nonce);
  EXPECT_EQ(known_device(header, kKey, "bo").nonce, nonce);
}

TEST_F(Devices, CannotBeMadeUp) {
  const std::string header = mark("", "anna");
  EXPECT_TRUE(known_device(header, std::string(32, 'x'), "anna").nonce.empty());
  EXPECT_TRUE(known_device(header, "", "anna").nonce.empty());
  for (const char* bad :
       {"", "clarion_device=", "clarion_device=.", "clarion_device=a.b",
        "clarion_device=AAAAAAAAAAAAAAAAAAAAAA.", "clarion_device=AAAAAAAAAAAAAAAAAAAAAA"})
    EXPECT_TRUE(known_device(bad, kKey, "anna").nonce.empty()) << bad;
  std::string other = header;
  other[15] = other[15] == 'A' ? 'B' : 'A';  // its nonce
  EXPECT_TRUE(known_device(other, kKey, "anna").nonce.empty());
}

TEST_F(Devices, KeepTheNewestEightAccounts) {
  std::string header;
  for (int i = 0; i < 9; ++i) header = mark(header, "user" + std::to_string(i));
  EXPECT_TRUE(known_device(header, kKey, "user0").nonce.empty());
  for (int i = 1; i < 9; ++i)
    EXPECT_FALSE(known_device(header, kKey, "user" + std::to_string(i)).nonce.empty()) << i;
  EXPECT_EQ(header.find("user"), std::string::npos);
}

}  // namespace
}  // namespace clarion::identity
