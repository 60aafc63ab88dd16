#include "notice/signature.h"

#include "base/bytes.h"
#include "store/audit.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

namespace clarion::notice {
namespace {

constexpr std::size_t kKeyBytes = 32, kSignatureBytes = 64;  // RFC 8032 section 5.1

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

/// RFC 7638: the hash of the key's required members in canonical form.
std::string thumbprint(std::string_view public_key) {
  const Sha256 digest =
      sha256(fmt::format(R"({{"crv":"Ed25519","kty":"OKP","x":"{}"}})", to_base64url(public_key)));
  return to_base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

Result<std::string> public_half(EVP_PKEY* key) {
  std::string out(kKeyBytes, '\0');
  std::size_t size = out.size();
  if (EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(out.data()), &size) != 1 ||
      size != kKeyBytes) {
    return Error{Errc::unavailable, "OpenSSL gave no public key"};
  }
  return out;
}

std::string key_path(const std::string& folder, std::string_view kid) {
  return fmt::format("{}/keys/{}.key", folder, kid);
}

/// Writes beside and renames, all synced, so that a key that signs is never half there.
Status write_key(const std::string& folder, const std::string& kid, std::string_view seed) {
  namespace fs = std::filesystem;
  std::error_code failed;
  fs::create_directories(folder + "/keys", failed);
  fs::permissions(folder + "/keys", fs::perms::owner_all, failed);
  const std::string path = key_path(folder, kid);
  const std::string aside = path + ".new";
  const std::string text = to_base64url(seed) + "\n";
  const int file = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool good = file >= 0 &&
              ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
              ::fsync(file) == 0;
  if (file >= 0) good = ::close(file) == 0 && good;
  good = good && ::rename(aside.c_str(), path.c_str()) == 0;
  const int dir = ::open((folder + "/keys").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  good = good && dir >= 0 && ::fsync(dir) == 0;
  if (dir >= 0) ::close(dir);
  if (!good) return Error{Errc::unavailable, fmt::format("{} can't be written", path)};
  return ok();
}

Result<Key> read_key(const std::string& folder, const std::string& kid) {
  const std::string path = key_path(folder, kid);
  std::ifstream file(path);
  std::string text;
  if (!file || !std::getline(file, text))
    return Error{Errc::unavailable,
                 fmt::format("{}: the private key is missing or unreadable", path)};
  const auto seed = from_base64url(text);
  if (!seed || seed.value().size() != kKeyBytes)
    return Error{Errc::corrupt, fmt::format("{}: no Ed25519 key", path)};
  Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw(seed.value()),
                                       seed.value().size()));
  if (!key) return Error{Errc::corrupt, fmt::format("{}: no Ed25519 key", path)};
  return key;
}

struct JwsParts {
  std::string_view header, signature;
};

Result<JwsParts> split(std::string_view jws) {
  const std::size_t dots = jws.find("..");
  if (jws.size() > 1024 || dots == std::string_view::npos ||
      jws.find('.', dots + 2) != std::string_view::npos) {
    return Error{Errc::invalid, "no detached JWS (header..signature)", "jws_malformed"};
  }
  return JwsParts{jws.substr(0, dots), jws.substr(dots + 2)};
}

Result<json::object> read_header(std::string_view encoded) {
  CLARION_TRY(auto bytes, from_base64url(encoded));
  CLARION_TRY(auto value, parse_json(bytes, {.max_bytes = 1024, .max_depth = 4}));
  if (!value.is_object())
    return Error{Errc::invalid, "the JWS header is no object", "jws_malformed"};
  return std::move(value.get_object());
}

}  // namespace

Result<std::string> kid_of_jws(std::string_view jws) {
  CLARION_TRY(auto parts, split(jws));
  CLARION_TRY(auto header, read_header(parts.header));
  const json::string* kid = find_string(header, "kid");
  if (kid == nullptr) return Error{Errc::invalid, "the JWS header names no kid", "jws_malformed"};
  return std::string(*kid);
}

Status verify_jws(std::string_view jws, std::string_view payload, std::string_view public_key) {
  CLARION_TRY(auto parts, split(jws));
  CLARION_TRY(auto header, read_header(parts.header));
  if (string_or(header, "alg") != "EdDSA")
    return Error{Errc::invalid, "the JWS names another algorithm than the key's", "jws_malformed"};
  // RFC 7515 section 4.1.11: what must be understood and is not, is refused.
  if (header.contains("crit") || header.contains("b64"))
    return Error{Errc::invalid, "the JWS needs an extension", "jws_malformed"};
  CLARION_TRY(auto signature, from_base64url(parts.signature));
  if (signature.size() != kSignatureBytes)
    return Error{Errc::invalid, "the signature is not 64 bytes long", "jws_malformed"};
  const Key key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(public_key), public_key.size()));
  const Context context(EVP_MD_CTX_new());
  const std::string input = fmt::format("{}.{}", parts.header, to_base64url(payload));
  if (!key || !context ||
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(input), input.size()) !=
          1) {
    return Error{Errc::corrupt, "the signature does not fit the text", "signature_bad"};
  }
  return ok();
}

Result<PublicKeys> read_jwks(std::string_view document) {
  CLARION_TRY(auto value, parse_json(document));
  const json::object* object = value.if_object();
  const json::value* keys = object != nullptr ? object->if_contains("keys") : nullptr;
  if (keys == nullptr || !keys->is_array())
    return Error{Errc::invalid, "no JWKS: a member 'keys' with a list was expected"};
  PublicKeys out;
  for (const json::value& item : keys->get_array()) {
    const json::object* key = item.if_object();
    if (key == nullptr || string_or(*key, "kty") != "OKP" || string_or(*key, "crv") != "Ed25519")
      continue;
    const auto bytes = from_base64url(string_or(*key, "x"));
    if (!bytes || bytes.value().size() != kKeyBytes)
      return Error{Errc::invalid, "a key of the JWKS is not 32 bytes of base64url"};
    out.emplace(string_or(*key, "kid"), bytes.value());
  }
  return out;
}

Status verify_with(const PublicKeys& keys, std::string_view jws, std::string_view payload) {
  CLARION_TRY(auto kid, kid_of_jws(jws));
  const auto key = keys.find(kid);
  if (key == keys.end())
    return Error{Errc::not_found, fmt::format("no key '{}' is known", kid), "key_unknown"};
  return verify_jws(jws, payload, key->second);
}

struct Keyring::Impl {
  std::string kid;
  Key key;
};

Keyring::Keyring(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Keyring::~Keyring() = default;
const std::string& Keyring::kid() const { return impl_->kid; }

Result<std::shared_ptr<const Keyring>> Keyring::open(store::Database& database,
                                                     ops::Random& random) {
  const auto current = [&database] {
    return database.read([](store::View& view) -> Result<std::optional<store::SigningKeyRow>> {
      CLARION_TRY(auto rows, store::list_signing_keys(view));
      for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
        if (!row->retired_at && !row->revoked_at) return *row;
      }
      return std::nullopt;
    });
  };
  CLARION_TRY(auto row, current());
  if (!row) {
    const std::string seed = random.bytes(kKeyBytes);
    const Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw(seed), seed.size()));
    if (!key) return Error{Errc::unavailable, "OpenSSL makes no Ed25519 key"};
    CLARION_TRY(auto half, public_half(key.get()));
    const std::string kid = thumbprint(half);
    CLARION_TRY(write_key(database.folder(), kid, seed));
    CLARION_TRY(database.write([&](store::Tx& tx) -> Status {
      CLARION_TRY(store::add_signing_key(tx, {kid, to_base64url(half), {}, {}, {}}));
      CLARION_TRY(store::append_audit(tx, "system", "key.make", kid, {}));
      return ok();
    }));
    CLARION_TRY(row, current());
    CLARION_ASSERT(row.has_value());
  }
  auto impl = std::make_unique<Impl>();
  impl->kid = row->kid;
  CLARION_TRY(impl->key, read_key(database.folder(), row->kid));
  CLARION_TRY(auto half, public_half(impl->key.get()));
  if (to_base64url(half) != row->public_key) {
    return Error{Errc::corrupt,
                 fmt::format("the private key '{}' does not belong to the public one", row->kid)};
  }
  return std::shared_ptr<const Keyring>(new Keyring(std::move(impl)));
}

Result<std::string> Keyring::sign(std::string_view payload) const {
  const std::string header =
      to_base64url(fmt::format(R"({{"alg":"EdDSA","kid":"{}"}})", impl_->kid));
  const std::string input = fmt::format("{}.{}", header, to_base64url(payload));
  const Context context(EVP_MD_CTX_new());
  std::array<unsigned char, kSignatureBytes> signature{};
  std::size_t size = signature.size();
  if (!context ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, impl_->key.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, raw(input), input.size()) != 1) {
    return Error{Errc::unavailable, "OpenSSL does not sign"};
  }
  return fmt::format("{}..{}", header,
                     to_base64url({reinterpret_cast<const char*>(signature.data()), size}));
}

Result<PublicKeys> public_keys(store::View& view) {
  CLARION_TRY(auto rows, store::list_signing_keys(view));
  PublicKeys out;
  for (const store::SigningKeyRow& row : rows) {
    CLARION_TRY(auto bytes, from_base64url(row.public_key));
    out.emplace(row.kid, std::move(bytes));
  }
  return out;
}

Result<json::object> jwks(store::View& view) {
  CLARION_TRY(auto rows, store::list_signing_keys(view));
  const auto seconds = [](model::Time time) { return time.time_since_epoch().count() / 1000; };
  json::array keys;
  for (const store::SigningKeyRow& row : rows) {
    json::object key{{"kty", "OKP"},
                     {"crv", "Ed25519"},
                     {"alg", "EdDSA"},
                     {"use", "sig"},
                     {"kid", row.kid},
                     {"x", row.public_key},
                     {"nbf", seconds(row.created_at)}};
    if (row.retired_at) key["exp"] = seconds(*row.retired_at);
    if (row.revoked_at) key["revoked_at"] = model::to_text(*row.revoked_at);
    keys.push_back(std::move(key));
  }
  return json::object{{"keys", std::move(keys)}};
}

}  // namespace clarion::notice
