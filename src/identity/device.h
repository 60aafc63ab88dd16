#pragma once

#include "ops/random.h"

#include <string>
#include <string_view>

namespace clarion::identity {

/// A cookie by which a browser shows that some accounts signed in from it before. It opens nothing:
/// it only keeps strangers' wrong attempts from slowing this browser down.
///
/// "NONCE.MARK.MARK…", newest first, a mark an account: a MAC of nonce and account, so that the
/// cookie names nobody and cannot be made up.
struct Device {
  std::string nonce;  ///< base64url; empty: no device
  std::string value;  ///< the whole cookie
};

/// The device of a Cookie header if it is known for the account, else an empty one. `key`: 32
/// bytes.
[[nodiscard]] Device known_device(std::string_view cookie_header, std::string_view key,
                                  std::string_view account);
/// Set-Cookie with the account marked first: the browser's device, or a new one.
[[nodiscard]] std::string device_cookie(std::string_view cookie_header, std::string_view key,
                                        std::string_view account, ops::Random& random, bool secure);

}  // namespace clarion::identity
