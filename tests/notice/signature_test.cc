#include "notice/signature.h"

#include "base/bytes.h"
#include "store/temp_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

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

TEST(Keyring, SignsWithAKeyThatOutlivesItAndIsItsOwnersAlone) {
  store::TempStore store;
  const auto ring = Keyring::open(*store, *store.random).value();
  const std::string jws = ring->sign("text").value();
  const PublicKeys keys = store->read([](store::View& view) { return public_keys(view); }).value();
  EXPECT_TRUE(verify_with(keys, jws, "text"));
  EXPECT_FALSE(verify_with(keys, jws, "texs"));
  EXPECT_EQ(kid_of_jws(jws).value(), ring->kid());

  const std::string file = store.folder() + "/keys/" + ring->kid() + ".key";
  EXPECT_EQ(std::filesystem::status(file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto again = Keyring::open(*store, *store.random).value();
  EXPECT_EQ(again->kid(), ring->kid());
}

TEST(Keyring, DoesNotStartWithoutItsPrivateHalfOrWithAForeignOne) {
  store::TempStore store;
  const std::string kid = Keyring::open(*store, *store.random).value()->kid();
  const std::string file = store.folder() + "/keys/" + kid + ".key";
  std::ofstream(file) << to_base64url(std::string(32, 'x')) << "\n";
  EXPECT_EQ(Keyring::open(*store, *store.random).error().errc, Errc::corrupt);
  std::filesystem::remove(file);
  EXPECT_EQ(Keyring::open(*store, *store.random).error().errc, Errc::unavailable);
}

TEST(Jwks, ComesBackAsTheKeysItWasMadeOf) {
  store::TempStore store;
  const auto ring = Keyring::open(*store, *store.random).value();
  const json::object document = store->read([](store::View& view) { return jwks(view); }).value();
  const PublicKeys keys = read_jwks(json::serialize(document)).value();
  EXPECT_TRUE(verify_with(keys, ring->sign("text").value(), "text"));
  EXPECT_FALSE(read_jwks("{}"));
  EXPECT_FALSE(read_jwks(R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"short"}]})"));
  EXPECT_TRUE(read_jwks(R"({"keys":[{"kty":"RSA","n":"x"}]})").value().empty());
}

}  // namespace
}  // namespace clarion::notice
