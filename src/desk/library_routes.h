#pragma once

#include "http/router.h"
#include "identity/requests.h"
#include "library/library.h"

namespace clarion::desk {

/// Adds GET and POST /v1/library and GET /v1/library/{id}. All outlive the router.
void add_library_routes(http::Router& router, identity::Requests& requests,
                        library::Library& library);

}  // namespace clarion::desk
