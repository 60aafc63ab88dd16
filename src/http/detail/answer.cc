#include "http/detail/answer.h"

#include "http/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace clarion::http::detail {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return lower(x) == lower(y);
  });
}

bool ours(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kOurs = {
      "Connection", "Content-Length", "Transfer-Encoding", "Date", "X-Request-Id"};
  return std::any_of(kOurs.begin(), kOurs.end(),
                     [&](std::string_view one) { return same_name(one, name); });
}

bool breaks_lines(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

constexpr std::array kAlways = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cache-Control", "no-store"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
});

}  // namespace

std::string answer_head(const Response& response, const AnswerFrame& frame) {
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\nX-Request-Id: {}\r\n", response.status,
                  reason_phrase(response.status), frame.date, frame.request_id);
  if (status_has_body(response.status))
    head += fmt::format("Content-Length: {}\r\n", response.body.size());
  if (frame.close) {
    head += "Connection: close\r\n";
  } else if (!frame.http11) {
    head += "Connection: keep-alive\r\n";
  }
  const auto append = [&head](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  for (const auto& [name, value] : response.headers) {
    if (!ours(name) && !breaks_lines(name) && !breaks_lines(value)) append(name, value);
  }
  for (const auto& [name, value] : kAlways) {
    const bool set = std::any_of(
        response.headers.begin(), response.headers.end(),
        [&, wanted = name](const auto& header) { return same_name(header.first, wanted); });
    if (!set) append(name, value);
  }
  head += "\r\n";
  return head;
}

std::string http_date(std::int64_t unix_seconds) {
  // strftime would write the names of days in the process's locale.
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t time = unix_seconds;
  std::tm utc{};
  gmtime_r(&time, &utc);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     kDays[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                     kMonths[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                     utc.tm_min, utc.tm_sec);
}

}  // namespace clarion::http::detail
