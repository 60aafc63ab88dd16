#pragma once

#include "http/message.h"

#include <optional>
#include <string>
#include <string_view>

namespace clarion::pages {

/// zlib's gzip of the bytes (RFC 1952), always the same for the same bytes.
[[nodiscard]] std::string gzip(std::string_view bytes);
/// True when Accept-Encoding takes gzip.
[[nodiscard]] bool takes_gzip(const http::Request& request);

/// An answer that caches may keep: ETag of its bytes (strong, another one when gzipped), 304 for
/// If-None-Match, or for If-Modified-Since where `modified` (Unix seconds) is given; gzip when it
/// pays and is accepted; the pages' Content-Security-Policy on text/html.
struct Cached {
  std::string type;  ///< Content-Type
  std::string body;
  std::string cache_control = "public, max-age=1, must-revalidate";
  bool by_language = false;  ///< Accept-Language was asked
  std::optional<std::int64_t> modified = {};
  int status = 200;  ///< 304 only instead of 200
};
[[nodiscard]] http::Response answer(const http::Request& request, Cached what);

/// IMF-fixdate of RFC 9110 section 5.6.7; also RFC 822's date of an RSS feed.
[[nodiscard]] std::string http_date(std::int64_t unix_seconds);

}  // namespace clarion::pages
