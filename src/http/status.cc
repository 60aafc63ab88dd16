#include "http/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace clarion::http {
namespace {

/// Codes whose status is another than their errc's.
constexpr std::array kByCode = std::to_array<std::pair<std::string_view, int>>({
    {"stale", 412},
    {"if_match_required", 428},
    {"idempotency_mismatch", 422},
    {"time_past", 422},
    {"method_not_allowed", 405},
    {"not_acceptable", 406},
    {"timeout", 408},
    {"expectation_unknown", 417},
    {"head_too_large", 431},
    {"internal", 500},
});

}  // namespace

int http_status(const Error& error) {
  const auto* by_code = std::find_if(kByCode.begin(), kByCode.end(),
                                     [&](const auto& row) { return row.first == error.code; });
  if (by_code != kByCode.end()) return by_code->second;
  switch (error.errc) {
    case Errc::invalid:
      if (error.code == "query_invalid") return 400;
      return !error.fields.empty() || error.code.starts_with("field_") ? 422 : 400;
    case Errc::unauthorised:
      return 401;
    case Errc::denied:
      return 403;
    case Errc::not_found:
      return 404;
    case Errc::conflict:
      return 409;
    case Errc::too_large:
      return 413;
    case Errc::unsupported:
      return 415;
    case Errc::overloaded:
      return 429;
    case Errc::unavailable:
    case Errc::cancelled:
      return 503;
    case Errc::corrupt:
      break;
  }
  return 500;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "";
  }
}

std::string_view general_code(Errc errc) {
  switch (errc) {
    case Errc::invalid:
      return "request_invalid";
    case Errc::unauthorised:
      return "unauthorised";
    case Errc::denied:
      return "denied";
    case Errc::not_found:
      return "not_found";
    case Errc::conflict:
      return "state_conflict";
    case Errc::too_large:
      return "body_too_large";
    case Errc::unsupported:
      return "media_type_unsupported";
    case Errc::overloaded:
      return "overloaded";
    case Errc::unavailable:
      return "unavailable";
    case Errc::corrupt:
      return "corrupt";
    case Errc::cancelled:
      return "cancelled";
  }
  return "internal";
}

Error bad_query(std::string_view name, std::string_view code,
                std::vector<std::pair<std::string, std::string>> params) {
  return {Errc::invalid,
          fmt::format("the query parameter '{}' is wrong ({})", name, code),
          "query_invalid",
          {{"name", std::string(name)}},
          {{std::string(name), std::string(code), std::move(params)}}};
}

}  // namespace clarion::http
