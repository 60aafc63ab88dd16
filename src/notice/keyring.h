#pragma once

#include "ops/random.h"
#include "store/notices.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace clarion::notice {

/// Signs with the current key of a data folder. Private halves lie in keys/KID.key (base64url of
/// the seed, mode 0600), public ones in the store, which alone says which key is current:
/// command-line verbs change that beside a running server. Thread-safe.
class Keyring {
 public:
  /// Reads the current key; makes the first one when there is none (audited). Errors: `unavailable`
  /// for a missing or unreadable private half, `corrupt` when halves don't fit.
  static Result<std::shared_ptr<const Keyring>> open(store::Database& database,
                                                     ops::Random& random);
  ~Keyring();

  /// Detached JWS with header {"alg":"EdDSA","kid":…} over the bytes, with the key that is current
  /// in this view. Errors: as open.
  [[nodiscard]] Result<std::string> sign(store::View& view, std::string_view payload) const;
  /// How often sign() failed.
  [[nodiscard]] std::uint64_t failures() const;

 private:
  struct Impl;
  explicit Keyring(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Makes a new current key (audited) and retires the one before, whose public half goes on
/// verifying and whose private half is removed. The new file is on disk before the store knows it,
/// the old one goes after the store has let it go: killed in between, one of them is whole and
/// current. Gives the new kid.
Result<std::string> rotate_key(store::Database& database, ops::Random& random,
                               const std::string& actor);
/// Marks a key as compromised (audited) and removes its private half. Errors: `not_found`;
/// `conflict` for the current key, which must be rotated first, and for one that was revoked
/// before.
Status revoke_key(store::Database& database, const std::string& kid, const std::string& actor);

/// A private half as text, for a backup; nothing when its file is not there.
[[nodiscard]] std::optional<std::string> private_half(const std::string& folder,
                                                      std::string_view kid);
/// Whether the private half of the current key lies in the folder and fits. Errors: as
/// Keyring::open; `not_found` without a current key.
Status check_current_key(store::View& view, const std::string& folder);

}  // namespace clarion::notice
