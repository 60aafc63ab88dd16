#pragma once

#include "http/message.h"

#include <string>

namespace clarion::http {

/// Value of a Link header to the next page of a list (RFC 8288): the request's own path and query
/// with another cursor.
[[nodiscard]] std::string next_link(const Request& request, const std::string& cursor);

}  // namespace clarion::http
