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

struct PublicKey {
  std::string bytes;  ///< 32; may be empty for a revoked one
  /// Compromised: its signature proves nothing any more.
  bool revoked = false;
};
/// The public keys of a desk, by kid.
using PublicKeys = std::map<std::string, PublicKey, std::less<>>;
/// Reads a JWKS document (RFC 7517; OKP keys on Ed25519, others left out), and of the member
/// `revoked` which kids are so. Errors: `invalid`.
[[nodiscard]] Result<PublicKeys> read_jwks(std::string_view document);
/// Checks a signed form's JWS with the key that it names. Errors: `not_found` for an unknown kid,
/// `denied` (key_revoked) for a revoked one, else as verify_jws.
[[nodiscard]] Status verify_with(const PublicKeys& keys, std::string_view jws,
                                 std::string_view payload);

/// All public keys of the store, retired and revoked ones too.
[[nodiscard]] Result<PublicKeys> public_keys(store::View& view);
/// The JWKS document: in `keys` each good key with kid, alg, use, `nbf` since when, retired ones
/// with `exp`. A revoked key is not among them, so that whoever knows only RFC 7517 does not take
/// it for good; `revoked` (a member of ours, passed over by others) lists kid and time.
[[nodiscard]] Result<json::object> jwks(store::View& view);

}  // namespace clarion::notice
