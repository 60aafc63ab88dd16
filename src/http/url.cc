#include "http/url.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::http {

std::string Url::origin() const { return (tls ? "https://" : "http://") + authority; }

Result<Url> parse_url(std::string_view text) {
  constexpr std::string_view kPlain = "http://", kTls = "https://";
  Url url;
  url.tls = text.starts_with(kTls);
  if (!url.tls && !text.starts_with(kPlain)) {
    const bool other = text.find("://") != std::string_view::npos;
    return Error{other ? Errc::unsupported : Errc::invalid,
                 fmt::format("'{}' is no http:// or https:// address", text)};
  }
  text.remove_prefix(url.tls ? kTls.size() : kPlain.size());
  const std::size_t end = std::min(text.find_first_of("/?#"), text.size());
  url.authority = std::string(text.substr(0, end));
  url.target = std::string(text.substr(end, text.find('#', end) - end));
  if (url.target.empty() || url.target.front() == '?') url.target.insert(0, "/");
  std::string_view host = url.authority;
  std::string_view port = url.tls ? "443" : "80";
  // The last colon, unless it stands inside the brackets of an IPv6 address.
  const std::size_t colon = host.rfind(':');
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
  }
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  const bool digits = !port.empty() && port.size() <= 5 &&
                      port.find_first_not_of("0123456789") == std::string_view::npos;
  if (host.empty() || !digits || url.authority.find_first_of(" \t\r\n@") != std::string::npos)
    return Error{Errc::invalid, fmt::format("'{}' names no host and port", url.origin())};
  url.host = std::string(host);
  url.port = std::string(port);
  return url;
}

}  // namespace clarion::http
