#pragma once

#include "base/json.h"
#include "base/result.h"
#include "ops/random.h"
#include "store/notices.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace clarion::notice {

/// Checks a detached JWS (RFC 7515 appendix F) over a payload with an Ed25519 key of 32 bytes. The
/// algorithm comes from the key: a header that names another is refused. Errors: `corrupt` when the
/// signature does not fit, `invalid` when it is malformed.
[[nodiscard]] Status verify_jws(std::string_view jws, std::string_view payload,
                                std::string_view public_key);
/// The `kid` of a detached JWS's header. Errors: `invalid`.
[[nodiscard]] Result<std::string> kid_of_jws(std::string_view jws);

/// The public keys of a desk, by kid: base64url of 32 bytes.
using PublicKeys = std::map<std::string, std::string, std::less<>>;
/// Reads a JWKS document (RFC 7517; OKP keys on Ed25519, others left out). Errors: `invalid`.
[[nodiscard]] Result<PublicKeys> read_jwks(std::string_view document);
/// Checks a signed form's JWS with the key that it names. Errors: `not_found` for an unknown kid,
/// else as verify_jws.
[[nodiscard]] Status verify_with(const PublicKeys& keys, std::string_view jws,
                                 std::string_view payload);

/// The signing keys of a data folder: private halves in keys/KID.key (base64url of the seed, mode
/// 0600), public ones in the store. Immutable after open; any thread.
class Keyring {
 public:
  /// Reads the keys; makes the first one when there is none (audited). A key file is on disk before
  /// the store knows it. Errors: `unavailable` for a missing or unreadable private half of the
  /// current key, `corrupt` when halves don't fit.
  static Result<std::shared_ptr<const Keyring>> open(store::Database& database,
                                                     ops::Random& random);
  ~Keyring();

  /// Detached JWS with header {"alg":"EdDSA","kid":…} over the bytes.
  [[nodiscard]] Result<std::string> sign(std::string_view payload) const;
  [[nodiscard]] const std::string& kid() const;

 private:
  struct Impl;
  explicit Keyring(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// All public keys of the store, retired and revoked ones too.
[[nodiscard]] Result<PublicKeys> public_keys(store::View& view);
/// The JWKS document: each key with kid, alg, use; `nbf` since when; retired ones with `exp`,
/// revoked ones with `revoked_at`.
[[nodiscard]] Result<json::object> jwks(store::View& view);

}  // namespace clarion::notice
