#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace clarion::http {

/// An http or https address, in the parts that a client needs.
struct Url {
  bool tls = false;
  std::string host;       ///< an IPv6 address without its brackets
  std::string port;       ///< 80 or 443 where none is named
  std::string authority;  ///< host and port as given: the Host header
  std::string target;     ///< path and query, at least "/"

  /// scheme://authority
  [[nodiscard]] std::string origin() const;
};

/// Errors: `unsupported` for another scheme, `invalid` for no address. User names in it are
/// refused: they would stand in logs.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

}  // namespace clarion::http
