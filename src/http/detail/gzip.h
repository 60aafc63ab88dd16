#pragma once

#include "base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace clarion::http::detail {

/// Inflates a gzip body (RFC 1952; several members one after the other count as one text).
/// Errors: `too_large` with code "body_too_large" as soon as it would exceed max_bytes, so that a
/// bomb costs no more than that; `invalid` with code "gzip_invalid" for other bytes, a wrong
/// checksum or a cut end.
[[nodiscard]] Result<std::string> inflate_gzip(std::string_view bytes, std::size_t max_bytes);

}  // namespace clarion::http::detail
