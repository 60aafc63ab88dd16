#pragma once

#include "base/json.h"
#include "base/result.h"
#include "ops/catalogue.h"

#include <any>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::http {

/// A request as a route's functions see it. Header names are lower case; of a repeated header the
/// values are joined by ", " (Cookie's by "; ").
struct Request {
  std::string method;
  std::string target;                                      ///< path and query as sent
  std::string path;                                        ///< percent-decoded but for %2F
  std::map<std::string, std::string, std::less<>> params;  ///< of the pattern, decoded: {id}
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in order
  std::map<std::string, std::string, std::less<>> headers;
  std::string body;    ///< inflated when it came as gzip
  std::string remote;  ///< address of the client, by http.trusted_proxies; IPv4 also when it came
                       ///< mapped into IPv6
  bool secure =
      false;  ///< the client came by TLS: to us, or as a trusted proxy says (X-Forwarded-Proto)
  std::string request_id;          ///< also X-Request-Id of the answer
  ops::Lang lang = ops::Lang::zh;  ///< by Accept-Language
  std::any actor;                  ///< what the route's guard left: who asks

  [[nodiscard]] std::string_view header(std::string_view lower_case_name) const;
  /// First value of a query parameter, or nullopt.
  [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;
};

/// An answer. Content-Length, Date, X-Request-Id and the security headers are added by the server.
struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string fault = {};  ///< for the log alone: why it is a 5xx (problem() sets it)
};

/// application/json.
[[nodiscard]] Response json_response(int status, const json::value& body);
/// The error as application/problem+json (RFC 9457): type about:blank, title and detail from the
/// catalogue in the request's language, status, code, request_id, errors[{pointer, code, detail}].
/// 429 and 503 carry Retry-After (the parameter "retry_after" in seconds, else 1), 401
/// WWW-Authenticate: Bearer. The status is http_status() of status.h. A catalogue text may name
/// {text}: Error.text, which is shown also when the catalogue does not know the code, but never of
/// a failure of ours (5xx).
[[nodiscard]] Response problem(const Request& request, const Error& error);
/// The body as a JSON object. Errors: `unsupported` unless Content-Type is application/json or
/// application/merge-patch+json; `invalid`. An absent or empty body is {}, whatever its type.
[[nodiscard]] Result<json::object> json_body(const Request& request);
/// A header value or media type up to its first ";", without blanks, in lower case:
/// "application/json".
[[nodiscard]] std::string media_type(std::string_view header_value);

}  // namespace clarion::http
