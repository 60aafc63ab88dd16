#pragma once

#include <string_view>

namespace clarion::http {

/// Whether an If-None-Match header names the entity tag: one of its list, compared weakly (RFC 9110
/// section 13.1.2: W/"a" and "a" are the same), or "*". What is no list of tags matches nothing.
[[nodiscard]] bool none_match_names(std::string_view header, std::string_view etag);

}  // namespace clarion::http
