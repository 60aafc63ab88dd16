#pragma once

#include "http/message.h"

#include <string>
#include <string_view>

namespace clarion::http::detail {

struct AnswerFrame {
  std::string_view request_id;
  std::string_view date;  ///< IMF-fixdate, RFC 9110 section 5.6.7
  bool http11 = true;
  bool close = false;
};

/// The status line and header of an answer, blank line included, with what every answer carries:
/// Date, X-Request-Id, Content-Length, Connection where it differs from the version's default,
/// X-Content-Type-Options, Referrer-Policy and, unless the handler set them, Cache-Control and
/// Content-Security-Policy. A header of the handler's that holds CR, LF or NUL, or that is the
/// server's own to set (Connection, Content-Length, Transfer-Encoding, Date), is left out.
[[nodiscard]] std::string answer_head(const Response& response, const AnswerFrame& frame);

/// E.g. "Sun, 06 Nov 1994 08:49:37 GMT".
[[nodiscard]] std::string http_date(std::int64_t unix_seconds);

/// 1xx, 204 and 304 never have a body (RFC 9110 section 6.4.1).
[[nodiscard]] constexpr bool status_has_body(int status) noexcept {
  return status >= 200 && status != 204 && status != 304;
}

}  // namespace clarion::http::detail
