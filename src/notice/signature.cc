#include "notice/signature.h"

#include "base/bytes.h"
#include "notice/detail/ed25519.h"

#include <fmt/format.h>

namespace clarion::notice {
namespace {

using detail::Context;
using detail::Key;
using detail::kKeyBytes;
using detail::kSignatureBytes;
using detail::raw;

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
    out.emplace(string_or(*key, "kid"), PublicKey{bytes.value()});
  }
  if (const json::value* revoked = object->if_contains("revoked");
      revoked != nullptr && revoked->is_array()) {
    for (const json::value& item : revoked->get_array()) {
      if (const json::object* key = item.if_object())
        out[std::string(string_or(*key, "kid"))].revoked = true;
    }
  }
  return out;
}

Status verify_with(const PublicKeys& keys, std::string_view jws, std::string_view payload) {
  CLARION_TRY(auto kid, kid_of_jws(jws));
  const auto key = keys.find(kid);
  if (key == keys.end())
    return Error{Errc::not_found, fmt::format("no key '{}' is known", kid), "key_unknown"};
  if (key->second.revoked)
    return Error{Errc::denied, fmt::format("the key '{}' is revoked", kid), "key_revoked"};
  return verify_jws(jws, payload, key->second.bytes);
}

Result<PublicKeys> public_keys(store::View& view) {
  CLARION_TRY(auto rows, store::list_signing_keys(view));
  PublicKeys out;
  for (const store::SigningKeyRow& row : rows) {
    CLARION_TRY(auto bytes, from_base64url(row.public_key));
    out.emplace(row.kid, PublicKey{std::move(bytes), row.revoked_at.has_value()});
  }
  return out;
}

Result<json::object> jwks(store::View& view) {
  CLARION_TRY(auto rows, store::list_signing_keys(view));
  const auto seconds = [](model::Time time) { return time.time_since_epoch().count() / 1000; };
  json::array keys, revoked;
  for (const store::SigningKeyRow& row : rows) {
    if (row.revoked_at) {
      revoked.push_back({{"kid", row.kid}, {"revoked_at", model::to_text(*row.revoked_at)}});
      continue;
    }
    json::object key{{"kty", "OKP"},
                     {"crv", "Ed25519"},
                     {"alg", "EdDSA"},
                     {"use", "sig"},
                     {"kid", row.kid},
                     {"x", row.public_key},
                     {"nbf", seconds(row.created_at)}};
    if (row.retired_at) key["exp"] = seconds(*row.retired_at);
    keys.push_back(std::move(key));
  }
  json::object out{{"keys", std::move(keys)}};
  if (!revoked.empty()) out["revoked"] = std::move(revoked);
  return out;
}

}  // namespace clarion::notice
