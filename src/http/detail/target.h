#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::http::detail {

/// A request target (RFC 9112 section 3.2) taken apart.
struct Target {
  std::string raw_path;  ///< as sent, begins with "/"; "*" for the server as a whole
  std::string path;      ///< percent-decoded but for "%2F", so that a slash always separates
  std::vector<std::pair<std::string, std::string>> query;
};

/// Origin form, absolute form of http and https, and "*".
/// Errors: `invalid` with code "http_malformed" for other forms, a wrong %-escape, NUL, bytes that
/// are not UTF-8, over 256 query parameters.
[[nodiscard]] Result<Target> parse_target(std::string_view target);

/// Errors: `invalid` with code "http_malformed", as above.
[[nodiscard]] Result<std::string> percent_decode(std::string_view text, bool plus_is_blank = false);

}  // namespace clarion::http::detail
