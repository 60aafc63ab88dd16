#pragma once

#include "base/result.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace clarion {

using Sha256 = std::array<unsigned char, 32>;

/// SHA-256 of the bytes (FIPS 180-4, by OpenSSL).
[[nodiscard]] Sha256 sha256(std::string_view bytes);
/// SHA-256 in lower-case hex, 64 characters.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

[[nodiscard]] std::string to_hex(std::string_view bytes);
/// Errors: `invalid` for an odd length or a character that is no hex digit.
[[nodiscard]] Result<std::string> from_hex(std::string_view hex);

/// base64url without padding (RFC 4648 section 5), as JWS, cursors and tokens use it.
[[nodiscard]] std::string to_base64url(std::string_view bytes);
/// Refuses padding, other alphabets, impossible lengths and non-zero trailing bits, so that one
/// value has one spelling.
[[nodiscard]] Result<std::string> from_base64url(std::string_view text);
/// base64 with padding (RFC 4648 section 4).
[[nodiscard]] std::string to_base64(std::string_view bytes);

/// Compares in a time that depends on the lengths alone.
[[nodiscard]] bool equal_constant_time(std::string_view a, std::string_view b) noexcept;

/// True for well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing above U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view bytes) noexcept;

}  // namespace clarion
