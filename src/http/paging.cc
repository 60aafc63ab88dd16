#include "http/paging.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::http {

std::string next_link(const Request& request, const std::string& cursor) {
  std::string out = request.target.substr(0, request.target.find('?'));
  char separator = '?';
  std::string_view rest = out.size() < request.target.size()
                              ? std::string_view(request.target).substr(out.size() + 1)
                              : std::string_view{};
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    if (part.empty() || part.starts_with("cursor=")) continue;
    out += separator;
    out += part;
    separator = '&';
  }
  return fmt::format("<{}{}cursor={}>; rel=\"next\"", out, separator, cursor);
}

}  // namespace clarion::http
