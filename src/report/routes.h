#pragma once

#include "http/router.h"
#include "identity/requests.h"
#include "ops/civil.h"

namespace clarion::report {

/// Adds GET /v1/stats. All outlive the router.
void add_routes(http::Router& router, identity::Requests& requests, const ops::Zone& zone);

}  // namespace clarion::report
