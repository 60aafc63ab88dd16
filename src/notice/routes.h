#pragma once

#include "http/router.h"
#include "identity/requests.h"
#include "notice/lifecycle.h"

namespace clarion::notice {

/// Adds /v1/notices and what hangs below it, and /.well-known/jwks.json. `requests` and `options`
/// outlive the router.
void add_routes(http::Router& router, identity::Requests& requests, const NoticeOptions& options);

}  // namespace clarion::notice
