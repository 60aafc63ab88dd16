#pragma once

#include "desk/options.h"
#include "http/router.h"
#include "identity/requests.h"

namespace clarion::desk {

/// Adds /v1/cases, /v1/cases/{id} and /v1/cases/{id}/{action}. `requests` outlives the router.
void add_routes(http::Router& router, identity::Requests& requests, DeskOptions options);

}  // namespace clarion::desk
