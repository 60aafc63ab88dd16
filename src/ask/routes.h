#pragma once

#include "http/router.h"
#include "identity/requests.h"
#include "library/library.h"

namespace clarion::ask {

/// How often an address may ask in a minute, beside http.requests_per_address.
inline constexpr std::size_t kChecksAMinute = 30;

/// Adds POST /v1/check, open to all. Texts asked about are neither kept nor logged. All outlive the
/// router.
void add_routes(http::Router& router, identity::Requests& requests, library::Library& library);

}  // namespace clarion::ask
