#include "pages/answer.h"

#include "base/bytes.h"
#include "http/etag.h"

#include <fmt/format.h>

#include <zlib.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace clarion::pages {
namespace {

constexpr std::size_t kWorthGzip = 1024;
/// Scripts and styles are files of ours; data blocks (JSON-LD) are no scripts. 'self' covers the
/// WebSocket of the same host (CSP 3 section 6.7.2.8).
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Reads what http_date writes; nullopt for the obsolete forms, which no client of today sends.
std::optional<std::int64_t> read_http_date(std::string_view text) {
  if (text.size() != 29 || !text.ends_with(" GMT")) return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t length) {
    int value = 0;
    for (const char c : text.substr(at, length)) {
      if (c < '0' || c > '9') return -1;
      value = value * 10 + (c - '0');
    }
    return value;
  };
  const auto* month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  const int day = number(5, 2), year = number(12, 4), hour = number(17, 2), minute = number(20, 2),
            second = number(23, 2);
  if (month == kMonths.end() || day < 1 || year < 1970 || hour < 0 || minute < 0 || second < 0)
    return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year(year),
      std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
      std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  const auto time = std::chrono::sys_days(date) + std::chrono::hours(hour) +
                    std::chrono::minutes(minute) + std::chrono::seconds(second);
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  // 15 window bits, +16 for gzip's frame; zlib writes no time into it.
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) return {};
  std::string out(deflateBound(&stream, bytes.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(done ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

bool takes_gzip(const http::Request& request) {
  std::string_view rest = request.header("accept-encoding");
  while (!rest.empty()) {
    std::string_view item = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), item.size() + 1));
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    if (!item.starts_with("gzip")) continue;
    // "gzip;q=0" refuses it; no client sends other weights of zero than these.
    return item.find("q=0") == std::string_view::npos ||
           item.find("q=0.") != std::string_view::npos;
  }
  return false;
}

http::Response answer(const http::Request& request, Cached what) {
  http::Response response{what.status, {}, std::move(what.body)};
  const std::string tag = sha256_hex(response.body).substr(0, 24);
  std::string etag = fmt::format("\"{}\"", tag);
  const bool page = what.type.starts_with("text/html");
  response.headers = {
      {"Content-Type", std::move(what.type)},
      {"Cache-Control", std::move(what.cache_control)},
      {"Vary", what.by_language ? "Accept-Encoding, Accept-Language" : "Accept-Encoding"}};
  if (page) response.headers.emplace_back("Content-Security-Policy", kPolicy);
  if (response.body.size() >= kWorthGzip && takes_gzip(request)) {
    std::string packed = gzip(response.body);
    if (!packed.empty() && packed.size() < response.body.size()) {
      response.body = std::move(packed);
      response.headers.emplace_back("Content-Encoding", "gzip");
      etag = fmt::format("\"{}-gz\"", tag);
    }
  }
  if (what.status != 200) return response;
  response.headers.emplace_back("ETag", etag);
  if (what.modified) response.headers.emplace_back("Last-Modified", http_date(*what.modified));
  const std::string_view known = request.header("if-none-match");
  bool same = http::none_match_names(known, etag);
  if (known.empty() && what.modified) {
    const auto since = read_http_date(request.header("if-modified-since"));
    same = since && *since >= *what.modified;
  }
  if (same) {
    response.status = 304;
    response.body.clear();
    std::erase_if(response.headers,
                  [](const auto& header) { return header.first == "Content-Encoding"; });
  }
  return response;
}

std::string http_date(std::int64_t unix_seconds) {
  constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                     "Thu", "Fri", "Sat"};
  const std::chrono::sys_seconds time{std::chrono::seconds(unix_seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[std::chrono::weekday(day).c_encoding()],
      static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
      clock.seconds().count());
}

}  // namespace clarion::pages
