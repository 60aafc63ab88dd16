#pragma once

#include "desk/options.h"
#include "http/router.h"
#include "identity/requests.h"

namespace clarion::desk {

/// Adds what people at a case need beside its actions: GET /v1/library/judgements. `requests`
/// outlives the router.
void add_work_routes(http::Router& router, identity::Requests& requests,
                     const DeskOptions& options);

}  // namespace clarion::desk
