#pragma once

#include "base/result.h"
#include "model/time.h"
#include "ops/random.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::identity {

/// One-time codes of time (RFC 6238: SHA-1, steps of 30 s, six digits, as the usual programs on
/// phones make them), by liboath.
inline constexpr std::chrono::seconds kTotpStep{30};
inline constexpr unsigned kTotpDigits = 6;

/// A new secret: 160 bits as base32 (RFC 4648 section 6) without padding.
[[nodiscard]] std::string make_totp_secret(ops::Random& random);
/// The code of a step; empty when the secret is no base32.
[[nodiscard]] std::string totp_code(std::string_view secret, std::int64_t step,
                                    unsigned digits = kTotpDigits);
/// The step whose code this is: now, one before (typed slowly) or one ahead (a clock that is off),
/// and later than `used`. Blanks in the code are passed over.
[[nodiscard]] std::optional<std::int64_t> match_totp(std::string_view secret, std::string_view code,
                                                     model::Time now, std::int64_t used);
/// otpauth://totp/ISSUER:ACCOUNT?…, which programs on phones read from the picture
/// (https://github.com/google/google-authenticator/wiki/Key-Uri-Format).
[[nodiscard]] std::string otpauth_uri(std::string_view issuer, std::string_view account,
                                      std::string_view secret);

/// Ten codes for when the phone is lost: 80 bits each, four groups of four base32 letters.
[[nodiscard]] std::vector<std::string> make_recovery_codes(ops::Random& random);
/// What the store keeps of one; upper and lower case, blanks and hyphens don't matter.
[[nodiscard]] std::string recovery_hash(std::string_view code);

/// A QR code (ISO/IEC 18004, level M) by libqrencode: its side in modules, and the dark ones as
/// path data of an SVG whose unit is a module.
struct QrCode {
  int size = 0;
  std::string path;
};
/// Errors: `too_large`.
[[nodiscard]] Result<QrCode> make_qr(const std::string& text);

}  // namespace clarion::identity
