#pragma once

#include "http/router.h"
#include "identity/requests.h"
#include "pages/options.h"

namespace clarion::pages {

/// GET /, /n/{id}, /about, /assets/{file} and the feeds. The options outlive the router.
void add_routes(http::Router& router, identity::Requests& requests, const PageOptions& options);

}  // namespace clarion::pages
