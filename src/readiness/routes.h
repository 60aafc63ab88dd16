#pragma once

#include "http/router.h"
#include "identity/requests.h"
#include "readiness/shelf.h"

namespace clarion::readiness {

/// Adds /v1/resources and what hangs below it. All outlive the router.
void add_routes(http::Router& router, identity::Requests& requests, Shelf& shelf,
                const ops::Zone& zone);

}  // namespace clarion::readiness
