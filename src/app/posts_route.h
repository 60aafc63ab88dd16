#pragma once

#include "app/pipeline.h"
#include "http/router.h"
#include "identity/requests.h"

namespace clarion::app {

/// Adds POST /v1/posts. Both outlive the router.
void add_posts_route(http::Router& router, identity::Requests& requests, Pipeline& pipeline);

}  // namespace clarion::app
