#include "identity/totp.h"

#include <gtest/gtest.h>

#include <set>

namespace clarion::identity {
namespace {

// RFC 6238 appendix B: the ASCII secret "12345678901234567890", SHA-1, eight digits.
constexpr std::string_view kSecret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

model::Time at(std::int64_t seconds) { return model::Time(std::chrono::seconds(seconds)); }

TEST(OneTimeCodes, AreThoseOfTheStandard) {
  const std::pair<std::int64_t, const char*> vectors[] = {
      {59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
      {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}};
  for (const auto& [seconds, code] : vectors) {
    EXPECT_EQ(totp_code(kSecret, seconds / 30, 8), code);
    EXPECT_EQ(totp_code(kSecret, seconds / 30), std::string(code).substr(2));
  }
}

TEST(OneTimeCodes, CountOneStepEarlyOrLateAndNoFurther) {
  const std::int64_t step = 2000000000 / 30;
  for (const std::int64_t off : {-1, 0, 1})
    EXPECT_EQ(match_totp(kSecret, totp_code(kSecret, step + off), at(2000000000), 0), step + off);
  for (const std::int64_t off : {-2, 2})
    EXPECT_FALSE(match_totp(kSecret, totp_code(kSecret, step + off), at(2000000000), 0));
}

TEST(OneTimeCodes, CountOnce) {
  const std::int64_t step = 2000000000 / 30;
  const std::string code = totp_code(kSecret, step);
  EXPECT_EQ(match_totp(kSecret, code, at(2000000000), step - 1), step);
  EXPECT_FALSE(match_totp(kSecret, code, at(2000000000), step));
}

TEST(OneTimeCodes, MayBeTypedWithBlanksAndNothingElseCounts) {
  const std::string code = totp_code(kSecret, 2000000000 / 30);
  EXPECT_TRUE(match_totp(kSecret, code.substr(0, 3) + " " + code.substr(3), at(2000000000), 0));
  for (const std::string& bad : {std::string(), code.substr(1), code + "0", std::string("+") + code,
                                 std::string("六七八九十一")})
    EXPECT_FALSE(match_totp(kSecret, bad, at(2000000000), 0)) << bad;
  EXPECT_FALSE(match_totp("not base32!", "", at(2000000000), 0));
}

TEST(OneTimeCodes, HaveSecretsOf160Bits) {
  const auto random = ops::make_seeded_random(1);
  const std::string secret = make_totp_secret(*random);
  EXPECT_EQ(secret.size(), 32U);
  EXPECT_EQ(secret.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), std::string::npos);
  EXPECT_NE(make_totp_secret(*random), secret);
  EXPECT_EQ(totp_code(secret, 1).size(), 6U);
}

TEST(OneTimeCodes, AreAnnouncedByAnAddressWithoutBareText) {
  EXPECT_EQ(otpauth_uri("Clarion 正音", "anna", "ABC"),
            "otpauth://totp/Clarion%20%E6%AD%A3%E9%9F%B3:anna?secret=ABC&issuer=Clarion%20%E6%AD%A3"
            "%E9%9F%B3&algorithm=SHA1&digits=6&period=30");
}

TEST(RecoveryCodes, AreTenAndAreReadHoweverTheyAreTyped) {
  const auto random = ops::make_seeded_random(1);
  const std::vector<std::string> codes = make_recovery_codes(*random);
  EXPECT_EQ(std::set<std::string>(codes.begin(), codes.end()).size(), 10U);
  const std::string code = codes.front();
  ASSERT_EQ(code.size(), 19U);
  std::string typed;
  for (const char c : code) {
    if (c == '-') continue;
    typed += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    typed += ' ';
  }
  EXPECT_EQ(recovery_hash(typed), recovery_hash(code));
  EXPECT_NE(recovery_hash(codes[1]), recovery_hash(code));
  EXPECT_EQ(recovery_hash(code).find(code), std::string::npos);
}

TEST(QrCodes, HaveTheirThreeCorners) {
  const QrCode code = make_qr(otpauth_uri("Clarion", "anna", std::string(kSecret))).value();
  EXPECT_GE(code.size, 33);
  EXPECT_EQ((code.size - 17) % 4, 0);  // ISO/IEC 18004: 17 + 4 × version modules
  for (const auto& [x, y] : {std::pair{0, 0}, {code.size - 7, 0}, {0, code.size - 7}}) {
    EXPECT_NE(code.path.find("M" + std::to_string(x) + " " + std::to_string(y) + "h"),
              std::string::npos);
  }
  EXPECT_FALSE(make_qr(std::string(5000, 'x')));
}

}  // namespace
}  // namespace clarion::identity
