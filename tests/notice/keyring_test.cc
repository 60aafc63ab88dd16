#include "notice/keyring.h"

#include "base/bytes.h"
#include "notice/signature.h"
#include "store/audit.h"
#include "store/temp_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace clarion::notice {
namespace {

namespace fs = std::filesystem;

std::string sign(store::TempStore& store, const Keyring& ring, std::string_view text) {
  return store->read([&](store::View& view) { return ring.sign(view, text); }).value();
}
PublicKeys keys_of(store::TempStore& store) {
  return store->read([](store::View& view) { return public_keys(view); }).value();
}
std::string current(store::TempStore& store) {
  return store->read([](store::View& view) { return store::current_signing_key(view); })
      .value()
      ->kid;
}
std::string file_of(const store::TempStore& store, const std::string& kid) {
  return store.folder() + "/keys/" + kid + ".key";
}
std::vector<std::string> audited(store::TempStore& store) {
  std::vector<std::string> out;
  const Status done = store->read([&](store::View& view) {
    return store::each_audit(view, 1, 100, [&](const store::AuditRecord& record) {
      out.push_back(record.actor + " " + record.action + " " + record.subject);
      return true;
    });
  });
  EXPECT_TRUE(done);
  return out;
}

TEST(Keyring, SignsWithAKeyThatOutlivesItAndIsItsOwnersAlone) {
  store::TempStore store;
  const auto ring = Keyring::open(*store, *store.random).value();
  const std::string jws = sign(store, *ring, "text");
  EXPECT_TRUE(verify_with(keys_of(store), jws, "text"));
  EXPECT_FALSE(verify_with(keys_of(store), jws, "texs"));
  EXPECT_EQ(kid_of_jws(jws).value(), current(store));
  EXPECT_EQ(fs::status(file_of(store, current(store))).permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
  const auto again = Keyring::open(*store, *store.random).value();
  EXPECT_EQ(kid_of_jws(sign(store, *again, "text")).value(), kid_of_jws(jws).value());
}

TEST(Keyring, DoesNotStartWithoutItsPrivateHalfOrWithAForeignOne) {
  store::TempStore store;
  ASSERT_TRUE(Keyring::open(*store, *store.random));
  const std::string file = file_of(store, current(store));
  std::ofstream(file) << to_base64url(std::string(32, 'x')) << "\n";
  EXPECT_EQ(Keyring::open(*store, *store.random).error().errc, Errc::corrupt);
  fs::remove(file);
  EXPECT_EQ(Keyring::open(*store, *store.random).error().errc, Errc::unavailable);
  ASSERT_TRUE(rotate_key(*store, *store.random, "cli:x"));
  EXPECT_TRUE(Keyring::open(*store, *store.random)) << "a new key cures it";
}

TEST(Keyring, SignsWithTheNewKeyFromTheNextSignatureOnAndTheOldGoesOnVerifying) {
  store::TempStore store;
  const auto ring = Keyring::open(*store, *store.random).value();
  const std::string old = current(store);
  const std::string before = sign(store, *ring, "text");
  const std::string fresh = rotate_key(*store, *store.random, "cli:ann").value();
  EXPECT_EQ(current(store), fresh);
  const std::string after = sign(store, *ring, "text");
  EXPECT_EQ(kid_of_jws(after).value(), fresh);
  EXPECT_TRUE(verify_with(keys_of(store), before, "text"));
  EXPECT_TRUE(verify_with(keys_of(store), after, "text"));
  EXPECT_FALSE(fs::exists(file_of(store, old))) << "the private half of a retired key is not kept";
  EXPECT_EQ(fs::status(file_of(store, fresh)).permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(audited(store),
            (std::vector<std::string>{"system key.make " + old, "cli:ann key.rotate " + fresh}));
}

TEST(Keyring, KeepsTheCurrentKeyWhenTheNewOneCanNotBeWritten) {
  store::TempStore store;
  const auto ring = Keyring::open(*store, *store.random).value();
  const std::string old = current(store);
  fs::rename(store.folder() + "/keys", store.folder() + "/elsewhere");
  std::ofstream(store.folder() + "/keys") << "a file where the folder was";
  EXPECT_EQ(rotate_key(*store, *store.random, "cli:ann").error().errc, Errc::unavailable);
  EXPECT_EQ(current(store), old);
  EXPECT_EQ(kid_of_jws(sign(store, *ring, "text")).value(), old);
}

TEST(Keyring, RevokesARetiredKeyAndNeverTheCurrentOne) {
  store::TempStore store;
  const auto ring = Keyring::open(*store, *store.random).value();
  const std::string old = current(store);
  const std::string before = sign(store, *ring, "text");
  EXPECT_EQ(revoke_key(*store, old, "cli:ann").error().errc, Errc::conflict);
  EXPECT_EQ(revoke_key(*store, "other", "cli:ann").error().errc, Errc::not_found);
  ASSERT_TRUE(rotate_key(*store, *store.random, "cli:ann"));
  ASSERT_TRUE(revoke_key(*store, old, "cli:ann"));
  EXPECT_EQ(revoke_key(*store, old, "cli:ann").error().errc, Errc::conflict);
  EXPECT_EQ(verify_with(keys_of(store), before, "text").error().code, "key_revoked");

  const json::object document = store->read([](store::View& view) { return jwks(view); }).value();
  EXPECT_EQ(document.at("keys").as_array().size(), 1U);
  EXPECT_EQ(document.at("revoked").as_array().at(0).as_object().at("kid").as_string(), old);
  EXPECT_EQ(verify_with(read_jwks(json::serialize(document)).value(), before, "text").error().code,
            "key_revoked");
}

TEST(Jwks, ComesBackAsTheKeysItWasMadeOf) {
  store::TempStore store;
  const auto ring = Keyring::open(*store, *store.random).value();
  const json::object document = store->read([](store::View& view) { return jwks(view); }).value();
  const PublicKeys keys = read_jwks(json::serialize(document)).value();
  EXPECT_TRUE(verify_with(keys, sign(store, *ring, "text"), "text"));
  EXPECT_FALSE(document.contains("revoked"));
  EXPECT_FALSE(read_jwks("{}"));
  EXPECT_FALSE(read_jwks(R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"short"}]})"));
  EXPECT_TRUE(read_jwks(R"({"keys":[{"kty":"RSA","n":"x"}]})").value().empty());
}

TEST(Keyring, NamesNoKeySoThatTheCommandLineTakesItForAnOption) {
  store::TempStore store;
  for (int i = 0; i < 150; ++i)  // of so many, two or three would begin with a dash
    EXPECT_NE(rotate_key(*store, *store.random, "cli:x").value().front(), '-');
}

}  // namespace
}  // namespace clarion::notice
