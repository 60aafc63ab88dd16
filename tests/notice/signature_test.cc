#include "notice/signature.h"

#include "base/bytes.h"

#include <gtest/gtest.h>

namespace clarion::notice {
namespace {

/// The example of RFC 8037 appendix A.4, with its payload taken out (detached).
struct Rfc8037 {
  std::string payload = "Example of Ed25519 signing";
  std::string public_key = from_base64url("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").value();
  std::string jws =
      "eyJhbGciOiJFZERTQSJ9..hgyY0il_MGCjP0JzlnLWG1PPOt7-"
      "09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
};

TEST(VerifyJws, TakesTheExampleOfRfc8037) {
  const Rfc8037 example;
  EXPECT_TRUE(verify_jws(example.jws, example.payload, example.public_key));
}

TEST(VerifyJws, RefusesAChangedByteAnywhere) {
  const Rfc8037 example;
  EXPECT_FALSE(verify_jws(example.jws, example.payload + " ", example.public_key));
  std::string key = example.public_key;
  key[0] = static_cast<char>(key[0] ^ 1);
  EXPECT_FALSE(verify_jws(example.jws, example.payload, key));
  for (std::size_t i = 0; i < example.jws.size(); ++i) {
    std::string jws = example.jws;
    jws[i] = jws[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(verify_jws(jws, example.payload, example.public_key)) << i;
  }
}

TEST(VerifyJws, TakesTheAlgorithmFromTheKey) {
  const Rfc8037 example;
  const std::string signature = example.jws.substr(example.jws.find(".."));
  for (const char* header : {R"({"alg":"none"})", R"({"alg":"HS256"})",
                             R"({"alg":"EdDSA","crit":["b64"],"b64":false})", "{}", "[]"}) {
    EXPECT_FALSE(verify_jws(to_base64url(header) + signature, example.payload, example.public_key))
        << header;
  }
}

TEST(VerifyJws, RefusesWhatIsNoDetachedJws) {
  const Rfc8037 example;
  for (const std::string& jws :
       std::vector<std::string>{"", "..", "a", "a.b.c", example.jws + ".", example.jws + "..",
                                std::string(5000, 'a') + ".."}) {
    EXPECT_FALSE(verify_jws(jws, example.payload, example.public_key)) << jws.substr(0, 40);
  }
}

TEST(ReadJwks, SaysOfARevokedKeyThatItIsSoEvenWhenItStandsAmongTheGoodOnes) {
  const Rfc8037 example;
  const std::string jwks =
      R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}],)"
      R"("revoked":[{"kid":"k"},{"kid":"gone"},7]})";
  const PublicKeys keys = read_jwks(jwks).value();
  EXPECT_EQ(keys.size(), 2U);
  const std::string jws =
      to_base64url(R"({"alg":"EdDSA","kid":"k"})") + example.jws.substr(example.jws.find(".."));
  const Status checked = verify_with(keys, jws, example.payload);
  EXPECT_EQ(checked.error().code, "key_revoked");
  EXPECT_EQ(checked.error().text, "the key 'k' is revoked");
}

}  // namespace
}  // namespace clarion::notice
