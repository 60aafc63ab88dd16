#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace clarion::http::detail {

/// Header fields: names in lower case, repeated ones joined by ", " (Cookie by "; ", RFC 9113
/// section 8.2.3).
using Fields = std::map<std::string, std::string, std::less<>>;

/// How a message's body is delimited (RFC 9112 section 6).
struct Framing {
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  [[nodiscard]] bool has_body() const noexcept { return chunked || content_length.value_or(0) > 0; }
};

struct RequestHead {
  std::string method, target;
  Fields fields;
  Framing framing;
  bool http11 = true;
  bool keep_alive = true;
};

struct ResponseHead {
  int status = 0;
  Fields fields;
  Framing framing;
  bool keep_alive = true;
};

/// Where the head that begins at `bytes` ends (behind its blank line), or npos while that has not
/// come. The search begins at `from`.
[[nodiscard]] std::size_t head_end(std::string_view bytes, std::size_t from = 0) noexcept;

/// Reads one whole head, blank line included. On top of what Beast refuses, everything that two
/// servers in a row could read differently is refused (RFC 9112 section 11.2): bare CR or LF, NUL
/// and other controls, folded lines, Content-Length beside Transfer-Encoding or twice, codings
/// other than chunked, a missing or second Host. Errors: `invalid` with code "http_malformed".
[[nodiscard]] Result<RequestHead> parse_request_head(std::string_view bytes);
/// The same for an answer, for our client.
[[nodiscard]] Result<ResponseHead> parse_response_head(std::string_view bytes);

}  // namespace clarion::http::detail
