#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::http {

/// The HTTP status of a failure: by its code where the table in status.cc names it, 400 for a query
/// parameter, 422 for what is wrong in single members (fields, or a code "field_…"), else by errc.
[[nodiscard]] int http_status(const Error& error);
/// The reason phrase of RFC 9110; "" for a status that is not answered here.
[[nodiscard]] std::string_view reason_phrase(int status);
/// The code shown when an error has none: the name of what failed in general.
[[nodiscard]] std::string_view general_code(Errc errc);

/// 400 query_invalid, naming the parameter; `code` and its `params` say why.
[[nodiscard]] Error bad_query(std::string_view name, std::string_view code,
                              std::vector<std::pair<std::string, std::string>> params = {});

}  // namespace clarion::http
